import { RdbError } from '../../protocol/rdb/bytes.ts';
import type { RdbGroup, RdbStream, RdbValue } from '../../protocol/rdb/value.ts';
import { pushBack } from '../store/chunked.ts';
import { setFieldTime } from '../store/hashTimes.ts';
import { convertHash, hashSet, makeHash } from '../store/hashValue.ts';
import { makeList } from '../store/listValue.ts';
import { makeSet, setAdd } from '../store/setValue.ts';
import { addPending, findPending, makeGroup, seeConsumer } from '../store/streamGroups.ts';
import { makeStream, streamAppend } from '../store/streamValue.ts';
import { makeString } from '../store/stringValue.ts';
import { NO_EXPIRY } from '../store/value.ts';
import type { Bytes, HashValue, StoreEnvironment, StreamGroup, StreamValue, Value } from '../store/value.ts';
import { convertZset, makeZset, zsetOf } from '../store/zsetValue.ts';

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
      const list = makeList();
      for (const item of value.items) pushBack(list.items, item);
      return list;
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

function loadSet({ members }: Loaded<'set'>, env: StoreEnvironment): Value {
  const set = makeSet(members[0] ?? empty(), env);
  for (const member of members) if (!setAdd(set, member, env)) twice();
  return set;
}

function loadZset({ compact, members }: Loaded<'zset'>, env: StoreEnvironment): Value {
  if (members.length === 0) empty();
  if (new Set(members.map(({ member }) => member)).size !== members.length) twice();
  if (!compact) return zsetOf(members, env);
  // One that was packed stays packed whatever the length of its members, as long as they are few.
  const zset = makeZset('', { ...env, limits: { ...env.limits, zsetMaxListpackEntries: Infinity } });
  if (zset.body.encoding === 'listpack') zset.body.members.push(...members);
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
    if (new Set(pairs.filter((_, index) => index % 2 === 0)).size !== fields) twice();
    hash.body = { encoding: 'listpack', pairs: [...pairs] };
    return hash;
  }
  if (fields > env.limits.hashMaxListpackEntries) convertHash(hash, env, fields);
  for (let index = 0; index < pairs.length; index += 2) if (!hashSet(hash, pairs[index] as Bytes, pairs[index + 1] as Bytes, env)) twice();
  return hash;
}

function loadStream(loaded: RdbStream<Bytes>): StreamValue {
  const stream = makeStream();
  for (const entry of loaded.entries) streamAppend(stream, entry);
  stream.lastId = loaded.lastId;
  stream.maxDeletedId = loaded.maxDeletedId;
  stream.entriesAdded = loaded.entriesAdded;
  for (const group of loaded.groups) {
    if (stream.groups.has(group.name)) twice();
    stream.groups.set(group.name, loadGroup(group));
  }
  return stream;
}

function loadGroup(loaded: RdbGroup<Bytes>): StreamGroup {
  const group = makeGroup(loaded.lastId, loaded.entriesRead);
  const deliveries = new Map(loaded.pending.map((entry) => [`${entry.id.ms}-${entry.id.seq}`, entry]));
  for (const { name, seenAt, pending } of loaded.consumers) {
    if (group.consumers.has(name)) twice();
    const consumer = seeConsumer(group, name, Number(seenAt));
    for (const id of pending) {
      const delivery = deliveries.get(`${id.ms}-${id.seq}`);
      if (delivery === undefined || findPending(group.pending, id) !== undefined) twice();
      addPending(group, { id, consumer, deliveredAt: Number(delivery.deliveredAt), deliveries: Number(delivery.deliveries) });
    }
  }
  if (deliveries.size !== group.pending.length) throw new RdbError('corrupt', 'a pending entry that belongs to no consumer', 0);
  return group;
}
