/**
 * What a page can know of its way to a proxy without making the browser ask the person. client-core/src/failure.rs
 * says what follows from it.
 */
import { judge } from "nws-core";

import { loadCore } from "./core.ts";
import { Fact, Failure, FAILURES, PROTOCOL } from "./generated/numbers.ts";
import { locate, readOptions } from "./options.ts";

/** How long a proxy may take to answer, in milliseconds: one that is there takes a few. */
const PATIENCE_MS = 3000;

/** How long somebody may look at the browser's question, in milliseconds. */
const DECISION_MS = 60_000;

/** Addresses of this machine: browsers let pages from there reach it, and ask about others. */
const LOOPBACK = /^\w+:\/\/(127\.[\d.]+|\[::1]|([^/:]+\.)?localhost)(:|\/|$)/i;

type Permission = Pick<PermissionStatus, "state" | "onchange">;

/** Whether the browser lets this page talk to the proxy at `url`. Where it does not care it is granted. */
async function permission(url: string): Promise<Permission> {
  try {
    const page = origin === "null" ? location.href : origin;
    if (LOOPBACK.test(url) && /^http/.test(page) && !LOOPBACK.test(page)) {
      return await navigator.permissions.query({ name: "loopback-network" as PermissionName });
    }
  } catch {
    // No browser, or one that knows of no such permission.
  }
  return { state: "granted" } as Permission;
}

/** Waits for what the person says to the browser's question. It may be on the screen though the connection has failed. */
function decision(status: Permission): Promise<unknown> {
  return new Promise((resolve) => {
    status.onchange = resolve;
    setTimeout(resolve, status.state === "prompt" ? DECISION_MS : 0);
  });
}

/** Where the proxy whose address is `url` says what it is. */
function statusOf(url: string): string {
  return `http${url.slice(2)}status`;
}

/** The same, as nobody has asked before: a service worker of the page may keep every answer, for good. */
function question(url: string): string {
  return `${statusOf(url)}?${Math.random()}`;
}

/** The facts, and how the permission stands. Who is `patient` has asked, and waits for the answer. */
export async function gather(url: string, patient = false): Promise<{ facts: number; state: PermissionState }> {
  const status = await permission(url);
  let facts = isDetoured() ? Fact.Detoured : 0;
  if (status.state !== "granted") {
    const { document } = globalThis as { document?: Framed };
    const embedded = document?.featurePolicy?.allowsFeature("loopback-network") === false;
    facts |= (isSecureContext ? 0 : Fact.Insecure) | (embedded ? Fact.Embedded : 0);
    // Workers cannot ask, nor can those whom the answer would not help.
    if (patient && document && !facts) {
      await decision(status);
    }
  }
  const { state } = status;
  if (state !== "granted") {
    facts |= Fact.Ungranted;
  }
  // With the permission undecided, asking the proxy would make the browser ask the person.
  return { facts: state === "prompt" ? facts : facts | (await presence(url)), state };
}

/** Whether Node sends requests to this machine to a proxy of HTTP. Deno would ask the person for each variable. */
function isDetoured(): boolean {
  const { Deno, process } = globalThis as {
    Deno?: object;
    process?: { env?: Record<string, string | undefined> };
  };
  const env = (!Deno && process?.env) || {};
  return !!env.NODE_USE_ENV_PROXY && !(env.NO_PROXY ?? env.no_proxy);
}

interface Framed {
  featurePolicy?: { allowsFeature(feature: string): boolean };
}

async function presence(url: string): Promise<number> {
  try {
    const answer = await fetch(question(url), { signal: AbortSignal.timeout(PATIENCE_MS) });
    const { protocol, origin } = await answer.json();
    const served = origin === "refused" ? Fact.Refused : Fact.Present;
    return protocol ? (protocol === PROTOCOL ? served : Fact.Foreign) : 0;
  } catch (error) {
    return (error as Error).name === "TimeoutError" ? Fact.Present : 0;
  }
}

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
    const failure = loadCore() ? judge(facts | barred) : Failure.NoCore;
    const [reason, message] = FAILURES[failure] ?? [null, ""];
    return { ok: !reason, permission: state, reason: state === "prompt" ? null : reason, message };
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
