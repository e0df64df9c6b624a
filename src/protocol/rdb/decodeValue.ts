import { RdbError, corrupt, expectEnd, take, takeByte } from './bytes.ts';
import type { ByteKind, ByteReader } from './bytes.ts';
import { intsetItems } from './intset.ts';
import { listpackCursor } from './listpack.ts';
import { moduleName, skipModuleValues } from './module.ts';
import { packedText, packedTexts } from './packed.ts';
import type { PackedCursor } from './packed.ts';
import { takeBigNumber, takeBlob, takeCount, takeMilliseconds, takeNumber, takeString } from './primitives.ts';
import { takeStream } from './stream.ts';
import { rdbTypes } from './value.ts';
import type { Milliseconds, RdbDialect, RdbValue } from './value.ts';
import { zipmapItems, ziplistCursor } from './ziplist.ts';

/**
 * Reads a value of a type as RDB numbers them. Throws RdbError: `truncated`, `corrupt`, or `unsupported` for a type that this
 * does not know, with the number and the offset.
 */
export function takeValue<T>(reader: ByteReader, type: number, kind: ByteKind<T>, dialect: RdbDialect = 'redis'): RdbValue<T> {
  if (!isKnownType(type, dialect)) throw new RdbError('unsupported', typeInError(type), reader.base + reader.at);
  switch (type as (typeof rdbTypes)[keyof typeof rdbTypes]) {
    case rdbTypes.string: return { type: 'string', value: takeString(reader, kind) };
    case rdbTypes.list: return { type: 'list', items: takeStrings(reader, kind, 1) };
    case rdbTypes.listZiplist: return { type: 'list', items: packedTexts(ziplistCursor(takeBlob(reader, 'a list')), kind) };
    case rdbTypes.listQuicklist: return { type: 'list', items: takeNodes(reader, kind, ziplistCursor) };
    case rdbTypes.listQuicklist2: return { type: 'list', items: takeNodes2(reader, kind) };
    case rdbTypes.set: return { type: 'set', compact: false, members: takeStrings(reader, kind, 1) };
    case rdbTypes.setIntset: return { type: 'set', compact: true, members: intsetItems(takeBlob(reader, 'a set')).map(kind.text) };
    case rdbTypes.setListpack: return { type: 'set', compact: true, members: packedTexts(listpackCursor(takeBlob(reader, 'a set')), kind) };
    case rdbTypes.zset:
    case rdbTypes.zsetText: return takeZset(reader, type, kind);
    case rdbTypes.zsetZiplist: return packedZset(ziplistCursor(takeBlob(reader, 'a sorted set')), kind);
    case rdbTypes.zsetListpack: return packedZset(listpackCursor(takeBlob(reader, 'a sorted set')), kind);
    case rdbTypes.hash: return { type: 'hash', compact: false, pairs: takeStrings(reader, kind, 2) };
    case rdbTypes.hashZipmap: return { type: 'hash', compact: false, pairs: zipmapItems(takeBlob(reader, 'a hash'), kind.slice) };
    case rdbTypes.hashZiplist: return packedHash(ziplistCursor(takeBlob(reader, 'a hash')), kind);
    case rdbTypes.hashListpack: return packedHash(listpackCursor(takeBlob(reader, 'a hash')), kind);
    case rdbTypes.hashExpiring22: return dialect === 'valkey' ? takeValkeyHash(reader, kind) : takeExpiringHash(reader, kind, undefined);
    case rdbTypes.hashExpiring: return takeExpiringHash(reader, kind, takeMilliseconds(reader));
    case rdbTypes.hashListpackExpiring: {
      takeMilliseconds(reader);
      return packedExpiringHash(listpackCursor(takeBlob(reader, 'a hash')), kind);
    }
    case rdbTypes.hashListpackExpiring23: return packedExpiringHash(listpackCursor(takeBlob(reader, 'a hash')), kind);
    case rdbTypes.stream:
    case rdbTypes.stream2:
    case rdbTypes.stream3:
    case rdbTypes.stream4: return takeStream(reader, type, kind);
    case rdbTypes.module: return takeModule(reader);
    case rdbTypes.moduleOld: return corrupt(reader, typeInError(type));
  }
}

const known: ReadonlySet<number> = new Set(Object.values(rdbTypes).filter((type) => type !== rdbTypes.moduleOld));

/** True for the types that `takeValue` reads. */
export function isKnownType(type: number, dialect: RdbDialect): boolean {
  return known.has(type) && (dialect === 'redis' || type <= rdbTypes.hashExpiring22);
}

/** How errors name a type that is not known. */
export function typeInError(type: number): string {
  return type === rdbTypes.moduleOld ? `a value of a module (type ${type}), written in a way that only the module can read` : `a value of the unknown type ${type}`;
}

function takeStrings<T>(reader: ByteReader, kind: ByteKind<T>, each: 1 | 2): T[] {
  const items: T[] = [];
  for (let left = takeCount(reader, each) * each; left > 0; left -= 1) items.push(takeString(reader, kind));
  return items;
}

function takeNodes<T>(reader: ByteReader, kind: ByteKind<T>, cursorOf: (blob: ByteReader) => PackedCursor): T[] {
  const items: T[] = [];
  for (let nodes = takeCount(reader, 1); nodes > 0; nodes -= 1) appendAll(items, cursorOf(takeBlob(reader, 'a list')), kind);
  return items;
}

/** A node of one large element as it is, or of a listpack. */
const PLAIN = 1;
const PACKED = 2;

