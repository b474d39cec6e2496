/** What a page can do before it makes a socket. */
import { judge } from "nws-core";

import { ask, Fact, gather, permission } from "./facts.ts";
import { FAILURES, NO_CORE } from "./failures.ts";
import { locate, readOptions } from "./options.ts";
import { need } from "./wasm.ts";

/** How long somebody may look at the question. */
const DECISION_MS = 60_000;

/** Set once Content-Security-Policy has forbidden a question: no page takes its policy back. */
let barred = 0;

/** The static operations of both classes. */
export const operations = {
  /** Finds out whether a socket would open. */
  async probe(options: unknown = undefined): Promise<object> {
    globalThis.addEventListener?.("securitypolicyviolation", hear);
    const { facts, state } = await gather(await locate(readOptions(options).endpoint));
    // The event comes after the failure of what is forbidden.
    await new Promise((resolve) => setTimeout(resolve));
    const failure = need() ? judge(facts | barred) : NO_CORE;
    const [reason, message] = failure ? FAILURES[failure]! : [null, ""];
    return { ok: !failure, permission: state, reason: state === "prompt" ? null : reason, message };
  },

  /** Makes the browser ask the person, and waits for the answer. */
  async requestPermission(options: unknown = undefined): Promise<PermissionState> {
    const endpoint = await locate(readOptions(options).endpoint);
    const status = await permission();
    if (status.state === "prompt") {
      await ask(endpoint, { targetAddressSpace: "loopback" }).catch(() => decision(status));
    }
    return status.state;
  },
};

function hear({ blockedURI }: SecurityPolicyViolationEvent): void {
  if (blockedURI.endsWith("/status")) {
    barred = Fact.Barred;
  }
}

/** Where no proxy listens, the request fails before the person has answered. */
function decision(status: Pick<PermissionStatus, "state" | "onchange">): Promise<unknown> {
  return new Promise((resolve) => {
    status.onchange = resolve;
    setTimeout(resolve, status.state === "prompt" ? DECISION_MS : 0);
  });
}
