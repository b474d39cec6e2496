/* In a page of a test: joins the channel that the address names, and waits for the other page. */

(() => {
  const ws = new NetworkWebSocket(new URLSearchParams(location.search).get("channel"));

  /** The next event of this type. */
  const next = (target, type) => new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

  /** The name and the message of what a promise is rejected with. */
  const fault = (promise) =>
    promise.then(
      (value) => ["no fault", value],
      ({ name, message }) => [name, message],
    );

  /** What happens, for tests that wait for it. */
  const log = [];
  const until = async (found) => {
    while (!found(log)) await new Promise((resolve) => waiting.push(resolve));
    return log;
  };
  const waiting = [];
  const tell = (...words) => {
    log.push(words);
    for (const resolve of waiting.splice(0)) resolve();
  };

  /** A class as libraries take it for WebSockets: each new one is a dial to the other page. */
  function Dial(_url, protocols) {
    const socket = page.peer.dial(protocols);
    page.dials.push(socket);
    return socket;
  }
  Object.assign(Dial, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });

  const met = next(ws, "connect").then(({ detail }) => {
    page.peer = detail.target;
  });
  const page = { ws, met, next, fault, log, until, tell, Dial, dials: [], peer: undefined };
  Object.assign(globalThis, { page });
})();
