/** The choice of the channel whose peers the picture shows: the largest ones; the view of channels has all. */

import { element } from "../element.js";
import { count } from "../format.js";
import { channelLabel } from "../labels.js";

/** @import { Model } from "../model.js" */
/** @import { ChannelRow } from "../rows.js" */

const LISTED = 30;

export class Picker {
  #select = element("select");
  #key = "";

  /** @param {(channel: string | null) => void} choose */
  constructor(choose) {
    this.#select.addEventListener("change", () => choose(this.#select.value || null));
    this.element = element("label", { className: "picker" }, "Peers of ", this.#select);
  }

  /** @param {Model} model */
  show({ channels, chosen }) {
    // A list that is open must not change.
    if (document.activeElement === this.#select && this.#key !== "") return this.#choose(chosen);
    const largest = [...channels.values()].sort((one, other) => peersOf(other) - peersOf(one)).slice(0, LISTED);
    const current = chosen === null ? undefined : channels.get(chosen);
    if (current && !largest.includes(current)) largest.push(current);
    const options = largest.map((channel) => [channel.id, `${channelLabel(channel)} (${count(peersOf(channel))})`]);
    const key = JSON.stringify([options, channels.size]);
    if (key !== this.#key) {
      this.#key = key;
      const rest = channels.size - largest.length;
      const more = new Option(`${count(rest)} more: see Channels`, " ");
      more.disabled = true;
      this.#select.replaceChildren(
        new Option("no channel", ""),
        ...options.map(([id, text]) => new Option(text, id)),
        ...(rest > 0 ? [more] : []),
      );
    }
    this.#choose(chosen);
  }

  /** @param {string | null} chosen */
  #choose(chosen) {
    if (this.#select.value !== (chosen ?? "")) this.#select.value = chosen ?? "";
  }
}

/** @param {ChannelRow} channel */
export function peersOf({ structured, raw, elsewhere }) {
  return structured + raw + elsewhere;
}
