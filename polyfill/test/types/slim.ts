/** The slim build: the same classes, after `init()`. */
import { expectTypeOf } from "expect-type";
import { NetworkWebSocket } from "networkwebsockets";
import init, { NetworkWebSocket as Slim } from "networkwebsockets/slim";
// @ts-expect-error it is no class at run time
import type { CommonSocket } from "networkwebsockets";

expectTypeOf<typeof Slim>().toEqualTypeOf<typeof NetworkWebSocket>();
expectTypeOf(init("networkwebsockets.wasm")).toEqualTypeOf<Promise<void>>();
init(new URL("https://site.example/networkwebsockets.wasm"));
init(fetch("networkwebsockets.wasm"));
init(new Uint8Array(1));
// @ts-expect-error the WebAssembly is somewhere
init();
// @ts-expect-error no number says where
init(5);
