/** Why nothing flows between two people although they see each other, and what to do. */

import { isHidden } from "./addresses.js";

/** On a network without loss it takes some tenths of a second. */
export const PATIENCE_MS = 8000;

const REVEAL =
  "Browsers hide addresses from pages that have no microphone or camera. Switch on one of them: it is enough that one of you does.";

/**
 * @typedef {object} Facts
 * @property {string} name of the other person
 * @property {number} waited how long this attempt has been going on, in milliseconds
 * @property {boolean} isConnected
 * @property {boolean} wasConnected
 * @property {boolean} isHeard whether the other page has answered
 * @property {boolean} hasDevices whether this page may use a microphone or camera
 * @property {{own: Set<string>, theirs: Set<string>}} addresses
 * @property {string} refusal what the browser has refused
 */

/**
 * @param {Facts} facts
 * @returns {{text: string, tried: string[]} | null} null while all is well, or too early to tell
 */
export function diagnose(facts) {
  if (facts.isConnected || facts.waited < PATIENCE_MS) return null;
  const { own, theirs } = facts.addresses;
  return {
    text: reason(facts),
    tried: [...[...own].map((address) => `here ${address}`), ...[...theirs].map((address) => `there ${address}`)],
  };
}

/**
 * What is announced, but does not come over a connection that stands.
 * @param {{name: string, quiet: {sound: number, picture: number}}} facts for how long nothing has come, in milliseconds
 */
export function diagnoseSilence({ name, quiet }) {
  if (quiet.picture >= PATIENCE_MS)
    return `No picture arrives. The camera of ${name} may be covered or in use by another program there: switch it off and on again.`;
  if (quiet.sound >= PATIENCE_MS)
    return `No sound arrives. The microphone of ${name} may be unplugged or in use by another program there: switch it off and on again.`;
  return "";
}

/** @param {Facts} facts */
function reason({ name, isHeard, wasConnected, hasDevices, addresses, refusal }) {
  const [own, theirs] = [[...addresses.own], [...addresses.theirs]];
  if (wasConnected)
    return `The connection to ${name} was interrupted. This page keeps trying while ${name} is here: check the network on both machines.`;
  if (!isHeard)
    return `${name} does not answer. The page there may be stopped by its browser: look at it there, or reload it.`;
  if (refusal) return `The browser refuses what ${name} sends: ${refusal} Reload both pages.`;
  if (!own.length && !hasDevices) return `This browser tells no address under which ${name} could reach it. ${REVEAL}`;
  if (!own.length)
    return "This browser tells no address of this machine. Is it in a network? Else a setting or an extension of the browser forbids WebRTC: allow it for this page.";
  if (!theirs.length) return `The browser of ${name} tells no address. ${REVEAL}`;
  if (own.every(isHidden) && theirs.every(isHidden))
    return `Both browsers tell names that end in .local instead of addresses, and they cannot find each other’s. ${REVEAL} Or let multicast DNS (UDP port 5353) through the firewalls.`;
  return `No packet gets through to ${name}. Let the browser use UDP in the firewalls of both machines, and allow it the local network where the system or the browser asks. A guest network may keep its machines apart.`;
}
