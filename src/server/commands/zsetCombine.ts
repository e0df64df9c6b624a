import type { Reply } from '../../protocol/resp/reply.ts';
import { notify } from '../events.ts';
import type { Context, Handlers } from '../state.ts';
import { setMembers } from '../store/setValue.ts';
import type { ScoredMember } from '../store/skiplist.ts';
import type { Bytes, SetValue, ZsetValue } from '../store/value.ts';
import { inOrder, zsetOf, zsetSize, zsetSlice } from '../store/zsetValue.ts';
import {
  SYNTAX, WRONG_TYPE, ZERO, arg, discard, fail, floatArg, integer, isOption, lookupRead, numberArg, rangeArg, store,
} from './support.ts';
import { membersReply } from './zsetRange.ts';

type Operation = 'union' | 'inter' | 'diff';
type Aggregate = 'SUM' | 'MIN' | 'MAX';

/** What is to be combined, each held to its type before the next is looked up. */
function lookupInput(context: Context, key: Bytes): SetValue | ZsetValue | undefined {
  const value = lookupRead(context, key);
  return value === undefined || value.type === 'zset' || value.type === 'set' ? value : fail(WRONG_TYPE);
}

/** The members of a sorted set, or of a set, whose members have score 1. */
function scoredMembers(value: SetValue | ZsetValue | undefined): ScoredMember[] {
  if (value === undefined) return [];
  return value.type === 'zset' ? zsetSlice(value, 0, zsetSize(value) - 1) : setMembers(value).map((member) => ({ member, score: 1 }));
}

function aggregate(kind: Aggregate, a: number, b: number): number {
  if (kind === 'MIN') return b < a ? b : a;
  if (kind === 'MAX') return b > a ? b : a;
  // Infinity and minus infinity add up to nothing.
  return orZero(a + b);
}

function orZero(score: number): number {
  return Number.isNaN(score) ? 0 : score;
}

/** Combines inputs; `limit` ends an intersection early (0: not). */
function combine(operation: Operation, inputs: readonly ScoredMember[][], weights: readonly number[], kind: Aggregate, limit = 0): ScoredMember[] {
  const weighed = inputs.map((members, index) => new Map(members.map(({ member, score }) => [member, operation === 'diff' ? score : score * (weights[index] ?? 1)])));
  // Redis adds up from the smallest input to the largest, which shows in the last digit of a sum of three.
  const maps = operation === 'diff' ? weighed : weighed.sort((a, b) => a.size - b.size);
  const [first = new Map<Bytes, number>(), ...others] = maps;
  if (operation === 'diff') return [...first].filter(([member]) => !others.some((map) => map.has(member))).map(([member, score]) => ({ member, score }));
  const result = new Map<Bytes, number>();
  if (operation === 'union') {
    for (const map of maps) {
      for (const [member, product] of map) {
        const score = orZero(product);
        const before = result.get(member);
        result.set(member, before === undefined ? score : aggregate(kind, before, score));
      }
    }
  } else {
    for (const [member, score] of first) {
      if (!others.every((map) => map.has(member))) continue;
      // Infinity times 0 counts as 0 in the first; in another it makes the whole sum 0.
      result.set(member, others.reduce((sum, map) => aggregate(kind, sum, map.get(member) ?? 0), orZero(score)));
      if (result.size === limit) break;
    }
  }
  return [...result].map(([member, score]) => ({ member, score }));
}

function combineCommand(context: Context, args: readonly Bytes[], operation: Operation, command: string): Reply {
  const storing = command.endsWith('store');
  const at = storing ? 2 : 1;
  const count = numberArg(arg(args, at));
  if (count < 1) fail(`ERR at least 1 input key is needed for '${command}' command`);
  if (count > args.length - at - 1) fail(SYNTAX);
  const values = args.slice(at + 1, at + 1 + count).map((key) => lookupInput(context, key));
  const weights: number[] = [];
  let kind: Aggregate = 'SUM';
  let withScores = false;
  for (let index = at + 1 + count; index < args.length; index += 1) {
    const option = args[index];
    const left = args.length - index - 1;
    if (operation !== 'diff' && isOption(option, 'WEIGHTS') && left >= count) {
      for (let key = 0; key < count; key += 1) weights[key] = floatArg(arg(args, index + 1 + key), 'ERR weight value is not a float');
      index += count;
    } else if (operation !== 'diff' && isOption(option, 'AGGREGATE') && left >= 1) {
      const name = arg(args, index + 1).toUpperCase();
      if (name !== 'SUM' && name !== 'MIN' && name !== 'MAX') return fail(SYNTAX);
      kind = name;
      index += 1;
    } else if (!storing && isOption(option, 'WITHSCORES')) withScores = true;
    else fail(SYNTAX);
  }
  const members = combine(operation, values.map(scoredMembers), weights, kind);
  // A score of -0 is answered as such, and lost where a listpack keeps it.
  if (!storing) return membersReply(context, inOrder(members), withScores);
  const result = zsetOf(members, context.server.environment);
  const size = zsetSize(result);
  if (size === 0) {
    discard(context, arg(args, 1));
    return ZERO;
  }
  store(context, arg(args, 1), result);
  notify(context, 'zset', command, arg(args, 1));
  return integer(size);
}

function zintercard(context: Context, args: readonly Bytes[]): Reply {
  const count = numberArg(arg(args, 1));
  if (count < 1) fail("ERR at least 1 input key is needed for 'zintercard' command");
  if (count > args.length - 2) fail(SYNTAX);
  const values = args.slice(2, 2 + count).map((key) => lookupInput(context, key));
  let limit = 0;
  for (let index = 2 + count; index < args.length; index += 2) {
    const next = args[index + 1];
    if (!isOption(args[index], 'LIMIT') || next === undefined) return fail(SYNTAX);
    limit = rangeArg(next, 0, Number.MAX_VALUE, "ERR LIMIT can't be negative");
  }
  return integer(combine('inter', values.map(scoredMembers), [], 'SUM', limit).length);
}

/** ZUNION ZINTER ZDIFF, to the client or into a key. */
export const zsetCombineCommands: Handlers = {
  zdiff: (context, args) => combineCommand(context, args, 'diff', 'zdiff'),
  zdiffstore: (context, args) => combineCommand(context, args, 'diff', 'zdiffstore'),
  zinter: (context, args) => combineCommand(context, args, 'inter', 'zinter'),
  zintercard,
  zinterstore: (context, args) => combineCommand(context, args, 'inter', 'zinterstore'),
  zunion: (context, args) => combineCommand(context, args, 'union', 'zunion'),
  zunionstore: (context, args) => combineCommand(context, args, 'union', 'zunionstore'),
};
