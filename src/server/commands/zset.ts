import { formatDouble } from '../../protocol/resp/number.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { notify } from '../events.ts';
import type { Context, Handlers } from '../state.ts';
import { globMatch } from '../store/glob.ts';
import type { ScoredMember } from '../store/skiplist.ts';
import type { Bytes, ZsetValue } from '../store/value.ts';
import { makeZset, zsetRandom, zsetRank, zsetRemove, zsetScan, zsetScore, zsetSet, zsetSize, zsetSlice } from '../store/zsetValue.ts';
import { checkPairCount, pairsReply, pickDistinct, pickRepeatedly, randomCount } from './hash.ts';
import { mpopArgs } from './list.ts';
import { cursorArg, scanLoop, scanOptions, scanReply } from './scan.ts';
import {
  EMPTY_ARRAY, NULL, NULL_ARRAY, SYNTAX, ZERO, arg, array, bulk, changed, fail, floatArg, integer, isOption, positiveArg, readTyped, removeEmptied, store,
  writeTyped,
} from './support.ts';
import { zsetCombineCommands } from './zsetCombine.ts';
import { membersReply, zsetRangeCommands } from './zsetRange.ts';

const double = (value: number): Reply => ({ kind: 'double', value });

interface AddOptions {
  readonly nx: boolean;
  readonly xx: boolean;
  readonly gt: boolean;
  readonly lt: boolean;
  readonly ch: boolean;
  readonly incr: boolean;
}
const plain: AddOptions = { nx: false, xx: false, gt: false, lt: false, ch: false, incr: false };

function zadd(context: Context, args: readonly Bytes[]): Reply {
  const options = { ...plain };
  let start = 2;
  for (; start < args.length; start += 1) {
    const name = arg(args, start).toLowerCase();
    if (!(name in options)) break;
    options[name as keyof AddOptions] = true;
  }
  const left = args.length - start;
  if (left === 0 || left % 2 === 1) fail(SYNTAX);
  if (options.nx && options.xx) fail('ERR XX and NX options at the same time are not compatible');
  if ((options.gt && options.nx) || (options.lt && options.nx) || (options.gt && options.lt)) {
    fail('ERR GT, LT, and/or NX options at the same time are not compatible');
  }
  if (options.incr && left > 2) fail('ERR INCR option supports a single increment-element pair');
  return add(context, arg(args, 1), args.slice(start), options);
}

/** Adds pairs of score and member. */
function add(context: Context, key: Bytes, pairs: readonly Bytes[], options: AddOptions): Reply {
  const scores: number[] = [];
  for (let index = 0; index < pairs.length; index += 2) scores.push(floatArg(arg(pairs, index)));
  const existing = writeTyped(context, key, 'zset');
  if (existing === undefined && options.xx) return options.incr ? NULL : ZERO;
  const { environment } = context.server;
  const zset = existing ?? makeZset(arg(pairs, 1), environment);
  if (existing === undefined) store(context, key, zset);
  let added = 0;
  let updated = 0;
  let result: number | undefined;
  for (let index = 0; index < pairs.length; index += 2) {
    const member = arg(pairs, index + 1);
    const before = zsetScore(zset, member);
    const by = scores[index / 2] ?? 0;
    const score = options.incr && before !== undefined ? before + by : by;
    if (before === undefined ? options.xx : options.nx) continue;
    if (Number.isNaN(score)) {
      if (zsetSize(zset) === 0) removeEmptied(context, key);
      fail('ERR resulting score is not a number (NaN)');
    }
    if (before !== undefined && ((options.lt && score >= before) || (options.gt && score <= before))) continue;
    result = score;
    if (zsetSet(zset, member, score, environment)) added += 1;
    else if (before !== score) updated += 1;
  }
  if (added + updated > 0) {
    changed(context, key, added + updated);
    notify(context, 'zset', options.incr ? 'zincr' : 'zadd', key);
  }
  if (options.incr) return result === undefined ? NULL : double(result);
  return integer(options.ch ? added + updated : added);
}

/** Removes members and, with the last one, the key. The number removed. */
function removeMembers(context: Context, key: Bytes, zset: ZsetValue, members: readonly Bytes[], event: string): number {
  let removed = 0;
  for (const member of members) {
    if (!zsetRemove(zset, member)) continue;
    removed += 1;
    if (zsetSize(zset) === 0) break;
  }
  if (removed > 0) {
    changed(context, key, removed);
    notify(context, 'zset', event, key);
  }
  if (zsetSize(zset) === 0) removeEmptied(context, key);
  return removed;
}

function zrem(context: Context, args: readonly Bytes[]): Reply {
  const zset = writeTyped(context, arg(args, 1), 'zset');
  return zset === undefined ? ZERO : integer(removeMembers(context, arg(args, 1), zset, args.slice(2), 'zrem'));
}

function take(context: Context, key: Bytes, zset: ZsetValue, count: number, highest: boolean): ScoredMember[] {
  const size = zsetSize(zset);
  const wanted = Math.min(count, size);
  const taken = highest ? zsetSlice(zset, size - wanted, size - 1).reverse() : zsetSlice(zset, 0, wanted - 1);
  removeMembers(context, key, zset, taken.map(({ member }) => member), highest ? 'zpopmax' : 'zpopmin');
  return taken;
}

function zpop(context: Context, args: readonly Bytes[], highest: boolean): Reply {
  if (args.length > 3) fail(SYNTAX);
  const count = args.length === 3 ? positiveArg(arg(args, 2)) : undefined;
  const zset = writeTyped(context, arg(args, 1), 'zset');
  if (zset === undefined || count === 0) return EMPTY_ARRAY;
  const taken = take(context, arg(args, 1), zset, count ?? 1, highest);
  if (count !== undefined) return membersReply(context, taken, true);
  return array(taken.flatMap(({ member, score }) => [bulk(member), double(score)]));
}

