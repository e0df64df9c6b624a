import type { Reply } from '../../protocol/resp/reply.ts';
import { notify } from '../events.ts';
import type { Context, Handlers } from '../state.ts';
import {
  eachItem, filterItems, insertAt, itemAt, popBack, popFront, pushBack, pushFront, removeAt, replaceAt, sliceItems,
} from '../store/chunked.ts';
import { makeList } from '../store/listValue.ts';
import type { Bytes, ListValue } from '../store/value.ts';
import {
  EMPTY_ARRAY, NO_SUCH_KEY, NULL, NULL_ARRAY, OK, OUT_OF_RANGE, SYNTAX, ZERO, arg, array, bulk, bulkOrNull, bulks, changed, fail, integer, isOption,
  lookupWrite, numberArg, positiveArg, rangeArg, readTyped, removeEmptied, store, typed, writeTyped,
} from './support.ts';

export type End = 'left' | 'right';

function push(context: Context, args: readonly Bytes[], end: End, onlyExisting: boolean): Reply {
  const key = arg(args, 1);
  let list = writeTyped(context, key, 'list');
  if (list === undefined) {
    if (onlyExisting) return ZERO;
    list = makeList();
    store(context, key, list);
  }
  for (let index = 2; index < args.length; index += 1) (end === 'left' ? pushFront : pushBack)(list.items, arg(args, index));
  changed(context, key, args.length - 2);
  notify(context, 'list', end === 'left' ? 'lpush' : 'rpush', key);
  return integer(list.items.length);
}

/** Takes up to `count` items and, with the last one, the key. */
export function takeItems(context: Context, key: Bytes, list: ListValue, end: End, count: number): Bytes[] {
  const taken: Bytes[] = [];
  while (taken.length < count) {
    const item = end === 'left' ? popFront(list.items) : popBack(list.items);
    if (item === undefined) break;
    taken.push(item);
  }
  finish(context, key, list, taken.length, end === 'left' ? 'lpop' : 'rpop');
  return taken;
}

/** Says by what a list was shortened, and removes an emptied one. */
function finish(context: Context, key: Bytes, list: ListValue, count: number, event: string): void {
  // Of these LTRIM alone is a change where it took nothing away.
  if (count > 0 || event === 'ltrim') {
    // What a blocked client takes from a list is no change to those who watch or track it, but by BLMPOP.
    const { serving } = context.server;
    if (serving === undefined || serving.lastCommand === 'blmpop') changed(context, key, count);
    else context.server.dirty += count;
    notify(context, 'list', event, key);
  }
  if (list.items.length === 0) removeEmptied(context, key);
}

function pop(context: Context, args: readonly Bytes[], end: End): Reply {
  if (args.length > 3) fail(`ERR wrong number of arguments for '${end === 'left' ? 'lpop' : 'rpop'}' command`);
  const count = args.length === 3 ? positiveArg(arg(args, 2)) : undefined;
  const list = writeTyped(context, arg(args, 1), 'list');
  if (list === undefined) return count === undefined ? NULL : NULL_ARRAY;
  if (count === undefined) return bulkOrNull(takeItems(context, arg(args, 1), list, end, 1)[0]);
  return count === 0 ? EMPTY_ARRAY : bulks(takeItems(context, arg(args, 1), list, end, count));
}

/** Start and end of a range, both included and within the list; the end before the start when it is empty. */
export function clampRange(start: number, end: number, length: number): [number, number] {
  const from = Math.max(0, start < 0 ? start + length : start);
  const to = Math.min(length - 1, end < 0 ? end + length : end);
  return [from, to];
}

function lrange(context: Context, args: readonly Bytes[]): Reply {
  const start = numberArg(arg(args, 2));
  const end = numberArg(arg(args, 3));
  const list = readTyped(context, arg(args, 1), 'list');
  if (list === undefined) return EMPTY_ARRAY;
  return bulks(sliceItems(list.items, ...clampRange(start, end, list.items.length)));
}

