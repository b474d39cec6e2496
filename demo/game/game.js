/** The page of the game: what is on it, and one play for each room. */

import { Door } from "../shared/door.js";
import { byId, element } from "../shared/element.js";
import { Latency } from "./latency.js";
import { Play } from "./play.js";
import { Scoreboard } from "./scoreboard.js";
import { Sky } from "./sky.js";
import { Sound } from "./sound.js";
import { Steering } from "./steering.js";
import { Teller } from "./teller.js";

const canvas = byId("sky", HTMLCanvasElement);
const sound = new Sound();
const stage = {
  sky: new Sky(canvas, byId("dust", HTMLCanvasElement)),
  steering: new Steering(canvas),
  scoreboard: new Scoreboard(),
  latency: new Latency(),
  teller: new Teller(sound),
};
/** The room in which one plays, to be looked at from a console. @type {Play | null} */
export let play = null;

const pulse = new Worker(new URL("pulse.js", import.meta.url), { type: "module" });
pulse.onmessage = ({ data }) => play?.tick(data);
pulse.onerror = () => stage.teller.fault("The clock of the game could not be started: reload the page.");

const door = new Door({
  demo: "game",
  channel: "arena",
  enter(room) {
    play = new Play(room, stage);
    pulse.postMessage("start");
  },
  leave() {
    pulse.postMessage("stop");
    play?.end();
    play = null;
  },
});

const soundButton = element("button", { type: "button", textContent: "Sound", ariaPressed: "false" });
soundButton.addEventListener("click", () => {
  sound.toggle();
  soundButton.ariaPressed = String(sound.isOn);
});
const latencyButton = element("button", { type: "button", textContent: "Latency", ariaExpanded: "false" });
latencyButton.setAttribute("aria-controls", "latency");
latencyButton.addEventListener("click", () => {
  const isShown = byId("latency", HTMLElement).toggleAttribute("hidden") === false;
  latencyButton.ariaExpanded = String(isShown);
  if (isShown) stage.latency.show();
});
door.tools.append(soundButton, latencyButton);
