import type { Renaming } from '../transfer/renaming.ts';
import { startsWith } from '../transfer/scope.ts';
import type { Difference } from './verify.ts';

/** What became of a key since the original: only the edited copy has it, it is another there, or only the original has it. */
export type Change = 'added' | 'modified' | 'deleted';

export type ChangeCounts = Readonly<Record<Change, number>>;

/** What was changed in an edited copy, by the names that it has there. */
export interface Changes {
  readonly total: ChangeCounts;
  of(name: Buffer): Change | undefined;
  /** Of all names that begin so. O(log n). */
  under(prefix: Buffer): ChangeCounts;
}

const kinds = ['added', 'modified', 'deleted'] as const;

/** Makes an index of the differences between an original, which is the source, and its edited copy, the target. O(n log n). */
export function createChanges(differences: readonly Difference[], { rename }: Pick<Renaming, 'rename'>): Changes {
  const found = differences.map(({ name, kind }) => ({ name: rename(name), change: changeOf(kind) })).sort((a, b) => a.name.compare(b.name));
  /** How many of each kind there are before a place. */
  const before = kinds.map((kind) => {
    const counts = new Uint32Array(found.length + 1);
    for (const [at, { change }] of found.entries()) counts[at + 1] = (counts[at] as number) + (change === kind ? 1 : 0);
    return counts;
  });
  const between = (from: number, to: number): ChangeCounts => {
    const [added = 0, modified = 0, deleted = 0] = before.map((counts) => (counts[to] as number) - (counts[from] as number));
    return { added, modified, deleted };
  };
  /** The first place whose name is not before what is looked for. */
  const place = (isBefore: (name: Buffer) => boolean): number => {
    let [low, high] = [0, found.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore((found[middle] as { readonly name: Buffer }).name)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    total: between(0, found.length),
    of(name) {
      const at = found[place((one) => one.compare(name) < 0)];
      return at?.name.equals(name) === true ? at.change : undefined;
    },
    under(prefix) {
      const from = place((one) => one.compare(prefix) < 0);
      return between(from, Math.max(from, place((one) => one.compare(prefix) < 0 || startsWith(one, prefix))));
    },
  };
}

function changeOf(kind: Difference['kind']): Change {
  return kind === 'extra' ? 'added' : kind === 'missing' ? 'deleted' : 'modified';
}
