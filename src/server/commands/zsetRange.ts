import type { Reply } from '../../protocol/resp/reply.ts';
import { notify } from '../events.ts';
import type { Context, Handlers } from '../state.ts';
import type { ScoredMember } from '../store/skiplist.ts';
import type { Bytes, ZsetValue } from '../store/value.ts';
import { zsetLowerBound, zsetOf, zsetRemove, zsetSize, zsetSlice } from '../store/zsetValue.ts';
import { clampRange } from './list.ts';
import {
  EMPTY_ARRAY, SYNTAX, ZERO, arg, array, bulk, bulks, changed, discard, fail, integer, isOption, numberArg, parseFloatStrict, readTyped, removeEmptied, store, writeTyped,
} from './support.ts';

/** What part of a sorted set is meant; `first` and `last` say where it begins and ends. */
export type ZsetRange =
  | { readonly kind: 'rank'; readonly start: number; readonly end: number }
  | { readonly kind: 'bounds'; readonly atLeast: (entry: ScoredMember) => boolean; readonly above: (entry: ScoredMember) => boolean };

/** Parses the bounds of a range of ranks. */
function rankRange(start: Bytes, end: Bytes): ZsetRange {
  return { kind: 'rank', start: numberArg(start), end: numberArg(end) };
}

/** Parses bounds of scores: `1.5`, `(1.5`, `-inf`. */
export function scoreRange(low: Bytes, high: Bytes): ZsetRange {
  const bound = (text: Bytes): { value: number; open: boolean } => {
    const open = text.startsWith('(');
    // strtod reads a C string: it ends at a zero byte, and an empty one is 0.
    const digits = (open ? text.slice(1) : text).replace(/\0.*$/s, '').trimStart();
    return { value: digits === '' ? 0 : (parseFloatStrict(digits) ?? fail('ERR min or max is not a float')), open };
  };
  const [min, max] = [bound(low), bound(high)];
  return {
    kind: 'bounds',
    atLeast: ({ score }) => (min.open ? score > min.value : score >= min.value),
    above: ({ score }) => (max.open ? score >= max.value : score > max.value),
  };
}

/** Parses bounds of members: `[a`, `(a`, `-`, `+`. */
export function lexRange(low: Bytes, high: Bytes): ZsetRange {
  const bound = (text: Bytes): { kind: 'lowest' | 'highest' | 'open' | 'closed'; value: Bytes } => {
    if (text === '-') return { kind: 'lowest', value: '' };
    if (text === '+') return { kind: 'highest', value: '' };
    if (text.startsWith('(')) return { kind: 'open', value: text.slice(1) };
    if (text.startsWith('[')) return { kind: 'closed', value: text.slice(1) };
    return fail('ERR min or max not valid string range item');
  };
  const [min, max] = [bound(low), bound(high)];
  return {
    kind: 'bounds',
    atLeast: ({ member }) => min.kind === 'lowest' || (min.kind === 'open' && member > min.value) || (min.kind === 'closed' && member >= min.value),
    above: ({ member }) => max.kind === 'lowest' || (max.kind === 'open' && member >= max.value) || (max.kind === 'closed' && member > max.value),
  };
}

/** First and last rank of a range, both included; the last before the first when it is empty. */
function ranksOf(zset: ZsetValue, range: ZsetRange, reverse: boolean): [number, number] {
  const size = zsetSize(zset);
  if (range.kind === 'bounds') {
    const from = zsetLowerBound(zset, range.atLeast);
    return [from, zsetLowerBound(zset, range.above) - 1];
  }
  const [from, to] = clampRange(range.start, range.end, size);
  if (from > to) return [0, -1];
  return reverse ? [size - 1 - to, size - 1 - from] : [from, to];
}

interface RangeOptions {
  readonly reverse: boolean;
  readonly offset: number;
  /** Negative: all. */
  readonly count: number;
}

/** The members of a range in the order asked for. */
export function membersIn(zset: ZsetValue, range: ZsetRange, { reverse, offset, count }: RangeOptions): ScoredMember[] {
  let [from, to] = ranksOf(zset, range, reverse);
  if (offset < 0) return [];
  if (reverse) {
    to -= offset;
    if (count >= 0) from = Math.max(from, to - count + 1);
  } else {
    from += offset;
    if (count >= 0) to = Math.min(to, from + count - 1);
  }
  if (from > to) return [];
  const members = zsetSlice(zset, from, to);
  return reverse ? members.reverse() : members;
}

/** Members, with scores flat in RESP2 and as pairs in RESP3. */
export function membersReply(context: Context, members: readonly ScoredMember[], withScores: boolean): Reply {
  if (!withScores) return bulks(members.map(({ member }) => member));
  const pairs = members.map(({ member, score }): Reply[] => [bulk(member), { kind: 'double', value: score }]);
  return array(context.session.version === 3 ? pairs.map(array) : pairs.flat());
}

