/** Why sockets fail, in a word for programs and a sentence for people: in the order of the core's `Failure`. */
export const FAILURES = [
  ["bad-frame", "The proxy sent a frame that cannot be read."],
  ["unknown", "The socket was closed before it was open."],
  ["unknown", "The connection to the proxy broke."],
  // Said by what the page's own function throws.
  ["unknown"],
  ["unknown", "The proxy could not be reached."],
  ["limit", "The proxy is full, or this site has tried too many channel names: try again later."],
  ["message-too-big", "A message is larger than the proxy takes: send smaller ones."],
  ["rejected", "The proxy does not accept what this page sends."],
  ["proxy-not-running", "No proxy answers: start it with the command nws."],
  ["proxy-not-running", "No proxy answers: NODE_USE_ENV_PROXY needs NO_PROXY=localhost."],
  ["blocked", "This browser or the page's Content-Security-Policy (connect-src) forbids it."],
  ["blocked", 'The frame of this page needs allow="loopback-network".'],
  ["version-mismatch", "The proxy is of another version: update it."],
  ["origin-not-allowed", `The proxy does not serve this site: start it with --allow-origin ${globalThis.origin}.`],
  ["insecure-context", "Open this page by https: others may not reach this device."],
  ["permission-denied", "Allow this site to reach apps on this device: in the site settings, left of the address."],
  // The core cannot say it.
  ["blocked", "The page's Content-Security-Policy (script-src) must allow 'wasm-unsafe-eval'."],
] as [reason: string, message?: string][];

/** Where there can be no core. */
export const NO_CORE = FAILURES.length - 1;
