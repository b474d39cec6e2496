/** The sentence above all views: the state of the proxy, what to do, and how to see names. */

import { element, write } from "./element.js";
import { byId } from "./page.js";
import { judge } from "./sentence.js";

/** @import { FeedState } from "./feed.js" */
/** @import { Model } from "./model.js" */
/** @import { Session } from "./session.js" */

const STANDINGS = {
  none: "Names and addresses are hidden, and nothing can be changed. To see them, open this page by",
  refused: "The proxy has started anew, and the names of this page are gone. To see them again, run",
  "old-code": "The code that opened this page was used or is too old: names are hidden. To see them, run again",
};
const USUAL_PORT = 9009;
const DOTS = { connecting: "", live: "open", crowded: "open", lost: "closed" };

export class Summary {
  #sentence = byId("sentence", HTMLElement);
  #spoken = byId("spoken", HTMLElement);
  #remedy = byId("remedy", HTMLElement);
  #names = byId("names", HTMLElement);
  #proxy = byId("proxy", HTMLElement);
  #box = byId("summary", HTMLElement);

  /**
   * @param {Model} model
   * @param {FeedState} feed
   * @param {Session} session
   */
  show(model, feed, session) {
    const {
      tone,
      text,
      todo = "",
      command = "",
    } = judge({
      feed,
      lostSince: model.isLost ? (model.gaps.at(-1)?.from ?? null) : null,
      now: Date.now(),
      host: location.host,
      proxy: model.proxy,
      links: [...model.links.values()],
      candidates: [...model.candidates.values()],
      slow: [...model.slow.values()],
    });
    this.#box.dataset.tone = tone;
    write(this.#sentence, text);
    // Numbers that go on are not said again and again.
    if (mute(this.#spoken.textContent ?? "") !== mute(text)) this.#spoken.textContent = text;
    advise(this.#remedy, todo, command);
    const { standing } = session;
    const port = location.port && Number(location.port) !== USUAL_PORT ? ` --port ${location.port}` : "";
    advise(
      this.#names,
      standing === "held" ? "" : STANDINGS[standing],
      standing === "held" ? "" : `nws console${port}`,
    );
    write(this.#proxy, feed === "lost" ? `${location.host} does not answer` : location.host);
    this.#proxy.dataset.state = DOTS[feed];
  }
}

/** @param {string} text */
function mute(text) {
  return text.replace(/[\d,.]+ ?(s|min|h|d)?\b/g, "");
}

/**
 * Words, and a command that can be pasted.
 * @param {HTMLElement} place
 * @param {string} words
 * @param {string} command
 */
export function advise(place, words, command) {
  const text = `${words} ${command}`.trim();
  place.hidden = text === "";
  if (place.textContent?.trim() === text) return;
  place.replaceChildren(words, " ", ...(command ? [element("code", {}, command)] : []));
}
