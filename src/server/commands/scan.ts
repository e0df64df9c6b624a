import type { Reply } from '../../protocol/resp/reply.ts';
import type { Context } from '../state.ts';
import { isExpired } from '../store/database.ts';
import { isOfType } from '../store/describe.ts';
import { dictScan } from '../store/dict.ts';
import { globMatch } from '../store/glob.ts';
import type { Bytes } from '../store/value.ts';
import { SYNTAX, array, arg, bulk, bulks, expireKey, fail, isOption, lookupQuiet, numberArg } from './support.ts';

/** Options of SCAN, HSCAN, SSCAN and ZSCAN. */
export interface ScanOptions {
  readonly count: number;
  readonly match: Bytes | undefined;
  readonly type: Bytes | undefined;
  readonly noValues: boolean;
}

/** A cursor as SCAN takes it: an unsigned 64-bit number, of which a table of ours needs the low 32 bits. */
export function cursorArg(text: Bytes): number {
  if (!/^([+-]?\d+)?$/.test(text)) return fail('ERR invalid cursor');
  const value = BigInt(text.replace('+', '') || '0');
  if (value >= 2n ** 64n || value <= -(2n ** 64n)) return fail('ERR invalid cursor');
  return Number(BigInt.asUintN(32, value));
}

/** Parses MATCH, COUNT and what the command `of` takes besides. */
export function scanOptions(args: readonly Bytes[], start: number, of: 'keys' | 'hash' | 'other'): ScanOptions {
  let count = 10;
  let match: Bytes | undefined;
  let type: Bytes | undefined;
  let noValues = false;
  for (let index = start; index < args.length; index += 1) {
    const next = args[index + 1];
    if (isOption(args[index], 'COUNT') && next !== undefined) {
      count = numberArg(next);
      if (count < 1) fail(SYNTAX);
      index += 1;
    } else if (isOption(args[index], 'MATCH') && next !== undefined) {
      match = next === '*' ? undefined : next;
      index += 1;
    } else if (isOption(args[index], 'TYPE') && next !== undefined && of === 'keys') {
      type = next.toLowerCase();
      index += 1;
    } else if (isOption(args[index], 'NOVALUES') && of === 'hash') noValues = true;
    else fail(SYNTAX);
  }
  return { count, match, type, noValues };
}

/** Walks from `cursor` until COUNT elements were seen or ten times COUNT buckets visited, as Redis does. */
export function scanLoop(cursor: number, count: number, step: (cursor: number) => number, seen: () => number): number {
  let next = cursor;
  let left = count * 10;
  do {
    next = step(next);
    left -= 1;
  } while (next !== 0 && left >= 0 && seen() < count);
  return next;
}

/** The reply of a scan. */
export function scanReply(cursor: number, items: readonly Bytes[]): Reply {
  return array([bulk(cursor.toString()), bulks(items)]);
}

/** SCAN cursor [MATCH pattern] [COUNT count] [TYPE type] */
export function scan(context: Context, args: readonly Bytes[]): Reply {
  const cursor = cursorArg(arg(args, 1));
  const { count, match, type } = scanOptions(args, 2, 'keys');
  const db = context.database;
  let seen = 0;
  const keys: Bytes[] = [];
  const expired: Bytes[] = [];
  const next = scanLoop(
    cursor,
    count,
    (at) =>
      dictScan(db.dict, at, (entry) => {
        seen += 1;
        if (match !== undefined && !globMatch(match, entry.key)) return;
        if (isExpired(entry.value, context.now)) expired.push(entry.key);
        else if (type === undefined) keys.push(entry.key);
        else {
          context.server.statistics.hits += 1;
          if (isOfType(entry.value, type)) keys.push(entry.key);
        }
      }),
    () => seen,
  );
  for (const key of expired) {
    // To know the type Redis reads the key, which it then misses.
    if (type === undefined) {
      if (context.server.replication.link === undefined) expireKey(context, key);
    }
    else lookupQuiet(context, key);
  }
  return scanReply(next, keys);
}
