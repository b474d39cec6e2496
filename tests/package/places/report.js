/** In a runtime: prints what became of one of the conversations. Which it is and where are on the command line. */

import { abandon, converse, miss, persist } from "./conversation.js";

/** @import { Sockets } from "./conversation.js" */

/** @type {Record<string, (sockets: Sockets, endpoint: string) => Promise<unknown>>} */
const CONVERSATIONS = { abandon, converse, miss, persist };

/** @param {Sockets} sockets */
export async function report(sockets) {
  const [conversation, endpoint] = globalThis.Deno?.args ?? process.argv.slice(2);
  console.log(JSON.stringify(await CONVERSATIONS[conversation](sockets, endpoint)));
}
