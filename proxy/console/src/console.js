/** The console: what goes on in the proxy, in views, and the channel tester as one of them. */

import { Actions } from "./actions.js";
import { Feed } from "./feed.js";
import { Model } from "./model.js";
import { byId } from "./page.js";
import { Session } from "./session.js";
import { Summary } from "./summary.js";
import { enter } from "./tester/tester.js";
import { Views } from "./views.js";
import { ChannelsView } from "./views/channels.js";
import { EventsView } from "./views/events.js";
import { NetworkView } from "./views/network.js";

const READING_MS = 1000;

const session = new Session();
const model = new Model();
const feed = new Feed(session, {
  began: () => model.begin(),
  took: (frame) => {
    const before = model.chosen;
    model.take(frame);
    if (before !== model.chosen) feed.choose(model.chosen);
    draw();
  },
  turned: (state) => {
    if (state === "live") model.regain();
    else model.lose();
    draw();
  },
});
const summary = new Summary();
const actions = new Actions(session, byId("note", HTMLElement));
const shown = {
  network: new NetworkView(byId("view-network", HTMLElement), model, actions, choose),
  channels: new ChannelsView(byId("view-channels", HTMLElement), model, actions, session, choose),
  events: new EventsView(byId("view-events", HTMLElement), model),
};
const views = new Views((name) => {
  if (name === "tester") enter();
  draw();
});
let isDue = false;

/** @param {string | null} channel */
function choose(channel) {
  model.choose(channel);
  feed.choose(channel);
  draw();
}

/** Shows what there is, once a frame at most. */
function draw() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    summary.show(model, feed.state, session);
    if (views.current !== "tester") shown[views.current].show();
  });
}

/** Takes the code that the address has, if it has one. */
async function begin() {
  const isRedeemed = await session.redeem();
  views.follow();
  if (isRedeemed || feed.state === "connecting") feed.open();
}

window.addEventListener("hashchange", () => location.hash.startsWith("#code=") && begin());
setInterval(() => {
  model.measure();
  draw();
}, READING_MS);
begin();
