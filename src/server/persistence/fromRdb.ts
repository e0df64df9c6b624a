import { RdbError } from '../../protocol/rdb/bytes.ts';
import type { RdbGroup, RdbStream, RdbValue } from '../../protocol/rdb/value.ts';
import { setFieldTime } from '../store/hashTimes.ts';
import { convertHash, hashSet, makeHash } from '../store/hashValue.ts';
import { makeList } from '../store/listValue.ts';
import { setOf } from '../store/setValue.ts';
import { addPending, makeGroup, seeConsumer } from '../store/streamGroups.ts';
import { formatId, streamOf } from '../store/streamValue.ts';
import { makeString } from '../store/stringValue.ts';
import { NO_EXPIRY } from '../store/value.ts';
import type { Bytes, HashValue, StoreEnvironment, StreamGroup, StreamValue, Value } from '../store/value.ts';
import { convertZset, packedZset, zsetOf } from '../store/zsetValue.ts';

type Loaded<K extends RdbValue<Bytes>['type']> = Extract<RdbValue<Bytes>, { type: K }>;

/**
 * A value of a dump in the encoding that Redis gives it when it loads it. Throws RdbError, with offset 0: `corrupt` for what no
 * server holds (an empty collection, a member twice), `unsupported` for a module's value.
 */
export function fromRdb(value: RdbValue<Bytes>, env: StoreEnvironment): Value {
  switch (value.type) {
    case 'string': return makeString(value.value);
    case 'list': {
      if (value.items.length === 0) empty();
      return makeList(value.items);
    }
    case 'set': return loadSet(value, env);
    case 'zset': return loadZset(value, env);
    case 'hash': return loadHash(value, env);
    case 'stream': return loadStream(value);
    case 'module': throw new RdbError('unsupported', `a value of the module ${value.module}`, 0);
  }
}

/** The same for a file that is looked at: a module's value is kept as it is. */
export function fromFile(value: RdbValue<Bytes>, env: StoreEnvironment): Value {
  return value.type === 'module' ? { ...value, expireAt: NO_EXPIRY, accessed: 0, counted: 0 } : fromRdb(value, env);
}

function empty(): never {
  throw new RdbError('corrupt', 'a collection without elements', 0);
}

function twice(): never {
  throw new RdbError('corrupt', 'an element that is there twice', 0);
}

/** So many are compared with each other; above that a table is faster. */
const FEW = 16;

/** True if one of so many is there twice. */
function hasTwice(count: number, at: (index: number) => Bytes | undefined): boolean {
  if (count > FEW) return new Set(Array.from({ length: count }, (_, index) => at(index))).size !== count;
  for (let index = 1; index < count; index += 1) {
    const one = at(index);
    for (let before = 0; before < index; before += 1) if (at(before) === one) return true;
  }
  return false;
}

function loadSet({ members }: Loaded<'set'>, env: StoreEnvironment): Value {
  if (members.length === 0) empty();
  return setOf(members, env) ?? twice();
}

function loadZset({ compact, members }: Loaded<'zset'>, env: StoreEnvironment): Value {
  if (members.length === 0) empty();
  if (hasTwice(members.length, (index) => members[index]?.member)) twice();
  if (!compact) return zsetOf(members, env);
  // One that was packed stays packed whatever the length of its members, as long as they are few.
  const zset = packedZset(members);
  if (members.length > env.limits.zsetMaxListpackEntries) convertZset(zset, env);
  return zset;
}

function loadHash(loaded: Loaded<'hash'>, env: StoreEnvironment): Value {
  const hash = loadFields(loaded, env);
  loaded.expiries?.forEach((at, index) => {
    if (at !== undefined) setFieldTime(hash, loaded.pairs[index * 2] as Bytes, Number(at));
  });
  return hash;
}

function loadFields({ compact, pairs }: Loaded<'hash'>, env: StoreEnvironment): HashValue {
  if (pairs.length === 0) empty();
  const hash = makeHash();
  const fields = pairs.length / 2;
  if (compact && fields <= env.limits.hashMaxListpackEntries) {
    if (hasTwice(fields, (index) => pairs[index * 2])) twice();
    hash.body = { encoding: 'listpack', pairs: [...pairs] };
    return hash;
  }
  if (fields > env.limits.hashMaxListpackEntries) convertHash(hash, env, fields);
  for (let index = 0; index < pairs.length; index += 2) if (!hashSet(hash, pairs[index] as Bytes, pairs[index + 1] as Bytes, env)) twice();
  return hash;
}

function loadStream(loaded: RdbStream<Bytes>): StreamValue {
  const stream = streamOf(loaded.entries, loaded);
  for (const group of loaded.groups) {
    if (stream.groups.has(group.name)) twice();
    stream.groups.set(group.name, loadGroup(group));
  }
  return stream;
}

function loadGroup(loaded: RdbGroup<Bytes>): StreamGroup {
  const group = makeGroup(loaded.lastId, loaded.entriesRead);
  const deliveries = new Map(loaded.pending.map((entry) => [formatId(entry.id), entry]));
  for (const { name, seenAt, pending } of loaded.consumers) {
    if (group.consumers.has(name)) twice();
    const consumer = seeConsumer(group, name, Number(seenAt));
    for (const id of pending) {
      const delivery = deliveries.get(formatId(id));
      // Each is taken once.
      if (delivery === undefined || !deliveries.delete(formatId(id))) twice();
      addPending(group, { id, consumer, deliveredAt: Number(delivery.deliveredAt), deliveries: Number(delivery.deliveries) });
    }
  }
  if (deliveries.size > 0) throw new RdbError('corrupt', 'a pending entry that belongs to no consumer', 0);
  return group;
}
