import { closeEvent, errorEvent, NetworkMessageEvent } from "./events.ts";

/**
 * What a socket object keeps for the core, and the events that the core fires on it: this side of
 * client-wasm/src/port.rs, where every decision is taken.
 */
export class Port {
  state = 0;
  head = "";
  discarded = 0;
  binaryType: BinaryType = "blob";
  socket!: EventTarget;

  constructor(
    readonly serial: number,
    public id: string,
    public origin: string,
  ) {}

  opened(): void {
    this.socket.dispatchEvent(new Event("open"));
  }

  message(data: unknown, senderId: string, peer: Port | undefined): void {
    const payload = data instanceof ArrayBuffer && this.binaryType === "blob" ? new Blob([data]) : data;
    this.socket.dispatchEvent(new NetworkMessageEvent(payload, this.origin, senderId, peer?.socket ?? null));
  }

  error(reason: string, message: string): void {
    this.socket.dispatchEvent(errorEvent(reason, message));
  }

  closed(code: number, reason: string, wasClean: boolean): void {
    this.socket.dispatchEvent(closeEvent(code, reason, wasClean));
  }
}
