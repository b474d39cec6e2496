/** What the script tag brings. */
import "networkwebsockets/global";

import { expectTypeOf } from "expect-type";
import type * as sockets from "networkwebsockets";

const ws: NetworkWebSocket = new NetworkWebSocket("channel");
const local: LocalWebSocket = new globalThis.LocalWebSocket("channel");
expectTypeOf(ws).toEqualTypeOf<sockets.NetworkWebSocket>();
expectTypeOf(local).toEqualTypeOf<sockets.LocalWebSocket>();
expectTypeOf<PeerWebSocket>().toEqualTypeOf<sockets.PeerWebSocket>();
ws.peers[0] instanceof globalThis.PeerWebSocket;
// @ts-expect-error only a channel's socket makes them
new globalThis.PeerWebSocket();
