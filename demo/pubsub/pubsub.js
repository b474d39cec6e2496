/** The page: a hub for each room, and the panels that publish to it and follow it. */

import { Door } from '../shared/door.js';
import { nameTag } from '../shared/names.js';
import { Board } from './board.js';
import { Composer } from './composer.js';
import { Hub } from './hub.js';
import { Lamp } from './lamp.js';
import { Ledger } from './ledger.js';
import { Login } from './login.js';
import { Traffic } from './traffic.js';

const NAMES_AT_MOST = 12;

const here = document.getElementById('here');
const panels = [new Login(), new Lamp(), new Composer(), new Traffic(), new Board()];
let hub = null;

new Door({
  demo: 'pubsub',
  channel: 'home',
  enter(room) {
    const ledger = new Ledger();
    hub = new Hub(room, ledger);
    for (const panel of panels) panel.follow(hub, room, ledger);
    room.addEventListener('people', () => tellPeople(room));
    room.addEventListener('state', () => tellPeople(room));
  },
  leave() {
    for (const panel of panels) panel.rest?.();
    hub.close();
  },
});

function tellPeople(room) {
  const others = [...room.people.values()];
  const shown = others.slice(0, NAMES_AT_MOST).flatMap((person) => [nameTag(room.label(person)), ' ']);
  const rest = others.length - NAMES_AT_MOST;
  if (room.state === 'lost') here.replaceChildren('Who else is here shows again when there is a connection. What you set meanwhile is told then.');
  else if (!others.length) here.replaceChildren('Nobody else is here yet: “Invite” opens a second window, or shows how to get here from another machine.');
  else here.replaceChildren('Also here: ', ...shown, rest > 0 ? `and ${rest} more` : '');
}
