/** For pages under test: writes down which events fire, in which order. */

/** Opens a socket whose events, and whose peers' events, are written to `log` in a line each. */
function record(endpoint, log, name = "chan") {
  const ws = new NetworkWebSocket(name, { endpoint });
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
  };
  for (const type of ["open", "connect", "message", "error", "close", "disconnect"]) {
    socket.addEventListener(type, (event) => {
      const detail = details[type]?.(event) ?? "";
      log.push(`${who} ${type} ${detail} [${socket.readyState}]`.replace("  ", " "));
    });
  }
}

/** The next event of a type. */
function next(socket, type) {
  return new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
}

/** The name of what a call throws. */
function thrown(call) {
  try {
    call();
  } catch (error) {
    return error.name;
  }
  return "nothing";
}
