/** The chat page: from a name and a channel to a room, and what to do when there is no proxy. */

import { endpointOf, findProxy, loadLibrary } from '../shared/proxy.js';
import { nickname, People } from './people.js';
import { Room } from './room.js';
import { Thread } from './thread.js';
import { cleanNick } from './wire.js';

const NICK_KEY = 'networkwebsockets-chat-nick';
const NAME_RULE = 'A channel name has 1 to 255 characters: letters, digits and + * = . _ - only.';
const ABSENT = 'No proxy found';
const REFUSED = 'Cannot connect';
const BROKEN = 'Chat cannot start';
const SEARCHING = 'Looking for the proxy… If the browser asks whether this site may reach apps on this device, allow it.';
const STATES = { connecting: 'Connecting…', open: 'Connected', lost: 'Connection lost, trying again…' };

const byId = (id) => document.getElementById(id);
const views = ['loading', 'start', 'trouble', 'room'].map(byId);
const join = byId('join');
const message = byId('message');
const people = new People();
const thread = new Thread();
/** @type {Room | null} */
let room = null;
/** @type {{NetworkWebSocket: Function} | null} */
let library = null;
/** Of the proxy. */
let endpoint = '';

async function enter(nick, channel) {
  remember(nick);
  byId('loading').textContent = SEARCHING;
  show('loading');
  try {
    const proxy = await findProxy();
    endpoint = endpointOf(proxy);
    byId('trouble-address').textContent = endpoint;
    library = await loadLibrary(proxy);
    if (!library) return fail(ABSENT, '', channel);
    const socket = new library.NetworkWebSocket(channel, { endpoint, reconnect: true });
    return follow(new Room(socket, nick), channel);
  } catch (failure) {
    if (failure.name === 'SyntaxError') return begin(channel, NAME_RULE);
    return fail(BROKEN, failure.message, channel);
  }
}

function follow(entered, channel) {
  room?.leave();
  room = entered;
  location.hash = channel;
  byId('title').textContent = `#${channel}`;
  byId('nick').value = room.nick;
  byId('second').href = location.href;
  thread.restart(`#${channel} – chat`);
  people.follow(room);
  room.addEventListener('state', () => settle());
  room.addEventListener('event', ({ detail }) => tell(detail));
  settle();
}

function settle() {
  if (room.state === 'failed') return refuseEntry(room);
  const entered = byId('room').hidden;
  byId('state').textContent = `${STATES[room.state]} ${room.why}`;
  byId('state').dataset.state = room.state;
  refuse('');
  show('room');
  if (entered) message.focus();
  return undefined;
}

/** Says why, and offers to ask the person again where the browser would. */
async function refuseEntry({ reason, why }) {
  if (reason === 'proxy-not-running') return fail(ABSENT, '');
  fail(REFUSED, why);
  if (reason !== 'permission-denied') return undefined;
  const { permission } = await library.NetworkWebSocket.probe({ endpoint });
  byId('allow').hidden = permission !== 'prompt';
  return undefined;
}

function tell({ type, person, before, text, direct }) {
  const name = person && people.name(person);
  const who = person && nickname(name);
  if (type === 'said') thread.said({ id: person.id, name, text, note: direct ? 'to you only' : '' });
  if (type === 'came') thread.note(who, ' joined');
  if (type === 'left') thread.note(who, ' left');
  if (type === 'renamed') thread.note(nickname(before), ' is now ', who);
  if (type === 'lost') thread.note('The connection was lost.');
  if (type === 'back') thread.note('Connected again.');
}

function fail(title, why, channel = channelOf(location.hash)) {
  room?.leave();
  room = null;
  history.replaceState(null, '', `#${encodeURIComponent(channel)}`);
  byId('trouble-title').textContent = title;
  byId('remedy').hidden = title !== ABSENT;
  byId('trouble-why').textContent = why;
  byId('allow').hidden = true;
  show('trouble');
  byId('trouble-title').focus();
}

