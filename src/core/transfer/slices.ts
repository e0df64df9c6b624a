import type { RdbStreamEntry } from '../../protocol/rdb/value.ts';
import type { Command, Reply, Session } from '../connection/session.ts';
import { assertNever, Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import { addEntry } from './native.ts';
import { idAfter, parseId } from './streamShape.ts';

/** A piece of a large value. */
export type Slice =
  | { readonly type: 'string'; readonly at: number; readonly bytes: Buffer }
  | { readonly type: 'list'; readonly at: number; readonly items: readonly Buffer[] }
  | { readonly type: 'set'; readonly members: readonly Buffer[] }
  /** Flat: field, value. */
  | { readonly type: 'hash'; readonly pairs: readonly Buffer[] }
  /** Flat: member, score. */
  | { readonly type: 'zset'; readonly pairs: readonly Buffer[] }
  /** `groups` and IDs of the stream are in `readStreamShape`. */
  | { readonly type: 'stream'; readonly entries: readonly RdbStreamEntry<Buffer>[] };

/** The commands that add a piece to a key; pieces of strings, lists and streams in their order. */
export function addSlice(key: Buffer, slice: Slice): readonly Command[] {
  switch (slice.type) {
    case 'string':
      return [['APPEND', key, slice.bytes]];
    case 'list':
      return [['RPUSH', key, ...slice.items]];
    case 'set':
      return [['SADD', key, ...slice.members]];
    case 'hash':
      return [['HSET', key, ...slice.pairs]];
    case 'zset':
      return [['ZADD', key, ...slice.pairs.map((_, index) => slice.pairs[index ^ 1] as Buffer)]];
    case 'stream':
      return slice.entries.map((entry) => addEntry(key, entry));
    default:
      return assertNever(slice);
  }
}

/** Bytes of its elements. */
export function sliceBytes(slice: Slice): number {
  return sizeOf(elementsOf(slice));
}

/** Bytes of its longest element. */
export function longestOf(slice: Slice): number {
  return elementsOf(slice).reduce((most, { length }) => Math.max(most, length), 0);
}

function elementsOf(slice: Slice): readonly Buffer[] {
  switch (slice.type) {
    case 'string':
      return [slice.bytes];
    case 'list':
      return slice.items;
    case 'set':
      return slice.members;
    case 'hash':
    case 'zset':
      return slice.pairs;
    case 'stream':
      return slice.entries.flatMap(({ fields }) => fields);
    default:
      return assertNever(slice);
  }
}

/** Bytes of a piece, about. */
const SLICE = 1024 * 1024;
const MOST_ELEMENTS = 5000;

/**
 * Reads a large value piece by piece, each small enough to hold no server up. What is written to it meanwhile may be in it or not.
 * Throws Failure: `vanished` if there is no such key, `unsupported` for a type that cannot be read by pieces.
 */
export async function* readSlices(session: Session, key: Buffer, type: string, signal: AbortSignal): AsyncGenerator<Slice> {
  switch (type) {
    case 'string':
      yield* stringSlices(session, key, signal);
      return;
    case 'list':
      yield* listSlices(session, key, signal);
      return;
    case 'set':
      for await (const members of scanned(session, signal, 'SSCAN', key)) yield { type, members };
      return;
    case 'hash':
    case 'zset':
      for await (const pairs of scanned(session, signal, type === 'hash' ? 'HSCAN' : 'ZSCAN', key)) yield { type, pairs };
      return;
    case 'stream':
      yield* streamSlices(session, key, signal);
      return;
    default:
      throw new Failure('unsupported', l10n.t('A value of the type {0} that is this large cannot be moved.', type));
  }
}

async function* stringSlices(session: Session, key: Buffer, signal: AbortSignal): AsyncGenerator<Slice> {
  for (let at = 0; ; at += SLICE) {
    const bytes = bytesOf(await session.send(['GETRANGE', key, String(at), String(at + SLICE - 1)], { signal }));
    if (bytes.length > 0) yield { type: 'string', at, bytes };
    if (bytes.length < SLICE) return;
  }
}

async function* listSlices(session: Session, key: Buffer, signal: AbortSignal): AsyncGenerator<Slice> {
  let count = 1;
  for (let at = 0; ;) {
    const items = itemsOf(await session.send(['LRANGE', key, String(at), String(at + count - 1)], { signal }));
    if (items.length === 0) return;
    yield { type: 'list', at, items };
    at += items.length;
    count = fitting(items, count);
  }
}

async function* streamSlices(session: Session, key: Buffer, signal: AbortSignal): AsyncGenerator<Slice> {
  let count = 1;
  for (let from = '-'; ;) {
    const reply = await session.send(['XRANGE', key, from, '+', 'COUNT', String(count)], { signal });
    const entries = (Array.isArray(reply) ? (reply as readonly Reply[]) : []).map((one): RdbStreamEntry<Buffer> => {
      const [id, fields] = Array.isArray(one) ? (one as readonly Reply[]) : [];
      return { id: parseId(bytesOf(id).toString('latin1')), fields: itemsOf(fields) };
    });
    const last = entries.at(-1);
    if (last === undefined) return;
    yield { type: 'stream', entries };
    from = idAfter(last.id);
    count = fitting(entries.map(({ fields }) => ({ length: sizeOf(fields) })), count);
  }
}

async function* scanned(session: Session, signal: AbortSignal, command: string, key: Buffer): AsyncGenerator<readonly Buffer[]> {
  const { runId } = await session.ready(signal);
  let count = 1;
  let cursor = '0';
  do {
    const reply = await session.send([command, key, cursor, 'COUNT', String(count)], { signal, runId });
    const [next, found] = Array.isArray(reply) ? (reply as readonly Reply[]) : [];
    cursor = bytesOf(next).toString('latin1');
    const items = itemsOf(found);
    if (items.length > 0) yield items;
    count = fitting(items, count);
  } while (cursor !== '0');
}

/** Elements that fit the next piece, going by the last one; twice as many at most, as each may be huge. */
function fitting(items: readonly { readonly length: number }[], count: number): number {
  const each = Math.max(1, sizeOf(items) / Math.max(1, items.length));
  return Math.max(1, Math.min(MOST_ELEMENTS, count * 2, Math.floor(SLICE / each)));
}

function sizeOf(items: readonly { readonly length: number }[]): number {
  return items.reduce((sum, item) => sum + item.length, 0);
}

/** An array of bulk strings. Throws Failure for anything else. */
export function itemsOf(reply: Reply | undefined): Buffer[] {
  if (!Array.isArray(reply)) throw unexpected();
  return (reply as readonly Reply[]).map(bytesOf);
}

function bytesOf(reply: Reply | undefined): Buffer {
  if (!Buffer.isBuffer(reply)) throw unexpected();
  return reply;
}

function unexpected(): Failure {
  return new Failure('server', l10n.t('The server answered with something else than was asked for.'));
}
