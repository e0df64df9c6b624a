import { encodeRequest } from '../../protocol/resp/encode.ts';
import { compareLarge, type KeyAt } from '../compare/large.ts';
import { failureOfReply } from '../connection/failures.ts';
import type { Command } from '../connection/session.ts';
import { Failure, isFailure } from '../failure.ts';
import { expiryOf } from '../keyspace/expiry.ts';
import { l10n } from '../../l10n.ts';
import { fieldTimes } from './fieldTimes.ts';
import { createStreamWriter } from './streamWriter.ts';
import { addSlice, longestOf, readSlices, sliceBytes, type Slice } from './slices.ts';
import { frameNumber, frameText, marks, readOutcome, type Wire } from './wire.ts';

export interface LargeCopyOptions {
  readonly replace: boolean;
  /** Bytes of one element that the target takes. */
  readonly largestTaken: number;
  /** Makes the name of the temporary key one that nobody has. */
  readonly suffix: string;
  /** Temporary keys, by their names in latin1, that may be at the target: those of which a broken link did not tell that they went. See `sweep`. */
  readonly leftovers: Set<string>;
  readonly signal: AbortSignal;
  /** Called after every piece: it waits where a rate is to be kept. */
  readonly onBytes: (bytes: number) => Promise<void>;
}

/** Pieces are copied anew so often where the source changes meanwhile; the comparison of the whole clone says what is left. */
const ATTEMPTS = 2;
/** Ms that a temporary key lives after its last piece. */
const LEFT_ALONE = 600_000;
/** Writes that are sent at once. */
const AT_ONCE = 500;

/**
 * Copies a large value piece by piece, so that no server is held up, to a temporary key, compares it with the source and puts it in its
 * place at once: others see the whole value or none. Field expiry times go with it. Answers `busy` if there is such a key and it is not
 * to be replaced. Rejects with Failure, and then leaves nothing behind where the link allows it.
 * @param writer writes to the target; its session only reads
 */
export async function copyLarge(source: KeyAt, target: KeyAt, writer: Wire, options: LargeCopyOptions): Promise<'copied' | 'busy' | 'vanished'> {
  const { replace, suffix, signal, leftovers } = options;
  const temporary: KeyAt = { session: target.session, key: Buffer.concat([target.key, Buffer.from(`.keyspace-${suffix}`)]) };
  if (!replace && await target.session.send(['EXISTS', target.key], { signal }) === 1) return 'busy';
  leftovers.add(temporary.key.toString('latin1'));
  try {
    for (let attempt = 1; ; attempt += 1) {
      const type = String(await source.session.send(['TYPE', source.key], { signal }));
      if (type === 'none') return 'vanished';
      await write(writer, ['UNLINK', temporary.key]);
      if (await copiedAs(type, source, temporary, writer, options, attempt === ATTEMPTS)) break;
    }
    const { at: expireAt } = await expiryOf(source.session, source.key, signal);
    if (expireAt === -2) return 'vanished';
    await write(writer, expireAt >= 0 ? ['PEXPIREAT', temporary.key, String(expireAt)] : ['PERSIST', temporary.key]);
    return await write(writer, [replace ? 'RENAME' : 'RENAMENX', temporary.key, target.key]) === 0 && !replace ? 'busy' : 'copied';
  } catch (error) {
    // It was emptied meanwhile, or has ended by now.
    if (isFailure(error, 'vanished')) return 'vanished';
    throw error;
  } finally {
    await remove(writer, temporary, leftovers);
  }
}

/** Deletes temporary keys that a broken link has left at the target. Rejects with Failure. */
export async function sweep(writer: Wire, leftovers: Set<string>): Promise<void> {
  for (const name of leftovers) {
    await write(writer, ['UNLINK', Buffer.from(name, 'latin1')]);
    leftovers.delete(name);
  }
}

/** Copies all pieces. False: the source has changed meanwhile, and it has to be done again unless this is the last time. */
async function copiedAs(type: string, source: KeyAt, temporary: KeyAt, writer: Wire, options: LargeCopyOptions, last: boolean): Promise<boolean> {
  try {
    await copySlices(source, temporary.key, type, writer, options);
    return last || await compareLarge(source, temporary, options.signal) === undefined;
  } catch (error) {
    if (!isFailure(error, 'wrong-type')) throw error;
    if (last) throw new Failure('unsupported', l10n.t('It became a value of another type again and again while it was copied.'));
    return false;
  }
}

