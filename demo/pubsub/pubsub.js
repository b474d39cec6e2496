/** The page: a hub for each room, and the panels that publish to it and follow it. */

import { Door } from "../shared/door.js";
import { byId } from "../shared/element.js";
import { nameTag } from "../shared/names.js";
import { Board } from "./board.js";
import { Composer } from "./composer.js";
import { Hub } from "./hub.js";
import { Lamp } from "./lamp.js";
import { Ledger } from "./ledger.js";
import { Login } from "./login.js";
import { Traffic } from "./traffic.js";

/**
 * @import { Room } from "../shared/room.js"
 */

const NAMES_AT_MOST = 12;

const here = byId("here", HTMLElement);
/**
 * A part of the page. `rest` ends what it does by itself.
 * @typedef {object} Panel
 * @property {(hub: Hub, room: Room, ledger: Ledger) => void} follow
 * @property {() => void} [rest]
 */

/** @type {Panel[]} */
const panels = [new Login(), new Lamp(), new Composer(), new Traffic(), new Board()];
/** @type {Hub | null} */
let hub = null;
let frame = 0;

new Door({
  demo: "pubsub",
  channel: "home",
  enter(room) {
    const ledger = new Ledger();
    const entered = new Hub(room, ledger);
    hub = entered;
    for (const panel of panels) panel.follow(entered, room, ledger);
    room.addEventListener("people", () => tellSoon(room));
    room.addEventListener("state", () => tellSoon(room));
  },
  leave() {
    cancelAnimationFrame(frame);
    frame = 0;
    for (const panel of panels) panel.rest?.();
    hub?.close();
  },
});

/**
 * Hundreds of people may come at once.
 * @param {Room} room
 */
function tellSoon(room) {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    tellPeople(room);
  });
}

/** @param {Room} room */
function tellPeople(room) {
  const others = [...room.people.values()];
  const shown = others.slice(0, NAMES_AT_MOST).flatMap((person) => [nameTag(room.label(person)), " "]);
  const rest = others.length - NAMES_AT_MOST;
  if (room.state === "lost")
    here.replaceChildren(
      "Disconnected: who else is here is unknown for now. Your changes are sent when the connection is back.",
    );
  else if (!others.length)
    here.replaceChildren(
      "Nobody else is here yet: “Invite” opens a second window, or shows how to get here from another machine.",
    );
  else here.replaceChildren("Also here: ", ...shown, rest > 0 ? `and ${rest} more` : "");
}
