/** The addresses in signals, as a person can read them. */

const CANDIDATE = /^candidate:\S+ \d+ (\S{1,16}) \d+ (\S{1,80}) (\d{1,5}) typ (\S{1,16})(?!\S)/;

/**
 * @param {{description?: {sdp?: string}, candidate?: {candidate?: string} | null}} signal
 * @returns {string[]} such as `192.168.1.5:50000 udp`
 */
export function addressesOf({ description, candidate }) {
  const lines = description?.sdp?.match(/^a=candidate:.*$/gm)?.map((line) => line.slice(2)) ?? [];
  if (candidate?.candidate) lines.push(candidate.candidate);
  return lines.map(readable).filter(Boolean);
}

/**
 * Whether a browser shows a name instead of the address, as it does to pages that have no
 * microphone or camera.
 * @param {string} address
 */
export function isHidden(address) {
  return /\.local:\d+ /.test(address);
}

/**
 * An address that only calls others cannot be called: it tells nothing.
 * @param {string} line
 */
function readable(line) {
  const [, protocol, host, port, type] = CANDIDATE.exec(line) ?? [];
  if (!host || / tcptype active/.test(line)) return "";
  const place = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  return `${place} ${protocol}${type === "host" ? "" : ` (${type})`}`;
}