function ltrim(context: Context, args: readonly Bytes[]): Reply {
  const start = numberArg(arg(args, 2));
  const end = numberArg(arg(args, 3));
  const list = writeTyped(context, arg(args, 1), 'list');
  if (list === undefined) return OK;
  const { length } = list.items;
  const [from, to] = clampRange(start, end, length);
  if (from > to) removeAt(list.items, 0, length);
  else {
    removeAt(list.items, to + 1, length - to - 1);
    removeAt(list.items, 0, from);
  }
  finish(context, arg(args, 1), list, length - list.items.length, 'ltrim');
  return OK;
}

function lindex(context: Context, args: readonly Bytes[]): Reply {
  const list = readTyped(context, arg(args, 1), 'list');
  if (list === undefined) return NULL;
  const index = numberArg(arg(args, 2));
  return bulkOrNull(itemAt(list.items, index < 0 ? list.items.length + index : index));
}

function lset(context: Context, args: readonly Bytes[]): Reply {
  const list = writeTyped(context, arg(args, 1), 'list') ?? fail(NO_SUCH_KEY);
  const given = numberArg(arg(args, 2));
  const index = given < 0 ? list.items.length + given : given;
  if (index < 0 || index >= list.items.length) fail(OUT_OF_RANGE);
  replaceAt(list.items, index, arg(args, 3));
  changed(context, arg(args, 1));
  notify(context, 'list', 'lset', arg(args, 1));
  return OK;
}

function linsert(context: Context, args: readonly Bytes[]): Reply {
  const after = isOption(args[2], 'AFTER');
  if (!after && !isOption(args[2], 'BEFORE')) fail(SYNTAX);
  const list = writeTyped(context, arg(args, 1), 'list');
  if (list === undefined) return ZERO;
  const index = positions(list, arg(args, 3), { rank: 1, count: 1, limit: 0 })[0];
  if (index === undefined) return integer(-1);
  insertAt(list.items, after ? index + 1 : index, arg(args, 4));
  changed(context, arg(args, 1));
  notify(context, 'list', 'linsert', arg(args, 1));
  return integer(list.items.length);
}

function lrem(context: Context, args: readonly Bytes[]): Reply {
  const count = numberArg(arg(args, 2));
  const list = writeTyped(context, arg(args, 1), 'list');
  if (list === undefined) return ZERO;
  const found = positions(list, arg(args, 3), { rank: count < 0 ? -1 : 1, count: Math.abs(count), limit: 0 });
  if (found.length < 16) for (const index of found.toSorted((a, b) => b - a)) removeAt(list.items, index);
  else {
    const gone = new Set(found);
    filterItems(list.items, (index) => !gone.has(index));
  }
  finish(context, arg(args, 1), list, found.length, 'lrem');
  return integer(found.length);
}

/** Indices of `item`: from the rank-th on (from the end when negative), up to `count` (0: all), looking at `limit` items (0: all). */
function positions(list: ListValue, item: Bytes, want: { rank: number; count: number; limit: number }): number[] {
  const { length } = list.items;
  const found: number[] = [];
  let skip = Math.abs(want.rank) - 1;
  const see = (candidate: Bytes, index: number): boolean => {
    if (candidate !== item) return true;
    if (skip > 0) {
      skip -= 1;
      return true;
    }
    found.push(index);
    return found.length !== want.count;
  };
  const limit = want.limit === 0 ? length : Math.min(length, want.limit);
  if (want.rank > 0) {
    let index = 0;
    for (const candidate of eachItem(list.items)) {
      if (index >= limit || !see(candidate, index)) break;
      index += 1;
    }
    return found;
  }
  let index = length;
  for (const chunk of list.items.chunks.toReversed()) {
    for (let offset = chunk.length - 1; offset >= 0; offset -= 1) {
      index -= 1;
      if (length - index > limit || !see(chunk[offset] as Bytes, index)) return found;
    }
  }
  return found;
}

