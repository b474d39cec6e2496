/** What the scripts of test pages put on the global object, beside the classes of the package. */
import "networkwebsockets/global";

declare global {
  /** Of attempt.js. */
  var attempt: (endpoint: string, channel?: string) => Promise<Seen[]>;
  var permission: () => Promise<PermissionState>;

  /** An event of a socket that a page tries to open, as attempt.js tells it. */
  interface Seen {
    type: string;
    state: number;
    reason?: string;
    message?: string;
    code?: number;
    wasClean?: boolean;
  }

  /** Of member.js. */
  var member: {
    socket: NetworkWebSocket;
    next(): Happened | Promise<Happened>;
    peer(id: string): PeerWebSocket | undefined;
  };

  /** What happened to a page that is a member of a channel, as member.js tells it. */
  interface Happened {
    type: string;
    id?: string;
    peer?: string;
    sender?: string;
    known?: boolean;
    data?: string | number[];
    attempt?: number;
    code?: number;
  }

  /** Of single tests. */
  var attempted: Seen[] | undefined;
  var ending: Promise<number>;
  var given: NetworkWebSocket;
  var heard: [number: number, sender: string][];
  var opens: string[];
  var over: Promise<number>;
  var question: { state: string; heard(): void };
  var seen: string[];
  var socket: NetworkWebSocket;
  var waiting: NetworkWebSocket;
}
