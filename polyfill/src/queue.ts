import type { Frame } from "./port.ts";

type Item = [frame: Frame, overhead: number, bytes: number];

/** What was sent while there was no connection: frames for the next one, oldest first. */
export class Queue {
  /** The bytes of them that the page gave. */
  bytes = 0;
  #items: Item[] = [];

  push(frame: Frame, overhead: number, bytes: number): void {
    this.#items.push([frame, overhead, bytes]);
    this.bytes += bytes;
  }

  /** Takes all of them out. */
  empty(): Item[] {
    this.bytes = 0;
    return this.#items.splice(0);
  }
}
