/** The state of the proxy in one sentence, and what to do where something is wrong. */

import { count, span, things } from "./format.js";
import { candidateLabel, peerLabel } from "./labels.js";
import { reasonOf } from "./reasons.js";

/** @import { FeedState } from "./feed.js" */
/** @import { CandidateRow, LinkRow, PeerRow, ProxyRow, Use } from "./rows.js" */

/** A share of a limit from which on it is told. */
const NEARLY = 0.9;

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
 * The worst that there is; one sentence of it.
 * @param {Known} known
 * @returns {Verdict}
 */
export function judge(known) {
  const { feed, proxy } = known;
  if (feed === "lost") return lost(known);
  if (feed === "crowded") return crowded(known);
  if (!proxy) return { tone: "waiting", text: `Asking the proxy at ${known.host}…` };
  const found = [threads, interfaces, slowPeers, unlinked, limits].flatMap((look) => look(known, proxy) ?? []);
  const [worst, ...others] = found.sort((one, other) => Number(other.tone === "bad") - Number(one.tone === "bad"));
  if (!worst) return healthy(known, proxy);
  return { ...worst, text: [worst.text, ...others.map(({ text, brief }) => brief ?? text)].join(" ") };
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
 * @param {Known} _known
 * @param {ProxyRow} proxy
 * @returns {Verdict | null}
 */
function threads(_known, { shards, shards_missing: missing }) {
  if (missing === 0) return null;
  return {
    tone: "bad",
    text: `${count(missing)} of ${count(shards)} threads of the proxy do not answer.`,
    todo: "What they have is missing here. If that lasts, start the proxy anew and report it.",
  };
}

/**
 * @param {Known} known
 * @param {ProxyRow} proxy
 * @returns {Verdict | null}
 */
function interfaces({ links }, proxy) {
  if (proxy.link_port === null || links.length > 0 || proxy.interfaces.some((one) => one.is_used)) return null;
  return {
    tone: "warn",
    text: "No network interface is in use, so no other machine can be reached.",
    todo: "Connect this machine to a network. This says why each interface is left out:",
    command: "nws doctor",
  };
}

/**
 * @param {Known} known
 * @returns {Verdict | null}
 */
function slowPeers({ slow, now }) {
  const lagging = slow.filter(({ client }) => client?.lagging_since);
  const held = slow.length - lagging.length;
  if (lagging.length === 0) {
    return held === 0 ? null : { tone: "warn", text: `${things(held, "client")} must wait for slow recipients.` };
  }
  const longest = Math.max(...lagging.map(({ client }) => now - (client?.lagging_since ?? now)));
  const names = listed(lagging.map(peerLabel));
  return {
    tone: "warn",
    text: `${names} ${lagging.length === 1 ? "reads" : "read"} too slowly, for ${span(longest)}.`,
    brief: `${things(lagging.length, "client")} ${lagging.length === 1 ? "reads" : "read"} too slowly.`,
    todo: "See whether that program hangs. The proxy cuts it when too much waits for it.",
  };
}

/**
 * @param {Known} known
 * @returns {Verdict | null}
 */
function unlinked({ candidates, links }) {
  const faulty = candidates.filter((candidate) => reasonOf(candidate).isFault);
  if (faulty.length === 0) return null;
  const { means, todo, command } = reasonOf(faulty[0]);
  const all = faulty.length + links.length;
  const some = `${count(faulty.length)} of ${things(all, "other proxy", "other proxies")} ${faulty.length === 1 ? "is" : "are"} not linked`;
  const shared = /** @type {const} */ ({ tone: "warn", brief: `${some}.` });
  if (faulty.length === 1) return { ...shared, text: `${candidateLabel(faulty[0])} ${means}.`, todo, command };
  const isSame = faulty.every(({ reason }) => reason === faulty[0].reason);
  return {
    ...shared,
    text: `${some}: ${listed(faulty.map(candidateLabel))}.`,
    ...(isSame ? { todo, command } : { todo: "“Not linked” below has the reason of each, and what helps." }),
  };
}

/**
 * @param {Known} _known
 * @param {ProxyRow} proxy
 * @returns {Verdict | null}
 */
function limits(_known, { channels, connections }) {
  /** @type {[Use, string, string][]} */
  const uses = [
    [connections, "connections", "--max-connections"],
    [channels, "channels", "--max-channels"],
  ];
  const scarce = uses.find(([{ now, max }]) => now >= max * NEARLY);
  if (!scarce) return null;
  const [{ now, max }, what, flag] = scarce;
  return {
    tone: now >= max ? "bad" : "warn",
    text: `${count(now)} of at most ${count(max)} ${what} are in use.`,
    todo: "Close what is not needed, or start the proxy with a higher limit:",
    command: `nws ${flag}`,
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
