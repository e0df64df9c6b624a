import { corrupt, expectEnd, reserve, take } from './bytes.ts';
import type { ByteKind, ByteReader, ByteWriter } from './bytes.ts';
import { closeListpack, createListpack, listpackCursor, pushInteger, pushText } from './listpack.ts';
import type { ListpackWriter } from './listpack.ts';
import { nextInteger, nextText } from './packed.ts';
import type { PackedCursor } from './packed.ts';
import { putBlob, putMilliseconds, putNumber, putString, takeBigNumber, takeBlob, takeCount, takeMilliseconds, takeNumber, takeString } from './primitives.ts';
import { rdbTypes, runsOf } from './value.ts';
import type { Elements, GroupToWrite, RdbConsumer, RdbGroup, RdbIdempotency, RdbPending, RdbStream, RdbStreamEntry, RdbStreamId, Steps, StreamToWrite } from './value.ts';

const DELETED = 1;
const SAME_FIELDS = 2;
/** Bytes of an ID as a key of the radix tree. */
const ID_SIZE = 16;
const ZERO: RdbStreamId = { ms: 0n, seq: 0n };

/** Reads a stream of type 15, 19, 21 or 26. Throws RdbError. */
export function takeStream<T>(reader: ByteReader, type: number, kind: ByteKind<T>): RdbStream<T> {
  const entries: RdbStreamEntry<T>[] = [];
  const nodes = takeCount(reader, ID_SIZE);
  for (let left = nodes; left > 0; left -= 1) takeNode(reader, kind, entries);
  // The number of entries. It may disagree in old files, and they are counted here anyway.
  if (takeNumber(reader) !== 0 && nodes === 0) corrupt(reader, 'a stream that says it has entries, and has none');
  const lastId = sameAs(entries.at(-1)?.id, takeId(reader));
  let maxDeletedId = ZERO;
  let entriesAdded = BigInt(entries.length);
  if (type >= rdbTypes.stream2) {
    takeId(reader); // The first entry's.
    maxDeletedId = sameAs(ZERO, takeId(reader));
    entriesAdded = takeBigNumber(reader);
  }
  const groups: RdbGroup<T>[] = [];
  for (let count = takeCount(reader, 1); count > 0; count -= 1) groups.push(takeGroup(reader, type, kind, (id) => entriesUpTo(id, entries, lastId)));
  const stream: RdbStream<T> = { type: 'stream', entries, lastId, maxDeletedId, entriesAdded, groups };
  return type >= rdbTypes.stream4 ? { ...stream, idempotency: takeIdempotency(reader, kind) } : stream;
}

function takeId(reader: ByteReader): RdbStreamId {
  const ms = takeBigNumber(reader);
  return { ms, seq: takeBigNumber(reader) };
}

/** Of two equal IDs the one that is kept anyway. */
function sameAs(kept: RdbStreamId | undefined, id: RdbStreamId): RdbStreamId {
  return kept !== undefined && isAt(kept, id) ? kept : id;
}

function takeRawId(reader: ByteReader): RdbStreamId {
  const at = take(reader, ID_SIZE);
  return { ms: reader.bytes.readBigUInt64BE(at), seq: reader.bytes.readBigUInt64BE(at + 8) };
}

/** A node: its ID and a listpack of entries whose IDs are told as distances from it. */
function takeNode<T>(reader: ByteReader, kind: ByteKind<T>, entries: RdbStreamEntry<T>[]): void {
  const name = takeBlob(reader, 'the ID of a stream node');
  const node = takeRawId(name);
  expectEnd(name);
  const list = takeBlob(reader, 'a stream node');
  const cursor = listpackCursor(list);
  const count = nextCount(cursor) + nextCount(cursor);
  const fields: T[] = [];
  for (let left = nextCount(cursor); left > 0; left -= 1) fields.push(nextText(cursor, kind));
  nextInteger(cursor);
  let last = entries.at(-1)?.id;
  for (let index = 0; index < count; index += 1) {
    const flags = Number(nextInteger(cursor));
    const id = { ms: plus(node.ms, nextInteger(cursor)), seq: plus(node.seq, nextInteger(cursor)) };
    const own = (flags & SAME_FIELDS) === 0;
    const length = own ? nextCount(cursor) : fields.length;
    // What it cannot hold is not made room for: an element takes two bytes.
    if (length * (own ? 4 : 2) > list.end - list.at) corrupt(list, 'a stream entry whose number of fields cannot be right');
    const pairs = new Array<T>(length * 2);
    for (let field = 0; field < length; field += 1) {
      pairs[field * 2] = own ? nextText(cursor, kind) : fields[field] as T;
      pairs[field * 2 + 1] = nextText(cursor, kind);
    }
    nextInteger(cursor);
    if ((flags & DELETED) !== 0) continue;
    if (last !== undefined && !isBefore(last, id)) corrupt(list, 'stream entries that are not in order');
    entries.push({ id, fields: pairs });
    last = id;
  }
  if (cursor.next()) corrupt(list, 'a stream node with more entries than it says');
}

