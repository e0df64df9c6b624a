import { createNameSet } from '../transfer/nameSet.ts';

/** Names that some key has had which was to end: only those can be gone at the target before their time. */
export interface Ends {
  add(name: Buffer): void;
  /** May be true for others, never false for one of them. */
  has(name: Buffer): boolean;
}

/** Names that are kept, by some 12 bytes each; of more than that all count as known. */
const MOST = 2_000_000;

/** Starts with none. @param seeds two random 32-bit numbers */
export function createEnds(seeds: readonly [number, number], most = MOST): Ends {
  let names: ReturnType<typeof createNameSet> | undefined = createNameSet(seeds);
  return {
    add(name) {
      names?.add(name);
      if (names !== undefined && names.size > most) names = undefined;
    },
    has: (name) => names === undefined || (names.size > 0 && names.has(name)),
  };
}

/** For who does not know what was before. */
export const anyEnds: Ends = { add: () => undefined, has: () => true };
