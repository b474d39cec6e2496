/** The console: joins channels, one tab each, and keeps their names in the address. */

import { Panel } from "/console/panel.js";
import { Outage } from "/console/outage.js";
import { Tabs } from "/console/tabs.js";

const NAME_RULE = "A channel name has 1 to 255 characters: letters, digits and + * = . _ - only.";
const RESTORED_AT_MOST = 16;
/** Where the client connects by default. */
const USUAL = /^(localhost|127\.0\.0\.1|\[::1\]):9009$/;

const form = document.getElementById("join");
const field = form.elements.namedItem("name");
const error = document.getElementById("name-error");
const welcome = document.getElementById("welcome");
const linked = document.getElementById("linked");
const tabs = new Tabs(document.getElementById("tabs"), document.getElementById("main"), remember);
const outage = new Outage(() => [...tabs.panels.values()]);
const loading = import("/networkwebsockets.mjs").catch(() => null);
let library = null;

/**
 * @returns {Panel}
 * @throws {DOMException} SyntaxError where the name is not one
 */
function join(kind, name) {
  const key = `${kind}/${name}`;
  if (!tabs.panels.has(key)) tabs.add(key, open(kind, name));
  tabs.select(key);
  return tabs.panels.get(key);
}

function open(kind, name) {
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

/** @returns {Panel | null} null after a complaint */
function tryJoin(kind, name) {
  try {
    const panel = join(kind, name);
    complain("");
    return panel;
  } catch (failure) {
    complain(failure.name === "SyntaxError" ? NAME_RULE : failure.message);
    return null;
  }
}

function leave(key) {
  tabs.panels.get(key).close();
  tabs.remove(key);
  if (tabs.panels.size) tabs.focus();
  else focusName();
}

function focusName() {
  field.focus();
  field.select();
}

function complain(text) {
  error.textContent = text;
  field.setAttribute("aria-invalid", String(text !== ""));
}

function remember() {
  const keys = [...tabs.panels.keys()];
  history.replaceState(null, "", keys.length ? `#${keys.join(",")}` : location.pathname);
  welcome.hidden = keys.length > 0;
  if (keys.length > 0) linked.hidden = true;
  document.title = `${tabs.selected ? `${tabs.selected} – ` : ""}Network Web Sockets console`;
}

/** @returns {{kind: string, name: string}[]} what the address names */
function named() {
  const keys = location.hash.slice(1).split(",").slice(0, RESTORED_AT_MOST);
  return keys.map((key) => /^(?<kind>network|local)\/(?<name>[^/]+)$/.exec(key)?.groups).filter(Boolean);
}

function restore(channels) {
  const first = channels.map(({ kind, name }) => tryJoin(kind, name)).find(Boolean);
  if (!first) return focusName();
  field.value = "";
  tabs.select(first.key);
  first.focus();
}

/** A link from elsewhere joins nothing by itself. */
function suggest(channels) {
  const names = channels.map(({ kind, name }) => (kind === "local" ? `${name} (local)` : name));
  document.getElementById("linked-names").textContent = names.join(", ");
  const join = document.getElementById("linked-join");
  join.addEventListener("click", () => restore(channels));
  linked.hidden = false;
  join.focus();
}

/** Whether the person has chosen what the address names: it was reloaded, or a page of this proxy links to it. */
function isOwnChoice() {
  const [{ type }] = performance.getEntriesByType("navigation");
  return type === "reload" || (document.referrer !== "" && new URL(document.referrer).origin === location.origin);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await loading;
  if (!library) return;
  const { kind, name } = Object.fromEntries(new FormData(form));
  const panel = tryJoin(kind, name.trim());
  if (!panel) return focusName();
  field.value = "";
  panel.focus();
});

field.addEventListener("input", () => complain(""));

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    focusName();
  }
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (event.altKey && step && tabs.panels.size) {
    event.preventDefault();
    tabs.step(step);
    tabs.panels.get(tabs.selected).focus();
  }
});

for (const host of document.querySelectorAll(".host")) host.textContent = location.host;
document.getElementById("endpoint").hidden = USUAL.test(location.host);
outage.check();
library = await loading;
if (!library)
  outage.say("This proxy was built without the client library. Run “cargo xtask build”, then start the proxy again.");
else if (isOwnChoice() || named().length === 0) restore(named());
else suggest(named());