/** The next element, which counts elements of the same listpack. */
function nextCount(cursor: PackedCursor): number {
  const count = Number(nextInteger(cursor));
  return count >= 0 && count <= cursor.reader.end - cursor.reader.at ? count : corrupt(cursor.reader, 'a stream node whose counts cannot be right');
}

/** A part of an ID so far from that of the node. Most are as far as nothing, and then they are the same object. */
function plus(part: bigint, distance: number | bigint): bigint {
  return distance === 0 ? part : BigInt.asUintN(64, part + BigInt(distance));
}

/** How many entries a group has read whose last ID this is, of a stream of which none was ever deleted; -1 where Redis does not look. */
function entriesUpTo(id: RdbStreamId, entries: readonly RdbStreamEntry<unknown>[], lastId: RdbStreamId): bigint {
  const first = entries[0];
  if (first === undefined) return 0n;
  if (isAt(id, lastId)) return BigInt(entries.length);
  if (isBefore(id, first.id)) return 0n;
  return isAt(id, first.id) ? 1n : -1n;
}

function isAt(a: RdbStreamId, b: RdbStreamId): boolean {
  return a.ms === b.ms && a.seq === b.seq;
}

function isBefore(a: RdbStreamId, b: RdbStreamId): boolean {
  return a.ms < b.ms || (a.ms === b.ms && a.seq < b.seq);
}

/** `readUpTo`: how many entries were read up to an ID, which types before 19 do not tell. */
function takeGroup<T>(reader: ByteReader, type: number, kind: ByteKind<T>, readUpTo: (id: RdbStreamId) => bigint): RdbGroup<T> {
  const name = takeString(reader, kind);
  const lastId = takeId(reader);
  const read = type >= rdbTypes.stream2 ? takeBigNumber(reader) : readUpTo(lastId);
  const pending: RdbPending[] = [];
  for (let count = takeCount(reader, ID_SIZE); count > 0; count -= 1) {
    const id = takeRawId(reader);
    const deliveredAt = takeMilliseconds(reader);
    pending.push({ id, deliveredAt, deliveries: takeNumber(reader) });
  }
  const known = new Set(pending.map(({ id }) => key(id)));
  if (known.size < pending.length) corrupt(reader, 'a group with an entry that is pending twice');
  const consumers: RdbConsumer<T>[] = [];
  for (let count = takeCount(reader, 1); count > 0; count -= 1) {
    const consumer = takeString(reader, kind);
    const seenAt = takeMilliseconds(reader);
    const activeAt = type >= rdbTypes.stream3 ? takeMilliseconds(reader) : undefined;
    const ids: RdbStreamId[] = [];
    for (let left = takeCount(reader, ID_SIZE); left > 0; left -= 1) {
      const id = takeRawId(reader);
      if (!known.has(key(id))) corrupt(reader, 'a consumer with a pending entry that its group does not have');
      ids.push(id);
    }
    consumers.push({ name: consumer, seenAt, activeAt, pending: ids });
  }
  return { name, lastId, entriesRead: BigInt.asIntN(64, read), pending, consumers };
}

/** As text: V8 hashes a bigint by its last 64 bits, and those of many IDs are the same. */
function key({ ms, seq }: RdbStreamId): string {
  return `${ms}-${seq}`;
}

function takeIdempotency<T>(reader: ByteReader, kind: ByteKind<T>): RdbIdempotency<T> {
  const duration = takeNumber(reader);
  const maxEntries = takeNumber(reader);
  const producers: { name: T; items: { name: T; id: RdbStreamId }[] }[] = [];
  for (let count = takeCount(reader, 1); count > 0; count -= 1) {
    const name = takeString(reader, kind);
    const items: { name: T; id: RdbStreamId }[] = [];
    for (let left = takeCount(reader, 1); left > 0; left -= 1) {
      const item = takeString(reader, kind);
      items.push({ name: item, id: takeId(reader) });
    }
    producers.push({ name, items });
  }
  const added = takeNumber(reader);
  return { duration, maxEntries, producers, added, duplicates: takeNumber(reader) };
}

/** Where a node of a stream ends. */
export interface StreamNodeLimits {
  /** Bytes (stream-node-max-bytes). */
  readonly maxBytes: number;
  /** Entries (stream-node-max-entries). */
  readonly maxEntries: number;
}

/** Writes a stream as type 15, 19 or 21. Idempotency (type 26) is left out: the types that this writes cannot say it. */
export function* putStream<T extends Uint8Array | string>(writer: ByteWriter, stream: StreamToWrite<T>, type: number, limits: StreamNodeLimits, compress: boolean): Steps {
  yield* putNodes(writer, stream.entries, limits, compress);
  putNumber(writer, stream.entries.length);
  putId(writer, stream.lastId);
  if (type >= rdbTypes.stream2) {
    putId(writer, firstOf(stream.entries)?.id ?? ZERO);
    putId(writer, stream.maxDeletedId);
    putNumber(writer, stream.entriesAdded);
  }
  putNumber(writer, stream.groups.length);
  for (const group of stream.groups) yield* putGroup(writer, group, type, compress);
}

