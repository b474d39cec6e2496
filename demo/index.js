/** The list of demos: second windows that stand beside the first, the same proxy for all, and the way to the proxy's console. */

import { byId } from "./shared/element.js";
import { findProxy } from "./shared/proxy.js";

const WINDOW = "popup,noopener,width=900,height=700";

for (const link of document.querySelectorAll("a")) {
  if (!link.matches(".demos a")) continue;
  if (location.search) link.search = location.search;
  if (link.target) link.addEventListener("click", (event) => openWindow(event, link));
}
byId("console", HTMLElement).hidden = !(await comesFromProxy());

/**
 * Other clicks are the browser's: they open tabs, or save.
 * @param {MouseEvent} event
 * @param {HTMLAnchorElement} link
 */
function openWindow(event, { href }) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(href, "_blank", WINDOW);
}

async function comesFromProxy() {
  try {
    return (await findProxy()) === location.origin;
  } catch {
    return false;
  }
}
