import { constants } from 'node:buffer';
import { parseInteger } from '../../protocol/resp/number.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { notify } from '../events.ts';
import { expireFields } from '../expiry/fieldExpiry.ts';
import { isPaused } from '../clients/pause.ts';
import { propagateGone } from '../replication/propagate.ts';
import { isObeyed, refusesWrites } from '../replication/state.ts';
import type { Context, ServerState } from '../state.ts';
import { findValue, isExpired, putValue, removeValue, signalChange, touchValue } from '../store/database.ts';
import { dictSize } from '../store/dict.ts';
import { countAccess, inheritFrequency } from '../store/frequency.ts';
import { fieldTime, isStale } from '../store/hashTimes.ts';
import { hashGet } from '../store/hashValue.ts';
import type { Bytes, HashValue, Value, ValueType } from '../store/value.ts';

/** An error reply on its way to the client; `message` is the reply with its code. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CommandError';
  }
}

export const WRONG_TYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
export const SYNTAX = 'ERR syntax error';
export const NOT_INTEGER = 'ERR value is not an integer or out of range';
export const NOT_FLOAT = 'ERR value is not a valid float';
export const NO_SUCH_KEY = 'ERR no such key';
export const OUT_OF_RANGE = 'ERR index out of range';
export const OVERFLOW = 'ERR increment or decrement would overflow';

export const OK: Reply = { kind: 'simple', text: 'OK' };
/** Nothing: the reply comes later (a blocked client), or has been sent (SUBSCRIBE), or is not wanted. */
export const NO_REPLY: Reply = { kind: 'sequence', items: [] };
export const NULL: Reply = { kind: 'null' };
export const NULL_ARRAY: Reply = { kind: 'nullArray' };
export const EMPTY_ARRAY: Reply = { kind: 'array', items: [] };
export const ZERO: Reply = { kind: 'integer', value: 0 };
export const ONE: Reply = { kind: 'integer', value: 1 };

/** A bulk string reply. */
export function bulk(value: Bytes): Reply {
  return { kind: 'latin1', value };
}

/** A bulk string, or null for undefined. */
export function bulkOrNull(value: Bytes | undefined): Reply {
  return value === undefined ? NULL : { kind: 'latin1', value };
}

/** An integer reply. */
export function integer(value: number | bigint): Reply {
  return value === 0 ? ZERO : value === 1 ? ONE : { kind: 'integer', value };
}

/** An array reply. */
export function array(items: readonly Reply[]): Reply {
  return { kind: 'array', items };
}

/** An array of bulk strings. It may be sent later than now: nobody may change `values`. */
export function bulks(values: readonly Bytes[]): Reply {
  return { kind: 'texts', as: 'array', values };
}

/** A map reply of text names. */
export function map(entries: readonly (readonly [string, Reply])[]): Reply {
  return { kind: 'map', items: entries.flatMap(([name, value]) => [bulk(name), value]) };
}

/** Text as Redis sends INFO: verbatim in RESP3. */
export function verbatim(text: Bytes): Reply {
  return { kind: 'verbatim', format: 'txt', value: Buffer.from(text, 'latin1') };
}

/** Text that may hold other than latin1 characters, as bytes. */
export function utf8(text: string): Bytes {
  return Buffer.from(text).toString('latin1');
}

/** Throws an error reply. */
export function fail(message: string): never {
  throw new CommandError(message);
}

/** Text in an error as C prints it: to the first zero byte. */
export function shown(text: Bytes): string {
  return text.split('\0')[0] ?? '';
}

/** The error of a subcommand whose arguments do not fit. */
export function wrongSubcommand(args: readonly Bytes[]): never {
  return fail(`ERR unknown subcommand or wrong number of arguments for '${shown(arg(args, 1)).slice(0, 128)}'. Try ${shown(arg(args, 0)).toUpperCase()} HELP.`);
}

/** The argument at `index`, which arity promises. */
export function arg(args: readonly Bytes[], index: number): Bytes {
  return args[index] ?? fail(SYNTAX);
}

/** A 64-bit integer argument. */
export function integerArg(text: Bytes, message: string = NOT_INTEGER): number | bigint {
  return parseInteger(text) ?? fail(message);
}

