import { formatDouble } from '../resp/number.ts';
import { RdbError, putBytes, reserve } from './bytes.ts';
import type { ByteWriter } from './bytes.ts';
import { encodeIntset } from './intset.ts';
import { closeListpack, createListpack, emptyListpack, integerOf, pushInteger, pushText, textSize } from './listpack.ts';
import { putBlob, putMilliseconds, putNumber, putString } from './primitives.ts';
import { putStream } from './stream.ts';
import type { StreamNodeLimits } from './stream.ts';
import { rdbTypes, runsOf } from './value.ts';
import type { Elements, Milliseconds, ScoredElement, Steps, TimedFields, ValueToWrite } from './value.ts';

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

/**
 * The type that a value is written as in a version. A small encoding that the version lacks becomes the plain one. Throws
 * RdbError `unsupported` for hash fields that expire below version 12, for which no other type can stand in.
 */
export function rdbTypeOf<T extends Text>(value: ValueToWrite<T>, version: RdbVersion): number {
  switch (value.type) {
    case 'string': return rdbTypes.string;
    case 'list': return version >= 10 ? rdbTypes.listQuicklist2 : rdbTypes.list;
    case 'set':
      if (!value.compact) return rdbTypes.set;
      if (allOf(value.members).every((member) => integerOf(member) !== undefined)) return rdbTypes.setIntset;
      return version >= 11 ? rdbTypes.setListpack : rdbTypes.set;
    case 'zset': return value.compact && version >= 10 ? rdbTypes.zsetListpack : rdbTypes.zset;
    case 'hash':
      if ('fields' in value || value.expiries?.some((expiry) => expiry !== undefined) === true) {
        if (version < 12) throw new RdbError('unsupported', `fields that expire cannot be written in version ${version}`, 0);
        return rdbTypes.hashExpiring;
      }
      return value.compact && version >= 10 ? rdbTypes.hashListpack : rdbTypes.hash;
    case 'stream': return version >= 11 ? rdbTypes.stream3 : version === 10 ? rdbTypes.stream2 : rdbTypes.stream;
    case 'module': return rdbTypes.module;
  }
}

/** Writes a value as the type that `rdbTypeOf` gave. O(size of the value). */
export function putValue<T extends Text>(writer: ByteWriter, value: ValueToWrite<T>, type: number, options: EncodeOptions): void {
  const steps = putInSteps(writer, value, type, options);
  while (steps?.next().done === false);
}

/** Starts to write a value as the type that `rdbTypeOf` gave; each step writes a run of elements. Undefined: it was written at once. */
export function putInSteps<T extends Text>(writer: ByteWriter, value: ValueToWrite<T>, type: number, options: EncodeOptions): Steps | undefined {
  const { compress } = options;
  switch (value.type) {
    case 'string': return void putString(writer, value.value, compress);
    case 'list': return type === rdbTypes.list ? putStrings(writer, value.items, 1, compress) : putQuicklist(writer, value.items, options);
    case 'set': return type === rdbTypes.set ? putStrings(writer, value.members, 1, compress) : void putSmallSet(writer, allOf(value.members), type, compress);
    case 'zset': return type === rdbTypes.zset ? putZset(writer, value.members, compress) : void putSmallZset(writer, allOf(value.members), compress);
    case 'hash':
      if ('fields' in value) return putExpiringHash(writer, value.fields.length, value.soonest, value.fields.runs, compress);
      if (type === rdbTypes.hash) return putStrings(writer, value.pairs, 2, compress);
      if (type === rdbTypes.hashListpack) return void putBlob(writer, listpackOf(allOf(value.pairs)), compress);
      return putExpiringHash(writer, value.pairs.length / 2, leastOf(value.expiries ?? []), [{ pairs: allOf(value.pairs), expiries: value.expiries ?? [] }], compress);
    case 'stream': return putStream(writer, value, type, options.streamNodes, compress);
    case 'module': return void putBytes(writer, value.body);
  }
}

/** All at once: for small encodings, which are one string. */
function allOf<E>(elements: Elements<E>): readonly E[] {
  return 'runs' in elements ? [...elements.runs].flat() : elements;
}

/** An element from this size on, bytes, is a step of its own. */
const LONG = 4096;

/** Puts the elements of each run, up to and with a long one in a step. The loop is in a plain function: V8 makes slower code of a generator. */
function* putRuns<E>(runs: Iterable<readonly E[]>, put: (element: E) => number): Steps {
  for (const run of runs) {
    for (let at = 0; at < run.length; at = putSome(run, at, put)) if (at > 0) yield;
    yield;
  }
}

