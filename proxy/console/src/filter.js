/** A field that leaves those rows whose words contain what is typed. */

import { element } from "./element.js";

export class Filter {
  #field;

  /**
   * @param {string} label
   * @param {() => void} changed
   */
  constructor(label, changed) {
    this.#field = element("input", { type: "search", placeholder: "Filter", ariaLabel: label, spellcheck: false });
    this.#field.autocomplete = "off";
    this.#field.addEventListener("input", changed);
    this.element = this.#field;
  }

  get isActive() {
    return this.#field.value.trim() !== "";
  }

  clear() {
    this.#field.value = "";
  }

  /**
   * @template Row
   * @param {Row[]} rows
   * @param {(row: Row) => string} words
   * @returns {Row[]}
   */
  of(rows, words) {
    const wanted = this.#field.value.trim().toLowerCase();
    return wanted ? rows.filter((row) => words(row).toLowerCase().includes(wanted)) : rows;
  }
}