/** An integer argument as a number: beyond 2^53 only its size matters (indices, counts). */
export function numberArg(text: Bytes, message: string = NOT_INTEGER): number {
  return Number(integerArg(text, message));
}

/** An integer between bounds; otherwise `message`, which getRangeLongFromObjectOrReply gives for text that is no integer too. */
export function rangeArg(text: Bytes, low: number, high: number, message: string): number {
  const value = numberArg(text, message);
  return value < low || value > high ? fail(message) : value;
}

/** A C int: of a database. */
export function intArg(text: Bytes): number {
  const value = numberArg(text);
  return Math.abs(value + 0.5) < 2 ** 31 ? value : fail('ERR value is out of range, value must between -2147483648 and 2147483647');
}

/** A positive long (LPOP's count): `value is out of range, must be positive`. */
export function positiveArg(text: Bytes): number {
  return rangeArg(text, 0, Number.MAX_VALUE, 'ERR value is out of range, must be positive');
}

/** A double as strtod reads it, the whole text; undefined if it is none or is NaN. */
export function parseFloatStrict(text: Bytes): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    const value = Number(text);
    // strtod reports ERANGE for a finite text that overflows, and Redis refuses it.
    return Number.isFinite(value) ? value : undefined;
  }
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  const hex = /^([+-]?)0x([0-9a-f]+)$/i.exec(text);
  return hex === null ? undefined : Number(`0x${hex[2] ?? '0'}`) * (hex[1] === '-' ? -1 : 1);
}

/** A double argument. */
export function floatArg(text: Bytes, message: string = NOT_FLOAT): number {
  return parseFloatStrict(text) ?? fail(message);
}

/** Bytes that a string may have: proto-max-bulk-len, and no more than V8 can hold, which is 24 short of Redis's 512 MB. */
export function longestString({ config }: ServerState): number {
  return Math.min(config.number('proto-max-bulk-len'), constants.MAX_STRING_LENGTH);
}

/** True for the option `name` (upper case) in any case. */
export function isOption(text: Bytes | undefined, name: string): boolean {
  return text !== undefined && text.length === name.length && text.toUpperCase() === name;
}

/** The value of a key for writing, or undefined; an expired key is removed on the way. */
export function lookupWrite(context: Context, key: Bytes): Value | undefined {
  const value = lookupLive(context, key, !refusesWrites(context.server));
  if (value !== undefined) touchValue(context.database, key, value);
  return value;
}

/** `removes`: also where a master would decide when an expired key goes. */
function lookupLive(context: Context, key: Bytes, removes = false): Value | undefined {
  const value = findValue(context.database, key);
  if (value === undefined) return undefined;
  const follows = context.server.replication.link !== undefined;
  // To the master that a replica follows nothing is over until it says so.
  if (follows && isObeyed(context.session)) return value;
  if (isExpired(value, context.now)) {
    if (!follows || removes) expireKey(context, key);
    return undefined;
  }
  if (value.type === 'hash' && !follows && isStale(value, context.now) && expireFields(context, key, value, context.now)) return undefined;
  return value;
}

/** As `lookupWrite`, counted as a hit or miss. */
export function lookupRead(context: Context, key: Bytes): Value | undefined {
  const value = lookupQuiet(context, key);
  if (value === undefined) return undefined;
  accessed(context, value);
  return value;
}

/** As `lookupRead`, without touching the time of access (TYPE, TTL). */
export function lookupQuiet(context: Context, key: Bytes): Value | undefined {
  const value = lookupSilent(context, key);
  if (value === undefined) notify(context, 'miss', 'keymiss', key);
  return value;
}

/** As `lookupQuiet`, and a miss is no event (OBJECT). */
export function lookupSilent(context: Context, key: Bytes): Value | undefined {
  const value = lookupLive(context, key);
  if (value === undefined) context.server.statistics.misses += 1;
  else context.server.statistics.hits += 1;
  return value;
}

