/** In a runtime: prints what became of one of the conversations. Which it is and where are on the command line. */

import * as conversations from "./conversation.js";

export async function report(sockets) {
  const [conversation, endpoint] = globalThis.Deno?.args ?? process.argv.slice(2);
  console.log(JSON.stringify(await conversations[conversation](sockets, endpoint)));
}
