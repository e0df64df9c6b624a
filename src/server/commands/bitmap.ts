import { constants } from 'node:buffer';
import { parseInteger } from '../../protocol/resp/number.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { notify } from '../events.ts';
import type { Context, Handlers } from '../state.ts';
import { bitOperations, combineBits, countOnes, findBit } from '../store/bits.ts';
import { inheritFrequency } from '../store/frequency.ts';
import { makePlainString } from '../store/stringValue.ts';
import { NO_EXPIRY } from '../store/value.ts';
import type { Bytes, StringValue } from '../store/value.ts';
import {
  ONE, SYNTAX, ZERO, arg, changed, discard, fail, integer, integerArg, isOption, lookupRead, numberArg, putAnnounced, readTyped, store, typed, writeTyped,
} from './support.ts';

const BAD_OFFSET = 'ERR bit offset is not an integer or out of range';
const BAD_BIT = 'ERR bit is not an integer or out of range';

/** A bit offset; with `width` also `#n`, n times that many bits. Throws beyond proto-max-bulk-len bytes. */
export function bitOffset(context: Context, text: Bytes, width = 0): number {
  const scaled = width > 0 && text.startsWith('#');
  const parsed = parseInteger(scaled ? text.slice(1) : text) ?? fail(BAD_OFFSET);
  const offset = scaled ? BigInt.asIntN(64, BigInt(parsed) * BigInt(width)) : BigInt(parsed);
  if (offset < 0n || offset >> 3n >= BigInt(context.server.config.get('proto-max-bulk-len'))) fail(BAD_OFFSET);
  return Number(offset);
}

/** Throws where a string would get more bytes than V8 holds: of Redis's 512 MB the last 24 bytes can be asked for, not set. */
export function checkBytes(bytes: number): void {
  if (bytes > constants.MAX_STRING_LENGTH) fail(BAD_OFFSET);
}

/** Puts changed bytes in place of a string. Redis keeps them raw, and the expiry stays. */
export function putBits(context: Context, key: Bytes, before: StringValue | undefined, data: Bytes): void {
  const value = makePlainString(data, before?.expireAt ?? NO_EXPIRY, true);
  value.accessed = Math.floor(context.now / 1000);
  if (context.server.config.countsAccesses()) inheritFrequency(value, before, context.now);
  putAnnounced(context, key, value);
}

function setbit(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 1);
  const offset = bitOffset(context, arg(args, 2));
  const on = integerArg(arg(args, 3), BAD_BIT);
  if (on !== 0 && on !== 1) fail(BAD_BIT);
  const value = writeTyped(context, key, 'string');
  const data = value?.data ?? '';
  const at = Math.floor(offset / 8);
  checkBytes(at + 1);
  const mask = 0x80 >> (offset & 7);
  const byte = at < data.length ? data.charCodeAt(at) : 0;
  const before = (byte & mask) !== 0;
  if (before === (on === 1) && at < data.length) {
    // Nothing changes but the encoding: the string is ready to be written to.
    if (value?.encoding !== 'raw') putBits(context, key, value, data);
    return before ? ONE : ZERO;
  }
  const after = String.fromCharCode(on === 1 ? byte | mask : byte & ~mask);
  putBits(context, key, value, at < data.length ? data.slice(0, at) + after + data.slice(at + 1) : data + '\0'.repeat(at - data.length) + after);
  changed(context, key);
  notify(context, 'string', 'setbit', key);
  return before ? ONE : ZERO;
}

function getbit(context: Context, args: readonly Bytes[]): Reply {
  const offset = bitOffset(context, arg(args, 2));
  const data = readTyped(context, arg(args, 1), 'string')?.data ?? '';
  const at = Math.floor(offset / 8);
  return at < data.length && (data.charCodeAt(at) & (0x80 >> (offset & 7))) !== 0 ? ONE : ZERO;
}

/** True for BIT, false for BYTE. Throws a syntax error for anything else. */
function isBitUnit(text: Bytes): boolean {
  if (isOption(text, 'BIT')) return true;
  return isOption(text, 'BYTE') ? false : fail(SYNTAX);
}

/** A range within `length` units, both ends included; undefined if it is empty. */
function withinLength(start: number, end: number, length: number): { start: number; end: number } | undefined {
  const from = Math.max(0, start < 0 ? start + length : start);
  const to = Math.min(length - 1, Math.max(0, end < 0 ? end + length : end));
  return from > to ? undefined : { start: from, end: to };
}

function bitcount(context: Context, args: readonly Bytes[]): Reply {
  const data = readTyped(context, arg(args, 1), 'string')?.data;
  if (data === undefined) return ZERO;
  if (args.length === 2) return integer(countOnes(data, 0, data.length * 8 - 1));
  if (args.length !== 4 && args.length !== 5) return fail(SYNTAX);
  const start = numberArg(arg(args, 2));
  const end = numberArg(arg(args, 3));
  // Such a range is empty whatever its unit, and Redis does not look at that any more.
  if (start < 0 && end < 0 && start > end) return ZERO;
  const bits = args.length === 5 && isBitUnit(arg(args, 4));
  const range = withinLength(start, end, bits ? data.length * 8 : data.length);
  if (range === undefined) return ZERO;
  return integer(bits ? countOnes(data, range.start, range.end) : countOnes(data, range.start * 8, range.end * 8 + 7));
}

function bitpos(context: Context, args: readonly Bytes[]): Reply {
  const bit = numberArg(arg(args, 2));
  if (bit !== 0 && bit !== 1) fail('ERR The bit argument must be 1 or 0.');
  const data = readTyped(context, arg(args, 1), 'string')?.data;
  // A key that is not there is an endless row of zeros.
  if (data === undefined) return integer(bit === 1 ? -1 : 0);
  if (args.length > 6) fail(SYNTAX);
  const start = args.length > 3 ? numberArg(arg(args, 3)) : 0;
  const bits = args.length > 5 && isBitUnit(arg(args, 5));
  const end = args.length > 4 ? numberArg(arg(args, 4)) : -1;
  const range = withinLength(start, end, bits ? data.length * 8 : data.length);
  if (range === undefined) return integer(-1);
  const found = findBit(data, bit, bits ? range.start : range.start * 8, bits ? range.end : range.end * 8 + 7);
  // Without an end, what follows the data counts as zeros.
  return integer(found === -1 && bit === 0 && args.length <= 4 ? data.length * 8 : found);
}

function bitop(context: Context, args: readonly Bytes[]): Reply {
  const operation = bitOperations.find((name) => isOption(args[1], name)) ?? fail(SYNTAX);
  if (operation === 'NOT' && args.length !== 4) fail('ERR BITOP NOT must be called with a single source key.');
  const sources = args.slice(3).map((key) => Buffer.from(typed(lookupRead(context, key), 'string')?.data ?? '', 'latin1'));
  const length = Math.max(...sources.map((source) => source.length));
  const key = arg(args, 2);
  if (length === 0) {
    discard(context, key);
    return ZERO;
  }
  store(context, key, makePlainString(combineBits(operation, sources).toString('latin1'), NO_EXPIRY, true));
  notify(context, 'string', 'set', key);
  return integer(length);
}

/** SETBIT GETBIT BITCOUNT BITPOS BITOP */
export const bitmapCommands: Handlers = { bitcount, bitop, bitpos, getbit, setbit };
