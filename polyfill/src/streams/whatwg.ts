/** A stream's socket as streams of the WHATWG, with what they know of back-pressure. */
import { ReadyState } from "../generated/numbers.ts";
import { toData } from "../webidl.ts";
import type { Inbox } from "./inbox.ts";
import type { StreamEnd } from "./stream-end.ts";

/** What arrives: texts, and bytes. The peer may send on as chunks are read. */
export function readableOf<T>(end: StreamEnd, inbox: Inbox<T>): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const { done, value } = await inbox.next();
        done ? controller.close() : controller.enqueue(value);
      },
      async cancel() {
        await inbox.return();
        end.close(undefined, undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

/** What is written is sent. A write is done when the peer has let all of it go. */
export function writableTo(end: StreamEnd): WritableStream<unknown> {
  const { socket } = end;
  return new WritableStream({
    start(controller) {
      socket.addEventListener("close", () => controller.error(closed()));
      if (end.state === ReadyState.Connecting) {
        return new Promise<void>((resolve) => {
          socket.addEventListener("open", () => resolve());
          socket.addEventListener("close", () => resolve());
        });
      }
      return undefined;
    },
    async write(chunk) {
      end.send(toData(chunk));
      await end.sent();
    },
    async close() {
      end.close(1000, "");
      await new Promise((resolve) => socket.addEventListener("close", resolve));
    },
    abort() {
      end.close(undefined, undefined);
    },
  });
}

function closed(): DOMException {
  return new DOMException("the socket is closed", "InvalidStateError");
}
