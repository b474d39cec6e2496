/** The channel tester: joins channels, one tab each, and keeps their names in the address. */

import { Panel } from "./panel.js";
import { messageOf, nameOf } from "./failure.js";
import { byId } from "../page.js";
import { Outage } from "./outage.js";
import { Tabs } from "./tabs.js";

/** @import { Kind } from "./panel.js" */

const NAME_RULE = "A channel name has 1 to 255 characters: letters, digits and + * = . _ - only.";
const RESTORED_AT_MOST = 16;
/** Where the client connects by default. */
const USUAL = /^(localhost|127\.0\.0\.1|\[::1\]):9009$/;

/** What the address or the form names. @typedef {{kind: Kind, name: string}} Channel */

const view = byId("view-tester", HTMLElement);
const form = byId("join", HTMLFormElement);
const field = byId("name", HTMLInputElement);
const error = byId("name-error", HTMLElement);
const welcome = byId("welcome", HTMLElement);
const linked = byId("linked", HTMLElement);
const tabs = new Tabs(byId("tabs", HTMLElement), byId("main", HTMLElement), remember);
const outage = new Outage(() => [...tabs.panels.values()]);
/** What the address named when the page was loaded. Whoever changes it afterwards makes the page join nothing. */
const first = named();
/** @type {Promise<typeof import("/networkwebsockets.mjs") | null> | null} */
let loading = null;
/** @type {typeof import("/networkwebsockets.mjs") | null} */
let library = null;

/** The view is shown. The first time, the client is loaded, and joins what the address named. */
export async function enter() {
  if (loading) return remember();
  loading = import("/networkwebsockets.mjs").catch(() => null);
  outage.check();
  library = await loading;
  if (!library)
    outage.say("This proxy was built without the client library. Run “cargo xtask build”, then start the proxy again.");
  else if (first.length === 0) {
    remember();
    focusName();
  } else if (isOwnChoice()) restore(first);
  else suggest(first);
}

/**
 * @param {Kind} kind
 * @param {string} name
 * @throws {DOMException} SyntaxError where the name is not one
 * @returns {Panel}
 */
function join(kind, name) {
  const key = `${kind}/${name}`;
  const panel = tabs.panels.get(key) ?? open(kind, name);
  if (!tabs.panels.has(key)) tabs.add(key, panel);
  tabs.select(key);
  return panel;
}

/**
 * @param {Kind} kind
 * @param {string} name
 */
function open(kind, name) {
  if (!library) throw new Error("The client is not loaded.");
  const Socket = kind === "local" ? library.LocalWebSocket : library.NetworkWebSocket;
  const endpoint = `ws://${location.host}`;
  const connect = () => new Socket(name, { endpoint });
  return new Panel({
    kind,
    name,
    connect,
    leave: () => leave(`${kind}/${name}`),
    changed: () => outage.check(),
  });
}

/**
 * @param {Kind} kind
 * @param {string} name
 * @returns {Panel | null} null after a complaint
 */
function tryJoin(kind, name) {
  try {
    const panel = join(kind, name);
    complain("");
    return panel;
  } catch (failure) {
    complain(nameOf(failure) === "SyntaxError" ? NAME_RULE : messageOf(failure));
    return null;
  }
}

/** @param {string} key */
function leave(key) {
  tabs.panels.get(key)?.close();
  tabs.remove(key);
  if (tabs.panels.size) tabs.focus();
  else focusName();
}

function focusName() {
  field.focus();
  field.select();
}

/** @param {string} text */
function complain(text) {
  error.textContent = text;
  field.setAttribute("aria-invalid", String(text !== ""));
}

function remember() {
  const keys = [...tabs.panels.keys()];
  history.replaceState(null, "", keys.length ? `#${keys.join(",")}` : "#/tester");
  welcome.hidden = keys.length > 0;
  if (keys.length > 0) linked.hidden = true;
  document.title = `${tabs.selected || "Channel tester"} – Network Web Sockets console`;
}

/**
 * @param {unknown} word
 * @returns {Kind}
 */
function kindOf(word) {
  return word === "local" ? "local" : "network";
}

/** @returns {Channel[]} what the address names */
function named() {
  const keys = location.hash.slice(1).split(",").slice(0, RESTORED_AT_MOST);
  return keys.flatMap((key) => {
    const [, kind, name] = /^(network|local)\/([^/]+)$/.exec(key) ?? [];
    return name ? [{ kind: kindOf(kind), name }] : [];
  });
}

/** @param {Channel[]} channels */
function restore(channels) {
  const first = channels.map(({ kind, name }) => tryJoin(kind, name)).find((panel) => panel !== null);
  if (!first) return focusName();
  field.value = "";
  tabs.select(first.key);
  first.focus();
}

/**
 * A link from elsewhere joins nothing by itself.
 * @param {Channel[]} channels
 */
function suggest(channels) {
  const names = channels.map(({ kind, name }) => (kind === "local" ? `${name} (local)` : name));
  byId("linked-names", HTMLElement).textContent = names.join(", ");
  const button = byId("linked-join", HTMLElement);
  button.addEventListener("click", () => restore(channels));
  linked.hidden = false;
  button.focus();
}

/** Whether the person has chosen what the address names: it was reloaded, or a page of this proxy links to it. */
function isOwnChoice() {
  const [navigation] = performance.getEntriesByType("navigation");
  if (navigation instanceof PerformanceNavigationTiming && navigation.type === "reload") return true;
  return document.referrer !== "" && new URL(document.referrer).origin === location.origin;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await loading;
  if (!library) return;
  const kind = kindOf(new FormData(form).get("kind"));
  const panel = tryJoin(kind, field.value.trim());
  if (!panel) return focusName();
  field.value = "";
  panel.focus();
});

field.addEventListener("input", () => complain(""));

document.addEventListener("keydown", (event) => {
  if (view.hidden) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    focusName();
  }
  const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
  if (event.altKey && step && tabs.panels.size) {
    event.preventDefault();
    tabs.step(step);
    tabs.panels.get(tabs.selected)?.focus();
  }
});

for (const host of document.querySelectorAll(".host")) host.textContent = location.host;
byId("endpoint", HTMLElement).hidden = USUAL.test(location.host);
