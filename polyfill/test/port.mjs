/** The port on which a server listens. */

/** @import { AddressInfo } from "node:net" */

/**
 * @param {{address(): AddressInfo | string | null}} server
 * @returns {number}
 */
export function portOf(server) {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server does not listen on a port.");
  return address.port;
}
