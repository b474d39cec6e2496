/** The conference page: from joining with or without devices to a room in which everybody sees and hears everybody. */

import { Door } from "../shared/door.js";
import { byId } from "../shared/element.js";
import { isLoopback } from "../shared/proxy.js";
import { Call } from "./call.js";
import { isWith, rememberChoices, storedChoices } from "./choices.js";
import { Controls } from "./controls.js";
import { DeviceDialog } from "./device-dialog.js";
import { INSECURE } from "./device-trouble.js";
import { Media } from "./media.js";
import { Notices } from "./notices.js";
import { Numbers } from "./numbers.js";
import { OwnVoice } from "./own-voice.js";
import { Playback } from "./playback.js";
import { encodePresence } from "./presence.js";
import { SideChat } from "./side-chat.js";
import { Stage } from "./stage.js";

/** @import { Room } from "../shared/room.js" */

const SECURE = isLoopback(location.hostname)
  ? "Browsers give camera and microphone to secure pages only. This one is: it comes from this machine, and http://localhost counts as https does."
  : "This page may use camera and microphone, as it came by https.";

const choices = storedChoices();
const media = new Media(navigator.mediaDevices, choices);
const notices = new Notices(byId("notices", HTMLElement));
const playback = new Playback(notices, choices.speaker);
const voice = new OwnVoice();
const chat = new SideChat();
const devices = new DeviceDialog(media, choices, { chosen: ({ speaker }) => playback.choose(speaker) });

/** @typedef {{room: Room, call: Call, stage: Stage, numbers: Numbers}} Meeting */

/** The one that is going on, to look into from the browser's console. @type {Meeting | null} */
export let present = null;
/** Whether the browser tells the addresses of this machine: it does from the first device on, but only to new connections. */
let mayBeFound = false;

offerWays();
byId("room", HTMLElement).append(devices.element);
new Controls(media, notices, { opened: (panel) => panel === chat.panel && chat.opened() });
byId("devices", HTMLButtonElement).addEventListener("click", () => devices.show());
media.addEventListener("change", () => carry());
media.addEventListener("notice", ({ detail }) => notices.tell(detail));

const door = new Door({
  demo: "webrtc",
  channel: "meeting",
  extra: () => encodePresence(media.presence),
  before: () => media.start({ sound: choices.with !== "nothing", picture: choices.with === "both" }),
  enter,
  leave,
});
chat.addEventListener("unread", ({ detail }) => {
  door.unread = detail;
});

/** @param {Room} room */
function enter(room) {
  const call = new Call(room, media.sent);
  const stage = new Stage(byId("tiles", HTMLElement), { room, call, media, play: (sound) => playback.play(sound) });
  const numbers = new Numbers(byId("connections", HTMLElement), room);
  const meeting = { room, call, stage, numbers };
  present = meeting;
  chat.follow(room, call);
  room.addEventListener("people", () => tellWhoIsHere(room));
  call.addEventListener("voice", () => stage.hearOwn(voice.level));
  call.addEventListener("measure", () => measure(meeting));
  tellWhoIsHere(room);
  carry();
}

/** @param {Room | null} room */
function leave(room) {
  notices.clear();
  media.stop();
  if (!room || !present) return;
  const { call, stage, numbers } = present;
  present = null;
  call.close();
  stage.clear();
  numbers.clear();
  chat.leave();
}

/** What is sent has changed: everybody gets it, and is told. */
function carry() {
  voice.follow(media.sent.audio);
  if (!present) return;
  const { room, call, stage } = present;
  if (media.wasGranted && !mayBeFound) call.renew();
  mayBeFound = media.wasGranted;
  call.carry("audio", media.sent.audio);
  call.carry("video", media.sent.video);
  stage.showOwn();
  room.announce();
}

/** @param {Meeting} meeting */
async function measure({ call, stage, numbers }) {
  // One connection of which a browser tells nothing does not hide the others.
  await Promise.allSettled([...call.links.values()].map((link) => link.measure()));
  if (present?.call !== call) return;
  stage.examine();
  numbers.update(call.links);
}

/** @param {Room} room */
function tellWhoIsHere({ people, others }) {
  byId("alone", HTMLElement).hidden = people.size > 0;
  const remark = byId("others", HTMLElement);
  remark.hidden = others.size === 0;
  remark.textContent =
    others.size === 1
      ? "One other program is in this channel. It takes no part in the conference."
      : `${others.size} other programs are in this channel. They take no part in the conference.`;
}

/** What one joins with. A page that is not secure can join with nothing only. */
function offerWays() {
  const options = byId("start-options", HTMLElement);
  byId("secure", HTMLElement).textContent = isSecureContext ? SECURE : INSECURE;
  if (!isSecureContext) choices.with = "nothing";
  for (const way of options.querySelectorAll("input")) {
    way.checked = way.value === choices.with;
    way.disabled = !isSecureContext && way.value !== "nothing";
  }
  options.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !isWith(target.value)) return;
    choices.with = target.value;
    rememberChoices(choices);
  });
}
