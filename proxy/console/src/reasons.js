/** Why a proxy is not linked, in words, and what helps: docs/api.md has the list of reasons. */

/** @import { CandidateRow } from "./rows.js" */

/**
 * `means` follows the name of the proxy; `todo` and `command` are what helps.
 * @typedef {{means: string, todo?: string, command?: string}} Reason
 */

/** @type {Record<string, Reason>} */
const REASONS = {
  new: { means: "was announced just now" },
  dialling: { means: "is being dialled" },
  budget: { means: "waits for its turn to be dialled" },
  ended: { means: "was linked, and the link has ended: it is dialled again" },
  refused: {
    means: "refuses: no program listens at that port",
    todo: "Correct the port, or start the proxy there:",
    command: "nws",
  },
  unreachable: {
    means: "cannot be reached: the network leads to none of its addresses",
    todo: "See whether that machine is awake and in this network. On this machine:",
    command: "nws doctor",
  },
  silent: {
    means: "does not answer in time: often a firewall, or a machine that sleeps",
    todo: "On that machine this names the line for its firewall:",
    command: "nws doctor",
  },
  closed: {
    means: "closes the connection: it takes none from this network, or has too many",
    todo: "On that machine this says which networks it takes:",
    command: "nws doctor",
  },
  "not-a-proxy": {
    means: "is another kind of program",
    todo: "Correct the port of its address, or end the program that holds it. On that machine:",
    command: "nws doctor",
  },
  own: { means: "is this proxy itself", todo: "Remove this address: from --peer, or with nws peers remove." },
  stranger: {
    means: "is not there any more: another proxy has its address",
    todo: "It is found again when it announces itself. If it does not, start it anew.",
  },
  "other-version": {
    means: "speaks no version that this proxy speaks",
    todo: "Update the older one. This tells the version:",
    command: "nws --version",
  },
  "too-many": {
    means: "finds no room: this proxy has too many links",
    todo: "Fewer proxies in one network: let some machines use the proxy of another.",
  },
  unresolved: {
    means: "has no address: the name cannot be resolved",
    todo: "Correct the name of its address, or give a number.",
  },
  "no-address": {
    means: "has told no address in a network of this machine",
    todo: "See whether both machines are in one network. On that machine:",
    command: "nws doctor",
  },
};

/** What helps where a site is to be reached over a broker. */
const BACKBONE = {
  todo: "See whether the proxy of that site runs, and reaches the broker. There:",
  command: "nws status",
};

/** What helps where a record of DNS names a proxy. @type {Record<string, Reason>} */
const DNS = {
  unresolved: {
    means: "has no address: a record is missing",
    todo: "It needs a SRV record, and an A or AAAA record. On this machine:",
    command: "nws doctor",
  },
  "not-a-proxy": {
    means: "is another kind of program",
    todo: "Correct the port in the SRV record. On this machine:",
    command: "nws doctor",
  },
  closed: {
    means: "closes the connection: it takes none from this network, or has too many",
    todo: "If it is on another network, start it there with",
    command: "nws --allow-remote",
  },
};

/**
 * @param {CandidateRow} candidate
 * @returns {Reason}
 */
export function reasonOf({ reason, kind, is_fault: isFault }) {
  const ofDns = kind === "dns" ? DNS[reason] : undefined;
  const known = ofDns ?? REASONS[reason] ?? { means: `is not linked: ${reason}` };
  if (!isFault) return { means: known.means };
  return kind === "backbone" ? { means: known.means, ...BACKBONE } : known;
}