/** Puts elements from one on; answers the one that is next. `put` answers the bytes of an element. */
function putSome<E>(run: readonly E[], from: number, put: (element: E) => number): number {
  for (let index = from; index < run.length; index += 1) if (put(run[index] as E) >= LONG) return index + 1;
  return run.length;
}

function* putStrings(writer: ByteWriter, texts: Elements<Text>, each: 1 | 2, compress: boolean): Steps {
  putNumber(writer, texts.length / each);
  yield* putRuns(runsOf(texts), (text) => {
    putString(writer, text, compress);
    return text.length;
  });
}

function listpackOf(texts: readonly Text[]): ByteWriter {
  const list = createListpack();
  for (const text of texts) pushText(list, text);
  return closeListpack(list);
}

const PACKED = 2;
/** Bytes that an element may take beside its own, as Redis estimates. */
const OVERHEAD = 8;

function* putQuicklist(writer: ByteWriter, items: Elements<Text>, { listFill, compress }: EncodeOptions): Steps {
  const maxBytes = listFill < 0 ? 2048 << Math.min(-listFill, 5) : 8192;
  const isFull = (bytes: number, count: number, next: Text): boolean => count > 0 && (bytes + next.length + OVERHEAD > maxBytes || (listFill > 0 && count >= listFill));
  const node = createListpack();
  const empty = node.out.size;
  // How many nodes there are stands before them.
  let [nodes, bytes, count] = [0, empty, 0];
  yield* putRuns(runsOf(items), (item) => {
    if (isFull(bytes, count, item)) [nodes, bytes, count] = [nodes + 1, empty, 0];
    bytes += textSize(item);
    count += 1;
    return 0;
  });
  const close = (): void => {
    putNumber(writer, PACKED);
    putBlob(writer, closeListpack(node), compress);
    emptyListpack(node);
  };
  putNumber(writer, count > 0 ? nodes + 1 : nodes);
  yield* putRuns(runsOf(items), (item) => {
    if (isFull(node.out.size, node.count, item)) close();
    pushText(node, item);
    return item.length;
  });
  if (node.count > 0) close();
}

function putSmallSet(writer: ByteWriter, members: readonly Text[], type: number, compress: boolean): void {
  if (type === rdbTypes.setListpack) return putBlob(writer, listpackOf(members), compress);
  const integers = members.map((member) => integerOf(member) ?? 0).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  putBlob(writer, encodeIntset(integers), compress);
}

function putSmallZset(writer: ByteWriter, members: readonly ScoredElement<Text>[], compress: boolean): void {
  const list = createListpack();
  for (const { member, score } of members) {
    pushText(list, member);
    if (Number.isSafeInteger(score) && !Object.is(score, -0)) pushInteger(list, score);
    else pushText(list, formatDouble(score));
  }
  putBlob(writer, closeListpack(list), compress);
}

function* putZset(writer: ByteWriter, members: Elements<ScoredElement<Text>>, compress: boolean): Steps {
  putNumber(writer, members.length);
  // Highest first, as Redis: it inserts at the head of the skiplist when it loads.
  yield* putRuns('runs' in members ? members.runs : [members.toReversed()], ({ member, score }) => {
    putString(writer, member, compress);
    const at = reserve(writer, 8);
    writer.bytes.writeDoubleLE(score, at);
    return member.length;
  });
}

function leastOf(expiries: readonly (Milliseconds | undefined)[]): Milliseconds {
  return expiries.reduce<Milliseconds | undefined>((least, expiry) => (expiry !== undefined && (least === undefined || expiry < least) ? expiry : least), undefined) ?? 0;
}

/** Times are told as distances from `soonest`. */
function* putExpiringHash(writer: ByteWriter, fields: number, soonest: Milliseconds, runs: Iterable<TimedFields<Text>>, compress: boolean): Steps {
  const least = BigInt(soonest);
  putMilliseconds(writer, least);
  putNumber(writer, fields);
  for (const { pairs, expiries } of runs) {
    for (let index = 0; index < pairs.length; index += 2) {
      const [field, value, expiry] = [pairs[index] as Text, pairs[index + 1] as Text, expiries[index / 2]];
      putNumber(writer, expiry === undefined ? 0 : BigInt(expiry) - least + 1n);
      putString(writer, field, compress);
      putString(writer, value, compress);
      if (field.length + value.length >= LONG) yield;
    }
    yield;
  }
}
