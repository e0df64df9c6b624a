import type { Runs } from '../../protocol/rdb/value.ts';
import { dictSize, dictSlot, dictSlots, dictVisit } from './dict.ts';
import type { Dict, DictEntry } from './dict.ts';
import { precedes, skipAt, skipLowerBound } from './skiplist.ts';
import type { ScoredMember, SkipNode } from './skiplist.ts';
import type { Bytes, ZsetBody } from './value.ts';

/** Elements as they were at one instant, whatever changes while they are walked. At most one of a dict at a time, walked once. */
export interface Instant<E> extends Runs<readonly E[]> {
  /** Ends it before its time; one that was walked to its end is ended already. */
  release(): void;
}

/** Elements of a run, about. */
const RUN = 128;

/**
 * The elements of a dict as they are now. One that changes before the walk came to it is taken first, and one that came later is
 * left out. `take` adds what is wanted of an element, a part of RUN, to a run.
 */
export function dictInstant<V, E>(dict: Dict<V>, take: (entry: DictEntry<V>, run: E[]) => void): Instant<E> {
  /** What was taken before the walk came to it, or came too late. */
  const passed = new Set<DictEntry<V>>();
  const early: E[] = [];
  let slot = 0;
  const release = (): void => {
    dict.keeper = undefined;
  };
  dict.keeper = {
    keep(entry) {
      if (dictSlot(dict, entry.hash) < slot || passed.has(entry)) return;
      take(entry, early);
      passed.add(entry);
    },
    leaveOut: (entry) => passed.add(entry),
  };
  const runs = walk(early, release, (run) => {
    const end = Math.min(dictSlots(dict), slot + RUN);
    for (; slot < end && run.length < RUN; slot += 1) dictVisit(dict, slot, (entry) => {
      if (passed.size === 0 || !passed.has(entry)) take(entry, run);
    });
    return slot < dictSlots(dict);
  });
  return { length: dictSize(dict), runs, release };
}

/** The members of a sorted set as they are now, the highest first but for those that changed before the walk came to them. */
export function zsetInstant({ scores, list }: Extract<ZsetBody, { encoding: 'skiplist' }>): Instant<ScoredMember> {
  const passed = new Set<Bytes>();
  const early: ScoredMember[] = [];
  /** The walk was here last. */
  let at: ScoredMember | undefined;
  const release = (): void => {
    scores.keeper = undefined;
  };
  scores.keeper = {
    keep({ key, value }) {
      if (passed.has(key)) return;
      const member = { member: key, score: value };
      if (at === undefined || precedes(member, at)) early.push(member);
      // It may come again with another score.
      passed.add(key);
    },
    leaveOut: ({ key }) => passed.add(key),
  };
  const below = (place: ScoredMember): SkipNode | undefined => {
    const rank = skipLowerBound(list, (node) => !precedes(node, place));
    return rank === 0 ? undefined : skipAt(list, rank - 1);
  };
  const runs = walk(early, release, (run) => {
    let node = at === undefined ? list.tail : below(at);
    for (let nodes = RUN; node !== undefined && nodes > 0; nodes -= 1) {
      at = node;
      if (passed.size === 0 || !passed.has(node.member)) run.push(node);
      node = node.backward;
    }
    return node !== undefined;
  });
  return { length: list.length, runs, release };
}

/** Runs of what was taken early and of what `step` adds, until that answers false. What takes time is in `step`: V8 makes slower code of a generator. */
function* walk<E>(early: E[], release: () => void, step: (run: E[]) => boolean): Generator<readonly E[]> {
  for (let more = true; more;) {
    const run = early.splice(Math.max(0, early.length - RUN));
    more = step(run);
    // After its end it would take what comes for something of the start.
    if (!more) release();
    yield run;
  }
  while (early.length > 0) yield early.splice(Math.max(0, early.length - RUN));
}
