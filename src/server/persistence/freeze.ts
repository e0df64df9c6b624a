import type { GroupToWrite, RdbStreamId, Runs, TimedFields, ValueToWrite } from '../../protocol/rdb/value.ts';
import { copyChunked } from '../store/chunked.ts';
import type { Chunked } from '../store/chunked.ts';
import { fieldTime } from '../store/hashTimes.ts';
import { dictInstant, zsetInstant } from '../store/instant.ts';
import { inOrder } from '../store/streamGroups.ts';
import type { Bytes, HashValue, PendingEntry, Stored, StreamGroup, StreamValue } from '../store/value.ts';
import { hasFieldTimes } from './toRdb.ts';

/** A large value as it is now. */
export interface Frozen {
  /** To be written some elements at a time, while commands change the value. */
  readonly value: ValueToWrite<Bytes>;
  /** Has to be called once that is done or given up. */
  release(): void;
}

/** Bytes from which on a value is large: below it is written in less than a ms. */
const LARGE = 16 * 1024;
/** As bytes: a pending entry is at least that in a file. */
const PENDING = 25;

const nothing = (): void => undefined;

/**
 * Keeps a large value as it is now, without a copy of what it holds: of a table or a sorted set it hears what changes, of a list
 * or stream it keeps the items, which are shared. Undefined for a value that is small, or written as one string.
 */
export function freeze(value: Stored): Frozen | undefined {
  switch (value.type) {
    case 'list': return value.items.weight < LARGE ? undefined : { value: { type: 'list', items: runsOfChunks(value.items) }, release: nothing };
    case 'set': {
      if (value.body.encoding !== 'hashtable' || value.body.dict.weight < LARGE) return undefined;
      const members = dictInstant<true, Bytes>(value.body.dict, ({ key }, run) => run.push(key));
      return { value: { type: 'set', compact: false, members }, release: members.release };
    }
    case 'zset': {
      if (value.body.encoding !== 'skiplist' || value.body.scores.weight < LARGE) return undefined;
      const members = zsetInstant(value.body);
      return { value: { type: 'zset', compact: false, members }, release: members.release };
    }
    case 'hash': return freezeHash(value);
    case 'stream': return value.entries.weight + pendingOf(value) * PENDING < LARGE ? undefined : { value: freezeStream(value), release: nothing };
    default: return undefined;
  }
}

function freezeHash(hash: HashValue): Frozen | undefined {
  const { body, times } = hash;
  if (body.encoding !== 'hashtable' || body.dict.weight < LARGE) return undefined;
  if (times === undefined || !hasFieldTimes(hash)) {
    const { length, runs, release } = dictInstant<Bytes, Bytes>(body.dict, ({ key, value }, run) => run.push(key, value));
    return { value: { type: 'hash', compact: false, pairs: { length: length * 2, runs } }, release };
  }
  const { length, runs, release } = dictInstant<Bytes, TimedField>(body.dict, ({ key, value }, run) => run.push({ field: key, value, expiry: fieldTime(hash, key) }));
  return { value: { type: 'hash', soonest: times.soonest, fields: { length, runs: timedRuns(runs) } }, release };
}

interface TimedField {
  readonly field: Bytes;
  readonly value: Bytes;
  readonly expiry: number | undefined;
}

function* timedRuns(runs: Iterable<readonly TimedField[]>): Generator<TimedFields<Bytes>> {
  for (const run of runs) yield { pairs: run.flatMap(({ field, value }) => [field, value]), expiries: run.map(({ expiry }) => expiry) };
}

function pendingOf({ groups }: StreamValue): number {
  let pending = 0;
  for (const group of groups.values()) pending += group.pending.length;
  return pending;
}

function freezeStream({ entries, lastId, maxDeletedId, entriesAdded, groups }: StreamValue): ValueToWrite<Bytes> {
  return { type: 'stream', entries: runsOfChunks(entries), lastId, maxDeletedId, entriesAdded, groups: inOrder(groups).map(([name, group]) => freezeGroup(name, group)) };
}

function freezeGroup(name: Bytes, { lastId, entriesRead, pending, consumers }: StreamGroup): GroupToWrite<Bytes> {
  return {
    name, lastId, entriesRead, pending: runsOfChunks(pending),
    consumers: inOrder(consumers).map(([consumer, { seenAt, pending: own }]) => ({ name: consumer, seenAt, activeAt: undefined, pending: idsOf(runsOfChunks(own)) })),
  };
}

function idsOf({ length, runs }: Runs<readonly PendingEntry[]>): Runs<readonly RdbStreamId[]> {
  function* ids(): Generator<readonly RdbStreamId[]> {
    for (const run of runs) yield run.map(({ id }) => id);
  }
  return { length, runs: ids() };
}

/** Items that never change, as they stand now. */
function runsOfChunks<T>(sequence: Chunked<T>): Runs<readonly T[]> {
  const { length, chunks } = copyChunked(sequence);
  return { length, runs: chunks };
}
