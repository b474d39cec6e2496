/** Where the proxy is, as the address of a page or a worker tells. */

export const proxy = new URLSearchParams(location.search).get("proxy") ?? "";
