import type { Reply } from '../../protocol/resp/reply.ts';
import { notify } from '../events.ts';
import type { Context, Handlers } from '../state.ts';
import { globMatch } from '../store/glob.ts';
import { makeSet, setAdd, setHas, setMembers, setRandom, setRemove, setScan, setSize } from '../store/setValue.ts';
import type { Bytes, SetValue } from '../store/value.ts';
import { pickDistinct, pickRepeatedly, randomCount } from './hash.ts';
import { cursorArg, scanLoop, scanOptions, scanReply } from './scan.ts';
import {
  EMPTY_ARRAY, NULL, SYNTAX, ZERO, arg, array, bulk, bulks, changed, discard, fail, integer, isOption, lookupRead, lookupWrite, positiveArg, rangeArg,
  readTyped, removeEmptied, store, typed, writeTyped,
} from './support.ts';

/** The members of a set as a reply: a set in RESP3. Nobody may change `members`. */
function setReply(members: readonly Bytes[]): Reply {
  return { kind: 'texts', as: 'set', values: members };
}

function sadd(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 1);
  const existing = writeTyped(context, key, 'set');
  const set = existing ?? makeSet(arg(args, 2), context.server.environment);
  if (existing === undefined) store(context, key, set);
  let added = 0;
  for (let index = 2; index < args.length; index += 1) if (setAdd(set, arg(args, index), context.server.environment)) added += 1;
  if (added > 0) {
    changed(context, key);
    notify(context, 'set', 'sadd', key);
  }
  return integer(added);
}

/** Removes members and, with the last one, the key. The number removed. */
function removeMembers(context: Context, key: Bytes, set: SetValue, members: readonly Bytes[], event = 'srem'): number {
  let removed = 0;
  for (const member of members) {
    if (!setRemove(set, member)) continue;
    removed += 1;
    if (setSize(set) === 0) break;
  }
  if (removed > 0) {
    changed(context, key);
    notify(context, 'set', event, key);
  }
  if (setSize(set) === 0) removeEmptied(context, key);
  return removed;
}

function srem(context: Context, args: readonly Bytes[]): Reply {
  const set = writeTyped(context, arg(args, 1), 'set');
  return set === undefined ? ZERO : integer(removeMembers(context, arg(args, 1), set, args.slice(2)));
}

function smove(context: Context, args: readonly Bytes[]): Reply {
  const [from, to, member] = [arg(args, 1), arg(args, 2), arg(args, 3)];
  const source = lookupWrite(context, from);
  const target = lookupWrite(context, to);
  if (source === undefined) return ZERO;
  const sourceSet = typed(source, 'set') as SetValue;
  const targetSet = typed(target, 'set');
  if (sourceSet === targetSet) return integer(setHas(sourceSet, member) ? 1 : 0);
  if (removeMembers(context, from, sourceSet, [member]) === 0) return ZERO;
  const set = targetSet ?? makeSet(member, context.server.environment);
  if (targetSet === undefined) store(context, to, set);
  if (setAdd(set, member, context.server.environment)) {
    changed(context, to);
    notify(context, 'set', 'sadd', to);
  }
  return integer(1);
}

function distinctMembers({ server: { random } }: Context, set: SetValue, count: number): Bytes[] {
  return pickDistinct(count, setSize(set), { all: () => setMembers(set), one: () => setRandom(set, random), name: (member) => member, random });
}

function spop(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 1);
  if (args.length > 3) fail(SYNTAX);
  const count = args.length === 3 ? positiveArg(arg(args, 2)) : undefined;
  const set = writeTyped(context, key, 'set');
  if (count === undefined) {
    if (set === undefined) return NULL;
    const member = setRandom(set, context.server.random);
    removeMembers(context, key, set, [member], 'spop');
    return bulk(member);
  }
  if (set === undefined || count === 0) return setReply([]);
  const chosen = distinctMembers(context, set, count);
  // To take everything Redis reads the set as SUNION does, which counts.
  if (chosen.length === setSize(set)) context.server.statistics.hits += 1;
  removeMembers(context, key, set, chosen, 'spop');
  return setReply(chosen);
}

function srandmember(context: Context, args: readonly Bytes[]): Reply {
  if (args.length > 3) fail(SYNTAX);
  if (args.length === 2) {
    const set = readTyped(context, arg(args, 1), 'set');
    return set === undefined ? NULL : bulk(setRandom(set, context.server.random));
  }
  const count = randomCount(arg(args, 2));
  const set = readTyped(context, arg(args, 1), 'set');
  if (set === undefined || count === 0) return EMPTY_ARRAY;
  if (count > 0) return bulks(distinctMembers(context, set, count));
  return bulks(pickRepeatedly(context, -count, () => setRandom(set, context.server.random)));
}

