import { newWebSocketRpcSession, RpcTarget } from "capnweb";
import { NetworkWebSocket } from "networkwebsockets/streams";

const lines = [];
const listeners = new Set();

/** What a caller gets: it writes under one name. */
class Pen extends RpcTarget {
  #name;

  constructor(name) {
    super();
    this.#name = name;
  }

  write(text) {
    lines.push(`${this.#name}: ${text}`);
    document.querySelector("#lines").append(item(lines.at(-1)));
    for (const listener of listeners) listener(lines.at(-1));
    return lines.length;
  }
}

/** What every caller sees first. */
class Board extends RpcTarget {
  pen(name) {
    return new Pen(name);
  }

  /** Calls `listener`, a function of the caller, with each line. */
  watch(listener) {
    const kept = listener.dup();
    kept.onRpcBroken(() => listeners.delete(kept));
    listeners.add(kept);
    return lines;
  }
}

const ws = new NetworkWebSocket("sample-capnweb");
ws.ondial = (event) => {
  if (event.protocols.includes("board.capnweb")) {
    newWebSocketRpcSession(event.accept("board.capnweb"), new Board());
  }
};

function item(text) {
  return Object.assign(document.createElement("li"), { textContent: text });
}
