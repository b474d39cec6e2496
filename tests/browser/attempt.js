/** What a page or a worker tells a test: how an attempt to open a socket goes, and what it knows of its permission. */

/** The events of a socket in order, until it is open or closed and a task longer. */
self.attempt = (endpoint, channel = "attempts") =>
  new Promise((resolve) => {
    /** @type {Seen[]} */
    const seen = [];
    const socket = new NetworkWebSocket(channel, { endpoint });
    /** @param {Omit<Seen, "state">} about */
    const see = (about) => {
      seen.push({ ...about, state: socket.readyState });
      if (about.type !== "error") setTimeout(() => resolve(seen));
    };
    socket.addEventListener("open", ({ type }) => see({ type }));
    socket.addEventListener("error", ({ type, reason, message }) => see({ type, reason, message }));
    socket.addEventListener("close", ({ type, code, wasClean }) => see({ type, code, wasClean }));
  });

self.permission = async () => {
  // TypeScript does not know this permission yet.
  const name = /** @type {PermissionName} */ ("loopback-network");
  return (await navigator.permissions.query({ name })).state;
};

/** Who asked. @typedef {{postMessage(message: unknown): void}} Asker */

/**
 * @param {MessageEvent<["attempt", string, string?]>} event
 * @param {Asker} asker
 */
const answer = async ({ data: [, endpoint, channel] }, asker) => asker.postMessage(await attempt(endpoint, channel));

/** What is asked of a worker by message. */
self.addEventListener("message", (event) => {
  const answered = answer(event, event.source ?? self);
  // A service worker may be ended as soon as nothing is waited for.
  if ("waitUntil" in event && typeof event.waitUntil === "function") event.waitUntil(answered);
});
self.addEventListener("connect", (event) => {
  if (!(event instanceof MessageEvent)) return;
  const [port] = event.ports;
  port.onmessage = (asked) => answer(asked, port);
});
