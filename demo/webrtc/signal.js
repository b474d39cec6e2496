/**
 * What two pages of a conference say to each other by their direct sockets until media flow, as JSON texts:
 *
 *   {"type":"signal","attempt":1,"description":{"type":"offer","sdp":"…"}}
 *   {"type":"signal","attempt":1,"candidate":{"candidate":"…","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"…"}}
 *
 * `attempt` counts the connections between the two: who starts anew adds one, and the other one follows. So what belongs
 * to a connection that has been given up is told from what belongs to the present one. A signal with neither description
 * nor candidate only says that its sender has started anew: the first offer is that of the one with the higher id.
 */

/** A browser writes about 3,000 characters for each medium. */
const TEXT_AT_MOST = 100_000;
/** The page itself needs seven: sound and picture of both sides, their data, and two to spare. */
const MEDIA_AT_MOST = 16;
/** A network that breaks each minute reaches this in half a day; who counts faster wears the page out. */
export const ATTEMPTS_AT_MOST = 1000;
const CANDIDATE_AT_MOST = 1000;
const TAG_AT_MOST = 256;

/**
 * @typedef {{description?: RTCSessionDescriptionInit, candidate?: RTCIceCandidateInit | null}}
 *   SignalContent
 */

/** @typedef {SignalContent & {attempt: number}} Signal */

/**
 * @param {number} attempt
 * @param {SignalContent} content
 */
export function encodeSignal(attempt, content) {
  return JSON.stringify({ type: "signal", attempt, ...content });
}

/**
 * @param {unknown} data
 * @returns {Signal | null} null for anything else, and for what no page of this demo would send
 */
export function decodeSignal(data) {
  if (typeof data !== "string" || data.length > 2 * TEXT_AT_MOST || !data.includes('"signal"')) return null;
  const { type, attempt, description, candidate } = parse(data);
  if (type !== "signal" || !isWithin(1, ATTEMPTS_AT_MOST, attempt)) return null;
  if (description === undefined && candidate === undefined) return { attempt };
  if (isDescription(description)) return { attempt, description: { type: description.type, sdp: description.sdp } };
  if (candidate === null) return { attempt, candidate };
  return isCandidate(candidate) ? { attempt, candidate: copy(candidate) } : null;
}

/**
 * @param {string} data
 * @returns {Record<string, unknown>}
 */
function parse(data) {
  try {
    return Object(JSON.parse(data));
  } catch {
    return {};
  }
}

/**
 * @param {unknown} given
 * @returns {given is {type: "offer" | "answer", sdp: string}}
 */
function isDescription(given) {
  const { type, sdp } = Object(given);
  if ((type !== "offer" && type !== "answer") || typeof sdp !== "string") return false;
  return sdp.length <= TEXT_AT_MOST && (sdp.match(/^m=/gm) ?? []).length <= MEDIA_AT_MOST;
}

/**
 * @param {unknown} given
 * @returns {given is RTCIceCandidateInit}
 */
function isCandidate(given) {
  const { candidate, sdpMid, sdpMLineIndex, usernameFragment } = Object(given);
  return (
    isTextUpTo(CANDIDATE_AT_MOST, candidate) &&
    (sdpMid == null || isTextUpTo(TAG_AT_MOST, sdpMid)) &&
    (usernameFragment == null || isTextUpTo(TAG_AT_MOST, usernameFragment)) &&
    (sdpMLineIndex == null || isWithin(0, MEDIA_AT_MOST - 1, sdpMLineIndex))
  );
}

/**
 * @param {number} least
 * @param {number} most
 * @param {unknown} value
 * @returns {value is number}
 */
function isWithin(least, most, value) {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

/**
 * @param {number} length
 * @param {unknown} value
 */
function isTextUpTo(length, value) {
  return typeof value === "string" && value.length <= length;
}

/** @param {RTCIceCandidateInit} given */
function copy({ candidate, sdpMid = null, sdpMLineIndex = null, usernameFragment = null }) {
  return { candidate, sdpMid, sdpMLineIndex, usernameFragment };
}
