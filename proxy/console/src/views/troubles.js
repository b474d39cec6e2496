/** The lists of what is wrong: clients that are slow or were cut, and proxies that are not linked. */

import { element, write } from "../element.js";
import { bytes, clock, count, span } from "../format.js";
import { candidateLabel, channelLabel, peerLabel, short } from "../labels.js";
import { reasonOf } from "../reasons.js";
import { advise } from "../summary.js";

/** @import { Actions } from "../actions.js" */
/** @import { Model } from "../model.js" */
/** @import { CandidateRow, EventRow, PeerRow } from "../rows.js" */

/** How long somebody who was cut is listed. */
const CUT_MS = 600_000;
const ITEMS_AT_MOST = 50;
/** Reasons of which the words of the system tell more. The other ones have them as a title. */
const SPOKEN = new Set(["closed", "not-a-proxy", "other-version", "ended", "stranger"]);

/** What an item shows. @typedef {{id: string, mark: string, key: string, text: string, title?: string, help?: string, command?: string, button?: string, act?: () => void}} Item */

/** A list whose items stay where they are. */
export class TroubleList {
  element = element("div", { className: "troubles" });
  #list = element("ul");
  #nothing = element("p", { className: "empty" });
  #more = element("p", { className: "more", hidden: true });
  /** @type {Map<string, {item: HTMLElement, update: (item: Item) => void}>} */
  #shown = new Map();

  /** @param {string} empty */
  constructor(empty) {
    this.#nothing.textContent = empty;
    this.element.append(this.#list, this.#nothing, this.#more);
  }

  /** @param {Item[]} items */
  show(items) {
    const visible = items.slice(0, ITEMS_AT_MOST);
    const wanted = new Set(visible.map(({ id }) => id));
    for (const [id, { item }] of this.#shown) {
      if (wanted.has(id)) continue;
      item.remove();
      this.#shown.delete(id);
    }
    for (const one of visible) {
      const shown = this.#shown.get(one.id) ?? this.#add(one.id);
      shown.update(one);
    }
    this.#list.hidden = items.length === 0;
    this.#nothing.hidden = items.length > 0;
    this.#more.hidden = items.length <= ITEMS_AT_MOST;
    write(this.#more, `${count(items.length - visible.length)} more.`);
  }

  /** @param {string} id */
  #add(id) {
    const key = element("strong", { className: "key" });
    const text = element("span");
    const help = element("p", { className: "help" });
    const button = element("button", { type: "button", className: "quiet" });
    const item = element("li", {}, element("p", {}, key, " ", text), button, help);
    /** @type {Item | null} */
    let now = null;
    button.addEventListener("click", () => now?.act?.());
    const update = (/** @type {Item} */ next) => {
      now = next;
      item.dataset.mark = next.mark;
      write(key, next.key);
      write(text, next.text);
      text.title = next.title ?? "";
      advise(help, next.help ?? "", next.command ?? "");
      button.hidden = !next.act;
      write(button, next.button ?? "");
      button.ariaLabel = `${next.button} ${next.key}`;
    };
    this.#list.append(item);
    const shown = { item, update };
    this.#shown.set(id, shown);
    return shown;
  }
}

/**
 * @param {Model} model
 * @param {Actions} actions
 * @returns {Item[]}
 */
export function slowItems(model, actions) {
  const slow = [...model.slow.values()].map((peer) => slowItem(model, peer, actions));
  const since = Date.now() - CUT_MS;
  const cut = model.events.filter(({ kind, at }) => kind === "cut" && at >= since).reverse();
  return [...slow, ...cut.map((event) => cutItem(model, event))];
}

/**
 * @param {Model} model
 * @param {PeerRow} peer
 * @param {Actions} actions
 * @returns {Item}
 */
function slowItem(model, peer, actions) {
  const { lagging_since: lag = null, waiting_bytes: waiting = 0 } = peer.client ?? {};
  const text = lag
    ? `has taken nothing for ${span(Date.now() - lag)}; ${bytes(waiting)} wait for it`
    : "is not read, as a recipient is too slow";
  return {
    id: peer.id,
    mark: lag ? "slow" : "held",
    key: peerLabel(peer),
    text: `in ${named(model, peer.channel)} ${text}.`,
    button: "Disconnect",
    act: actions.mayAct ? () => actions.disconnect(peer.id, peerLabel(peer)) : undefined,
  };
}

/**
 * @param {Model} model
 * @param {EventRow} event
 * @returns {Item}
 */
function cutItem(model, { id, at, peer, channel, detail }) {
  const where = channel ? ` from ${named(model, channel)}` : "";
  return {
    id: `event ${id}`,
    mark: "cut",
    key: peer ?? "A client",
    text: `was cut${where} at ${clock(at)}: ${detail ? grouped(detail) : "it read too slowly"}.`,
  };
}

/**
 * @param {Model} model
 * @param {Actions} actions
 * @returns {Item[]}
 */
export function candidateItems(model, actions) {
  const items = [...model.candidates.values()].map((candidate) => candidateItem(candidate, actions));
  return items.sort((one, other) => Number(other.mark === "fault") - Number(one.mark === "fault"));
}

/**
 * @param {CandidateRow} candidate
 * @param {Actions} actions
 * @returns {Item}
 */
function candidateItem(candidate, actions) {
  const { means, todo, command } = reasonOf(candidate);
  const { id, is_dialling: isDialling, next_dial_at: next, detail } = candidate;
  const when = isDialling ? " Being dialled now." : next ? ` Next try in ${span(next - Date.now())}.` : "";
  const words = detail && SPOKEN.has(candidate.reason) ? ` (${detail})` : "";
  return {
    id,
    mark: candidate.is_fault ? "fault" : "waiting",
    key: candidateLabel(candidate),
    text: `${means}${words}.${when}`,
    title: detail ?? "",
    help: todo,
    command,
    button: "Dial now",
    act: actions.mayAct ? () => actions.dial(id, candidateLabel(candidate)) : undefined,
  };
}

/**
 * @param {Model} model
 * @param {string} id
 */
function named(model, id) {
  const channel = model.channels.get(id);
  return channel ? channelLabel(channel) : `#${short(id)}`;
}

/**
 * The numbers of a text, as people write them.
 * @param {string} text
 */
function grouped(text) {
  return text.replace(/\d{4,}/g, (digits) => count(Number(digits)));
}
