/** Sockets as asynchronous iterables: `for await (const event of socket.messages())`. */
import { ReadyState } from "../generated/numbers.ts";
import { Inbox } from "./inbox.ts";

/** The codes of an ordinary end: done, and going away. */
const ORDINARY = [1000, 1001];

/** Who can be told that a message was taken: the streams' sockets. */
export interface Claimed {
  /** From now on a message counts as taken when its `take` is called, and not when its event has been fired. */
  claims: number;
  /** Tells the sender that the message of the event that is being fired has been taken. */
  take: (() => void) | undefined;
}

interface End {
  code: number;
  reason: string;
}

/** The error with which reading a socket ends; none for an ordinary end. */
export function endError({ code, reason }: End): DOMException | undefined {
  if (ORDINARY.includes(code)) {
    return undefined;
  }
  const message = `the socket was closed with ${code}${reason && `: ${reason}`}`;
  return Object.assign(new DOMException(message, "NetworkError"), { closeCode: code, reason });
}

/** The messages that arrive at `socket` from now on. */
export function messages(socket: EventTarget, state: number, options: unknown, claimed?: Claimed): Inbox<Event> {
  const { highWaterMark = claimed ? 0 : Infinity } = Object(options) as { highWaterMark?: unknown };
  const mark = +(highWaterMark as number);
  if (!(mark >= 0)) {
    throw new RangeError(`highWaterMark: ${highWaterMark} is no number of messages`);
  }
  const listening = new AbortController();
  const { signal } = listening;
  const inbox = new Inbox<Event>(mark, () => {
    if (!signal.aborted) {
      listening.abort();
      claimed && claimed.claims--;
    }
  });
  claimed && claimed.claims++;
  socket.addEventListener("message", (event) => inbox.push(event, claimed?.take ?? nothing), { signal });
  socket.addEventListener("close", (event) => inbox.end(endError(event as CloseEvent)), { signal });
  if (state === ReadyState.Closed) {
    inbox.end(undefined);
  }
  return inbox;
}

function nothing(): void {}
