/** What a page or a worker tells a test: how an attempt to open a socket goes, and what it knows of its permission. */

/** The events of a socket in order, until it is open or closed and a task longer. */
self.attempt = (endpoint, channel = "attempts") =>
  new Promise((resolve) => {
    const seen = [];
    const socket = new NetworkWebSocket(channel, { endpoint });
    const see = ({ type, reason, message, code, wasClean }) => {
      const about = { error: { reason, message }, close: { code, wasClean }, open: {} }[type];
      seen.push({ type, state: socket.readyState, ...about });
      if (type !== "error") setTimeout(() => resolve(seen));
    };
    for (const type of ["open", "error", "close"]) socket.addEventListener(type, see);
  });

self.permission = async () => (await navigator.permissions.query({ name: "loopback-network" })).state;

const answer = async ({ data: [name, ...rest] }, port) => port.postMessage(await self[name](...rest));

/** What is asked of a worker by message. */
self.addEventListener("message", (event) => event.waitUntil?.(answer(event, event.source)) ?? answer(event, self));
self.addEventListener("connect", ({ ports: [port] }) => {
  port.onmessage = (event) => answer(event, port);
});