function takeNodes2<T>(reader: ByteReader, kind: ByteKind<T>): T[] {
  const items: T[] = [];
  for (let nodes = takeCount(reader, 2); nodes > 0; nodes -= 1) {
    const container = takeNumber(reader);
    if (container === PLAIN) {
      if (reader.bytes[reader.at] === 0 && reader.at < reader.end) corrupt(reader, 'a list node of nothing');
      items.push(takeString(reader, kind));
    } else if (container === PACKED) appendAll(items, listpackCursor(takeBlob(reader, 'a list')), kind);
    else corrupt(reader, `a list node of the unknown kind ${container}`);
  }
  return items;
}

function appendAll<T>(items: T[], cursor: PackedCursor, kind: ByteKind<T>): void {
  while (cursor.next()) items.push(packedText(cursor, kind));
}

function takeZset<T>(reader: ByteReader, type: number, kind: ByteKind<T>): RdbValue<T> {
  const members: { member: T; score: number }[] = [];
  for (let left = takeCount(reader, 2); left > 0; left -= 1) {
    const member = takeString(reader, kind);
    const score = type === rdbTypes.zset ? reader.bytes.readDoubleLE(take(reader, 8)) : takeTextDouble(reader);
    if (Number.isNaN(score)) corrupt(reader, 'a score that is not a number');
    members.push({ member, score });
  }
  return { type: 'zset', compact: false, members };
}

/** A double of RDB 1 to 7: its length and its text, or one of three lengths that stand for themselves. */
function takeTextDouble(reader: ByteReader): number {
  const length = takeByte(reader);
  if (length === 253) return NaN;
  if (length === 254) return Infinity;
  if (length === 255) return -Infinity;
  const start = take(reader, length);
  return parseDouble(reader.bytes.toString('latin1', start, start + length)) ?? corrupt(reader, 'a score that is not a number');
}

function parseDouble(text: string): number | undefined {
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function packedZset<T>(cursor: PackedCursor, kind: ByteKind<T>): RdbValue<T> {
  const members: { member: T; score: number }[] = [];
  while (cursor.next()) {
    const member = packedText(cursor, kind);
    if (!cursor.next()) corrupt(cursor.reader, 'a sorted set that ends in the middle of a pair');
    const { integer, start, end } = cursor.item;
    const score = integer === undefined ? parseDouble(cursor.reader.bytes.toString('latin1', start, end)) : Number(integer);
    members.push({ member, score: score ?? corrupt(cursor.reader, 'a score that is not a number') });
  }
  return { type: 'zset', compact: true, members };
}

function packedHash<T>(cursor: PackedCursor, kind: ByteKind<T>): RdbValue<T> {
  const pairs = packedTexts(cursor, kind);
  if (pairs.length % 2 === 1) corrupt(cursor.reader, 'a hash that ends in the middle of a pair');
  return { type: 'hash', compact: true, pairs };
}

/** Field, value and expiry (0: none) in turn, with the fields that expire first in front. */
function packedExpiringHash<T>(cursor: PackedCursor, kind: ByteKind<T>): RdbValue<T> {
  const pairs: T[] = [];
  const expiries: (Milliseconds | undefined)[] = [];
  while (cursor.next()) {
    pairs.push(packedText(cursor, kind));
    if (!cursor.next()) corrupt(cursor.reader, 'a hash that ends in the middle of a field');
    pairs.push(packedText(cursor, kind));
    if (!cursor.next() || cursor.item.integer === undefined) corrupt(cursor.reader, 'a hash field whose expiry is not a number');
    expiries.push(cursor.item.integer === 0 ? undefined : cursor.item.integer);
  }
  return { type: 'hash', compact: true, pairs, expiries };
}

/** Expiries (0: none) as they are, or with `least` as distances from it, one more than they are. */
function takeExpiringHash<T>(reader: ByteReader, kind: ByteKind<T>, least: Milliseconds | undefined): RdbValue<T> {
  const pairs: T[] = [];
  const expiries: (Milliseconds | undefined)[] = [];
  for (let left = takeCount(reader, 3); left > 0; left -= 1) {
    const told = takeBigNumber(reader);
    const expiry = least === undefined ? told : BigInt(least) + told - 1n;
    expiries.push(told === 0n ? undefined : expiry <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(expiry) : expiry);
    pairs.push(takeString(reader, kind), takeString(reader, kind));
  }
  return { type: 'hash', compact: false, pairs, expiries };
}

function takeValkeyHash<T>(reader: ByteReader, kind: ByteKind<T>): RdbValue<T> {
  const pairs: T[] = [];
  const expiries: (Milliseconds | undefined)[] = [];
  for (let left = takeCount(reader, 10); left > 0; left -= 1) {
    pairs.push(takeString(reader, kind), takeString(reader, kind));
    const expiry = takeMilliseconds(reader);
    expiries.push(expiry === -1 ? undefined : expiry);
  }
  return { type: 'hash', compact: false, pairs, expiries };
}

function takeModule<T>(reader: ByteReader): RdbValue<T> {
  const start = reader.at;
  const id = takeBigNumber(reader);
  skipModuleValues(reader);
  return { type: 'module', module: moduleName(id), body: Buffer.from(reader.bytes.subarray(start, reader.at)) };
}

/** As `takeValue`, for a value that must fill all that is left. */
export function takeWholeValue<T>(reader: ByteReader, type: number, kind: ByteKind<T>, dialect: RdbDialect): RdbValue<T> {
  const value = takeValue(reader, type, kind, dialect);
  expectEnd(reader);
  return value;
}
