/** What a client has to do with a real proxy and other clients, in the order in which an author meets it. */

import { LOSSES } from "./losses.mjs";
import { MESSAGES } from "./messages.mjs";
import { Stage } from "./stage.mjs";
import { STREAMS } from "./streams.mjs";

/** @import { Result } from "./vectors.mjs" */

/** What happens, by its name. @typedef {Record<string, (stage: Stage) => Promise<void>>} Scenarios */

/** @type {Scenarios} */
const SCENARIOS = { ...MESSAGES, ...LOSSES, ...STREAMS };

/**
 * Plays all whose names have this text in them.
 * @param {{client: string[], partner: string[], patience: number, only: string}} cast
 * @param {(result: Result) => void} report
 */
export async function play({ client, partner, patience, only }, report) {
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (!name.includes(only)) continue;
    const stage = new Stage(client, partner, patience);
    try {
      await scenario(stage);
      report({ name });
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      report({ name, fault: fault.replace(/\s+/g, " ").slice(0, 400) });
    } finally {
      await stage.end();
    }
  }
}
