/** From a name and a channel to a room, and what to do where that fails: the same for all demos. */

import { isOwnChoice } from "./arrival.js";
import { Bar } from "./bar.js";
import { isChannelName, NAME_RULE } from "./channel.js";
import { byId } from "./element.js";
import { messageOf } from "./failure.js";
import { rememberName, storedName } from "./names.js";
import { endpointOf, findProxy, loadLibrary } from "./proxy.js";
import { Room } from "./room.js";
import { StartCard } from "./start-card.js";
import { TroubleCard } from "./trouble-card.js";

/** @import { Library } from "./proxy.js" */

const SEARCHING =
  "Looking for the proxy… If the browser asks whether this site may reach apps on this device, allow it.";
const PREPARING = "Getting ready…";
/** How long to wait before looking for a proxy again, in milliseconds: it is a person who has to start it. */
const SEARCH_PAUSE_MS = 2000;

/**
 * @typedef {object} Demo
 * @property {string} demo the word by which its pages know each other
 * @property {string} channel which name to suggest
 * @property {() => object} [extra] more fields for the hello
 * @property {() => Promise<void>} [before] what has to be done before the connection; its failure is shown
 * @property {(room: Room) => void} enter is called once for each room, before it is open
 * @property {(room: Room | null) => void} [leave] undoes `before` and `enter`: the person has left, or the room has failed for good. Without
 *   a room where it has not come to one
 */

export class Door {
  /** @type {Room | null} */
  room = null;
  #demo;
  #title = document.title;
  #unread = 0;
  #channel = "";
  #loading = byId("loading", HTMLElement);
  #view = byId("room", HTMLElement);
  #start;
  #trouble;
  #bar;
  /** Which entry is under way: an older one that still waits for something has been given up. */
  #entry = 0;
  /** Whether there is something to undo. */
  #prepared = false;

  /** @param {Demo} demo */
  constructor(demo) {
    this.#demo = demo;
    this.#start = new StartCard((name, channel) => this.#enter(name, channel));
    this.#trouble = new TroubleCard(() => this.#begin(this.#channel));
    this.#bar = new Bar({ rename: (name) => this.#rename(name), leave: () => this.#leave() });
    this.#view.prepend(this.#bar.element);
    this.#view.before(this.#start.element, this.#trouble.element);
    addEventListener("hashchange", () => channelOfAddress() !== this.#channel && this.#arrive(false));
    this.#arrive(isOwnChoice());
  }

  /** Where a demo puts its own buttons. */
  get tools() {
    return this.#bar.tools;
  }

  get name() {
    return this.room?.name ?? storedName();
  }

  /**
   * How many messages nobody has seen: the title says so.
   * @param {number} count
   */
  set unread(count) {
    this.#unread = count;
    this.#retitle();
  }

  /**
   * A channel that the person has not chosen waits on the start card.
   * @param {boolean} isChosen
   */
  #arrive(isChosen) {
    const channel = channelOfAddress();
    const name = storedName();
    if (isChosen && channel && name) this.#enter(name, channel);
    else this.#begin(channel || this.#demo.channel);
  }

  /**
   * @param {string} channel
   * @param {string} [complaint]
   */
  #begin(channel, complaint = "") {
    this.#close();
    this.#channel = "";
    history.replaceState(null, "", location.pathname + location.search);
    this.#retitle();
    this.#show(this.#start.element);
    this.#start.ask(storedName(), channel, complaint, complaint === NAME_RULE);
  }

  /**
   * @param {string} name
   * @param {string} channel
   */
  async #enter(name, channel) {
    this.#close();
    const entry = ++this.#entry;
    rememberName(name);
    if (!isChannelName(channel)) return this.#begin(channel, NAME_RULE);
    this.#channel = channel;
    location.hash = encodeURIComponent(channel);
    try {
      if (this.#demo.before) {
        this.#wait(PREPARING);
        this.#prepared = true;
        await this.#demo.before();
        if (entry !== this.#entry) return undefined;
      }
      this.#wait(SEARCHING);
      const proxy = await findProxy();
      const library = await this.#load(proxy, entry);
      if (library && entry === this.#entry) this.#open(library, endpointOf(proxy), name);
    } catch (failure) {
      if (entry === this.#entry) this.#begin(channel, messageOf(failure));
    }
    return undefined;
  }

  /**
   * Looks for the library until there is one: who reads how to start the proxy then starts it.
   * @param {string} proxy
   * @param {number} entry
   * @returns {Promise<Library | null>}
   */
  async #load(proxy, entry) {
    for (let attempt = 0; entry === this.#entry; attempt += 1) {
      const library = await loadLibrary(proxy, attempt);
      if (library || entry !== this.#entry) return library;
      this.#retitle();
      this.#trouble.tell("proxy-not-running", "", { endpoint: endpointOf(proxy) });
      this.#show(this.#trouble.element);
      await new Promise((resolve) => {
        setTimeout(resolve, SEARCH_PAUSE_MS);
      });
    }
    return null;
  }

  /**
   * @param {Library} library
   * @param {string} endpoint
   * @param {string} name
   */
  #open(library, endpoint, name) {
    const { demo, extra } = this.#demo;
    const socket = new library.NetworkWebSocket(this.#channel, { endpoint, reconnect: true });
    const room = new Room(socket, { demo, name, extra });
    this.room = room;
    this.#retitle();
    this.#bar.follow(room, this.#channel);
    this.#demo.enter(room);
    room.addEventListener("state", () => this.#settle(room, library, endpoint));
  }

  /**
   * A room that was never open goes on trying while the person reads what is wrong.
   * @param {Room} room
   * @param {Library} library
   * @param {string} endpoint
   */
  #settle(room, library, endpoint) {
    if (room.state === "open" || room.state === "lost") return this.#show(this.#view);
    if (room.state === "connecting" && !room.why) return this.#wait(SEARCHING);
    if (room.state === "failed") this.#close();
    this.#trouble.tell(room.reason, room.why, { endpoint, library });
    return this.#show(this.#trouble.element);
  }

  /** @param {string} name */
  #rename(name) {
    rememberName(name);
    this.room?.rename(name);
  }

  #leave() {
    this.#begin(this.#channel);
  }

  #close() {
    this.#entry += 1;
    const { room } = this;
    this.room = null;
    this.#unread = 0;
    room?.leave();
    if (room || this.#prepared) this.#demo.leave?.(room);
    this.#prepared = false;
    this.#retitle();
  }

  /** @param {string} why */
  #wait(why) {
    this.#loading.textContent = why;
    this.#show(this.#loading);
  }

  /** @param {HTMLElement} view */
  #show(view) {
    const entered = view.hidden;
    // A modal dialog of a view that is hidden would keep the page from taking anything.
    if (view !== this.#view) for (const dialog of this.#view.querySelectorAll("dialog")) dialog.close();
    for (const other of [this.#loading, this.#start.element, this.#trouble.element, this.#view])
      other.hidden = other !== view;
    const first = entered ? view.querySelector("[data-first]") : null;
    if (first instanceof HTMLElement) first.focus();
  }

  #retitle() {
    const title = this.#channel ? `#${this.#channel} – ${this.#title}` : this.#title;
    document.title = this.#unread ? `(${this.#unread}) ${title}` : title;
  }
}

function channelOfAddress() {
  const hash = location.hash.slice(1);
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}
