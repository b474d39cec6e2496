/**
 * Epochs: whose claim to a star counts.
 *
 * An epoch is a serial number of sixteen bits that runs in a circle without 0: of two numbers, the one less than half a circle
 * ahead is later. So there is no highest number, and nobody can claim one that the next player could not pass. 0 is for stars
 * that nobody has ever touched: every other epoch passes it.
 */

export const UNTOUCHED = 0;
export const EPOCH_MAX = 0xffff;

/** @param {number} epoch */
export function next(epoch) {
  return (epoch % EPOCH_MAX) + 1;
}

/** @typedef {{id: string, epoch: number}} Stamp */

/**
 * @template {Stamp} Claim
 * @param {Claim[]} claims to one star, of different ids
 * @returns {Claim | undefined} the one that no other passes; where they pass each other in a circle, that of the lowest id
 */
export function winner(claims) {
  return claims.find((claim) => claims.every((other) => other === claim || passes(claim, other))) ?? lowest(claims);
}

/**
 * @template {Stamp} Claim
 * @param {Claim[]} claims
 * @returns {Claim | undefined}
 */
function lowest(claims) {
  const ids = claims.map(({ id }) => id).sort();
  return claims.find(({ id }) => id === ids[0]);
}

/**
 * @param {Stamp} claim
 * @param {Stamp} other
 */
function passes(claim, other) {
  if (claim.epoch === other.epoch) return claim.id < other.id;
  if (claim.epoch === UNTOUCHED || other.epoch === UNTOUCHED) return other.epoch === UNTOUCHED;
  const ahead = (claim.epoch - other.epoch + EPOCH_MAX) % EPOCH_MAX;
  return ahead <= EPOCH_MAX >> 1;
}
