/**
 * What a page can know of its way to a proxy without making the browser ask the person. What follows from it says
 * client-wasm/src/failure.rs.
 */

/** As bits: the core's `fact`. */
export const enum Fact {
  Barred = 1,
  Ungranted = 2,
  Insecure = 4,
  Embedded = 8,
  Present = 16,
  Refused = 32,
  Foreign = 64,
}

/** The protocol that this package speaks. */
const PROTOCOL = 1;

const PATIENCE_MS = 3000;

/** Pages of this machine: browsers let them. */
const LOOPBACK = /^(file|https?:..(127\.|\[::1|([^/]*\.)?localhost))/;

type Permission = Pick<PermissionStatus, "state" | "onchange">;

/** Whether the browser lets this page talk to programs on this machine. Where it does not care it is granted. */
export async function permission(): Promise<Permission> {
  try {
    if (!LOOPBACK.test(origin === "null" ? location.href : origin)) {
      return await navigator.permissions.query({ name: "loopback-network" as PermissionName });
    }
  } catch {
    // No browser, or one that knows of no such permission.
  }
  return { state: "granted" } as Permission;
}

/** Asks the proxy what it is, at whose endpoint or channel `url` is. */
export function ask(url: string, options: object): Promise<Response> {
  return fetch(url.replace(/^ws(.*?)(\/(network|local)\/[^/]+|\/?)$/, "http$1/status"), options);
}

/** The facts, and how the permission stands. */
export async function gather(url: string): Promise<{ facts: number; state: PermissionState }> {
  const { state } = await permission();
  let facts = 0;
  if (state !== "granted") {
    const policy = (globalThis.document as Framed | undefined)?.featurePolicy;
    const embedded = policy?.allowsFeature("loopback-network") === false;
    facts = Fact.Ungranted | (isSecureContext ? 0 : Fact.Insecure) | (embedded ? Fact.Embedded : 0);
  }
  // With the permission undecided, asking the proxy would make the browser ask the person.
  return { facts: state === "prompt" ? facts : facts | (await presence(url)), state };
}

interface Framed {
  featurePolicy?: { allowsFeature(feature: string): boolean };
}

async function presence(url: string): Promise<number> {
  try {
    const { protocol, origin } = await (await ask(url, { signal: AbortSignal.timeout(PATIENCE_MS) })).json();
    const served = origin === "refused" ? Fact.Refused : Fact.Present;
    return protocol ? (protocol === PROTOCOL ? served : Fact.Foreign) : 0;
  } catch (error) {
    return (error as Error).name === "TimeoutError" ? Fact.Present : 0;
  }
}
