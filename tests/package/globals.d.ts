/**
 * What places of the package have, and what its tests put on the global object of a page.
 * Tools that only the lock file of this folder brings are described as far as they are used, so that
 * a check needs no installation.
 */
import type { NetworkWebSocket as Socket } from "networkwebsockets";
import "networkwebsockets/global";

declare global {
  /** What a page or a worker hears. */
  var heard: Promise<unknown>;
  var parrot: (NetworkWebSocket: typeof Socket, search?: string) => void;

  /** Of workers. */
  var importScripts: (...urls: string[]) => void;
  /** Of Deno. */
  var Deno: { args: string[] } | undefined;
  /** Of Jest. */
  var test: (name: string, body: () => Promise<void>) => void;
  var expect: (value: unknown) => { toEqual(expected: unknown): void; toThrow(message: string): void };
}
