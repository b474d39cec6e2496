/** The view of channels, and of the peers of one of them. */

import { element, write } from "../element.js";
import { Filter } from "../filter.js";
import { count, rate, things } from "../format.js";
import { channelLabel } from "../labels.js";
import { Table } from "../table.js";
import { PeersCard } from "./peers.js";
import { peersOf } from "./picker.js";

/** @import { Actions } from "../actions.js" */
/** @import { Column } from "../table.js" */
/** @import { Model } from "../model.js" */
/** @import { ChannelRow } from "../rows.js" */
/** @import { Session } from "../session.js" */

const ORDER = new Intl.Collator("en", { numeric: true });

export class ChannelsView {
  #model;
  #choose;
  #filter = new Filter("Filter channels", () => this.show());
  #total = element("span", { className: "count" });
  #table;
  #peers;

  /**
   * @param {HTMLElement} place
   * @param {Model} model
   * @param {Actions} actions
   * @param {Session} session
   * @param {(channel: string | null) => void} choose
   */
  constructor(place, model, actions, session, choose) {
    this.#model = model;
    this.#choose = choose;
    this.#table = new Table({
      label: "Channels",
      columns: this.#columns(),
      empty: "Nobody is in a channel. The channel tester joins one.",
      mark: ({ id }) => (id === model.chosen ? "chosen" : ""),
    });
    this.#peers = new PeersCard(model, actions, session);
    const head = element("h2", { id: "card-channels" }, "Channels ", this.#total);
    const bar = element("div", { className: "bar" }, head, this.#filter.element);
    const card = element("section", { className: "card channels" }, bar, this.#table.element);
    card.setAttribute("aria-labelledby", head.id);
    place.append(card, this.#peers.element);
  }

  show() {
    const { channels, proxy, isComplete } = this.#model;
    const rows = [...channels.values()].sort((one, other) => peersOf(other) - peersOf(one) || compare(one, other));
    const found = this.#filter.of(rows, (row) => `${channelLabel(row)} ${row.scope}`);
    const all = Math.max(proxy?.channels.now ?? 0, rows.length);
    const untold = all - rows.length;
    const beyond = untold > 0 ? (isComplete ? `${things(untold, "channel")} are not in the feed.` : "Loading…") : "";
    write(this.#total, found.length === all ? count(all) : `${count(found.length)} of ${count(all)}`);
    this.#table.show(found, beyond, this.#filter.isActive ? "No channel has that in its name." : undefined);
    this.#peers.show();
  }

  /** @returns {Column<ChannelRow>[]} */
  #columns() {
    const speed = (/** @type {ChannelRow} */ { id }) => this.#model.channelRates.rates(id)[0];
    const here = (/** @type {ChannelRow} */ { structured, raw }) => structured + raw;
    return [
      { title: "Channel", name: "key", fill: (cell, row) => this.#button(cell, row), sort: channelLabel },
      { title: "Reach", text: reach, sort: reach },
      { title: "Here", name: "number", text: (row) => count(here(row)), sort: here },
      { title: "Elsewhere", name: "number", text: (row) => count(row.elsewhere), sort: (row) => row.elsewhere },
      { title: "Rate", name: "number", text: (row) => rate(speed(row)), sort: speed },
      { title: "Messages", name: "number", text: (row) => count(row.messages), sort: (row) => row.messages },
    ];
  }

  /**
   * @param {HTMLElement} cell
   * @param {ChannelRow} row
   */
  #button(cell, { id }) {
    const button = element("button", { type: "button", className: "choose" });
    button.addEventListener("click", () => this.#choose(this.#model.chosen === id ? null : id));
    cell.append(button);
    return (/** @type {ChannelRow} */ row) => {
      write(button, channelLabel(row));
      button.ariaPressed = String(this.#model.chosen === id);
    };
  }
}

/** @param {ChannelRow} channel */
function reach({ scope, is_isolated: isIsolated }) {
  return isIsolated ? "isolated: too many" : scope;
}

/**
 * @param {ChannelRow} one
 * @param {ChannelRow} other
 */
function compare(one, other) {
  return ORDER.compare(channelLabel(one), channelLabel(other));
}
