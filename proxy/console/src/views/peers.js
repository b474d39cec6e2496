/** The peers of the chosen channel. The feed tells the first ones; all are fetched on request. */

import { element, write } from "../element.js";
import { Filter } from "../filter.js";
import { bytes, clock, count, span, things } from "../format.js";
import { channelLabel, linkLabel, peerLabel, short } from "../labels.js";
import { Table } from "../table.js";
import { peersOf } from "./picker.js";

/** @import { Actions } from "../actions.js" */
/** @import { Column } from "../table.js" */
/** @import { Model } from "../model.js" */
/** @import { ChannelRow, ClientRow, PeerRow } from "../rows.js" */
/** @import { Session } from "../session.js" */

/** As many peers as the feed tells. */
const TOLD = 1000;
const NONE = "Choose a channel to see its peers.";

export class PeersCard {
  #model;
  #actions;
  #session;
  #filter = new Filter("Filter peers", () => this.show());
  #title = element("h2", { id: "card-peers" }, "Peers");
  #total = element("span", { className: "count" });
  #about = element("p", { className: "about", hidden: true });
  #all = element("button", { type: "button", className: "quiet", hidden: true });
  #table;
  /** All peers of a channel at one moment. @type {{channel: string, at: number, rows: PeerRow[]} | null} */
  #fetched = null;

  /**
   * @param {Model} model
   * @param {Actions} actions
   * @param {Session} session
   */
  constructor(model, actions, session) {
    this.#model = model;
    this.#actions = actions;
    this.#session = session;
    this.#table = new Table({ label: "Peers", columns: this.#columns(), empty: NONE, mark: state });
    this.#all.addEventListener("click", () => this.#fetch());
    const bar = element("div", { className: "bar" }, this.#title, this.#total, this.#filter.element);
    this.element = element(
      "section",
      { className: "card peers-card" },
      bar,
      this.#about,
      this.#all,
      this.#table.element,
    );
    this.element.setAttribute("aria-labelledby", this.#title.id);
  }

  show() {
    const { chosen, channels } = this.#model;
    const channel = chosen === null ? undefined : channels.get(chosen);
    if (this.#fetched?.channel !== chosen) this.#fetched = null;
    const rows = this.#rows();
    const all = channel ? Math.max(peersOf(channel), rows.length) : rows.length;
    const found = this.#filter.of(rows, (row) => `${peerLabel(row)} ${this.#place(row)}`);
    write(this.#title, channel ? `Peers of ${channelLabel(channel)}` : "Peers");
    write(
      this.#total,
      chosen === null ? "" : found.length === all ? count(all) : `${count(found.length)} of ${count(all)}`,
    );
    write(this.#about, channel ? about(channel) : "");
    this.#about.hidden = !channel;
    const untold = all - rows.length;
    this.#all.hidden = untold <= 0 || !this.#isTold(rows.length);
    write(this.#all, `List all ${count(all)}`);
    this.#table.show(found, this.#beyond(untold, rows.length), this.#emptiness(channel !== undefined));
  }

  /**
   * Gives whether the feed has told what it tells.
   * @param {number} told
   */
  #isTold(told) {
    return this.#model.isComplete || told >= TOLD;
  }

  /**
   * @param {number} untold
   * @param {number} told
   */
  #beyond(untold, told) {
    const as = this.#fetched ? `Fetched at ${clock(this.#fetched.at)}; those that came later are listed first.` : "";
    if (untold <= 0) return as;
    return this.#isTold(told) ? `${count(untold)} more are not in the feed. ${as}` : "Loading…";
  }

  /** @param {boolean} isChosen */
  #emptiness(isChosen) {
    if (!isChosen) return NONE;
    return this.#filter.isActive ? "No peer has that in its id." : "Loading…";
  }

  /** Those that the feed tells, and then those that were fetched. */
  #rows() {
    const told = [...this.#model.peers.values()].filter(({ channel }) => channel === this.#model.chosen);
    if (!this.#fetched) return told;
    const known = new Set(told.map(({ id }) => id));
    return [...told, ...this.#fetched.rows.filter(({ id }) => !known.has(id))];
  }

  async #fetch() {
    const { chosen } = this.#model;
    if (chosen === null) return;
    const list = await this.#session.list(`peers?channel=${encodeURIComponent(chosen)}`);
    if (list) this.#fetched = { channel: chosen, at: Date.now(), rows: /** @type {PeerRow[]} */ (list.rows) };
    else this.#actions.say("The proxy did not list the peers.");
    this.show();
  }

  /** @returns {Column<PeerRow>[]} */
  #columns() {
    /** @param {(client: ClientRow) => string} of */
    const client = (of) => (/** @type {PeerRow} */ row) => (row.client ? of(row.client) : "");
    /** @param {(client: ClientRow) => number} of */
    const number = (of) => (/** @type {PeerRow} */ row) => (row.client ? of(row.client) : null);
    return [
      { title: "Peer", name: "key", text: peerLabel, sort: peerLabel },
      { title: "Where", text: (row) => this.#place(row), sort: (row) => this.#place(row) },
      { title: "State", name: "state", text: state, sort: state },
      {
        title: "Since",
        name: "number",
        text: client(({ since }) => span(Date.now() - since)),
        sort: number((it) => -it.since),
      },
      { title: "Sent", name: "number", text: client((it) => count(it.messages)), sort: number((it) => it.messages) },
      {
        title: "Waits",
        name: "number",
        text: client((it) => bytes(it.waiting_bytes)),
        sort: number((it) => it.waiting_bytes),
      },
      { title: "Action", name: "action", fill: (cell) => this.#button(cell) },
    ];
  }

  /** @param {PeerRow} peer */
  #place({ proxy, client }) {
    if (client) return client.framing === "raw" ? "here, raw" : "here";
    if (!proxy) return "elsewhere";
    const link = this.#model.links.get(proxy);
    return link ? linkLabel(link) : `#${short(proxy)}`;
  }

  /** @param {HTMLElement} cell */
  #button(cell) {
    const button = element("button", { type: "button", className: "quiet" }, "Disconnect");
    cell.append(button);
    /** @type {PeerRow | null} */
    let now = null;
    button.addEventListener("click", () => now && this.#actions.disconnect(now.id, peerLabel(now)));
    return (/** @type {PeerRow} */ row) => {
      now = row;
      button.hidden = !row.client || !this.#actions.mayAct;
      button.ariaLabel = `Disconnect ${peerLabel(row)}`;
    };
  }
}

/** @param {PeerRow} peer */
function state({ client }) {
  if (!client) return "";
  if (client.lagging_since) return "slow";
  return client.is_held ? "held" : "well";
}

/** @param {ChannelRow} channel */
function about({ scope, structured, raw, proxies, messages, bytes: size, is_isolated: isIsolated }) {
  const here = [structured && `${count(structured)} structured`, raw && `${count(raw)} raw`].filter(Boolean).join(", ");
  const reach = isIsolated ? "Kept on this machine, as there are too many channels" : `A ${scope} channel`;
  const elsewhere = proxies ? `, also at ${things(proxies, "other proxy", "other proxies")}` : "";
  return `${reach}${elsewhere}. Clients here: ${here || "none"}. They sent ${things(messages, "message")}, ${bytes(size)}.`;
}