function begin(channel, complaint = '') {
  room?.leave();
  room = null;
  document.title = 'Chat';
  join.elements.nick.value = stored();
  join.elements.channel.value = channel;
  byId('join-error').textContent = complaint;
  join.elements.channel.setAttribute('aria-invalid', String(complaint === NAME_RULE));
  show('start');
  const first = complaint === NAME_RULE || join.elements.nick.value ? join.elements.channel : join.elements.nick;
  first.focus();
  first.select();
}

function show(name) {
  for (const view of views) view.hidden = view.id !== name;
}

function arrive() {
  const channel = channelOf(location.hash);
  const nick = stored();
  if (channel && nick) enter(nick, channel);
  else begin(channel || 'lobby');
}

function channelOf(hash) {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return hash.slice(1);
  }
}

/** The name of this tab before the name of the last tab: two tabs may be two people. */
function stored() {
  try {
    return sessionStorage.getItem(NICK_KEY) ?? localStorage.getItem(NICK_KEY) ?? '';
  } catch {
    return '';
  }
}

function remember(nick) {
  try {
    sessionStorage.setItem(NICK_KEY, nick);
    localStorage.setItem(NICK_KEY, nick);
  } catch {
    // Storage is off: the name lives as long as the page.
  }
}

function send() {
  const text = message.value.trim();
  const refusal = !text ? '' : refusalNow();
  refuse(refusal);
  if (!text || refusal) return;
  const person = people.chosen;
  room.say(text, person);
  thread.said({ id: room.id, name: room.nick, text, own: true, note: person ? `to ${people.name(person)} only` : '' });
  message.value = '';
  grow();
}

function refuse(why) {
  byId('refusal').textContent = why;
}

function refusalNow() {
  if (room.state !== 'open') return 'Not connected: nothing was sent.';
  if (people.gone) return `${people.gone} has left: nothing was sent. Choose someone else, or everyone.`;
  return '';
}

function grow() {
  message.rows = Math.min(message.value.split('\n').length, 6);
}

function rename() {
  const nick = cleanNick(byId('nick').value);
  byId('nick').value = nick || room.nick;
  if (!nick || nick === room.nick) return;
  const before = room.nick;
  remember(nick);
  room.rename(nick);
  thread.note(nickname(before), ' is now ', nickname(nick));
}

join.addEventListener('submit', (event) => {
  event.preventDefault();
  const nick = cleanNick(join.elements.nick.value);
  if (!nick) {
    byId('join-error').textContent = 'Type a name first.';
    return join.elements.nick.focus();
  }
  return enter(nick, join.elements.channel.value.trim());
});

byId('rename').addEventListener('submit', (event) => {
  event.preventDefault();
  rename();
  message.focus();
});
byId('nick').addEventListener('change', rename);

byId('compose').addEventListener('submit', (event) => {
  event.preventDefault();
  send();
});
message.addEventListener('input', () => {
  refuse('');
  grow();
});
byId('to').addEventListener('change', () => refuse(''));
message.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  } else if (event.key === 'Escape') {
    people.choose('');
    refuse('');
  }
});

byId('leave').addEventListener('click', () => {
  const channel = channelOf(location.hash);
  history.replaceState(null, '', location.pathname + location.search);
  begin(channel);
});
byId('copy').addEventListener('click', async ({ target }) => {
  const copied = await navigator.clipboard.writeText(location.href).then(() => true, () => false);
  target.textContent = copied ? 'Copied' : 'Copy it from the address bar';
  setTimeout(() => { target.textContent = 'Copy link'; }, 2000);
});
byId('allow').addEventListener('click', async () => {
  if (await library.NetworkWebSocket.requestPermission({ endpoint }) === 'granted') location.reload();
});
byId('retry').addEventListener('click', () => location.reload());
byId('other').addEventListener('click', () => begin(channelOf(location.hash) || 'lobby'));
addEventListener('hashchange', () => {
  if (!room || byId('title').textContent !== `#${channelOf(location.hash)}`) arrive();
});

arrive();
