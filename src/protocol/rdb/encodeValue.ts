import { formatDouble, parseInteger } from '../resp/number.ts';
import { RdbError, putBytes, reserve } from './bytes.ts';
import type { ByteWriter } from './bytes.ts';
import { encodeIntset } from './intset.ts';
import { closeListpack, createListpack, pushInteger, pushText } from './listpack.ts';
import type { ListpackWriter } from './listpack.ts';
import { putBlob, putMilliseconds, putNumber, putString } from './primitives.ts';
import { putStream } from './stream.ts';
import type { StreamNodeLimits } from './stream.ts';
import { rdbTypes } from './value.ts';
import type { RdbValue } from './value.ts';

/** Versions that can be written: of Redis 5 to 6.2, 7.0, 7.2 and 7.4. */
export type RdbVersion = 9 | 10 | 11 | 12;

export interface EncodeOptions {
  readonly version: RdbVersion;
  /** LZF for strings over 20 bytes (rdbcompression). */
  readonly compress: boolean;
  /** list-max-listpack-size: above 0 items of a list's node, -1 to -5 its bytes (4 to 64 kB). */
  readonly listFill: number;
  readonly streamNodes: StreamNodeLimits;
}

/** What Redis 7.0 writes without a configuration. */
export const encodeDefaults: EncodeOptions = { version: 10, compress: true, listFill: -2, streamNodes: { maxBytes: 4096, maxEntries: 100 } };

/** The newest type that readers of a version know. */
const newest: Readonly<Record<RdbVersion, number>> = { 9: rdbTypes.stream, 10: rdbTypes.stream2, 11: rdbTypes.stream3, 12: rdbTypes.hashListpackExpiring };

/** True if a value of a type as Redis numbers them may stand in a file of a version. */
export function holdsType(version: RdbVersion, type: number): boolean {
  return type <= newest[version];
}

type Text = Uint8Array | string;

function integerOf(text: Text): number | bigint | undefined {
  return text.length > 20 ? undefined : parseInteger(typeof text === 'string' ? text : Buffer.from(text).toString('latin1'));
}

/**
 * The type that a value is written as in a version. A small encoding that the version lacks becomes the plain one. Throws
 * RdbError `unsupported` for hash fields that expire below version 12, for which no other type can stand in.
 */
export function rdbTypeOf<T extends Text>(value: RdbValue<T>, version: RdbVersion): number {
  switch (value.type) {
    case 'string': return rdbTypes.string;
    case 'list': return version >= 10 ? rdbTypes.listQuicklist2 : rdbTypes.list;
    case 'set':
      if (!value.compact) return rdbTypes.set;
      if (value.members.every((member) => integerOf(member) !== undefined)) return rdbTypes.setIntset;
      return version >= 11 ? rdbTypes.setListpack : rdbTypes.set;
    case 'zset': return value.compact && version >= 10 ? rdbTypes.zsetListpack : rdbTypes.zset;
    case 'hash':
      if (value.expiries?.some((expiry) => expiry !== undefined) === true) {
        if (version < 12) throw new RdbError('unsupported', `fields that expire cannot be written in version ${version}`, 0);
        return rdbTypes.hashExpiring;
      }
      return value.compact && version >= 10 ? rdbTypes.hashListpack : rdbTypes.hash;
    case 'stream': return version >= 11 ? rdbTypes.stream3 : version === 10 ? rdbTypes.stream2 : rdbTypes.stream;
    case 'module': return rdbTypes.module;
  }
}

