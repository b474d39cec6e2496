/** The view of what happened lately, the newest first; and of times in which nothing was known. */

import { element, write } from "../element.js";
import { Filter } from "../filter.js";
import { clock, count, span } from "../format.js";
import { channelLabel, linkLabel, short } from "../labels.js";
import { Table } from "../table.js";

/** @import { Gap, Model } from "../model.js" */
/** @import { EventRow } from "../rows.js" */

/** What a line of the view has. @typedef {{id: string, at: number, kind: string, who: string, where: string, detail: string}} Line */

const KINDS = {
  ...{ joined: "joined", left: "left", cut: "was cut", linked: "linked", unlinked: "link ended" },
  ...{ warning: "warning", refused: "refused" },
};
const GAP = "no news";

export class EventsView {
  #model;
  #filter = new Filter("Filter events", () => this.show());
  #kind = element("select", { ariaLabel: "Kind of events" });
  #total = element("span", { className: "count" });
  #table;

  /**
   * @param {HTMLElement} place
   * @param {Model} model
   */
  constructor(place, model) {
    this.#model = model;
    this.#kind.append(new Option("All kinds", ""), ...Object.values(KINDS).map((name) => new Option(name, name)));
    this.#kind.addEventListener("change", () => this.show());
    /** @type {Table<Line>} */
    this.#table = new Table({
      label: "Events",
      columns: [
        { title: "Time", name: "key time", text: ({ at }) => clock(at) },
        { title: "What", name: "state", text: ({ kind }) => kind },
        { title: "Who", name: "who", text: ({ who }) => who },
        { title: "Channel", name: "who", text: ({ where }) => where },
        { title: "Details", name: "detail", text: ({ detail }) => detail },
      ],
      limit: 200,
      empty: "Nothing has happened yet.",
      mark: ({ kind }) => kind,
    });
    const head = element("h2", { id: "card-events" }, "Events ", this.#total);
    const bar = element("div", { className: "bar" }, head, this.#kind, this.#filter.element);
    const card = element("section", { className: "card events" }, bar, this.#table.element);
    card.setAttribute("aria-labelledby", head.id);
    place.append(card);
  }

  show() {
    const { events, gaps } = this.#model;
    const lines = [...events.map((event) => this.#line(event)), ...gaps.map(gapLine)];
    lines.sort((one, other) => other.at - one.at);
    const chosen = lines.filter(({ kind }) => [kind, ""].includes(this.#kind.value) || kind === GAP);
    const found = this.#filter.of(chosen, ({ kind, who, where, detail }) => `${kind} ${who} ${where} ${detail}`);
    write(this.#total, count(found.length));
    this.#table.show(found, "", events.length ? "No event has that in it." : undefined);
  }

  /** @param {EventRow} event @returns {Line} */
  #line({ id, at, kind, channel, peer, link, detail }) {
    const links = this.#model.links.get(link ?? "");
    const known = this.#model.channels.get(channel ?? "");
    const proxy = link ? `proxy ${links ? linkLabel(links) : `#${short(link)}`}` : "";
    return {
      id: `${at} ${id}`,
      at,
      kind: KINDS[kind],
      who: peer ?? (proxy || (channel ? "a client" : "this proxy")),
      where: known ? channelLabel(known) : channel ? `#${short(channel)}` : "",
      detail: detail ?? "",
    };
  }
}

/** @param {Gap} gap @returns {Line} */
function gapLine({ from, to }) {
  const detail =
    to === null
      ? "The proxy does not answer."
      : `The proxy did not answer for ${span(to - from)}: what happened then may be missing.`;
  return { id: `gap ${from}`, at: to ?? from, kind: GAP, who: "", where: "", detail };
}
