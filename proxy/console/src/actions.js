/** What one can do to the proxy from the console, with the token. */

import { element, write } from "./element.js";

/** @import { Session } from "./session.js" */

export class Actions {
  #session;
  #note;
  #dialog = element("dialog", { className: "confirm", ariaLabel: "Confirm" });
  #question = element("p");
  #yes = element("button", { type: "button", className: "danger" }, "Disconnect");
  /** @type {() => void} */
  #then = () => {};

  /**
   * @param {Session} session
   * @param {HTMLElement} note where it is said what came of it
   */
  constructor(session, note) {
    this.#session = session;
    this.#note = note;
    const no = element("button", { type: "button", autofocus: true }, "Cancel");
    no.addEventListener("click", () => this.#dialog.close());
    this.#yes.addEventListener("click", () => {
      this.#dialog.close();
      this.#then();
    });
    this.#dialog.append(this.#question, element("div", { className: "buttons" }, no, this.#yes));
    document.body.append(this.#dialog);
  }

  get mayAct() {
    return this.#session.token !== null;
  }

  /**
   * Dials a candidate now.
   * @param {string} id
   * @param {string} label
   */
  async dial(id, label) {
    this.say(`Dialling ${label}…`);
    const refusal = await this.#session.dial(id);
    this.say(refusal ? `${label} was not dialled: ${refusal}.` : `${label} is being dialled.`);
  }

  /**
   * Closes the connection of a client, after a question.
   * @param {string} id
   * @param {string} label
   */
  disconnect(id, label) {
    write(this.#question, `Disconnect ${label}? Its program sees the connection close with 1008, and may come back.`);
    this.#then = async () => {
      const refusal = await this.#session.disconnect(id);
      this.say(refusal ? `${label} was not disconnected: ${refusal}.` : `${label} was disconnected.`);
    };
    this.#dialog.showModal();
  }

  /** @param {string} text */
  say(text) {
    write(this.#note, text);
  }
}