/** Writes a value as the type that `rdbTypeOf` gave. O(size of the value). */
export function putValue<T extends Text>(writer: ByteWriter, value: RdbValue<T>, type: number, options: EncodeOptions): void {
  const { compress } = options;
  switch (value.type) {
    case 'string': return putString(writer, value.value, compress);
    case 'list': return type === rdbTypes.list ? putStrings(writer, value.items, 1, compress) : putQuicklist(writer, value.items, options);
    case 'set': return putSet(writer, value.members, type, compress);
    case 'zset': return putZset(writer, value.members, type, compress);
    case 'hash':
      if (type === rdbTypes.hashExpiring) return putExpiringHash(writer, value.pairs, value.expiries ?? [], compress);
      return type === rdbTypes.hash ? putStrings(writer, value.pairs, 2, compress) : putBlob(writer, listpackOf(value.pairs), compress);
    case 'stream': return putStream(writer, value, type, options.streamNodes, compress);
    case 'module': return putBytes(writer, value.body);
  }
}

function putStrings(writer: ByteWriter, texts: readonly Text[], each: 1 | 2, compress: boolean): void {
  putNumber(writer, texts.length / each);
  for (const text of texts) putString(writer, text, compress);
}

function listpackOf(texts: readonly Text[]): ByteWriter {
  const list = createListpack();
  for (const text of texts) pushText(list, text);
  return closeListpack(list);
}

const PACKED = 2;
/** Bytes that an element may take beside its own, as Redis estimates. */
const OVERHEAD = 8;

function putQuicklist(writer: ByteWriter, items: readonly Text[], { listFill, compress }: EncodeOptions): void {
  const nodes: ListpackWriter[] = [];
  const maxBytes = listFill < 0 ? 2048 << Math.min(-listFill, 5) : 8192;
  for (const item of items) {
    let node = nodes.at(-1);
    const full = node !== undefined && (node.out.size + item.length + OVERHEAD > maxBytes || (listFill > 0 && node.count >= listFill));
    if (node === undefined || full) nodes.push((node = createListpack()));
    pushText(node, item);
  }
  putNumber(writer, nodes.length);
  for (const node of nodes) {
    putNumber(writer, PACKED);
    putBlob(writer, closeListpack(node), compress);
  }
}

function putSet(writer: ByteWriter, members: readonly Text[], type: number, compress: boolean): void {
  if (type === rdbTypes.set) return putStrings(writer, members, 1, compress);
  if (type === rdbTypes.setListpack) return putBlob(writer, listpackOf(members), compress);
  const integers = members.map((member) => integerOf(member) ?? 0).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  putBlob(writer, encodeIntset(integers), compress);
}

function putZset(writer: ByteWriter, members: readonly { readonly member: Text; readonly score: number }[], type: number, compress: boolean): void {
  if (type === rdbTypes.zsetListpack) {
    const list = createListpack();
    for (const { member, score } of members) {
      pushText(list, member);
      if (Number.isSafeInteger(score) && !Object.is(score, -0)) pushInteger(list, score);
      else pushText(list, formatDouble(score));
    }
    return putBlob(writer, closeListpack(list), compress);
  }
  putNumber(writer, members.length);
  // Highest first, as Redis: it inserts at the head of the skiplist when it loads.
  for (let index = members.length - 1; index >= 0; index -= 1) {
    const { member, score } = members[index] as { member: Text; score: number };
    putString(writer, member, compress);
    const at = reserve(writer, 8);
    writer.bytes.writeDoubleLE(score, at);
  }
}

function putExpiringHash(writer: ByteWriter, pairs: readonly Text[], expiries: readonly (number | bigint | undefined)[], compress: boolean): void {
  const least = expiries.reduce<bigint | undefined>((low, expiry) => (expiry !== undefined && (low === undefined || expiry < low) ? BigInt(expiry) : low), undefined) ?? 0n;
  putMilliseconds(writer, least);
  putNumber(writer, pairs.length / 2);
  for (let index = 0; index < pairs.length; index += 2) {
    const expiry = expiries[index / 2];
    putNumber(writer, expiry === undefined ? 0 : BigInt(expiry) - least + 1n);
    putString(writer, pairs[index] as Text, compress);
    putString(writer, pairs[index + 1] as Text, compress);
  }
}
