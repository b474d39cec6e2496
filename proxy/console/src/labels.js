/** What things are called: by their names with the token, by digests without it. */

/** @import { CandidateRow, ChannelRow, LinkRow, PeerRow } from "./rows.js" */

const DIGITS = 8;

/** The first digits of an id, which tell it from all others that one sees. @param {string} id */
export function short(id) {
  return id.slice(0, DIGITS);
}

/** @param {ChannelRow} channel */
export function channelLabel({ id, name }) {
  return name ?? `#${short(id)}`;
}

/** @param {PeerRow} peer */
export function peerLabel({ id, peer }) {
  return peer ?? `#${id.includes("-") ? id : short(id)}`;
}

/** @param {LinkRow} link */
export function linkLabel({ id, peer, address }) {
  return peer ?? address ?? `#${short(id)}`;
}

/** @param {CandidateRow} candidate */
export function candidateLabel({ id, peer, addresses, proxy }) {
  return peer ?? addresses[0] ?? (proxy ? short(proxy) : `#${short(id)}`);
}

const KINDS = {
  discovered: "discovered",
  peer: "its address",
  backbone: "backbone",
  tailscale: "Tailscale",
  dns: "DNS",
  "dialled-us": "dialled us",
};
const FAMILIES = { ipv4: "IPv4", ipv6: "IPv6", backbone: "broker" };
const STATES = { ready: "linked", started: "starting", spare: "spare" };

/** @param {LinkRow} link */
export function kindLabel({ kind }) {
  return KINDS[kind];
}

/** @param {LinkRow} link */
export function stateLabel({ state }) {
  return STATES[state];
}

/** @param {LinkRow} link */
export function familyLabel({ family }) {
  return FAMILIES[family];
}