/** One access: when it was, or how often there was one. */
function accessed({ now, server, session }: Context, value: Value): void {
  // CLIENT NO-TOUCH leaves its use to TOUCH.
  if (session.noTouch && session.lastCommand !== 'touch') return;
  if (!server.config.countsAccesses()) value.accessed = Math.floor(now / 1000);
  else countAccess(value, now, { decayMinutes: server.config.number('lfu-decay-time'), factor: server.config.number('lfu-log-factor'), random: server.random });
}

/** True for a time that is over where that makes an end of the key at once: what a master sends is kept until it sends the end. */
export function isOver({ server, now }: Context, at: number | bigint): boolean {
  return at <= now && server.replication.link === undefined;
}

/** True for a field of a hash whose time is over and that is there still: a replica shows it to nobody, and its master says when it goes. To that one it is there. */
export function hidesField({ server, session, now }: Context, hash: HashValue, field: Bytes): boolean {
  const at = fieldTime(hash, field);
  return at !== undefined && at < now && server.replication.link !== undefined && !isObeyed(session);
}

/** The value of a field, unless its time is over. */
export function fieldValue(context: Context, hash: HashValue, field: Bytes): Bytes | undefined {
  return hidesField(context, hash, field) ? undefined : hashGet(hash, field);
}

/** Removes a key whose time is over; later, if clients are paused. */
export function expireKey(context: Context, key: Bytes): void {
  if (isPaused(context.server)) return;
  removeValue(context.database, key);
  context.server.statistics.expired += 1;
  propagateGone(context.server, context.database, key, 'expire');
  notify(context, 'expired', 'expired', key);
  signalChange(context.database, key, true);
}

type ValueOf<T extends ValueType> = Extract<Value, { type: T }>;

/** Holds a value to its type. Throws WRONGTYPE. */
export function typed<T extends ValueType>(value: Value | undefined, type: T): ValueOf<T> | undefined {
  if (value !== undefined && value.type !== type) fail(WRONG_TYPE);
  return value as ValueOf<T> | undefined;
}

/** The value of a key for reading, of one type. Throws WRONGTYPE. */
export function readTyped<T extends ValueType>(context: Context, key: Bytes, type: T): ValueOf<T> | undefined {
  const value = lookupRead(context, key);
  // A read changes the groups of a stream (XACK, XCLAIM).
  if (value?.type === 'stream') touchValue(context.database, key, value);
  return typed(value, type);
}

/** The value of a key for writing, of one type. Throws WRONGTYPE. */
export function writeTyped<T extends ValueType>(context: Context, key: Bytes, type: T): ValueOf<T> | undefined {
  const value = lookupWrite(context, key);
  if (value !== undefined) accessed(context, value);
  return typed(value, type);
}

/** Says that a key was changed: WATCH hears of it. */
export function changed(context: Context, key: Bytes, count = 1): void {
  context.server.dirty += count;
  signalChange(context.database, key);
}

/** Puts a value and says so. */
export function store(context: Context, key: Bytes, value: Value): void {
  value.accessed = Math.floor(context.now / 1000);
  if (context.server.config.countsAccesses()) inheritFrequency(value, findValue(context.database, key), context.now);
  putAnnounced(context, key, value);
  changed(context, key);
}

/** Puts a value; it is an event where the key is new, and where an expired one is found in its place. */
export function putAnnounced(context: Context, key: Bytes, value: Value): void {
  const { server, database } = context;
  // Where nobody hears of it and nothing can have expired, the table finds out by itself what it replaces.
  const isNew = (server.config.events() !== 0 || dictSize(database.volatile) > 0) && lookupWrite(context, key) === undefined;
  putValue(context.database, key, value);
  if (isNew) notify(context, 'new', 'new', key);
}

/** Removes a key whose last element is gone. */
export function removeEmptied(context: Context, key: Bytes): void {
  removeValue(context.database, key);
  notify(context, 'generic', 'del', key);
}

/** Removes what an empty result would have replaced, whether or not its time is over. */
export function discard(context: Context, key: Bytes): void {
  if (findValue(context.database, key) === undefined) return;
  removeEmptied(context, key);
  changed(context, key);
}

/** Removes a key and says so; false if there was none. */
export function remove(context: Context, key: Bytes): boolean {
  if (lookupWrite(context, key) === undefined) return false;
  removeEmptied(context, key);
  changed(context, key);
  return true;
}
