import { addIntegers, parseInteger } from '../../protocol/resp/number.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { exceedsOutputLimit } from '../clients/outputLimit.ts';
import { notify } from '../events.ts';
import type { Context, Handlers } from '../state.ts';
import { dictRandom } from '../store/dict.ts';
import { globMatch } from '../store/glob.ts';
import { clearFieldTime, isStale } from '../store/hashTimes.ts';
import { convertHash, hashDelete, hashEach, hashLength, hashScan, hashSet, makeHash } from '../store/hashValue.ts';
import { addLongDouble, formatLongDouble } from '../store/longDouble.ts';
import type { Bytes, HashValue } from '../store/value.ts';
import { cursorArg, scanLoop, scanOptions, scanReply } from './scan.ts';
import { longDoubleArg } from './string.ts';
import {
  EMPTY_ARRAY, NOT_FLOAT, NULL, OK, OVERFLOW, SYNTAX, ZERO, arg, array, bulk, bulkOrNull, bulks, changed, fail, fieldValue, hidesField, integer, integerArg, isOption,
  readTyped, removeEmptied, store, writeTyped,
} from './support.ts';

/** The hash for writing, made if it is missing. */
function writable(context: Context, key: Bytes): HashValue {
  const hash = writeTyped(context, key, 'hash');
  if (hash !== undefined) return hash;
  const made = makeHash();
  store(context, key, made);
  return made;
}

function hset(context: Context, args: readonly Bytes[], command: 'hset' | 'hmset'): Reply {
  if (args.length % 2 === 1) fail(`ERR wrong number of arguments for '${command}' command`);
  const { environment } = context.server;
  const hash = writable(context, arg(args, 1));
  // One long argument converts before anything is set, as in Redis.
  const limit = environment.limits.hashMaxListpackValue;
  if (hash.body.encoding === 'listpack' && args.some((text, index) => index > 1 && text.length > limit)) convertHash(hash, environment);
  let added = 0;
  for (let index = 2; index < args.length; index += 2) {
    if (hashSet(hash, arg(args, index), arg(args, index + 1), environment)) added += 1;
    else clearFieldTime(hash, arg(args, index));
  }
  changed(context, arg(args, 1));
  notify(context, 'hash', 'hset', arg(args, 1));
  return command === 'hmset' ? OK : integer(added);
}

function hsetnx(context: Context, args: readonly Bytes[]): Reply {
  const existing = writeTyped(context, arg(args, 1), 'hash');
  if (existing !== undefined && fieldValue(context, existing, arg(args, 2)) !== undefined) return ZERO;
  hashSet(existing ?? writable(context, arg(args, 1)), arg(args, 2), arg(args, 3), context.server.environment);
  changed(context, arg(args, 1));
  notify(context, 'hash', 'hset', arg(args, 1));
  return integer(1);
}

function hdel(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 1);
  const hash = writeTyped(context, key, 'hash');
  if (hash === undefined) return ZERO;
  let removed = 0;
  for (let index = 2; index < args.length; index += 1) {
    if (!hashDelete(hash, arg(args, index))) continue;
    removed += 1;
    if (hashLength(hash) === 0) break;
  }
  if (removed > 0) {
    changed(context, key);
    notify(context, 'hash', 'hdel', key);
  }
  if (hashLength(hash) === 0) removeEmptied(context, key);
  return integer(removed);
}

function hincrby(context: Context, args: readonly Bytes[]): Reply {
  const by = integerArg(arg(args, 3));
  const existing = writeTyped(context, arg(args, 1), 'hash');
  const text = existing === undefined ? undefined : fieldValue(context, existing, arg(args, 2));
  const current = text === undefined ? 0 : (parseInteger(text) ?? fail('ERR hash value is not an integer'));
  const result = addIntegers(current, by) ?? fail(OVERFLOW);
  hashSet(existing ?? writable(context, arg(args, 1)), arg(args, 2), result.toString(), context.server.environment);
  changed(context, arg(args, 1));
  notify(context, 'hash', 'hincrby', arg(args, 1));
  return integer(result);
}

