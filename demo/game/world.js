/**
 * One page's replica of the sky, without a host: what everybody here claims, and what follows from it.
 *
 * Who holds a star is a function of the latest claims of those who are present (`winner`), and of nothing else: whoever has
 * heard the same sees the same, in whatever order it came. A page claims a star by moving it from then on; it stops when
 * another's claim wins. Stars that nobody claims are taken up by the lowest id.
 */

import { distinct, nothing } from "./claims.js";
import { next, UNTOUCHED, winner } from "./epoch.js";
import { entrance, home, SEATS, STARS, TICKS_PER_SECOND, WATCHING } from "./field.js";
import { drift, fly, follow } from "./flight.js";
import { caught } from "./catch.js";
import { decode, encodeClaims, encodeSnapshot, OWNERS_MAX } from "./wire.js";

/**
 * @import { Claims, Star } from "./claims.js"
 * @import { Stamp } from "./epoch.js"
 * @import { Thrust } from "./flight.js"
 */

/**
 * A newcomer looks round for so many ticks before it takes a seat, and a star counts as lost when nobody has claimed it for
 * as long: the others speak at each tick, and word of a change of hands may overtake the word of who took it.
 */
const LOOK_ROUND = 6;
/**
 * After a loss all come back one after the other, as pages try again at least every five seconds. What they held waits for
 * them so many ticks longer.
 */
const WAIT_FOR_RETURN = 6 * TICKS_PER_SECOND;
/** A page that has no news speaks at each such tick only. Views are compared at the same ones. */
export const VIEW_EVERY = 30;
/** More people than this are not followed: a page has to stay smooth. */
export const PEOPLE_MAX = 256;
const TURN_MAX = 0xffff;

/** @typedef {Stamp & {star: Star, inTail: boolean}} Holding */

