import { normalizeInteger } from '../../protocol/resp/number.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { notify } from '../events.ts';
import type { Context, Handlers } from '../state.ts';
import { clearFieldTime, fieldTime, setFieldTime } from '../store/hashTimes.ts';
import { convertHash, hashDelete, hashLength, hashSet, makeHash } from '../store/hashValue.ts';
import type { Bytes, HashValue } from '../store/value.ts';
import { expiryOptions } from './expiry.ts';
import type { ExpiryUnit } from './expiry.ts';
import { ZERO, ONE, arg, array, bulkOrNull, changed, fail, fieldValue, integer, integerArg, isOption, isOver, rangeArg, readTyped, removeEmptied, store, writeTyped } from './support.ts';

/** Fields expire no later than this, ms since the epoch: Redis keeps their times in 46 bits. */
const LATEST = 2 ** 46 - 1;

const NO_FIELD = -2;
const NO_EXPIRY = -1;
const REFUSED = 0;
const DONE = 1;
const DELETED = 2;

/** The time of fields as ms since the epoch. */
function fieldTimeArg(text: Bytes, unit: ExpiryUnit, now: number, command: string): number {
  const given = BigInt(integerArg(text));
  if (given < 0n) fail('ERR invalid expire time, must be >= 0');
  const at = given * (unit.seconds ? 1000n : 1n) + (unit.absolute ? 0n : BigInt(now));
  return at > BigInt(LATEST) ? fail(`ERR invalid expire time in '${command}' command`) : Number(at);
}

/** What `FIELDS numfields field ...` names, which begins at `at` and ends the command. */
function fieldsArg(args: readonly Bytes[], at: number, notPositive: string): readonly Bytes[] {
  if (!isOption(args[at], 'FIELDS')) fail('ERR Mandatory argument FIELDS is missing or not at the right position');
  const count = rangeArg(arg(args, at + 1), 1, Number.MAX_VALUE, notPositive);
  const fields = args.slice(at + 2);
  return fields.length === count ? fields : fail('ERR The `numfields` parameter must match the number of arguments');
}

const NOT_POSITIVE = 'ERR Parameter `numFields` should be greater than 0';

type Condition = 'NX' | 'XX' | 'GT' | 'LT' | undefined;

/** Without a time a field stays for ever: GT never passes, LT always does. */
function passes(condition: Condition, current: number | undefined, at: number): boolean {
  switch (condition) {
    case 'NX': return current === undefined;
    case 'XX': return current !== undefined;
    case 'GT': return current !== undefined && at > current;
    case 'LT': return current === undefined || at < current;
    case undefined: return true;
  }
}

/** Says what was done to fields, and removes the key with the last of them. */
function finish(context: Context, key: Bytes, hash: HashValue, done: { readonly event: string; readonly count: number }): void {
  if (done.count === 0) return;
  changed(context, key, done.count);
  notify(context, 'hash', done.event, key);
  if (hashLength(hash) === 0) removeEmptied(context, key);
}

/** Gives fields that are there a time; one that is over removes them. The number of fields. */
function giveTime(context: Context, key: Bytes, hash: HashValue, fields: readonly Bytes[], at: number): number {
  const over = isOver(context, at);
  let count = 0;
  for (const field of fields) {
    if (fieldValue(context, hash, field) === undefined) continue;
    if (over) hashDelete(hash, field);
    else setFieldTime(hash, field, at);
    count += 1;
  }
  if (!over && count > 0) context.database.fieldKeys.add(key);
  finish(context, key, hash, { event: over ? 'hdel' : 'hexpire', count });
  return count;
}

