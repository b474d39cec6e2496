/** For pages under test: writes down which events fire, in which order. */

/** What was written down, to whichever log. */
const lines = [];
const written = new EventTarget();

/** Waits until a line was written so many times. */
async function happens(line, times = 1) {
  while (lines.filter((other) => other === line).length < times) {
    await next(written, "line");
  }
}

/** Opens a socket whose events, and whose peers' events, are written to `log` in a line each. */
function record(endpoint, log, name = "chan", options = {}) {
  const ws = new NetworkWebSocket(name, { endpoint, ...options });
  watch(ws, "root", log);
  ws.addEventListener("connect", ({ detail: { target } }) => watch(target, target.id, log));
  return ws;
}

function watch(socket, who, log) {
  const details = {
    connect: ({ detail }) => detail.target.id,
    disconnect: ({ detail }) => detail.target.id,
    message: ({ data, senderId, peer }) => `${data} from ${senderId} by ${peer?.id}`,
    error: ({ reason, message }) => `${reason}: ${message}`,
    close: ({ code, reason, wasClean }) => `${code} ${reason} ${wasClean}`,
    sync: ({ detail }) => detail.settled,
    reconnecting: ({ detail }) => detail.attempt,
  };
  for (const type of ["open", "connect", "message", "error", "close", "disconnect", "sync", "reconnecting"]) {
    socket.addEventListener(type, (event) => {
      const detail = details[type]?.(event) ?? "";
      const line = `${who} ${type} ${detail} [${socket.readyState}]`.replace("  ", " ");
      log.push(line);
      lines.push(line);
      written.dispatchEvent(new Event("line"));
    });
  }
}

/** The next event of a type. */
function next(socket, type) {
  return new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
}

/** What a call throws: the name of a DOMException, or of the class of any other error. */
function thrown(call) {
  try {
    call();
  } catch (error) {
    return error instanceof DOMException ? error.name : error.constructor.name;
  }
  return "nothing";
}

/** Counts the connections that are tried from here on. */
function countConnections() {
  const count = { tried: 0 };
  globalThis.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      count.tried++;
    }
  };
  return count;
}