function hincrbyfloat(context: Context, args: readonly Bytes[]): Reply {
  const by = longDoubleArg(arg(args, 3), NOT_FLOAT);
  if (by === 'infinite') return fail('ERR value is NaN or Infinity');
  const existing = writeTyped(context, arg(args, 1), 'hash');
  const text = existing === undefined ? undefined : fieldValue(context, existing, arg(args, 2));
  const current = longDoubleArg(text ?? '0', 'ERR hash value is not a float');
  if (current === 'infinite') return fail('ERR increment would produce NaN or Infinity');
  const result = formatLongDouble(addLongDouble(current, by));
  hashSet(existing ?? writable(context, arg(args, 1)), arg(args, 2), result, context.server.environment);
  changed(context, arg(args, 1));
  notify(context, 'hash', 'hincrbyfloat', arg(args, 1));
  return bulk(result);
}

function collect(context: Context, key: Bytes, what: 'fields' | 'values' | 'both'): Bytes[] {
  const items: Bytes[] = [];
  const hash = readTyped(context, key, 'hash');
  if (hash !== undefined) {
    hashEach(hash, (field, value) => {
      if (hidesField(context, hash, field)) return;
      if (what !== 'values') items.push(field);
      if (what !== 'fields') items.push(value);
    });
  }
  return items;
}

function hgetall(context: Context, args: readonly Bytes[]): Reply {
  return { kind: 'texts', as: 'map', values: collect(context, arg(args, 1), 'both') };
}

function hmget(context: Context, args: readonly Bytes[]): Reply {
  const hash = readTyped(context, arg(args, 1), 'hash');
  return array(args.slice(2).map((field) => (hash === undefined ? NULL : bulkOrNull(fieldValue(context, hash, field)))));
}

function hscan(context: Context, args: readonly Bytes[]): Reply {
  const cursor = cursorArg(arg(args, 2));
  const hash = readTyped(context, arg(args, 1), 'hash');
  if (hash === undefined) return scanReply(0, []);
  const { count, match, noValues } = scanOptions(args, 3, 'hash');
  let seen = 0;
  const items: Bytes[] = [];
  const visit = (field: Bytes, value: Bytes): void => {
    seen += 1;
    if ((match !== undefined && !globMatch(match, field)) || hidesField(context, hash, field)) return;
    items.push(field);
    if (!noValues) items.push(value);
  };
  const next = scanLoop(cursor, count, (at) => hashScan(hash, at, visit), () => seen);
  return scanReply(next, items);
}

function randomField(hash: HashValue, random: () => number): [Bytes, Bytes] {
  if (hash.body.encoding === 'hashtable') {
    const entry = dictRandom(hash.body.dict, random);
    return [entry?.key ?? '', entry?.value ?? ''];
  }
  const index = Math.floor((random() * hash.body.pairs.length) / 2) * 2;
  return [hash.body.pairs[index] ?? '', hash.body.pairs[index + 1] ?? ''];
}

/**
 * `count` different elements of a collection of `size`: all of them when `count` asks for as many, else by drawing until there are
 * enough when they are few, so that a few of a million cost no walk over the million.
 */
export function pickDistinct<T>(count: number, size: number, from: { all(): readonly T[]; one(): T; name(element: T): Bytes; random: () => number }): T[] {
  if (count * 3 > size) return sample(from.all(), count, from.random);
  const drawn = new Map<Bytes, T>();
  while (drawn.size < count) {
    const element = from.one();
    drawn.set(from.name(element), element);
  }
  return [...drawn.values()];
}

/** Chooses `count` of `items`, each at most once, in their order (partial Fisher-Yates over positions). */
function sample<T>(items: readonly T[], count: number, random: () => number): T[] {
  if (count >= items.length) return [...items];
  const pool = items.map((_, index) => index);
  for (let index = 0; index < count; index += 1) {
    const other = index + Math.floor(random() * (pool.length - index));
    [pool[index], pool[other]] = [pool[other] as number, pool[index] as number];
  }
  return pool.slice(0, count).map((index) => items[index] as T);
}

function hrandfield(context: Context, args: readonly Bytes[]): Reply {
  const { random } = context.server;
  if (args.length === 2) {
    const hash = readTyped(context, arg(args, 1), 'hash');
    return hash === undefined ? NULL : bulkOrNull(pickFrom(context, hash).one()?.[0]);
  }
  const count = randomCount(arg(args, 2));
  const withValues = isOption(args[3], 'WITHVALUES');
  if (args.length > 4 || (args.length === 4 && !withValues)) fail(SYNTAX);
  if (withValues) checkPairCount(count);
  const hash = readTyped(context, arg(args, 1), 'hash');
  if (hash === undefined || count === 0) return EMPTY_ARRAY;
  const { all, size, one } = pickFrom(context, hash);
  if (size === 0) return EMPTY_ARRAY;
  const some = (): readonly [Bytes, Bytes] => one() ?? ['', ''];
  const picked = count < 0 ? pickRepeatedly(context, -count, some) : pickDistinct(count, size, { all, one: some, name: ([field]) => field, random });
  return pairsReply(context, picked, withValues, bulk);
}

