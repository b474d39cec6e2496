/** Under Jest: the conversation where the environment has all that sockets are made of, else what the first one says. */

import * as sockets from "networkwebsockets";

import { converse } from "./conversation.js";

test("it is what it is elsewhere", async () => {
  const { error, conversation } = JSON.parse(process.env.EXPECTED ?? "");
  if (error) {
    expect(Object.keys(sockets).sort()).toEqual(["LocalWebSocket", "NetworkWebSocket", "PeerWebSocket"]);
    expect(() => new sockets.NetworkWebSocket("channel")).toThrow(error);
  } else {
    expect(await converse(sockets, process.env.ENDPOINT ?? "")).toEqual(conversation);
  }
});