/** MIN or MAX; true for MAX. */
export function highestArg(text: Bytes): boolean {
  return isOption(text, 'MAX') || (!isOption(text, 'MIN') && fail(SYNTAX));
}

/** Takes up to `count` members of a key as ZMPOP answers them. */
export function popMany(context: Context, key: Bytes, zset: ZsetValue, count: number, highest: boolean): Reply {
  const taken = take(context, key, zset, count, highest);
  return array([bulk(key), array(taken.map(({ member, score }) => array([bulk(member), double(score)])))]);
}

/** Takes one member as BZPOPMIN answers it. */
export function popOne(context: Context, key: Bytes, zset: ZsetValue, highest: boolean): Reply {
  return array([bulk(key), ...take(context, key, zset, 1, highest).flatMap(({ member, score }) => [bulk(member), double(score)])]);
}

function zmpop(context: Context, args: readonly Bytes[]): Reply {
  const { keys, where, count } = mpopArgs(args, 1, highestArg);
  for (const key of keys) {
    const zset = writeTyped(context, key, 'zset');
    if (zset !== undefined) return popMany(context, key, zset, count, where);
  }
  return NULL_ARRAY;
}

/** ZRANK key member, and of Redis 7.2 WITHSCORE. */
function zrank(context: Context, args: readonly Bytes[], reverse: boolean): Reply {
  const zset = readTyped(context, arg(args, 1), 'zset');
  const rank = zset === undefined ? undefined : zsetRank(zset, arg(args, 2));
  const withScore = args.length === 4;
  if (zset === undefined || rank === undefined) return withScore ? NULL_ARRAY : NULL;
  const place = integer(reverse ? zsetSize(zset) - 1 - rank : rank);
  return withScore ? array([place, scoreReply(zset, arg(args, 2))]) : place;
}

function scoreReply(zset: ZsetValue | undefined, member: Bytes): Reply {
  const score = zset === undefined ? undefined : zsetScore(zset, member);
  return score === undefined ? NULL : double(score);
}

function zrandmember(context: Context, args: readonly Bytes[]): Reply {
  const { random } = context.server;
  if (args.length === 2) {
    const zset = readTyped(context, arg(args, 1), 'zset');
    return zset === undefined ? NULL : bulk(zsetRandom(zset, random).member);
  }
  const count = randomCount(arg(args, 2));
  const withScores = isOption(args[3], 'WITHSCORES');
  if (args.length > 4 || (args.length === 4 && !withScores)) fail(SYNTAX);
  if (withScores) checkPairCount(count);
  const zset = readTyped(context, arg(args, 1), 'zset');
  if (zset === undefined || count === 0) return EMPTY_ARRAY;
  const one = (): ScoredMember => zsetRandom(zset, random);
  const all = (): ScoredMember[] => zsetSlice(zset, 0, zsetSize(zset) - 1);
  const picked = count < 0 ? pickRepeatedly(context, -count, one) : pickDistinct(count, zsetSize(zset), { all, one, name: ({ member }) => member, random });
  return pairsReply(context, picked.map(({ member, score }) => [member, score] as const), withScores, double);
}

/** A score as a listpack keeps it: whole numbers below 2^62 as integers. */
function formatKept(score: number): Bytes {
  return Number.isInteger(score) && Math.abs(score) < 2 ** 62 ? BigInt(score).toString() : formatDouble(score);
}

function zscan(context: Context, args: readonly Bytes[]): Reply {
  const cursor = cursorArg(arg(args, 2));
  const zset = readTyped(context, arg(args, 1), 'zset');
  if (zset === undefined) return scanReply(0, []);
  const { count, match } = scanOptions(args, 3, 'other');
  // A listpack keeps a whole score as an integer, and ZSCAN answers it as it is kept: 100000000000000000, not 1e+17.
  const show = zset.body.encoding === 'listpack' ? formatKept : formatDouble;
  let seen = 0;
  const items: Bytes[] = [];
  const visit = (member: Bytes, score: number): void => {
    seen += 1;
    if (match === undefined || globMatch(match, member)) items.push(member, show(score));
  };
  const next = scanLoop(cursor, count, (at) => zsetScan(zset, at, visit), () => seen);
  return scanReply(next, items);
}

/** ZADD ZRANGE and the other commands of sorted sets that do not block. */
export const zsetCommands: Handlers = {
  ...zsetRangeCommands,
  ...zsetCombineCommands,
  zadd,
  zcard: (context, args) => {
    const zset = readTyped(context, arg(args, 1), 'zset');
    return integer(zset === undefined ? 0 : zsetSize(zset));
  },
  zincrby: (context, args) => add(context, arg(args, 1), [arg(args, 2), arg(args, 3)], { ...plain, incr: true }),
  zmpop,
  zmscore: (context, args) => {
    const zset = readTyped(context, arg(args, 1), 'zset');
    return array(args.slice(2).map((member) => scoreReply(zset, member)));
  },
  zpopmax: (context, args) => zpop(context, args, true),
  zpopmin: (context, args) => zpop(context, args, false),
  zrandmember,
  zrank: (context, args) => zrank(context, args, false),
  zrem,
  zrevrank: (context, args) => zrank(context, args, true),
  zscan,
  zscore: (context, args) => scoreReply(readTyped(context, arg(args, 1), 'zset'), arg(args, 2)),
};