interface RangeForm {
  readonly by: 'rank' | 'score' | 'lex' | 'auto';
  readonly reverse: boolean | 'auto';
  /** Position of the key that is read. */
  readonly source: number;
  readonly store: boolean;
}

/** ZRANGE, its older forms and ZRANGESTORE. */
function rangeCommand(context: Context, args: readonly Bytes[], form: RangeForm): Reply {
  let by = form.by;
  let reverse = form.reverse === true;
  let withScores = false;
  let limited = false;
  let offset = 0;
  let count = -1;
  const old = form.by !== 'auto';
  for (let index = form.source + 3; index < args.length; index += 1) {
    const option = args[index];
    if (!form.store && isOption(option, 'WITHSCORES')) withScores = true;
    else if (isOption(option, 'LIMIT') && index + 2 < args.length) {
      offset = numberArg(arg(args, index + 1));
      count = numberArg(arg(args, index + 2));
      limited = true;
      index += 2;
    } else if (form.reverse === 'auto' && !reverse && isOption(option, 'REV')) reverse = true;
    else if (!old && by === 'auto' && isOption(option, 'BYLEX')) by = 'lex';
    else if (!old && by === 'auto' && isOption(option, 'BYSCORE')) by = 'score';
    else fail(SYNTAX);
  }
  if (by === 'auto') by = 'rank';
  if (limited && count !== -1 && by === 'rank') fail('ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX');
  if (withScores && by === 'lex') fail('ERR syntax error, WITHSCORES not supported in combination with BYLEX');
  let [low, high] = [arg(args, form.source + 1), arg(args, form.source + 2)];
  if (reverse && by !== 'rank') [low, high] = [high, low];
  const range = by === 'rank' ? rankRange(low, high) : by === 'score' ? scoreRange(low, high) : lexRange(low, high);
  const zset = readTyped(context, arg(args, form.source), 'zset');
  const members = zset === undefined ? [] : membersIn(zset, range, { reverse, offset: by === 'rank' ? 0 : offset, count: by === 'rank' ? -1 : count });
  if (!form.store) return zset === undefined ? EMPTY_ARRAY : membersReply(context, members, withScores);
  if (members.length === 0) {
    discard(context, arg(args, 1));
    return ZERO;
  }
  store(context, arg(args, 1), zsetOf(members, context.server.environment));
  notify(context, 'zset', 'zrangestore', arg(args, 1));
  return integer(members.length);
}

function countIn(context: Context, args: readonly Bytes[], range: ZsetRange): Reply {
  const zset = readTyped(context, arg(args, 1), 'zset');
  if (zset === undefined) return ZERO;
  const [from, to] = ranksOf(zset, range, false);
  return integer(Math.max(0, to - from + 1));
}

function removeIn(context: Context, args: readonly Bytes[], range: ZsetRange, event: string): Reply {
  const key = arg(args, 1);
  const zset = writeTyped(context, key, 'zset');
  if (zset === undefined) return ZERO;
  const members = membersIn(zset, range, { reverse: false, offset: 0, count: -1 });
  const all = members.length === zsetSize(zset);
  if (!all) for (const { member } of members) zsetRemove(zset, member);
  if (members.length > 0) {
    changed(context, key, members.length);
    notify(context, 'zset', event, key);
  }
  if (all) removeEmptied(context, key);
  return integer(members.length);
}

/** ZRANGE in all its forms, ZCOUNT, ZREMRANGEBY... */
export const zsetRangeCommands: Handlers = {
  zcount: (context, args) => countIn(context, args, scoreRange(arg(args, 2), arg(args, 3))),
  zlexcount: (context, args) => countIn(context, args, lexRange(arg(args, 2), arg(args, 3))),
  zrange: (context, args) => rangeCommand(context, args, { by: 'auto', reverse: 'auto', source: 1, store: false }),
  zrangebylex: (context, args) => rangeCommand(context, args, { by: 'lex', reverse: false, source: 1, store: false }),
  zrangebyscore: (context, args) => rangeCommand(context, args, { by: 'score', reverse: false, source: 1, store: false }),
  zrangestore: (context, args) => rangeCommand(context, args, { by: 'auto', reverse: 'auto', source: 2, store: true }),
  zremrangebylex: (context, args) => removeIn(context, args, lexRange(arg(args, 2), arg(args, 3)), 'zremrangebylex'),
  zremrangebyrank: (context, args) => removeIn(context, args, rankRange(arg(args, 2), arg(args, 3)), 'zremrangebyrank'),
  zremrangebyscore: (context, args) => removeIn(context, args, scoreRange(arg(args, 2), arg(args, 3)), 'zremrangebyscore'),
  zrevrange: (context, args) => rangeCommand(context, args, { by: 'rank', reverse: true, source: 1, store: false }),
  zrevrangebylex: (context, args) => rangeCommand(context, args, { by: 'lex', reverse: true, source: 1, store: false }),
  zrevrangebyscore: (context, args) => rangeCommand(context, args, { by: 'score', reverse: true, source: 1, store: false }),
};
