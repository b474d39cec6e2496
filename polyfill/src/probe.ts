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

/** Finds out whether a socket would open. */
export async function probe(options?: unknown): Promise<object> {
  globalThis.addEventListener?.("securitypolicyviolation", hear);
  const { facts, state } = await gather(await locate(readOptions(options).endpoint));
  // The event comes after the failure of what is forbidden.
  await new Promise((resolve) => setTimeout(resolve));
  const failure = need() ? judge(facts | barred) : NO_CORE;
  const [reason, message] = failure ? FAILURES[failure]! : [null, ""];
  return { ok: !failure, permission: state, reason: state === "prompt" ? null : reason, message };
}

function hear({ blockedURI }: SecurityPolicyViolationEvent): void {
  if (blockedURI.endsWith("/status")) {
    barred = Fact.Barred;
  }
}

/** Makes the browser ask the person, and waits for the answer. */
export async function requestPermission(options?: unknown): Promise<PermissionState> {
  const endpoint = await locate(readOptions(options).endpoint);
  const status = await permission();
  if (status.state === "prompt") {
    // Where no proxy listens, this fails before the person has answered.
    await ask(endpoint, { targetAddressSpace: "loopback" }).catch(() => {
      if (status.state === "prompt") {
        return new Promise((resolve) => {
          status.onchange = resolve;
          setTimeout(resolve, DECISION_MS);
        });
      }
    });
  }
  return status.state;
}
