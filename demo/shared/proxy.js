/** Where the proxy of this page is, and the client library from it. */

/** What the package exports. @typedef {typeof import("networkwebsockets")} Library */

const USUAL = "http://localhost:9009";
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/**
 * `?proxy=ws://localhost:PORT` names the proxy; else it is the one that served this page; else the usual one.
 * @returns {Promise<string>} its HTTP origin
 */
export async function findProxy() {
  const asked = new URLSearchParams(location.search).get("proxy");
  if (asked !== null) return loopback(asked);
  return isServedAsByProxy() && (await isProxy(location.origin)) ? location.origin : USUAL;
}

/**
 * @param {string} proxy
 * @param {number} [attempt] a browser may remember that a script could not be had
 * @returns {Promise<Library | null>} null where there is nothing to load
 */
export async function loadLibrary(proxy, attempt = 0) {
  const origins = new Set(isServedAsByProxy() ? [location.origin, proxy] : [proxy]);
  for (const origin of origins) {
    try {
      return await import(`${origin}/networkwebsockets.mjs${attempt ? `?${attempt}` : ""}`);
    } catch (failure) {
      if (!(failure instanceof TypeError)) throw failure;
    }
  }
  return null;
}

/** @param {string} proxy */
export function endpointOf(proxy) {
  return proxy.replace(/^http/, "ws");
}

/** Others are not asked for what they have not got: browsers report each such request as an error. */
function isServedAsByProxy() {
  return location.pathname.startsWith("/demo/");
}

/** @param {string} hostname */
export function isLoopback(hostname) {
  return LOOPBACK.includes(hostname);
}

/** @param {string} asked */
function loopback(asked) {
  const url = URL.canParse(asked) ? new URL(asked) : null;
  if (url?.protocol !== "ws:" || !isLoopback(url.hostname)) {
    throw new Error(`?proxy= takes an address such as ws://localhost:9009, not “${asked}”.`);
  }
  return `http://${url.host}`;
}

/** @param {string} origin */
async function isProxy(origin) {
  try {
    const answer = await fetch(`${origin}/status`, { cache: "no-store" });
    return (await answer.json()).service === "networkwebsockets";
  } catch {
    return false;
  }
}
