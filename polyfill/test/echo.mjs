/** A server that sends back what it gets: to a plain WebSocket as it is, to a channel as a peer named `echo` would. */
import { once } from "node:events";

import { WebSocketServer } from "ws";

/** Texts that it obeys instead. */
const ORDERS = {
  close: (socket, code, reason) => socket.close(code && Number(code), reason),
  terminate: (socket) => socket.terminate(),
  // A frame of a kind that does not exist: the client has to fail the connection.
  garble: (socket) => socket._socket.write(Buffer.from([0x83, 0])),
};

export class Echo {
  #server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  /** How each connection ended. */
  ends = [];

  static async listen() {
    const echo = new Echo();
    echo.#server.on("connection", (socket, { url }) => echo.#serve(socket, url === "/plain" ? plain : channel));
    await once(echo.#server, "listening");
    return echo;
  }

  get endpoint() {
    return `ws://127.0.0.1:${this.#server.address().port}`;
  }

  close() {
    this.#server.clients.forEach((socket) => socket.terminate());
    this.#server.close();
  }

  #serve(socket, answer) {
    socket.on("error", () => {});
    socket.on("close", (code, reason) => this.ends.push(`${code} ${reason}`));
    socket.on("message", (data, binary) => answer(socket, binary ? data : String(data)));
  }
}

function plain(socket, data) {
  obey(socket, data) || socket.send(data);
}

function channel(socket, frame) {
  if (typeof frame !== "string") {
    socket.send(Buffer.concat([Buffer.from([frame[0], 4]), Buffer.from("echo"), frame.subarray(2 + frame[1])]));
    return;
  }
  const { action, data } = JSON.parse(frame);
  if (action === "status") {
    socket.send(JSON.stringify({ action: "connect", source: "me", target: "echo" }));
  } else if (!obey(socket, data)) {
    socket.send(JSON.stringify({ action, source: "echo", target: "me", data }));
  }
}

function obey(socket, data) {
  const [order, ...details] = typeof data === "string" ? data.split(" ") : [];
  const known = Object.hasOwn(ORDERS, order);
  if (known) {
    ORDERS[order](socket, ...details);
  }
  return known;
}