function lpos(context: Context, args: readonly Bytes[]): Reply {
  let rank = 1;
  let count: number | undefined;
  let limit = 0;
  for (let index = 3; index < args.length; index += 2) {
    const next = args[index + 1] ?? fail(SYNTAX);
    if (isOption(args[index], 'RANK')) {
      // The smallest long has no opposite: Redis 7.0 then skips nothing.
      rank = next === '-9223372036854775808' ? -1 : numberArg(next);
      if (rank === 0) {
        fail("ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list");
      }
    } else if (isOption(args[index], 'COUNT')) count = rangeArg(next, 0, Number.MAX_VALUE, "ERR COUNT can't be negative");
    else if (isOption(args[index], 'MAXLEN')) limit = rangeArg(next, 0, Number.MAX_VALUE, "ERR MAXLEN can't be negative");
    else fail(SYNTAX);
  }
  const list = readTyped(context, arg(args, 1), 'list');
  if (list === undefined) return count === undefined ? NULL : EMPTY_ARRAY;
  const found = positions(list, arg(args, 2), { rank, count: count ?? 1, limit });
  if (count !== undefined) return array(found.map(integer));
  return found[0] === undefined ? NULL : integer(found[0]);
}

export function endArg(text: Bytes): End {
  if (isOption(text, 'LEFT')) return 'left';
  return isOption(text, 'RIGHT') ? 'right' : fail(SYNTAX);
}

/** Moves an item from one list to another, or null; throws WRONGTYPE before anything is taken. */
export function moveItem(context: Context, from: Bytes, to: Bytes, out: End, into: End): Reply {
  const source = writeTyped(context, from, 'list');
  if (source === undefined) return NULL;
  typed(lookupWrite(context, to), 'list');
  const item = (out === 'left' ? popFront : popBack)(source.items) ?? '';
  push(context, ['', to, item], into, false);
  finish(context, from, source, 1, out === 'left' ? 'lpop' : 'rpop');
  return bulk(item);
}

/** What LMPOP and its like name: `numkeys key ... where [COUNT n]` from `at` on. */
export function mpopArgs<T>(args: readonly Bytes[], at: number, where: (text: Bytes) => T): { keys: readonly Bytes[]; where: T; count: number } {
  const count = rangeArg(arg(args, at), 1, Number.MAX_VALUE, 'ERR numkeys should be greater than 0');
  const after = at + count + 1;
  if (after >= args.length) fail(SYNTAX);
  const end = where(arg(args, after));
  let limit: number | undefined;
  for (let index = after + 1; index < args.length; index += 2) {
    const next = args[index + 1];
    if (limit !== undefined || next === undefined || !isOption(args[index], 'COUNT')) return fail(SYNTAX);
    limit = rangeArg(next, 1, Number.MAX_VALUE, 'ERR count should be greater than 0');
  }
  return { keys: args.slice(at + 1, after), where: end, count: limit ?? 1 };
}

function lmpop(context: Context, args: readonly Bytes[]): Reply {
  const { keys, where, count } = mpopArgs(args, 1, endArg);
  for (const key of keys) {
    const list = writeTyped(context, key, 'list');
    if (list !== undefined) return array([bulk(key), bulks(takeItems(context, key, list, where, count))]);
  }
  return NULL_ARRAY;
}

/** LPUSH LRANGE and the other commands of lists that do not block. */
export const listCommands: Handlers = {
  lindex,
  linsert,
  llen: (context, args) => integer(readTyped(context, arg(args, 1), 'list')?.items.length ?? 0),
  lmove: (context, args) => moveItem(context, arg(args, 1), arg(args, 2), endArg(arg(args, 3)), endArg(arg(args, 4))),
  lmpop,
  lpop: (context, args) => pop(context, args, 'left'),
  lpos,
  lpush: (context, args) => push(context, args, 'left', false),
  lpushx: (context, args) => push(context, args, 'left', true),
  lrange,
  lrem,
  lset,
  ltrim,
  rpop: (context, args) => pop(context, args, 'right'),
  rpoplpush: (context, args) => moveItem(context, arg(args, 1), arg(args, 2), 'right', 'left'),
  rpush: (context, args) => push(context, args, 'right', false),
  rpushx: (context, args) => push(context, args, 'right', true),
};
