/**
 * Whole numbers below a bound, always the same ones for a seed (xorshift32).
 * @param {number} seed
 */
export function seeded(seed) {
  let state = seed * 0x9e3779b9;
  /** @param {number} bound */
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return bound && (state >>> 0) % bound;
  };
}