/** HEXPIRE and its like: key time [NX|XX|GT|LT] FIELDS numfields field ... */
function hexpire(context: Context, args: readonly Bytes[], unit: ExpiryUnit, command: string): Reply {
  const key = arg(args, 1);
  const hash = writeTyped(context, key, 'hash');
  const at = fieldTimeArg(arg(args, 2), unit, context.now, command);
  const condition = (['NX', 'XX', 'GT', 'LT'] as const).find((name) => isOption(args[3], name));
  const fields = fieldsArg(args, condition === undefined ? 3 : 4, NOT_POSITIVE);
  if (hash === undefined) return array(fields.map(() => integer(NO_FIELD)));
  const passed: Bytes[] = [];
  const seen = new Map<Bytes, number | undefined>();
  const replies = fields.map((field) => {
    if (fieldValue(context, hash, field) === undefined) return NO_FIELD;
    const current = seen.has(field) ? seen.get(field) : fieldTime(hash, field);
    if (!passes(condition, current, at)) return REFUSED;
    if (at <= context.now && seen.has(field)) return NO_FIELD;
    seen.set(field, at);
    passed.push(field);
    return at <= context.now ? DELETED : DONE;
  });
  giveTime(context, key, hash, passed, at);
  return array(replies.map(integer));
}

/** HTTL and its like: key FIELDS numfields field ... */
function httl(context: Context, args: readonly Bytes[], { seconds, absolute }: ExpiryUnit): Reply {
  const hash = readTyped(context, arg(args, 1), 'hash');
  const fields = fieldsArg(args, 2, NOT_POSITIVE);
  return array(
    fields.map((field) => {
      if (hash === undefined || fieldValue(context, hash, field) === undefined) return integer(NO_FIELD);
      const at = fieldTime(hash, field);
      if (at === undefined) return integer(NO_EXPIRY);
      const time = absolute ? at : at - context.now;
      return integer(normalizeInteger(BigInt(seconds ? Math.ceil(time / 1000) : time)));
    }),
  );
}

/** HPERSIST key FIELDS numfields field ... */
function hpersist(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 1);
  const hash = writeTyped(context, key, 'hash');
  const fields = fieldsArg(args, 2, NOT_POSITIVE);
  if (hash === undefined) return array(fields.map(() => integer(NO_FIELD)));
  const replies = fields.map((field) => (fieldValue(context, hash, field) === undefined ? NO_FIELD : clearFieldTime(hash, field) ? DONE : NO_EXPIRY));
  finish(context, key, hash, { event: 'hpersist', count: replies.filter((reply) => reply === DONE).length });
  return array(replies.map(integer));
}

/** HGETDEL key FIELDS numfields field ... */
function hgetdel(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 1);
  const hash = writeTyped(context, key, 'hash');
  const fields = fieldsArg(args, 2, 'ERR Number of fields must be a positive integer');
  if (hash === undefined) return array(fields.map(() => bulkOrNull(undefined)));
  let count = 0;
  const values = fields.map((field) => {
    const value = fieldValue(context, hash, field);
    if (hashDelete(hash, field)) count += 1;
    return bulkOrNull(value);
  });
  finish(context, key, hash, { event: 'hdel', count });
  return array(values);
}

interface FieldOptions {
  readonly condition: 'FNX' | 'FXX' | undefined;
  /** Ms since the epoch. */
  readonly at: number | undefined;
  /** PERSIST of HGETEX, KEEPTTL of HSETEX. */
  readonly keep: boolean;
  /** What stands after `FIELDS numfields`. */
  readonly rest: readonly Bytes[];
}

/** The options of HGETEX and HSETEX, which stand in any order around the fields; each field takes `width` arguments. */
function parseFieldOptions(context: Context, args: readonly Bytes[], command: 'hgetex' | 'hsetex'): FieldOptions {
  const width = command === 'hsetex' ? 2 : 1;
  const keepWord = command === 'hsetex' ? 'KEEPTTL' : 'PERSIST';
  let condition: FieldOptions['condition'];
  let at: number | undefined;
  let keep = false;
  let rest: readonly Bytes[] | undefined;
  const once = (): void => {
    if (at !== undefined || keep) fail(`ERR Only one of EX, PX, EXAT, PXAT or ${keepWord} arguments can be specified`);
  };
  for (let index = 2; index < args.length; index += 1) {
    const option = arg(args, index).toUpperCase();
    const unit = expiryOptions[option];
    if (option === 'FIELDS') {
      const count = rangeArg(args[index + 1] ?? '', 1, 2 ** 31 - 1, 'ERR invalid number of fields');
      if (rest !== undefined || args.length - index - 2 < count * width) fail(`ERR wrong number of arguments for '${command}' command`);
      rest = args.slice(index + 2, index + 2 + count * width);
      index += 1 + count * width;
    } else if (unit !== undefined) {
      once();
      index += 1;
      at = fieldTimeArg(args[index] ?? fail('ERR missing expire time'), unit, context.now, command);
    } else if (option === keepWord) {
      once();
      keep = true;
    } else if (command === 'hsetex' && (option === 'FNX' || option === 'FXX')) {
      if (condition !== undefined) fail('ERR Only one of FXX or FNX arguments can be specified');
      condition = option;
    } else fail(`ERR unknown argument: ${arg(args, index)}`);
  }
  return { condition, at, keep, rest: rest ?? fail('ERR missing FIELDS argument') };
}