/** Where the link is gone, by the session: it may be told to stop only after that. A user who confirms writes is not asked for it. */
async function remove(writer: Wire, { session, key }: KeyAt, leftovers: Set<string>): Promise<void> {
  try {
    await write(writer, ['UNLINK', key]);
  } catch {
    if (session.profile.access !== 'read-write' || await session.send(['UNLINK', key]).then(() => false, () => true)) return;
  }
  leftovers.delete(key.toString('latin1'));
}

async function copySlices(source: KeyAt, key: Buffer, type: string, writer: Wire, { signal, onBytes, largestTaken }: LargeCopyOptions): Promise<void> {
  let expires = type === 'hash';
  const stream = type === 'stream' ? await createStreamWriter(source, key, signal) : undefined;
  for await (const slice of minusZerosLast(readSlices(source.session, source.key, type, signal))) {
    if (longestOf(slice) > largestTaken) throw new Failure('unsupported', l10n.t('One of its elements is larger than the {0} bytes that the target takes at most (proto-max-bulk-len).', largestTaken));
    await writeAll(writer, key, stream === undefined || slice.type !== 'stream' ? addSlice(key, slice) : stream.add(slice.entries));
    if (expires) expires = await copyFieldTimes(source, key, slice, writer, signal);
    await onBytes(sliceBytes(slice));
  }
  if (stream !== undefined) await writeAll(writer, key, stream.finish());
}

/** Elements with the score -0 that are held back at most. */
const HELD = 20_000;

/** Puts elements with the score -0 behind the others: a sorted set begins as a listpack, which makes 0 of it. */
async function* minusZerosLast(slices: AsyncIterable<Slice>): AsyncGenerator<Slice> {
  let held: Buffer[] = [];
  for await (const slice of slices) {
    if (slice.type !== 'zset') {
      yield slice;
      continue;
    }
    const [now, later]: [Buffer[], Buffer[]] = [[], []];
    for (let at = 0; at < slice.pairs.length; at += 2) (slice.pairs[at + 1]?.toString('latin1') === '-0' ? later : now).push(...slice.pairs.slice(at, at + 2));
    if (now.length > 0) yield { type: 'zset', pairs: now };
    held = [...held, ...later];
    if (held.length < HELD * 2) continue;
    yield { type: 'zset', pairs: held };
    held = [];
  }
  if (held.length > 0) yield { type: 'zset', pairs: held };
}

/** HPEXPIRETIME of the fields of a piece; false where the source does not know of such times. */
async function copyFieldTimes({ session, key }: KeyAt, targetKey: Buffer, slice: Slice, writer: Wire, signal: AbortSignal): Promise<boolean> {
  if (slice.type !== 'hash') return false;
  const fields = slice.pairs.filter((_, index) => index % 2 === 0);
  const times = await fieldTimes(session, key, fields, signal);
  for (const [index, time] of times.entries()) {
    if (time >= 0) await write(writer, ['HPEXPIREAT', targetKey, String(time), 'FIELDS', '1', fields[index] as Buffer]);
  }
  return times.length > 0;
}

/**
 * Sends writes at once, each time with the time after which the key goes by itself: a link that breaks in between must not leave one
 * behind for good. Rejects with Failure for the first error.
 */
async function writeAll(writer: Wire, key: Buffer, commands: readonly Command[]): Promise<void> {
  for (let at = 0; at < commands.length; at += AT_ONCE) {
    const some = [['MULTI'], ...commands.slice(at, at + AT_ONCE), ['PEXPIRE', key, String(LEFT_ALONE)]];
    let failure: Failure | undefined;
    await writer.send(Buffer.concat([...some, ['EXEC']].map((command) => encodeRequest(command))));
    for (const command of some) {
      const error = await readOutcome(writer);
      if (error !== undefined) failure ??= failureOfReply(error, command);
    }
    const error = await readOutcome(writer);
    if (error !== undefined) failure ??= failureOfReply(error, commands[at] ?? ['EXEC']);
    if (failure !== undefined) throw refusedPiece(failure);
  }
}

/** What this value is refused for is not the end of the clone. */
function refusedPiece(failure: Failure): Failure {
  return /exceeds maximum allowed size|too large|syntax error|wrong number of arguments/i.test(failure.message) ? new Failure('unsupported', failure.message) : failure;
}

/** Sends a write. Answers its number, or NaN for a reply that is none. Rejects with Failure for an error. */
async function write(writer: Wire, command: Command): Promise<number> {
  let number = NaN;
  await writer.send(encodeRequest(command));
  await writer.frames(1, (frame) => {
    if (frame.mark === marks.error) throw failureOfReply(frameText(frame), command);
    if (frame.mark === marks.integer) number = frameNumber(frame);
  });
  return number;
}
