/** Who has how many stars, who wears the crown, and what has changed hands: read from the world, never kept. */

/** @import { World } from "./world.js" */

/** @typedef {{id: string, seat: number, stars: number, isCrowned: boolean}} Standing */

/** @typedef {{by: string, from: string, stars: number}} Taking */

/**
 * @param {World} world
 * @returns {Standing[]} of those who play, the longest tail first
 */
export function standings(world) {
  const owners = tailOwners(world);
  const rows = [...world.players].map(([seat, id]) => ({
    id,
    seat,
    stars: owners.filter((owner) => owner === id).length,
  }));
  rows.sort((one, other) => other.stars - one.stars || one.seat - other.seat);
  return rows.map((row, place) => ({ ...row, isCrowned: place === 0 && row.stars > 0 }));
}

/** In whose tail each star is, '' where in none. @param {World} world */
export function tailOwners(world) {
  return world.holdings.map((holding) => (holding?.inTail ? holding.id : ""));
}

/**
 * @param {string[]} before
 * @param {string[]} after
 * @returns {Taking[]} who took how many from whom, '' for the sky
 */
export function takings(before, after) {
  /** @type {Map<string, Taking>} */
  const taken = new Map();
  after.forEach((by, star) => {
    const from = before[star];
    if (!by || by === from) return;
    const key = `${by} ${from}`;
    taken.set(key, { by, from, stars: (taken.get(key)?.stars ?? 0) + 1 });
  });
  return [...taken.values()];
}