/** HGETEX key [EX s|PX ms|EXAT s|PXAT ms|PERSIST] FIELDS numfields field ... */
function hgetex(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 1);
  const hash = writeTyped(context, key, 'hash');
  const { at, keep, rest } = parseFieldOptions(context, args, 'hgetex');
  if (hash === undefined) return array(rest.map(() => bulkOrNull(undefined)));
  const values = rest.map((field) => bulkOrNull(fieldValue(context, hash, field)));
  if (at !== undefined) giveTime(context, key, hash, [...new Set(rest)], at);
  else if (keep) finish(context, key, hash, { event: 'hpersist', count: rest.filter((field) => clearFieldTime(hash, field)).length });
  return array(values);
}

/** HSETEX key [FNX|FXX] [EX s|PX ms|EXAT s|PXAT ms|KEEPTTL] FIELDS numfields field value ... */
function hsetex(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 1);
  const { environment } = context.server;
  const existing = writeTyped(context, key, 'hash');
  const { condition, at, keep, rest } = parseFieldOptions(context, args, 'hsetex');
  const fields = rest.filter((_, index) => index % 2 === 0);
  const there = (field: Bytes): boolean => existing !== undefined && fieldValue(context, existing, field) !== undefined;
  if ((condition === 'FNX' && fields.some(there)) || (condition === 'FXX' && !fields.every(there))) return ZERO;
  const hash = existing ?? makeHash();
  if (existing === undefined) store(context, key, hash);
  if (rest.some((text) => text.length > environment.limits.hashMaxListpackValue)) convertHash(hash, environment);
  for (let index = 0; index < rest.length; index += 2) {
    hashSet(hash, arg(rest, index), arg(rest, index + 1), environment);
    if (!keep) clearFieldTime(hash, arg(rest, index));
  }
  finish(context, key, hash, { event: 'hset', count: fields.length });
  if (at !== undefined) giveTime(context, key, hash, [...new Set(fields)], at);
  return ONE;
}

const inSeconds: ExpiryUnit = { seconds: true, absolute: false };
const atSeconds: ExpiryUnit = { seconds: true, absolute: true };
const inMs: ExpiryUnit = { seconds: false, absolute: false };
const atMs: ExpiryUnit = { seconds: false, absolute: true };

/** Fields that expire: HEXPIRE HTTL HPERSIST ... of Redis 7.4, HGETEX HSETEX HGETDEL of 8.0. */
export const hashExpiryCommands: Handlers = {
  hexpire: (context, args) => hexpire(context, args, inSeconds, 'hexpire'),
  hexpireat: (context, args) => hexpire(context, args, atSeconds, 'hexpireat'),
  hexpiretime: (context, args) => httl(context, args, atSeconds),
  hgetdel,
  hgetex,
  hpersist,
  hpexpire: (context, args) => hexpire(context, args, inMs, 'hpexpire'),
  hpexpireat: (context, args) => hexpire(context, args, atMs, 'hpexpireat'),
  hpexpiretime: (context, args) => httl(context, args, atMs),
  hpttl: (context, args) => httl(context, args, inMs),
  hsetex,
  httl: (context, args) => httl(context, args, inSeconds),
};