type Pair = readonly [Bytes, Bytes];

/** The fields that may be picked: all of them, but for those that a replica hides. */
function pickFrom(context: Context, hash: HashValue): { readonly size: number; all(): readonly Pair[]; one(): Pair | undefined } {
  const { random } = context.server;
  const all = (): Pair[] => {
    const pairs: Pair[] = [];
    hashEach(hash, (field, value) => {
      if (!hidesField(context, hash, field)) pairs.push([field, value]);
    });
    return pairs;
  };
  if (!isStale(hash, context.now)) return { size: hashLength(hash), all, one: () => randomField(hash, random) };
  const shown = all();
  return { size: shown.length, all: () => shown, one: () => shown[Math.floor(random() * shown.length)] };
}

/** Most elements that are picked with repetition: more would be a reply of gigabytes. */
const MAX_PICKS = 2 ** 24;

/** A count of HRANDFIELD, SRANDMEMBER or ZRANDMEMBER: a long, but not the smallest one. */
export function randomCount(text: Bytes): number {
  const count = integerArg(text);
  if (BigInt(count) === -(2n ** 63n)) fail('ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807');
  return Number(count);
}

/** Shortest element of a reply, bytes. */
const SHORTEST = '$0\r\n\r\n'.length;

/** Picks `count` times with repetition. A client whose reply will be longer than its limit allows is cut off. */
export function pickRepeatedly<T>({ server, session }: Context, count: number, pick: () => T): T[] {
  if (count > MAX_PICKS && exceedsOutputLimit(server, session, count * SHORTEST)) session.disconnect();
  if (count > MAX_PICKS) fail('ERR the practice server picks no more than 16777216 elements at once');
  return Array.from({ length: count }, pick);
}

/** Pairs double a reply, so a count beyond half a long is refused. */
export function checkPairCount(count: number): void {
  if (count < -(2 ** 62) || count > 2 ** 62) fail('ERR value is out of range');
}

/** Random elements: flat in RESP2, an array of pairs in RESP3. */
export function pairsReply<T>(context: Context, pairs: readonly (readonly [Bytes, T])[], withValues: boolean, show: (value: T) => Reply): Reply {
  if (!withValues) return bulks(pairs.map(([name]) => name));
  if (context.session.version === 3) return array(pairs.map(([name, value]) => array([bulk(name), show(value)])));
  return array(pairs.flatMap(([name, value]) => [bulk(name), show(value)]));
}

/** HSET HGET and the other commands of hashes. */
export const hashCommands: Handlers = {
  hdel,
  hexists: (context, args) => {
    const hash = readTyped(context, arg(args, 1), 'hash');
    return integer(hash !== undefined && fieldValue(context, hash, arg(args, 2)) !== undefined ? 1 : 0);
  },
  hget: (context, args) => {
    const hash = readTyped(context, arg(args, 1), 'hash');
    return bulkOrNull(hash === undefined ? undefined : fieldValue(context, hash, arg(args, 2)));
  },
  hgetall,
  hincrby,
  hincrbyfloat,
  hkeys: (context, args) => bulks(collect(context, arg(args, 1), 'fields')),
  hlen: (context, args) => {
    const hash = readTyped(context, arg(args, 1), 'hash');
    return integer(hash === undefined ? 0 : hashLength(hash));
  },
  hmget,
  hmset: (context, args) => hset(context, args, 'hmset'),
  hrandfield,
  hscan,
  hset: (context, args) => hset(context, args, 'hset'),
  hsetnx,
  hstrlen: (context, args) => {
    const hash = readTyped(context, arg(args, 1), 'hash');
    return integer(hash === undefined ? 0 : (fieldValue(context, hash, arg(args, 2))?.length ?? 0));
  },
  hvals: (context, args) => bulks(collect(context, arg(args, 1), 'values')),
};
