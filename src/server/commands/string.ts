import { addIntegers } from '../../protocol/resp/number.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { notify } from '../events.ts';
import type { Context, Handlers } from '../state.ts';
import { setExpiry } from '../store/database.ts';
import { addLongDouble, formatLongDouble, parseLongDouble } from '../store/longDouble.ts';
import type { LongDouble } from '../store/longDouble.ts';
import { makeInteger, makePlainString, makeString } from '../store/stringValue.ts';
import { NO_EXPIRY } from '../store/value.ts';
import type { Bytes, StringValue } from '../store/value.ts';
import { expiryArg, expiryOptions } from './expiry.ts';
import { NOT_FLOAT, NULL, OK, OVERFLOW, SYNTAX, ZERO, arg, bulk, bulkOrNull, changed, fail, integer, integerArg, lookupRead, lookupWrite, longestString, numberArg, readTyped, remove, removeEmptied, store, typed, writeTyped, isOver } from './support.ts';

const TOO_LONG = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';
const LONG_MIN = -(2n ** 63n);

interface SetOptions {
  readonly condition: 'NX' | 'XX' | undefined;
  readonly get: boolean;
  readonly keepTtl: boolean;
  readonly persist: boolean;
  readonly expiry: { readonly option: string; readonly text: Bytes } | undefined;
}

/** The options of SET, or of GETEX, from `start` on. */
function parseSetOptions(args: readonly Bytes[], start: number, command: 'set' | 'getex'): SetOptions {
  let condition: SetOptions['condition'];
  let expiry: SetOptions['expiry'];
  let get = false;
  let keepTtl = false;
  let persist = false;
  for (let index = start; index < args.length; index += 1) {
    const option = arg(args, index).toUpperCase();
    const next = args[index + 1];
    const setting = command === 'set';
    // Redis lets an option stand twice, but not beside another one of its kind.
    const other = keepTtl || persist || (expiry !== undefined && expiry.option !== option);
    if (setting && (option === 'NX' || option === 'XX') && (condition === undefined || condition === option)) condition = option;
    else if (setting && option === 'GET') get = true;
    else if (setting && option === 'KEEPTTL' && !persist && expiry === undefined) keepTtl = true;
    else if (!setting && option === 'PERSIST' && expiry === undefined) persist = true;
    else if (expiryOptions[option] !== undefined && next !== undefined && !other) {
      expiry = { option, text: next };
      index += 1;
    } else fail(SYNTAX);
  }
  return { condition, get, keepTtl, persist, expiry };
}

function expiryOf(context: Context, options: SetOptions, command: string): number | bigint {
  const { expiry } = options;
  const unit = expiry === undefined ? undefined : expiryOptions[expiry.option];
  return expiry === undefined || unit === undefined ? NO_EXPIRY : expiryArg(expiry.text, unit, context.now, command);
}

/** Puts a string and tells what did it. */
function put(context: Context, key: Bytes, value: StringValue, event: string): void {
  store(context, key, value);
  notify(context, 'string', event, key);
}

function set(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 1);
  if (args.length === 3) {
    put(context, key, makeString(arg(args, 2)), 'set');
    return OK;
  }
  const options = parseSetOptions(args, 3, 'set');
  const expireAt = expiryOf(context, options, 'set');
  const before = options.get ? typed(lookupRead(context, key), 'string') : lookupWrite(context, key);
  const old = options.get ? bulkOrNull((before as StringValue | undefined)?.data) : undefined;
  if ((options.condition === 'NX' && before !== undefined) || (options.condition === 'XX' && before === undefined)) return old ?? NULL;
  put(context, key, makeString(arg(args, 2), options.keepTtl ? (before?.expireAt ?? NO_EXPIRY) : expireAt), 'set');
  if (expireAt !== NO_EXPIRY) notify(context, 'generic', 'expire', key);
  return old ?? OK;
}

function setWithExpiry(context: Context, args: readonly Bytes[], seconds: boolean, command: string): Reply {
  const expireAt = expiryArg(arg(args, 2), { seconds, absolute: false }, context.now, command);
  put(context, arg(args, 1), makeString(arg(args, 3), expireAt), 'set');
  notify(context, 'generic', 'expire', arg(args, 1));
  return OK;
}

function getex(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 1);
  const options = parseSetOptions(args, 2, 'getex');
  const value = readTyped(context, key, 'string');
  if (value === undefined) return NULL;
  const expireAt = expiryOf(context, options, 'getex');
  if (expireAt !== NO_EXPIRY && isOver(context, expireAt)) removeEmptied(context, key);
  else if (expireAt !== NO_EXPIRY || (options.persist && value.expireAt !== NO_EXPIRY)) {
    setExpiry(context.database, key, value, expireAt);
    notify(context, 'generic', options.persist ? 'persist' : 'expire', key);
  } else return bulk(value.data);
  changed(context, key);
  return bulk(value.data);
}

function increment(context: Context, key: Bytes, by: number | bigint): Reply {
  const value = writeTyped(context, key, 'string');
  const current = value === undefined ? 0 : integerArg(value.data);
  const result = addIntegers(current, by) ?? fail(OVERFLOW);
  put(context, key, makeInteger(result, value?.expireAt), 'incrby');
  return integer(result);
}