/** The sets of keys, all looked up and held to their type before anything is computed. */
function setsOf(context: Context, keys: readonly Bytes[]): (SetValue | undefined)[] {
  return keys.map((key) => readTyped(context, key, 'set'));
}

/** Intersection; ends at `limit` members (0: none). */
function intersect(sets: readonly (SetValue | undefined)[], limit = 0): Bytes[] {
  if (sets.some((set) => set === undefined)) return [];
  const sorted = (sets as SetValue[]).toSorted((a, b) => setSize(a) - setSize(b));
  const [smallest, ...others] = sorted;
  const result: Bytes[] = [];
  for (const member of smallest === undefined ? [] : setMembers(smallest)) {
    if (!others.every((set) => setHas(set, member))) continue;
    result.push(member);
    if (result.length === limit) break;
  }
  return result;
}

function unite(sets: readonly (SetValue | undefined)[]): Bytes[] {
  const result = new Set<Bytes>();
  for (const set of sets) for (const member of set === undefined ? [] : setMembers(set)) result.add(member);
  return [...result];
}

function subtract([first, ...others]: readonly (SetValue | undefined)[]): Bytes[] {
  if (first === undefined) return [];
  return setMembers(first).filter((member) => !others.some((set) => set !== undefined && setHas(set, member)));
}

function storeResult(context: Context, key: Bytes, members: readonly Bytes[], event: string): Reply {
  const { environment } = context.server;
  if (members.length === 0) {
    discard(context, key);
    return ZERO;
  }
  // Redis builds the results of SUNION, SDIFF and SINTER as an intset as long as that is possible.
  const result = makeSet('0', environment);
  for (const member of members) setAdd(result, member, environment);
  store(context, key, result);
  notify(context, 'set', event, key);
  return integer(members.length);
}

function sintercard(context: Context, args: readonly Bytes[]): Reply {
  const count = rangeArg(arg(args, 1), 1, Number.MAX_VALUE, 'ERR numkeys should be greater than 0');
  if (count > args.length - 2) fail("ERR Number of keys can't be greater than number of args");
  let limit = 0;
  for (let index = 2 + count; index < args.length; index += 2) {
    const next = args[index + 1];
    if (!isOption(args[index], 'LIMIT') || next === undefined) return fail(SYNTAX);
    limit = rangeArg(next, 0, Number.MAX_VALUE, "ERR LIMIT can't be negative");
  }
  return integer(intersect(setsOf(context, args.slice(2, 2 + count)), limit).length);
}

function smismember(context: Context, args: readonly Bytes[]): Reply {
  const set = readTyped(context, arg(args, 1), 'set');
  return array(args.slice(2).map((member) => integer(set !== undefined && setHas(set, member) ? 1 : 0)));
}

function sscan(context: Context, args: readonly Bytes[]): Reply {
  const cursor = cursorArg(arg(args, 2));
  const set = typed(lookupRead(context, arg(args, 1)), 'set');
  if (set === undefined) return scanReply(0, []);
  const { count, match } = scanOptions(args, 3, 'other');
  let seen = 0;
  const members: Bytes[] = [];
  const next = scanLoop(
    cursor,
    count,
    (at) =>
      setScan(set, at, (member) => {
        seen += 1;
        if (match === undefined || globMatch(match, member)) members.push(member);
      }),
    () => seen,
  );
  return scanReply(next, members);
}

/** SADD SMEMBERS and the other commands of sets. */
export const setCommands: Handlers = {
  sadd,
  scard: (context, args) => {
    const set = readTyped(context, arg(args, 1), 'set');
    return integer(set === undefined ? 0 : setSize(set));
  },
  sdiff: (context, args) => setReply(subtract(setsOf(context, args.slice(1)))),
  sdiffstore: (context, args) => storeResult(context, arg(args, 1), subtract(setsOf(context, args.slice(2))), 'sdiffstore'),
  sinter: (context, args) => setReply(intersect(setsOf(context, args.slice(1)))),
  sintercard,
  sinterstore: (context, args) => storeResult(context, arg(args, 1), intersect(setsOf(context, args.slice(2))), 'sinterstore'),
  sismember: (context, args) => {
    const set = readTyped(context, arg(args, 1), 'set');
    return integer(set !== undefined && setHas(set, arg(args, 2)) ? 1 : 0);
  },
  smembers: (context, args) => {
    const set = readTyped(context, arg(args, 1), 'set');
    return setReply(set === undefined ? [] : setMembers(set));
  },
  smismember,
  smove,
  spop,
  srandmember,
  srem,
  sscan,
  sunion: (context, args) => setReply(unite(setsOf(context, args.slice(1)))),
  sunionstore: (context, args) => storeResult(context, arg(args, 1), unite(setsOf(context, args.slice(2))), 'sunionstore'),
};
