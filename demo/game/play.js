/** One room in which one plays: its people and messages, the ticks, and what there is to draw and to tell. */

import { hueOf } from "../shared/names.js";
import { SEATS, WATCHING } from "./field.js";
import { Pace } from "./pace.js";
import { Pauses } from "./pauses.js";
import { Session } from "./session.js";
import { Shown } from "./shown.js";
import { standings, tailOwners, takings } from "./standings.js";
import { PEOPLE_MAX, VIEW_EVERY } from "./world.js";

/**
 * @import { Person, Room } from "../shared/room.js"
 * @import { World } from "./world.js"
 * @import { Teller } from "./teller.js"
 * @import { Steering } from "./steering.js"
 * @import { Sky } from "./sky.js"
 * @import { Scoreboard } from "./scoreboard.js"
 * @import { Latency } from "./latency.js"
 */

/** A tick that waited longer, in milliseconds, is left out: who was away does not race through what was missed. */
const STALE_MS = 250;
/** The score is written anew every so many ticks: laying it out takes longer than drawing the sky. */
const SCORE_EVERY = 10;

/**
 * @typedef {object} Stage what shows it all
 * @property {Sky} sky
 * @property {Steering} steering
 * @property {Scoreboard} scoreboard
 * @property {Latency} latency
 * @property {Teller} teller
 */

export class Play {
  pauses = new Pauses();
  /** Where the comets were at the last drawing. @type {{id: string, x: number, y: number}[]} */
  drawn = [];
  /** @type {Session | null} */
  session = null;
  #room;
  #hasEnded = false;
  #stage;
  #shown = new Shown();
  #ticked = 0;
  /** @type {string[]} */
  #owners = [];
  /** @type {Set<string>} */
  #ignored = new Set();
  /** Who was called what when there last was a connection. @type {Map<string, string>} */
  #names = new Map();
  #pace = new Pace();
  #frame = 0;

  /**
   * @param {Room} room
   * @param {Stage} stage
   */
  constructor(room, stage) {
    this.#room = room;
    this.#stage = stage;
    room.addEventListener("state", () => this.#settle());
    room.addEventListener("come", ({ detail }) => this.#came(detail.person));
    room.addEventListener("go", ({ detail }) => this.#gone(detail.person, detail.lost));
    room.addEventListener("data", ({ detail }) => this.session?.hear(detail.person.id, detail.data, detail.direct));
  }

  end() {
    cancelAnimationFrame(this.#frame);
    this.#hasEnded = true;
    this.#stage.latency.clear();
    this.#stage.teller.clear();
  }

  /** @param {number} sent when the tick was due, in milliseconds since 1970 */
  tick(sent) {
    const now = performance.now();
    this.#request();
    const { session } = this;
    if (!session || this.#hasEnded || this.#room.state !== "open") return;
    if (performance.timeOrigin + now - sent > STALE_MS) return;
    session.tick(this.#steer(session.world));
    this.#ticked = now;
    this.#compare(session.world);
    const { seq } = session.world.own;
    if (seq % SCORE_EVERY === 0) this.#score(session);
    if (seq % VIEW_EVERY === 0) this.#stage.latency.second(this.#others(session.world));
  }

  #settle() {
    const { id, state, name } = this.#room;
    const { teller } = this.#stage;
    if (state === "lost")
      teller.notice("The connection is lost. The game stands still here, and goes on when it is back.");
    if (state !== "open" || this.session?.world.id === id) return;
    this.session = new Session(
      id,
      {
        send: (data) => this.#room.send(data),
        sendTo: (to, data) => {
          const person = this.#room.people.get(to);
          if (person) this.#room.sendTo(person, data);
        },
        now: () => performance.now(),
        answered: (from, ms) => this.#stage.latency.answered(from, ms),
      },
      hueOf(name),
      this.session ?? undefined,
    );
    this.#owners = [];
    this.#names.clear();
    teller.notice("");
  }

  /** @param {Person} person */
  #came(person) {
    if (this.session?.come(person.id)) return;
    this.#ignored.add(person.id);
  }

  /**
   * @param {Person} person
   * @param {boolean} isLost
   */
  #gone(person, isLost) {
    const { session } = this;
    if (this.#ignored.delete(person.id) || isLost || !session) return;
    const seat = session.world.claimsOf(person.id)?.seat ?? WATCHING;
    this.#stage.teller.left(this.#room.label(person), seat, session.go(person.id));
    this.#owners = tailOwners(session.world);
  }

  /**
   * The comet flies towards the finger as it is seen, in whatever way the field lies.
   * @param {World} world
   */
  #steer(world) {
    const { sky, steering } = this.#stage;
    return sky.direction(steering.towards(sky.place(world.own.comet)));
  }

  /**
   * Tells what changed hands since the last tick.
   * @param {World} world
   */
  #compare(world) {
    const owners = tailOwners(world);
    for (const { by, from, stars } of takings(this.#owners, owners)) {
      if (this.#owners.length > 0)
        this.#stage.teller.took(this.#who(world, by), from ? this.#who(world, from) : null, stars);
    }
    this.#owners = owners;
  }

  /** @param {Session} session */
  #score({ world, views }) {
    const rows = standings(world).map((row) => ({ ...row, ...this.#who(world, row.id) }));
    const players = new Set(rows.map(({ id }) => id));
    const watchers = this.#room.order.filter((id) => !players.has(id) && !this.#ignored.has(id));
    this.#stage.scoreboard.show(
      rows,
      watchers.map((id) => this.#who(world, id).name),
      this.#remarks(),
    );
    this.#stage.teller.views(views, (id) => this.#who(world, id).name);
    this.#stage.teller.watches(world.own.seat === WATCHING && players.size >= SEATS);
  }

  #remarks() {
    const others = this.#room.others.size;
    return [
      this.#room.people.size === 0 ? "Nobody else is here. Press “Invite”." : "",
      others > 0 ? `${others === 1 ? "1 peer is" : `${others} peers are`} in this channel, but not in the game.` : "",
      this.#ignored.size > 0 ? `${this.#ignored.size} more are left out: the game follows ${PEOPLE_MAX} people.` : "",
    ].filter(Boolean);
  }

  /** @param {World} world */
  #others(world) {
    return standings(world)
      .filter(({ id }) => id !== world.id)
      .sort((one, other) => one.seat - other.seat)
      .map(({ id }) => ({ ...this.#who(world, id), pause: this.pauses.longest(id) }));
  }

  /**
   * @param {World} world
   * @param {string} id
   */
  #who(world, id) {
    const isOwn = id === world.id;
    const person = isOwn ? { id, name: this.#room.name } : this.#room.people.get(id);
    if (person && this.#room.state === "open") this.#names.set(id, this.#room.label(person));
    return {
      id,
      isOwn,
      name: this.#names.get(id) ?? "",
      seat: world.claimsOf(id)?.seat ?? WATCHING,
    };
  }

  /** Draws with the next frame of the screen. */
  #request() {
    if (!this.#hasEnded) this.#frame ||= requestAnimationFrame((now) => this.#draw(now));
  }

  /** @param {number} now */
  #draw(now) {
    this.#frame = 0;
    if (this.#pace.wantsNext(now)) this.#request();
    if (!this.session) return;
    const { world } = this.session;
    const shown = this.#shown.at(this.session, now, this.#ticked);
    this.drawn = shown.comets;
    this.#stage.sky.draw(shown, (id) => this.#who(world, id).name, world.id, now);
    if (this.#room.state === "open" && !document.hidden)
      this.pauses.note(
        shown.comets.filter(({ id }) => id !== world.id),
        now,
      );
    else this.pauses.forget();
  }
}