function decrby(context: Context, args: readonly Bytes[]): Reply {
  const by = integerArg(arg(args, 2));
  if (by === LONG_MIN) fail('ERR decrement would overflow');
  return increment(context, arg(args, 1), -by);
}

/** A long double argument; NaN is refused with `message`, infinity with the text for results. */
export function longDoubleArg(text: Bytes, message: string): LongDouble | 'infinite' {
  const value = parseLongDouble(text);
  if (value === undefined || value === 'nan') return fail(message);
  return typeof value === 'string' ? 'infinite' : value;
}

function incrbyfloat(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 1);
  const value = writeTyped(context, key, 'string');
  const current = longDoubleArg(value?.data ?? '0', NOT_FLOAT);
  const by = longDoubleArg(arg(args, 2), NOT_FLOAT);
  if (current === 'infinite' || by === 'infinite') return fail('ERR increment would produce NaN or Infinity');
  const result = formatLongDouble(addLongDouble(current, by));
  put(context, key, makePlainString(result, value?.expireAt ?? NO_EXPIRY, false), 'incrbyfloat');
  return bulk(result);
}

function append(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 1);
  const tail = arg(args, 2);
  const value = writeTyped(context, key, 'string');
  if (value === undefined) {
    put(context, key, makeString(tail), 'append');
    return integer(tail.length);
  }
  checkLength(context, value.data.length + tail.length);
  const data = value.data + tail;
  put(context, key, makePlainString(data, value.expireAt, true), 'append');
  return integer(data.length);
}

function checkLength(context: Context, length: number): void {
  if (length > longestString(context.server)) fail(TOO_LONG);
}

function setrange(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 1);
  const patch = arg(args, 3);
  const offset = numberArg(arg(args, 2));
  if (offset < 0) fail('ERR offset is out of range');
  const value = writeTyped(context, key, 'string');
  const before = value?.data ?? '';
  if (patch === '') return integer(before.length);
  checkLength(context, offset + patch.length);
  const padded = before.length < offset ? before + '\0'.repeat(offset - before.length) : before;
  const data = padded.slice(0, offset) + patch + padded.slice(offset + patch.length);
  put(context, key, makePlainString(data, value?.expireAt ?? NO_EXPIRY, true), 'setrange');
  return integer(data.length);
}

function getrange(context: Context, args: readonly Bytes[]): Reply {
  let start = numberArg(arg(args, 2));
  let end = numberArg(arg(args, 3));
  const data = readTyped(context, arg(args, 1), 'string')?.data ?? '';
  if (start < 0 && end < 0 && start > end) return bulk('');
  if (start < 0) start = Math.max(0, data.length + start);
  if (end < 0) end = Math.max(0, data.length + end);
  end = Math.min(end, data.length - 1);
  return bulk(start > end ? '' : data.slice(start, end + 1));
}

function mget(context: Context, args: readonly Bytes[]): Reply {
  const items = args.slice(1).map((key) => {
    const value = lookupRead(context, key);
    return value?.type === 'string' ? bulk(value.data) : NULL;
  });
  return { kind: 'array', items };
}

function mset(context: Context, args: readonly Bytes[], onlyNew: boolean): Reply {
  if (args.length % 2 === 0) fail(`ERR wrong number of arguments for '${onlyNew ? 'msetnx' : 'mset'}' command`);
  if (onlyNew) {
    for (let index = 1; index < args.length; index += 2) if (lookupWrite(context, arg(args, index)) !== undefined) return ZERO;
  }
  for (let index = 1; index < args.length; index += 2) put(context, arg(args, index), makeString(arg(args, index + 1)), 'set');
  return onlyNew ? integer(1) : OK;
}

function setnx(context: Context, args: readonly Bytes[]): Reply {
  if (lookupWrite(context, arg(args, 1)) !== undefined) return ZERO;
  put(context, arg(args, 1), makeString(arg(args, 2)), 'set');
  return integer(1);
}

function getset(context: Context, args: readonly Bytes[]): Reply {
  const before = readTyped(context, arg(args, 1), 'string');
  put(context, arg(args, 1), makeString(arg(args, 2)), 'set');
  return bulkOrNull(before?.data);
}

function getdel(context: Context, args: readonly Bytes[]): Reply {
  const value = readTyped(context, arg(args, 1), 'string');
  if (value !== undefined) remove(context, arg(args, 1));
  return bulkOrNull(value?.data);
}

/** GET SET and the other commands of strings, but LCS. */
export const stringCommands: Handlers = {
  append,
  decr: (context, args) => increment(context, arg(args, 1), -1),
  decrby,
  get: (context, args) => bulkOrNull(readTyped(context, arg(args, 1), 'string')?.data),
  getdel,
  getex,
  getrange,
  getset,
  incr: (context, args) => increment(context, arg(args, 1), 1),
  incrby: (context, args) => increment(context, arg(args, 1), integerArg(arg(args, 2))),
  incrbyfloat,
  mget,
  mset: (context, args) => mset(context, args, false),
  msetnx: (context, args) => mset(context, args, true),
  psetex: (context, args) => setWithExpiry(context, args, false, 'psetex'),
  set,
  setex: (context, args) => setWithExpiry(context, args, true, 'setex'),
  setnx,
  setrange,
  strlen: (context, args) => integer(readTyped(context, arg(args, 1), 'string')?.data.length ?? 0),
  substr: getrange,
};
