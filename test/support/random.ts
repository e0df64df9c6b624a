/** A repeatable source of chance: the same seed gives the same run. */
export interface Random {
  /** An integer from 0 up to, not including, `below`. */
  below(below: number): number;
  /** One of these. Throws if there are none. */
  pick<T>(from: readonly T[]): T;
  /** True in about one case of `n`. */
  oneIn(n: number): boolean;
}

/** Seeded by any 32-bit integer. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    // mulberry32: small and even enough to choose cases by.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick: <T>(from: readonly T[]): T => {
      if (from.length === 0) throw new Error('nothing to pick from');
      return from[below(from.length)] as T;
    },
    oneIn: (n) => below(n) === 0,
  };
}
