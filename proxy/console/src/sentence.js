/** The state of the proxy in one sentence, and what to do where something is wrong. */

import { count, span, things } from "./format.js";
import { candidateLabel, peerLabel } from "./labels.js";
import { reasonOf } from "./reasons.js";

/** @import { FeedState } from "./feed.js" */
/** @import { CandidateRow, LinkRow, PeerRow, ProxyRow, Trouble } from "./rows.js" */

/** @typedef {"good" | "idle" | "warn" | "bad" | "waiting"} Tone */

/**
 * `command` can be pasted; `brief` is said where something else is worse.
 * @typedef {{tone: Tone, text: string, brief?: string, todo?: string, command?: string}} Verdict
 */

/**
 * @typedef {object} Known
 * @property {FeedState} feed
 * @property {number | null} lostSince
 * @property {number} now
 * @property {string} host
 * @property {ProxyRow | null} proxy
 * @property {LinkRow[]} links
 * @property {CandidateRow[]} candidates
 * @property {PeerRow[]} slow
 */

/**
 * What this page knows by name of what the proxy only counts.
 * @type {Record<string, (known: Known) => Partial<Verdict> | null>}
 */
const NAMED = { lagging, unlinked };

/**
 * The worst that there is, as the proxy judges; one sentence of it.
 * @param {Known} known
 * @returns {Verdict}
 */
export function judge(known) {
  const { feed, proxy } = known;
  if (feed === "lost") return lost(known);
  if (feed === "crowded") return crowded(known);
  if (!proxy) return { tone: "waiting", text: `Asking the proxy at ${known.host}…` };
  const [worst, ...others] = proxy.verdict.troubles.map((trouble) => told(trouble, known));
  if (!worst) return healthy(known, proxy);
  return { ...worst, text: [worst.text, ...others.map(({ text, brief }) => brief ?? text)].join(" ") };
}

/**
 * @param {Trouble} trouble
 * @param {Known} known
 * @returns {Verdict}
 */
function told({ kind, severity, text, remedy, command }, known) {
  const plain = { tone: severity, text, brief: text, todo: remedy, command: command ?? undefined };
  return { ...plain, ...NAMED[kind]?.(known) };
}

/**
 * @param {Known} known
 * @returns {Verdict}
 */
function lost({ host, lostSince, now, proxy }) {
  const since = lostSince === null ? "" : ` for ${span(now - lostSince)}`;
  const shown = proxy ? " Below is what was known then." : "";
  return {
    tone: "bad",
    text: `The proxy at ${host} has not answered${since}.${shown}`,
    todo: "Start it, and this page goes on by itself:",
    command: "nws",
  };
}

/**
 * @param {Known} known
 * @returns {Verdict}
 */
function crowded({ host }) {
  return {
    tone: "warn",
    text: `The proxy at ${host} answers, but not this page: too many pages or programs watch it.`,
    todo: "Close some of them; this page tries again by itself.",
  };
}

/**
 * @param {Known} known
 * @returns {Partial<Verdict> | null}
 */
function lagging({ slow, now }) {
  const lagging = slow.filter(({ client }) => client?.lagging_since);
  if (lagging.length === 0) return null;
  const longest = Math.max(...lagging.map(({ client }) => now - (client?.lagging_since ?? now)));
  const names = listed(lagging.map(peerLabel));
  return { text: `${names} ${lagging.length === 1 ? "reads" : "read"} too slowly, for ${span(longest)}.` };
}

/**
 * @param {Known} known
 * @returns {Partial<Verdict> | null}
 */
function unlinked({ candidates, links }) {
  const faulty = candidates.filter(({ is_fault: isFault }) => isFault);
  if (faulty.length === 0) return null;
  const { means, todo, command } = reasonOf(faulty[0]);
  if (faulty.length === 1) return { text: `${candidateLabel(faulty[0])} ${means}.`, todo, command };
  const all = faulty.length + links.filter(({ state }) => state === "ready").length;
  const isSame = faulty.every(({ reason }) => reason === faulty[0].reason);
  const others = { todo: "“Not linked” below has the reason of each, and what helps.", command: undefined };
  return {
    text: `${count(faulty.length)} of ${things(all, "other proxy", "other proxies")} are not linked: ${listed(faulty.map(candidateLabel))}.`,
    ...(isSame ? { todo, command } : others),
  };
}

/**
 * @param {Known} known
 * @param {ProxyRow} proxy
 * @returns {Verdict}
 */
function healthy({ links }, proxy) {
  const ready = links.filter(({ state }) => state === "ready").length;
  const { clients, peers_elsewhere: elsewhere } = proxy;
  const where = elsewhere ? `${count(clients)} here, ${count(elsewhere)} elsewhere` : "all on this machine";
  const peers = clients + elsewhere;
  const inside = peers
    ? `${things(peers, "peer")} in ${things(proxy.channels.now, "channel")}, ${where}.`
    : "Nobody is in a channel.";
  if (ready)
    return { tone: "good", text: `All is well: linked to ${things(ready, "other proxy", "other proxies")}. ${inside}` };
  if (proxy.link_port === null) return { tone: "idle", text: `This proxy serves this machine alone. ${inside}` };
  return {
    tone: "idle",
    text: `No other proxy is here yet. ${inside}`,
    todo: "Start nws on another machine of this network, and both find each other. If they do not:",
    command: "nws doctor",
  };
}

/** @param {string[]} names */
function listed(names) {
  const [first, second] = names;
  if (names.length === 1) return first;
  return names.length === 2 ? `${first} and ${second}` : `${first}, ${second} and ${count(names.length - 2)} more`;
}
