/** What a connection carries, from two reports of the browser: round trip, bit rate, loss, and the addresses in use. */

/**
 * What browsers tell of one thing, as far as it is used here: which of it, depends on its `type`
 * and on the browser.
 * @typedef {{id: string, type: string, timestamp: number} & Partial<Texts & Counts>} Entry
 * @typedef {Record<"kind" | "selectedCandidatePairId" | "localCandidateId" | "remoteCandidateId" |
 *   "protocol" | "address" | "ip" | "candidateType", string> & {selected: boolean}} Texts
 * @typedef {Record<Count, number>} Counts
 * @typedef {"bytesReceived" | "bytesSent" | "totalAudioEnergy" | "framesDecoded" |
 *   "packetsReceived" | "packetsLost" | "currentRoundTripTime" | "totalRoundTripTime" |
 *   "responsesReceived" | "roundTripTime" | "frameWidth" | "frameHeight" | "framesPerSecond" |
 *   "port"} Count
 */

/**
 * @typedef {object} Measured null where the browser does not tell, or not yet
 * @property {number} at in milliseconds, as the report has it
 * @property {number | null} roundTrip in milliseconds
 * @property {number | null} received in kbit/s
 * @property {number | null} sent in kbit/s
 * @property {number | null} loss of what should have arrived since the last report, in percent
 * @property {{width: number, height: number, rate: number} | null} picture that arrives
 * @property {{protocol: string, own: End, theirs: End} | null} path
 * @property {Totals} totals
 * @typedef {{soundBytes: number, soundEnergy: number, pictureBytes: number, frames: number,
 *   bytesReceived: number, bytesSent: number, packets: number, lost: number}} Totals
 * @typedef {{address: string, port: number, type: string}} End
 */

/**
 * @param {Iterable<Entry>} report the values of an `RTCStatsReport`
 * @param {Measured | null} [before] the one of the same connection before
 * @returns {Measured}
 */
export function measure(report, before = null) {
  const entries = [...report];
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const inbound = entries.filter(({ type }) => type === "inbound-rtp");
  const pair = pairInUse(entries, byId);
  const totals = totalsOf(inbound, pair);
  const at = pair?.timestamp ?? inbound[0]?.timestamp ?? 0;
  /** @param {"bytesReceived" | "bytesSent"} key */
  const rate = (key) => (before?.path && pair ? kilobits(totals[key] - before.totals[key], at - before.at) : null);
  return {
    at,
    roundTrip: roundTrip(pair, entries),
    received: rate("bytesReceived"),
    sent: rate("bytesSent"),
    loss: before && lossOf(totals, before.totals),
    picture: pictureOf(inbound),
    path: pair && pathOf(pair, byId),
    totals,
  };
}

/** @param {Measured} measured */
export function describePath({ path }) {
  if (!path) return "Nothing carries it yet.";
  const { protocol, own, theirs } = path;
  return `Directly by ${protocol.toUpperCase()}, from ${place(own)} to ${place(theirs)}.`;
}

/**
 * @param {Entry[]} entries
 * @param {Map<string, Entry>} byId
 */
function pairInUse(entries, byId) {
  const transport = entries.find(
    ({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId,
  );
  const chosen = byId.get(transport?.selectedCandidatePairId ?? "");
  // Firefox marks the pair instead.
  return chosen ?? entries.find(({ type, selected }) => type === "candidate-pair" && selected) ?? null;
}

/**
 * @param {Entry[]} inbound
 * @param {Entry | null} pair
 * @returns {Totals}
 */
function totalsOf(inbound, pair) {
  /**
   * @param {Count} key
   * @param {"audio" | "video"} [kind]
   */
  const sum = (key, kind) =>
    inbound.reduce((all, entry) => all + (!kind || entry.kind === kind ? (entry[key] ?? 0) : 0), 0);
  return {
    soundBytes: sum("bytesReceived", "audio"),
    soundEnergy: sum("totalAudioEnergy", "audio"),
    pictureBytes: sum("bytesReceived", "video"),
    frames: sum("framesDecoded", "video"),
    bytesReceived: pair?.bytesReceived ?? 0,
    bytesSent: pair?.bytesSent ?? 0,
    packets: sum("packetsReceived"),
    lost: sum("packetsLost"),
  };
}

/**
 * @param {number} bytes
 * @param {number} milliseconds
 */
function kilobits(bytes, milliseconds) {
  return milliseconds > 0 && bytes >= 0 ? (bytes * 8) / milliseconds : null;
}

/**
 * @param {Entry | null} pair
 * @param {Entry[]} entries
 */
function roundTrip(pair, entries) {
  const { currentRoundTripTime = 0, totalRoundTripTime = 0, responsesReceived = 0 } = pair ?? {};
  if (currentRoundTripTime > 0) return currentRoundTripTime * 1000;
  if (totalRoundTripTime > 0 && responsesReceived > 0) return (totalRoundTripTime / responsesReceived) * 1000;
  const remote = entries.filter(({ type }) => type === "remote-inbound-rtp");
  const trip = remote.map(({ roundTripTime = 0 }) => roundTripTime).find((seconds) => seconds > 0);
  return trip === undefined ? null : trip * 1000;
}

/**
 * Packets that come late are counted as lost, and later as received: then the difference is
 * negative.
 * @param {Totals} now
 * @param {Totals} before
 */
function lossOf(now, before) {
  const lost = Math.max(now.lost - before.lost, 0);
  const expected = Math.max(now.packets - before.packets, 0) + lost;
  return expected > 0 ? (100 * lost) / expected : null;
}

/** @param {Entry[]} inbound */
function pictureOf(inbound) {
  const videos = inbound.filter(({ kind, frameWidth = 0 }) => kind === "video" && frameWidth > 0);
  const { frameWidth: width = 0, frameHeight: height = 0, framesPerSecond: rate = 0 } = videos.at(-1) ?? {};
  return width ? { width, height, rate } : null;
}

/**
 * @param {Entry} pair
 * @param {Map<string, Entry>} byId
 */
function pathOf({ localCandidateId, remoteCandidateId }, byId) {
  const own = byId.get(localCandidateId ?? "");
  return { protocol: own?.protocol ?? "udp", own: endOf(own), theirs: endOf(byId.get(remoteCandidateId ?? "")) };
}

/**
 * Chromium does not tell an address that is hidden, or that it only knows from packets.
 * @param {Partial<Entry>} [candidate]
 */
function endOf({ address, ip, port = 0, candidateType: type = "" } = {}) {
  return { address: address || ip || "", port, type };
}

/** @param {End} end */
function place({ address, port, type }) {
  const host = address.includes(":") ? `[${address}]` : address || "a hidden address";
  return `${host}${address && port ? `:${port}` : ""} (${type || "unknown"})`;
}
