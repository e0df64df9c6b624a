import { dictSlots } from '../store/dict.ts';
import type { Dict } from '../store/dict.ts';
import type { Bytes, StreamValue, Value } from '../store/value.ts';
import { CONSUMER, ENTRY, GROUP, OBJECT, PENDING, allocated, keyBytes, packedBytes, scoreBytes, stringBytes, tableBytes } from './weights.ts';

/** Redis's dictEntry as its size, which is what MEMORY USAGE counts. */
const BARE_ENTRY = 24;
/** Header of a listpack, with its end. */
const PACK = 7;
/** Bytes of a quicklist's node, and what it holds at most (list-max-listpack-size -2). */
const NODE = 32;
const NODE_HOLDS = 8192;
/** The time at which a field expires (Redis 7.4). */
const FIELD_TIME = 24;
/** A skiplist's header, with all of its levels. */
const SKIPLIST = 720;
/** Bytes that the last listpack of a stream has in store. */
const STREAM_STORE = 4096;
/** Redis guesses here that every node of the trees of pending entries has 30 children; so much that is above what they take. */
const PENDING_GUESS = 850;
/** Entries in one listpack of a stream, and what its place in the tree takes. */
const STREAM_NODE_ENTRIES = 100;
const STREAM_NODE = 64;

/** MEMORY USAGE: what redis-server would need for this key and value, bytes. Nothing is sampled: every value knows its weight. */
export function memoryUsage(key: Bytes, value: Value): number {
  let sum = keyBytes(key) - ENTRY + BARE_ENTRY + valueBytes(value);
  if (value.type === 'stream') for (const group of value.groups.values()) sum += group.pending.length * PENDING_GUESS;
  return sum;
}

/** The same for a value alone; walks no more than a small encoding and the groups of a stream. */
export function valueBytes(value: Value): number {
  switch (value.type) {
    case 'string':
      return stringBytes(value.encoding, value.data.length);
    case 'list':
      return OBJECT + 48 + allocated(PACK + value.items.weight) + Math.ceil(value.items.weight / NODE_HOLDS) * NODE;
    case 'hash':
      return OBJECT + (value.times?.at.size ?? 0) * FIELD_TIME + (value.body.encoding === 'listpack' ? packed(value.body.pairs) : hashed(value.body.dict));
    case 'set':
      return OBJECT + (value.body.encoding === 'intset' ? intset(value.body.numbers) : hashed(value.body.dict));
    case 'zset':
      if (value.body.encoding === 'skiplist') return OBJECT + SKIPLIST + hashed(value.body.scores);
      return OBJECT + allocated(value.body.members.reduce((sum, { member, score }) => sum + packedBytes(member) + scoreBytes(score), PACK));
    case 'stream':
      return OBJECT + streamBytes(value);
    case 'module':
      return OBJECT + value.body.length;
  }
}

function hashed(dict: Dict<unknown>): number {
  return tableBytes(dictSlots(dict)) + dict.weight;
}

function packed(items: readonly Bytes[]): number {
  let sum = PACK;
  for (const item of items) sum += packedBytes(item);
  return allocated(sum);
}

/** All numbers of an intset are as wide as the widest, which is the first or the last. */
function intset(numbers: readonly Bytes[]): number {
  const most = Math.max(Math.abs(Number(numbers[0] ?? 0)), Math.abs(Number(numbers.at(-1) ?? 0)));
  return allocated(8 + numbers.length * (most < 2 ** 15 ? 2 : most < 2 ** 31 ? 4 : 8));
}

function streamBytes({ entries, groups }: StreamValue): number {
  let sum = 200 + entries.weight + Math.ceil(entries.length / STREAM_NODE_ENTRIES) * STREAM_NODE + (entries.length > 0 ? STREAM_STORE : 0);
  for (const group of groups.values()) sum += GROUP + group.consumers.size * CONSUMER + group.pending.length * PENDING;
  return sum;
}
