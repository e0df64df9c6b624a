import type { RdbStream } from '../../protocol/rdb/value.ts';
import type { Command, Reply, Session } from '../connection/session.ts';
import { assertNever, Failure, isFailure } from '../failure.ts';
import { expiryOf, sameExpiry, type Expiry } from '../keyspace/expiry.ts';
import { fieldTimes } from '../transfer/fieldTimes.ts';
import { idText } from '../transfer/native.ts';
import { readSlices, type Slice } from '../transfer/slices.ts';
import { readStreamShape } from '../transfer/streamShape.ts';
import { l10n } from '../../l10n.ts';
import { compareValues, type KeyDifference, type ValueDifference } from './values.ts';

/** One key of one server. */
export interface KeyAt {
  readonly session: Session;
  readonly key: Buffer;
}

/** Expiry of a key that is not there. */
const GONE = -2;

const lengths: Readonly<Record<string, string>> = { string: 'STRLEN', list: 'LLEN', set: 'SCARD', hash: 'HLEN', zset: 'ZCARD', stream: 'XLEN' };

/**
 * Compares two large values piece by piece: as many elements, and each of the source's at the target. Undefined: the same. Throws
 * Failure, `unsupported` for a type that cannot be read by pieces.
 */
export async function compareLarge(source: KeyAt, target: KeyAt, signal: AbortSignal): Promise<ValueDifference | undefined> {
  const [type, other] = await Promise.all([source, target].map(async ({ session, key }) => String(await session.send(['TYPE', key], { signal }))));
  if (type === undefined || type !== other) return 'type';
  const length = lengths[type];
  if (length === undefined) throw new Failure('unsupported', l10n.t('A value of the type {0} that is this large cannot be compared.', type));
  const [size, otherSize] = await Promise.all([source, target].map(({ session, key }) => session.send([length, key], { signal })));
  if (size !== otherSize) return 'value';
  for await (const slice of readSlices(source.session, source.key, type, signal)) {
    if (!(await holds(target, slice, signal))) return 'value';
    if (slice.type === 'hash' && !(await sameFieldTimes(source, target, slice, signal))) return 'field-expiry';
  }
  return type === 'stream' ? compareShapes(source, target, signal) : undefined;
}

async function compareShapes(source: KeyAt, target: KeyAt, signal: AbortSignal): Promise<ValueDifference | undefined> {
  const [shape, other] = await Promise.all([source, target].map(({ session, key }) => readStreamShape(session, key, (bytes) => bytes.toString('latin1'), signal))) as [RdbStream<string>, RdbStream<string>];
  return compareValues(shape, other);
}

async function sameFieldTimes(source: KeyAt, target: KeyAt, { pairs }: Extract<Slice, { readonly type: 'hash' }>, signal: AbortSignal): Promise<boolean> {
  const fields = evens(pairs);
  const [times, others] = await Promise.all([source, target].map(({ session, key }) => fieldTimes(session, key, fields, signal))) as [readonly number[], readonly number[]];
  return fields.every((_, index) => (times[index] ?? -1) === (others[index] ?? -1));
}

/** As `compareLarge`, and whether both are there and when they expire. */
export async function compareLargeKeys(source: KeyAt, target: KeyAt, signal: AbortSignal): Promise<KeyDifference | undefined> {
  const [expiry, other] = await Promise.all([source, target].map(({ session, key }) => expiryOf(session, key, signal))) as [Expiry, Expiry];
  if (expiry.at === GONE) return other.at === GONE ? undefined : 'extra';
  if (other.at === GONE) return 'missing';
  return await compareLarge(source, target, signal) ?? (sameExpiry(expiry.at, other.at, expiry.exact && other.exact) ? undefined : 'expiry');
}

async function holds({ session, key }: KeyAt, slice: Slice, signal: AbortSignal): Promise<boolean> {
  const ask = async (commands: readonly Command[]): Promise<readonly Reply[]> => (await session.sendAll(commands, { signal })).map((reply) => {
    if (isFailure(reply)) throw reply;
    return reply;
  });
  switch (slice.type) {
    case 'string': {
      const [reply] = await ask([['GETRANGE', key, String(slice.at), String(slice.at + slice.bytes.length - 1)]]);
      return same(reply, slice.bytes);
    }
    case 'list': {
      const [reply] = await ask([['LRANGE', key, String(slice.at), String(slice.at + slice.items.length - 1)]]);
      return Array.isArray(reply) && reply.length === slice.items.length && slice.items.every((item, index) => same((reply as readonly Reply[])[index], item));
    }
    case 'set':
      return (await ask(slice.members.map((member) => ['SISMEMBER', key, member]))).every((reply) => reply === 1);
    case 'hash': {
      const replies = await ask(evens(slice.pairs).map((field) => ['HGET', key, field]));
      return replies.every((reply, index) => same(reply, slice.pairs[index * 2 + 1] as Buffer));
    }
    case 'zset': {
      const replies = await ask(evens(slice.pairs).map((member) => ['ZSCORE', key, member]));
      // Versions write the same double in different ways; -0 is another one than 0.
      return replies.every((reply, index) => Buffer.isBuffer(reply) && Object.is(scoreOf(reply), scoreOf(slice.pairs[index * 2 + 1] as Buffer)));
    }
    case 'stream': {
      const [first, last] = [slice.entries[0], slice.entries.at(-1)];
      if (first === undefined || last === undefined) return true;
      const [reply] = await ask([['XRANGE', key, idText(first.id), idText(last.id), 'COUNT', String(slice.entries.length + 1)]]);
      if (!Array.isArray(reply) || reply.length !== slice.entries.length) return false;
      return slice.entries.every(({ id, fields }, index) => {
        const [otherId, others] = (reply as readonly (readonly Reply[])[])[index] ?? [];
        return same(otherId, Buffer.from(idText(id))) && Array.isArray(others) && others.length === fields.length && fields.every((field, at) => same((others as readonly Reply[])[at], field));
      });
    }
    default:
      return assertNever(slice);
  }
}

function same(reply: Reply | undefined, bytes: Buffer): boolean {
  return Buffer.isBuffer(reply) && reply.equals(bytes);
}

function evens(pairs: readonly Buffer[]): readonly Buffer[] {
  return pairs.filter((_, index) => index % 2 === 0);
}

function scoreOf(bytes: Buffer): number {
  const text = bytes.toString('latin1');
  return text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text);
}