function firstOf<E>(elements: Elements<E>): E | undefined {
  for (const run of runsOf(elements)) if (run[0] !== undefined) return run[0];
  return undefined;
}

function* putNodes<T extends Uint8Array | string>(writer: ByteWriter, entries: Elements<RdbStreamEntry<T>>, { maxBytes, maxEntries }: StreamNodeLimits, compress: boolean): Steps {
  const isFull = (count: number, bytes: number): boolean => count > 0 && ((maxEntries > 0 && count >= maxEntries) || (maxBytes > 0 && bytes >= maxBytes));
  // How many nodes there are stands before them.
  let [nodes, count, bytes] = [0, 0, 0];
  for (const run of runsOf(entries)) {
    for (const { fields } of run) {
      if (isFull(count, bytes)) [nodes, count, bytes] = [nodes + 1, 0, 0];
      count += 1;
      bytes += sizeOf(fields);
    }
    yield;
  }
  putNumber(writer, count > 0 ? nodes + 1 : nodes);
  // The node says first how many entries it has, so its end is found before it is written.
  let node: RdbStreamEntry<T>[] = [];
  bytes = 0;
  for (const run of runsOf(entries)) {
    for (const entry of run) {
      if (isFull(node.length, bytes)) {
        putNode(writer, node, compress);
        [node, bytes] = [[], 0];
        yield;
      }
      node.push(entry);
      bytes += sizeOf(entry.fields);
    }
  }
  if (node.length > 0) putNode(writer, node, compress);
}

/** Bytes of texts, about. */
function sizeOf(texts: readonly (Uint8Array | string)[]): number {
  let bytes = 0;
  for (const text of texts) bytes += text.length + 2;
  return bytes;
}

function putNode<T extends Uint8Array | string>(writer: ByteWriter, entries: readonly RdbStreamEntry<T>[], compress: boolean): void {
  putNumber(writer, ID_SIZE);
  putRawId(writer, (entries[0] as RdbStreamEntry<T>).id);
  putBlob(writer, closeListpack(makeNode(entries)), compress);
}

function makeNode<T extends Uint8Array | string>(entries: readonly RdbStreamEntry<T>[]): ListpackWriter {
  const first = entries[0] as RdbStreamEntry<T>;
  const names = first.fields.filter((_, index) => index % 2 === 0);
  const list = createListpack();
  pushInteger(list, entries.length);
  pushInteger(list, 0);
  pushInteger(list, names.length);
  for (const name of names) pushText(list, name);
  pushInteger(list, 0);
  for (const { id, fields } of entries) {
    const same = fields.length === first.fields.length && names.every((name, index) => equal(name, fields[index * 2] as T));
    pushInteger(list, same ? SAME_FIELDS : 0);
    pushInteger(list, BigInt.asIntN(64, id.ms - first.id.ms));
    pushInteger(list, BigInt.asIntN(64, id.seq - first.id.seq));
    if (!same) pushInteger(list, fields.length / 2);
    fields.forEach((text, index) => {
      if (!same || index % 2 === 1) pushText(list, text);
    });
    pushInteger(list, same ? 3 + fields.length / 2 : 4 + fields.length);
  }
  return list;
}

function equal(a: Uint8Array | string, b: Uint8Array | string): boolean {
  return typeof a === 'string' || typeof b === 'string' ? a === b : Buffer.compare(a, b) === 0;
}

function putId(writer: ByteWriter, { ms, seq }: RdbStreamId): void {
  putNumber(writer, ms);
  putNumber(writer, seq);
}

function putRawId(writer: ByteWriter, { ms, seq }: RdbStreamId): void {
  const at = reserve(writer, ID_SIZE);
  writer.bytes.writeBigUInt64BE(ms, at);
  writer.bytes.writeBigUInt64BE(seq, at + 8);
}

function* putGroup<T extends Uint8Array | string>(writer: ByteWriter, group: GroupToWrite<T>, type: number, compress: boolean): Steps {
  putString(writer, group.name, compress);
  putId(writer, group.lastId);
  if (type >= rdbTypes.stream2) putNumber(writer, BigInt.asUintN(64, group.entriesRead));
  putNumber(writer, group.pending.length);
  for (const run of runsOf(group.pending)) {
    for (const { id, deliveredAt, deliveries } of run) {
      putRawId(writer, id);
      putMilliseconds(writer, deliveredAt);
      putNumber(writer, deliveries);
    }
    yield;
  }
  putNumber(writer, group.consumers.length);
  for (const { name, seenAt, activeAt, pending } of group.consumers) {
    putString(writer, name, compress);
    putMilliseconds(writer, seenAt);
    if (type >= rdbTypes.stream3) putMilliseconds(writer, activeAt ?? seenAt);
    putNumber(writer, pending.length);
    for (const run of runsOf(pending)) {
      for (const id of run) putRawId(writer, id);
      yield;
    }
  }
}
