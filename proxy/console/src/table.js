/** A table of rows that come, change and go: only what changes is written, and a long one is shown in part. */

import { count } from "./format.js";
import { element } from "./element.js";

/**
 * A column. `fill` makes what is more than a text, once for each row, and gives what updates it.
 * @template Row
 * @typedef {object} Column
 * @property {string} title
 * @property {string} [name] the class of its cells
 * @property {(row: Row) => string} [text]
 * @property {(row: Row) => string | number | null} [sort] by what rows are put in order
 * @property {(cell: HTMLElement, row: Row) => ((row: Row) => void)} [fill]
 */

/**
 * @template Row
 * @typedef {object} TableOptions
 * @property {string} label
 * @property {Column<Row>[]} columns
 * @property {string} empty what is said where there are no rows
 * @property {number} [limit] as many rows are shown at first, and more on request
 * @property {(row: Row) => string} [mark] a word for the style of a row
 */

/**
 * What the page shows of a row.
 * @template Row
 * @typedef {{line: HTMLTableRowElement, cells: HTMLElement[], texts: string[], update: ((row: Row) => void)[]}} Shown
 */

const ORDER = new Intl.Collator("en", { numeric: true });

/** @template {{id: string}} Row */
export class Table {
  element = element("div", { className: "list" });
  #options;
  #limit;
  #step;
  #body = element("tbody");
  #foot = element("p", { className: "more", hidden: true });
  #rest = element("span");
  #nothing;
  #scroll;
  /** @type {Map<string, Shown<Row>>} */
  #shown = new Map();
  /** @type {Row[]} */
  #rows = [];
  #beyond = "";
  /** The column by which rows are in order, and whether the largest comes first. */
  #order = { column: -1, isFalling: false };
  /** @type {HTMLTableCellElement[]} */
  #heads = [];

  /** @param {TableOptions<Row>} options */
  constructor(options) {
    this.#options = options;
    this.#step = options.limit ?? 100;
    this.#limit = this.#step;
    this.#nothing = element("p", { className: "empty" }, options.empty);
    const table = element("table", { ariaLabel: options.label }, this.#head(), this.#body);
    this.#scroll = element(
      "div",
      { className: "scroll", tabIndex: 0, role: "region", ariaLabel: options.label },
      table,
    );
    const more = element("button", { type: "button", className: "quiet" }, `Show ${count(this.#step)} more`);
    more.addEventListener("click", () => {
      this.#limit += this.#step;
      this.show(this.#rows, this.#beyond);
    });
    this.#foot.append(this.#rest, " ", more);
    this.element.append(this.#scroll, this.#nothing, this.#foot);
  }

  /**
   * @param {Row[]} rows
   * @param {string} [beyond] what is said of rows that are not among these
   * @param {string} [empty] what is said where there are none
   */
  show(rows, beyond = "", empty = this.#options.empty) {
    this.#rows = rows;
    this.#beyond = beyond;
    const visible = this.#sorted(rows).slice(0, this.#limit);
    this.#forget(new Set(visible.map(({ id }) => id)));
    // Moving a row would take the focus from it.
    const mayMove = !this.#body.contains(document.activeElement);
    /** @type {Element | null} */
    let next = this.#body.firstElementChild;
    for (const row of visible) {
      const known = this.#shown.get(row.id);
      const { line } = known ?? this.#add(row);
      if (known) this.#write(known, row);
      if (line === next) next = next.nextElementSibling;
      else if (mayMove || !known) this.#body.insertBefore(line, next);
    }
    this.#conclude(rows.length - visible.length, beyond, empty);
  }

  /** @returns {HTMLTableSectionElement} */
  #head() {
    this.#heads = this.#options.columns.map(({ title, name = "", sort }, index) => {
      const head = element("th", { className: name, scope: "col" });
      if (!sort) head.append(title);
      else head.append(this.#sorter(title, index));
      return head;
    });
    return element("thead", {}, element("tr", {}, ...this.#heads));
  }

  /**
   * @param {string} title
   * @param {number} column
   */
  #sorter(title, column) {
    const button = element(
      "button",
      { type: "button", className: "sort", title: `Sort by ${title.toLowerCase()}` },
      title,
    );
    button.addEventListener("click", () => {
      const isAgain = this.#order.column === column;
      this.#order = { column, isFalling: !isAgain || !this.#order.isFalling };
      this.#heads.forEach((head) => head.removeAttribute("aria-sort"));
      this.#heads[column].setAttribute("aria-sort", this.#order.isFalling ? "descending" : "ascending");
      this.show(this.#rows, this.#beyond);
    });
    return button;
  }

  /** @param {Row[]} rows */
  #sorted(rows) {
    const by = this.#options.columns[this.#order.column]?.sort;
    if (!by) return rows;
    const sign = this.#order.isFalling ? -1 : 1;
    return [...rows].sort((one, other) => sign * compare(by(one), by(other)));
  }

  /** @param {Set<string>} kept */
  #forget(kept) {
    for (const [id, { line }] of this.#shown) {
      if (kept.has(id)) continue;
      line.remove();
      this.#shown.delete(id);
    }
  }

  /** @param {Row} row */
  #add(row) {
    const line = element("tr");
    /** @type {Shown<Row>} */
    const shown = { line, cells: [], texts: [], update: [] };
    this.#options.columns.forEach(({ name = "", fill }, index) => {
      const cell = index === 0 ? element("th", { scope: "row", className: name }) : element("td", { className: name });
      line.append(cell);
      shown.cells.push(cell);
      shown.update.push(fill ? fill(cell, row) : () => {});
    });
    this.#shown.set(row.id, shown);
    this.#write(shown, row);
    return shown;
  }

  /**
   * @param {Shown<Row>} shown
   * @param {Row} row
   */
  #write(shown, row) {
    const mark = this.#options.mark?.(row) ?? "";
    if (shown.line.dataset.mark !== mark) shown.line.dataset.mark = mark;
    this.#options.columns.forEach(({ text }, index) => {
      if (text) {
        const words = text(row);
        if (shown.texts[index] === words) return;
        shown.texts[index] = words;
        shown.cells[index].textContent = words;
        shown.cells[index].title = words;
      } else {
        shown.update[index](row);
      }
    });
  }

  /**
   * @param {number} hidden
   * @param {string} beyond
   * @param {string} empty
   */
  #conclude(hidden, beyond, empty) {
    const isEmpty = this.#rows.length === 0;
    this.#scroll.hidden = isEmpty;
    this.#nothing.hidden = !isEmpty;
    if (this.#nothing.textContent !== empty) this.#nothing.textContent = empty;
    this.#foot.hidden = hidden === 0 && beyond === "";
    const rest = [hidden ? `${count(hidden)} more.` : "", beyond].filter(Boolean).join(" ");
    if (this.#rest.textContent !== rest) this.#rest.textContent = rest;
    this.#foot.lastElementChild?.toggleAttribute("hidden", hidden === 0);
  }
}

/**
 * What is not known comes first.
 * @param {string | number | null} one
 * @param {string | number | null} other
 */
function compare(one, other) {
  if (typeof one === "string" && typeof other === "string") return ORDER.compare(one, other);
  return Number(one ?? -1) - Number(other ?? -1);
}
