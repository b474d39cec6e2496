/** What is asked of a class in a page, whichever class it is. */

/** What is done in a page, and what it finds out. @typedef {string | (() => unknown)} Task */

/**
 * @typedef {object} Probe
 * @property {string} name
 * @property {Task} task
 * @property {boolean} isForPeers whether peers' sockets answer alike
 * @property {unknown} [expected] the answer that the standard wants
 */

/** A list of probes, and what adds to it. */
export function collect() {
  /** @type {Probe[]} */
  const probes = [];
  /**
   * All but peers' sockets answer as WebSocket does.
   * @param {string} name
   * @param {Task} task
   */
  const same = (name, task) => void probes.push({ name, task, isForPeers: false });
  /**
   * Peers' sockets do, too.
   * @param {string} name
   * @param {Task} task
   */
  const sameForPeers = (name, task) => void probes.push({ name, task, isForPeers: true });
  /**
   * As the standard wants it: after a test of web-platform-tests.
   * @param {string} name
   * @param {unknown} expected
   * @param {Task} task
   */
  const standard = (name, expected, task) => void probes.push({ name, task, isForPeers: false, expected });
  return { probes, same, sameForPeers, standard };
}
