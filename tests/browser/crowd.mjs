/** A network that is made up: proxies, channels and peers in any number, each row as the API of the proxy has it. */

/** @typedef {{links: number, channels: number, peers: number, candidates?: number}} Size */

const CLIENTS_HERE = 10;
const HOUR_MS = 3_600_000;

export class Crowd {
  /** @type {any} */
  proxy;
  /** @type {any[]} */
  links;
  /** @type {any[]} */
  channels;
  /** @type {any[]} */
  candidates;
  /** @type {any[]} */
  slow = [];
  /** @type {any[]} */
  events = [];
  #peers;
  #turn = 0;

  /** @param {Size} size all peers but a few in the first channel */
  constructor({ links, channels, peers, candidates = 0 }) {
    const since = Date.now() - HOUR_MS;
    this.links = numbers(links).map((number) => linkRow(number, since));
    this.candidates = numbers(candidates).map((number) => candidateRow(number));
    const crowded = Math.max(peers - (channels - 1) * CLIENTS_HERE, 0);
    this.channels = numbers(channels).map((number) => channelRow(number, number === 0 ? crowded : CLIENTS_HERE, links));
    this.#peers = crowded;
    this.proxy = proxyRow({ links, channels, peers, candidates }, since);
  }

  /** @returns {[kind: string, rows: any[]][]} the snapshot, in the order of the proxy */
  kinds() {
    return [
      ["proxy", [this.judged()]],
      ["links", this.links.slice(0, 256)],
      ["candidates", this.candidates],
      ["slow", this.slow],
      ["events", this.events],
      ["channels", this.channels.slice(0, 1000)],
    ];
  }

  /**
   * The row of the proxy, which judges that this is wrong too.
   * @param {any[]} more
   */
  judged(...more) {
    const [slow, faulty] = [this.slow.length, this.candidates.length];
    const troubles = [...more];
    if (slow > 0) troubles.push(trouble("lagging", slow, `${slow} client reads too slowly.`));
    if (faulty > 0) troubles.push(trouble("unlinked", faulty, `${faulty} other proxies are not linked.`));
    return { ...this.proxy, verdict: { healthy: troubles.length === 0, troubles } };
  }

  /**
   * @param {string} channel
   * @returns {any[]}
   */
  peersOf(channel) {
    const row = this.channels.find(({ id }) => id === channel);
    const count = channel === this.channels[0]?.id ? this.#peers : row ? CLIENTS_HERE : 0;
    return numbers(count).map((number) => peerRow(number, channel, this.links));
  }

  /**
   * A moment later: traffic in some links and channels.
   * @param {number} share of them, from 0 to 1
   */
  later(share) {
    this.#turn += 1;
    this.proxy = {
      ...this.proxy,
      messages: this.proxy.messages + 900,
      received_bytes: this.proxy.received_bytes + 90_000,
    };
    const moves = (/** @type {any} */ _, /** @type {number} */ index) =>
      (index + this.#turn) % Math.round(1 / share) === 0;
    const links = this.links.filter(moves);
    for (const link of links) {
      link.received_bytes += 5000;
      link.sent_bytes += 3000;
      link.round_trip_ms = 0.3 + (this.#turn % 7) / 10;
      link.round_trips_ms = [...link.round_trips_ms.slice(-19), link.round_trip_ms];
    }
    const channels = this.channels.slice(0, 1000).filter(moves);
    for (const channel of channels) channel.messages += 50;
    return { links, channels };
  }
}

/**
 * Something that a proxy judges to be wrong.
 * @param {string} kind
 * @param {number} count
 * @param {string} text
 * @param {"bad" | "warn"} [severity]
 */
export function trouble(kind, count, text, severity = "warn") {
  return { kind, severity, count, text, remedy: "Do what helps:", command: "nws doctor" };
}

/** @param {number} count */
const numbers = (count) => Array.from({ length: count }, (_, number) => number);

/** @param {number} number */
const digest = (number) => ((number * 2654435761) % 2 ** 32).toString(16).padStart(8, "0").repeat(2);

/**
 * @param {number} number
 * @param {number} since
 */
function linkRow(number, since) {
  return {
    id: digest(number),
    proxy: digest(number),
    state: "ready",
    kind: number % 3 === 0 ? "peer" : "discovered",
    peer: null,
    address: `192.0.2.${number % 256}:${9010 + Math.floor(number / 256)}`,
    family: number % 2 ? "ipv6" : "ipv4",
    is_dialled: true,
    has_matched: true,
    since,
    heard_at: since,
    round_trip_ms: 0.4,
    round_trips_ms: numbers(20).map((index) => 0.3 + (index % 5) / 10),
    received_frames: 1,
    received_bytes: 1000,
    sent_frames: 1,
    sent_bytes: 1000,
    channels: 3,
    peers: 9,
    waiting_bytes: 0,
    held_channels: 0,
    lagging_since: null,
  };
}

/** @param {number} number */
function candidateRow(number) {
  return {
    id: digest(number + 100_000),
    proxy: null,
    kind: "peer",
    peer: `host-${number}.example:9010`,
    addresses: [],
    reason: "refused",
    is_fault: true,
    detail: "Connection refused",
    failed_at: Date.now(),
    is_dialling: false,
    next_dial_at: Date.now() + HOUR_MS,
    failed_dials: 3,
    was_linked: false,
  };
}

/**
 * @param {number} number
 * @param {number} peers
 * @param {number} links
 */
function channelRow(number, peers, links) {
  const here = Math.ceil(peers / 2);
  return {
    id: digest(number + 200_000),
    name: `channel-${number}`,
    scope: "network",
    structured: here,
    raw: 0,
    elsewhere: peers - here,
    proxies: Math.min(links, peers - here),
    is_isolated: false,
    messages: 100,
    bytes: 10_000,
  };
}

/**
 * @param {number} number
 * @param {string} channel
 * @param {any[]} links
 */
function peerRow(number, channel, links) {
  const isHere = number % 2 === 0 || links.length === 0;
  const client = {
    framing: "structured",
    since: Date.now() - HOUR_MS,
    heard_at: Date.now(),
    messages: 5,
    received_bytes: 500,
    written_bytes: 500,
    waiting_bytes: 0,
    is_held: false,
    lagging_since: null,
  };
  return {
    id: isHere ? `0-${channel.slice(0, 4)}${number.toString(16)}` : digest(number + 300_000),
    peer: `peer-${number}`,
    channel,
    proxy: isHere ? null : links[number % links.length].id,
    client: isHere ? client : null,
  };
}

/**
 * @param {Required<Size>} size
 * @param {number} since
 */
function proxyRow({ links, channels, peers, candidates }, since) {
  return {
    id: "proxy",
    version: "0.1.0",
    protocol: 1,
    has_names: true,
    started_at: since,
    port: 9009,
    link_port: 9010,
    has_discovery: true,
    shards: 2,
    shards_missing: 0,
    connections: { now: 6000, max: 20_000 },
    channels: { now: channels, max: 100_000 },
    local_channels: 0,
    clients: Math.ceil(peers / 2),
    peers_elsewhere: Math.floor(peers / 2),
    lagging: 0,
    held: 0,
    waiting_bytes: 0,
    links,
    candidates,
    joined: 1,
    left: 0,
    cut: 0,
    messages: 1000,
    received_bytes: 100_000,
    written_bytes: 100_000,
    limits: {},
    interfaces: [{ name: "eth0", addresses: [], is_used: true, reason: null }],
    refusals: {},
    verdict: { healthy: true, troubles: [] },
  };
}