export class World {
  /** @type {Claims} */
  #own = nothing();
  /** What others claim; `heard` is whether they have said so themselves. @type {Map<string, {claims: Claims, heard: boolean}>} */
  #others = new Map();
  /** What a snapshot said of those who have not come yet. @type {Map<string, Claims>} */
  #foretold = new Map();
  /**
   * The last that was known of each star, and for how many ticks nobody has claimed it.
   * @type {Star[]}
   */
  #memory = Array.from({ length: STARS }, (_, number) => ({
    number,
    epoch: UNTOUCHED,
    ...home(number),
    vx: 0,
    vy: 0,
  }));
  /** @type {number[]} */
  #vacant = Array(STARS).fill(0);
  /** @type {(Holding | undefined)[] | null} */
  #holdings = null;
  #ticks = 0;
  #rest = 0;
  #spoke = false;
  #wish;

  /**
   * @param {string} id
   * @param {number} wish which seat this page would like to have
   * @param {World} [before] this page's world before its connection was lost: what it held is claimed again, as it was
   */
  constructor(id, wish, before) {
    this.id = id;
    this.#wish = wish;
    if (!before) return;
    this.#own = { ...before.#own, seq: 0 };
    before.#remember();
    this.#memory = before.#memory;
    this.#vacant.fill(-WAIT_FOR_RETURN);
  }

  get own() {
    return this.#own;
  }

  get isLowest() {
    return [...this.#others.keys()].every((id) => this.id < id);
  }

  /**
   * @param {string} id
   * @returns {boolean} false when there are too many people
   */
  come(id) {
    if (this.#others.size >= PEOPLE_MAX) return false;
    this.#others.set(id, { claims: this.#foretold.get(id) ?? nothing(), heard: false });
    this.#foretold.delete(id);
    this.#holdings = null;
    return true;
  }

  /**
   * What a page held that has gone is vacant from the next tick on.
   * @param {string} id
   */
  go(id) {
    this.#remember();
    for (const holding of this.holdings)
      if (holding && holding.id === id) this.#vacant[holding.star.number] = LOOK_ROUND;
    this.#others.delete(id);
    this.#holdings = null;
  }

  /**
   * @param {string} id
   * @param {Claims} claims
   * @returns {boolean} false where the sender is unknown or the claims are not newer than what it
   *   said before
   */
  hear(id, claims) {
    const known = this.#others.get(id);
    if (!known || (known.heard && claims.seq <= known.claims.seq)) return false;
    known.claims = claims;
    known.heard = true;
    this.#holdings = null;
    return true;
  }

  /** What everybody else has said counts until they say it themselves. @param {{id: string, claims: Claims}[]} owners */
  hearSnapshot(owners) {
    this.#foretold = new Map();
    for (const { id, claims } of owners) {
      const known = this.#others.get(id);
      if (!known) this.#foretold.set(id, claims);
      else if (!known.heard) known.claims = claims;
    }
    this.#foretold.delete(this.id);
    this.#holdings = null;
  }

  /**
   * @param {string} newcomer
   * @returns {boolean} whether it is for this page to greet the newcomer
   */
  greets(newcomer) {
    return [...this.#others.keys()].every((id) => id === newcomer || this.id < id);
  }

  /** A snapshot for a newcomer, those who play first. */
  snapshot() {
    const all = this.#everybody()
      .map(([id, claims]) => ({ id, claims }))
      .filter(({ claims }) => claims.seq > 0);
    return encodeSnapshot(all.sort((one, other) => one.claims.seat - other.claims.seat).slice(0, OWNERS_MAX));
  }

  /**
   * @param {string} id
   * @returns {Claims | undefined} of anybody here, oneself included
   */
  claimsOf(id) {
    return id === this.id ? this.#own : this.#others.get(id)?.claims;
  }

  /** Who holds each star: undefined where nobody does. */
  get holdings() {
    this.#holdings ??= this.#decide();
    return this.#holdings;
  }

  /**
   * Where a star was last, whoever holds it.
   * @param {number} number
   */
  star(number) {
    return this.holdings[number]?.star ?? this.#memory[number];
  }

  /** Who plays, by seat: of two in one seat, the one with the earlier turn. @returns {Map<number, string>} */
  get players() {
    /** @type {Map<number, string>} */
    const players = new Map();
    for (const [id, claims] of this.#everybody()) {
      const sitting = players.get(claims.seat);
      const other = sitting === undefined ? undefined : this.claimsOf(sitting);
      const isFirst = sitting === undefined || !other || isBefore(id, claims, sitting, other);
      if (claims.seat !== WATCHING && isFirst) players.set(claims.seat, id);
    }
    return players;
  }

  /**
   * One tick: moves what is one's own.
   * @param {Thrust} steering
   * @returns {ArrayBuffer | null} what to tell the others, null where there is no news
   */
  step(steering) {
    this.#ticks += 1;
    this.#remember();
    this.#yield();
    this.#sit();
    this.#adopt();
    if (this.#own.seat !== WATCHING) this.#fly(steering);
    this.#own.drift = this.#own.drift.map((star) => drift(star, this.#ticks));
    return this.#speak();
  }

  /** @returns {[id: string, claims: Claims][]} */
  #everybody() {
    const others = [...this.#others].map(/** @returns {[string, Claims]} */ ([id, { claims }]) => [id, claims]);
    return [[this.id, this.#own], ...others];
  }

  #decide() {
    /** @type {Holding[][]} */
    const claims = Array.from({ length: STARS }, () => []);
    const players = new Set(this.players.values());
    for (const [id, { tail, drift: drifting }] of this.#everybody()) {
      for (const star of tail) claims[star.number].push({ id, epoch: star.epoch, star, inTail: players.has(id) });
      for (const star of drifting) claims[star.number].push({ id, epoch: star.epoch, star, inTail: false });
    }
    return claims.map(winner);
  }

  #remember() {
    this.holdings.forEach((holding, number) => {
      if (holding) this.#memory[number] = holding.star;
      this.#vacant[number] = holding ? 0 : this.#vacant[number] + 1;
    });
  }

  /** Gives up what another's claim has won. */
  #yield() {
    /** @param {Star} star */
    const isMine = ({ number }) => this.holdings[number]?.id === this.id;
    const own = this.#own;
    this.#own = { ...own, seq: own.seq + 1, tail: own.tail.filter(isMine), drift: own.drift.filter(isMine) };
    this.#holdings = null;
  }

  #sit() {
    const own = this.#own;
    const { players } = this;
    if (this.#ticks <= LOOK_ROUND || players.get(own.seat) === this.id) return;
    const free = Array.from({ length: SEATS }, (_, step) => (this.#wish + step) % SEATS).find(
      (seat) => !players.has(seat),
    );
    if (free === undefined) return this.#watch();
    if (own.seat === WATCHING) Object.assign(own.comet, entrance(free));
    const latest = Math.max(0, ...this.#everybody().map(([, { turn }]) => turn));
    Object.assign(own, { seat: free, turn: Math.min(latest + 1, TURN_MAX) });
    this.#holdings = null;
  }

  #watch() {
    const own = this.#own;
    Object.assign(own, { seat: WATCHING, drift: [...own.drift, ...own.tail], tail: [] });
    this.#holdings = null;
  }

  #adopt() {
    if (!this.isLowest) return;
    const vacant = this.#memory.filter(({ number }) => this.#vacant[number] >= LOOK_ROUND && !this.holdings[number]);
    const adopted = vacant.map((star) => ({
      ...star,
      epoch: star.epoch === UNTOUCHED ? UNTOUCHED : next(star.epoch),
    }));
    this.#own.drift.push(...adopted);
    this.#holdings = null;
  }

  /** @param {Thrust} steering */
  #fly(steering) {
    const own = this.#own;
    own.comet = fly(own.comet, steering, own.tail.length);
    this.#rest = Math.max(0, this.#rest - 1);
    const { taken, rest } = caught(this, this.#rest === 0);
    this.#rest = Math.max(this.#rest, rest);
    /** @param {Star} star */
    const isLeft = ({ number }) => taken.every((star) => star.number !== number);
    own.drift = own.drift.filter(isLeft);
    own.tail = follow(own.comet, [...taken.map((star) => ({ ...star, epoch: next(star.epoch) })), ...own.tail]);
  }

  /** Keeps what the others will decode, so that all have the same numbers. */
  #speak() {
    const { seat, seq, tail, drift: drifting } = this.#own;
    const bytes = encodeClaims(distinct(this.#own));
    const decoded = decode(bytes);
    if (decoded?.kind !== "claims") throw new RangeError("this page cannot read what it has written");
    this.#own = decoded.claims;
    this.#holdings = null;
    const speaks = seat !== WATCHING || tail.length + drifting.length > 0;
    const isDue = speaks || this.#spoke || seq % VIEW_EVERY === 0;
    this.#spoke = speaks;
    return isDue ? bytes : null;
  }
}

/**
 * @param {string} id
 * @param {Claims} claims
 * @param {string} otherId
 * @param {Claims} other
 */
function isBefore(id, claims, otherId, other) {
  return claims.turn === other.turn ? id < otherId : claims.turn < other.turn;
}
