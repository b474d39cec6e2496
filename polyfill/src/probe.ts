/** What a page can do before it makes a socket. */
import { judge } from "nws-core";

import { decision, gather, permission, question, statusOf } from "./facts.ts";
import { FAILURES, NO_CORE } from "./failures.ts";
import { Fact } from "./numbers.ts";
import { locate, readOptions } from "./options.ts";
import { loadCore } from "./wasm.ts";

/** Questions that Content-Security-Policy has forbidden: no page takes its policy back. */
const forbidden = new Set<string>();

/** The static operations of both classes. */
export const operations = {
  /** Finds out whether a socket would open. */
  async probe(options: unknown = undefined): Promise<object> {
    globalThis.addEventListener?.("securitypolicyviolation", hear);
    const endpoint = await locate(readOptions(options).endpoint);
    const { facts, state } = await gather(endpoint);
    // The event comes after the failure of what is forbidden.
    await new Promise((resolve) => setTimeout(resolve));
    const barred = forbidden.has(statusOf(endpoint)) ? Fact.Barred : 0;
    const failure = loadCore() ? judge(facts | barred) : NO_CORE;
    const [reason, message] = failure ? FAILURES[failure]! : [null, ""];
    return { ok: !failure, permission: state, reason: state === "prompt" ? null : reason, message };
  },

  /** Makes the browser ask the person, and waits for the answer. */
  async requestPermission(options: unknown = undefined): Promise<PermissionState> {
    const endpoint = await locate(readOptions(options).endpoint);
    const status = await permission(endpoint);
    if (status.state === "prompt") {
      const options: RequestInit & { targetAddressSpace: string } = { targetAddressSpace: "loopback" };
      // Where no proxy listens, the request fails before the person has answered.
      await fetch(question(endpoint), options).catch(() => decision(status));
    }
    return status.state;
  },

  /** A name for a channel that nobody guesses. */
  randomName(): string {
    const bytes = crypto.getRandomValues(new Uint8Array(20));
    return bytes.reduce((name, byte) => name + (byte & 31).toString(32), "");
  },
};

function hear({ blockedURI, disposition }: SecurityPolicyViolationEvent): void {
  const [address] = blockedURI.split("?") as [string];
  if (disposition === "enforce" && address.endsWith("/status")) {
    forbidden.add(address);
  }
}
