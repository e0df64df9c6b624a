import { encodeRequest } from '../../protocol/resp/encode.ts';
import { parseInfo } from '../connection/capabilities.ts';
import { failureOfReply } from '../connection/failures.ts';
import type { Session } from '../connection/session.ts';
import { Failure, isFailure } from '../failure.ts';
import { refusesCommand, refusesKey } from '../keyspace/expiry.ts';
import { copyLarge, sweep } from '../transfer/copyLarge.ts';
import { putSizeQuestions, putValueQuestions, readSizes, readValues, type Read, type Reader } from '../transfer/reader.ts';
import { argument, argumentValue, createRequests, head } from '../transfer/requests.ts';
import { isAboutForm, restoreOtherwise } from '../transfer/restoreOtherwise.ts';
import { largestTakenBy } from '../transfer/takes.ts';
import { frameNumber, frameText, marks, notRedis, type Wire } from '../transfer/wire.ts';
import { l10n } from '../../l10n.ts';
import type { Bridging } from './context.ts';
import { createTransaction, type Transaction } from './outcomes.ts';
import { isPassingReply } from './passing.ts';

/** Values as the source had them at one place of its stream. */
export interface Moment {
  /** The history, and the offset in it. */
  readonly id: string;
  readonly offset: number;
  /** In the order of the names. */
  readonly read: readonly Read[];
}

/** Bytes of values and number of keys that are asked for at once. */
const BATCH_BYTES = 4 * 1024 * 1024;
const BATCH_KEYS = 1000;

const selectHead = head(2, 'SELECT');
const restore = head(6, 'RESTORE');
const unlink = head(2, 'UNLINK');
const exists = head(2, 'EXISTS');
const absolute = argument('ABSTTL');
const replace = argument('REPLACE');
const never = argument('0');

/** Reads keys and the offset of the stream in one transaction, so that nothing comes between. Names are arguments. Rejects with Failure. */
export async function readMoment(reader: Reader, database: number, names: readonly Buffer[]): Promise<Moment> {
  const { wire } = reader;
  const out = createRequests();
  out.put(encodeRequest(['MULTI']));
  out.put(encodeRequest(['SELECT', String(database)]));
  putValueQuestions(out, reader, names);
  out.put(encodeRequest(['INFO', 'replication']));
  out.put(encodeRequest(['EXEC']));
  await wire.send(out.take());
  const refuse = (text: string, name: string): never => {
    throw failureOfReply(text, [name]);
  };
  await wire.frames(3 + names.length * (reader.absolute ? 2 : 3), (frame) => {
    if (frame.mark === marks.error) refuse(frameText(frame), 'DUMP');
  });
  await wire.frames(2, (frame, index) => {
    if (frame.mark === marks.error) refuse(frameText(frame), index === 0 ? 'EXEC' : 'SELECT');
    if (index === 0 && frame.mark !== marks.array) throw notRedis(wire.where);
  });
  const read = await readValues(reader, names);
  let info = new Map<string, string>();
  await wire.frames(1, (frame) => {
    if (frame.mark === marks.error) refuse(frameText(frame), 'INFO');
    info = parseInfo(frameText(frame));
  });
  const [id, offset] = [info.get('master_replid'), info.get('master_repl_offset')];
  if (id === undefined || offset === undefined) throw notRedis(wire.where);
  return { id, offset: Number(offset), read };
}

/** A key to be read anew; the name is an argument, and `target` the one that it gets. */
export interface Wanted {
  readonly name: Buffer;
  readonly target: Buffer;
}

export interface CopyValuesOptions {
  readonly database: number;
  readonly targetDatabase: number;
  /** Moves large values by pieces; a change meanwhile has to come again. Otherwise all are read as one. */
  readonly pieces: boolean;
  /** Adds what has to be written together with these values; the home database is selected. */
  readonly with: (transaction: Transaction, wanted: readonly Wanted[]) => void;
  /** Values were put; they are as they were at that moment. */
  readonly done: (wanted: readonly Wanted[], moment: Moment) => void;
  /** Throws Failure if what was read is of another history. */
  readonly accept: (moment: Moment) => void;
}

/** Reads keys of one database anew and puts them at the target as they are, or removes them there. Rejects with Failure; it may be done again then. */
export async function copyValues(bridging: Bridging, wire: Wire, wanted: readonly Wanted[], options: CopyValuesOptions): Promise<void> {
  if (wanted.length === 0) return;
  await needDatabases(bridging, wire, [options.targetDatabase]);
  const reader = await bridging.links.source();
  for (let at = 0; at < wanted.length; at += BATCH_KEYS) {
    const some = wanted.slice(at, at + BATCH_KEYS);
    const sizes = await sizesOf(reader, options.database, some);
    for (let from = 0; from < some.length;) {
      if (options.pieces && (sizes[from] as number) > bridging.largest && await copyByPieces(bridging, wire, some[from] as Wanted, options)) {
        from += 1;
        continue;
      }
      let to = from;
      for (let bytes = 0; to < some.length && (to === from || bytes + (sizes[to] as number) <= BATCH_BYTES); to += 1) bytes += sizes[to] as number;
      const batch = some.slice(from, to);
      const moment = await readMoment(reader, options.database, batch.map(({ name }) => name));
      options.accept(moment);
      await putValues(bridging, wire, batch, moment, options);
      options.done(batch, moment);
      from = to;
    }
  }
}

async function sizesOf(reader: Reader, database: number, wanted: readonly Wanted[]): Promise<readonly number[]> {
  const out = createRequests();
  const names = wanted.map(({ name }) => name);
  out.put(encodeRequest(['SELECT', String(database)]));
  putSizeQuestions(out, reader, names);
  await reader.wire.send(out.take());
  await reader.wire.frames(1, (frame) => {
    if (frame.mark === marks.error) throw failureOfReply(frameText(frame), ['SELECT']);
  });
  return readSizes(reader, names);
}

async function putValues(bridging: Bridging, wire: Wire, wanted: readonly Wanted[], { read }: Moment, options: CopyValuesOptions): Promise<void> {
  const transaction = createTransaction();
  const longest = Math.max(0, ...read.map((one) => (one === undefined || isFailure(one) ? 0 : one.payload.length)));
  const taken = await takenAtOnce(bridging, wire, longest) ? Infinity : bridging.links.taken ?? Infinity;
  const isTooLarge = (one: Read): boolean => one !== undefined && !isFailure(one) && one.payload.length > taken;
  transaction.addBytes(selectHead, argument(String(options.targetDatabase)));
  const first = wanted.map(({ target }, index) => {
    const one = read[index];
    // What may not be read is left as it is.
    if (isFailure(one) || (one !== undefined && isTooLarge(one))) return transaction.addBytes(exists, target);
    if (one === undefined) return transaction.addBytes(unlink, target);
    return transaction.addBytes(restore, target, one.expireAt === '-1' ? never : argument(one.expireAt), one.payload, absolute, replace);
  })[0] ?? 0;
  transaction.addBytes(selectHead, argument(String(bridging.home)));
  options.with(transaction, wanted);
  const ran = await transaction.run(wire, bridging.fence);
  // Without RESTORE nothing of it was done.
  if (ran.kind === 'refused' && !(refusesCommand(ran.error) && ran.index >= first && ran.index < first + wanted.length)) throw refusalOf(ran.error, 'RESTORE');
  if (ran.kind === 'refused') {
    const marking = createTransaction();
    options.with(marking, wanted);
    if ((await marking.run(wire, bridging.fence)).kind === 'refused') throw ran.failure;
  }
  for (const [index, { target, name }] of wanted.entries()) {
    const one = read[index];
    const error = ran.kind === 'refused' ? ran.error : ran.outcomes[first + index]?.error;
    if (isFailure(one)) bridging.lost.set(argumentValue(name).toString('latin1'), one);
    else if (error !== undefined || isTooLarge(one)) await putOtherwise(bridging, wire, { name: argumentValue(target), database: options.targetDatabase, value: one === undefined ? undefined : { payload: argumentValue(one.payload), expireAt: one.expireAt } }, error);
  }
}

/** Bytes that every server takes as one argument (the least that proto-max-bulk-len may be), about. */
export const TAKEN_BY_ALL = 1000 * 1000;

/** True if the target takes an argument of so many bytes; one that is longer makes it cut the link, each time anew. Rejects with Failure. */
export async function takenAtOnce({ links }: Bridging, wire: Wire, bytes: number): Promise<boolean> {
  return bytes <= TAKEN_BY_ALL || bytes <= (links.taken ??= await largestTakenBy(wire));
}

/** Puts a value that RESTORE refused with this error (undefined: it is too large for that) in another form; leaves no half of one. Rejects with Failure. */
export async function putOtherwise(
  bridging: Bridging, wire: Wire,
  { name, database, value }: { readonly name: Buffer; readonly database: number; readonly value: { readonly payload: Buffer; /** `-1`: never */ readonly expireAt: string } | undefined },
  error: string | undefined,
): Promise<void> {
  if (error !== undefined && isPassingReply(error)) throw refusalOf(error, 'RESTORE');
  await bridging.fence?.disarm(wire);
  await select(wire, database);
  try {
    if (value === undefined) await run(wire, ['DEL', name]);
    else if (error === undefined || isAboutForm(error)) await restoreOtherwise(wire, { name, payload: value.payload, expireAt: value.expireAt === '-1' ? undefined : value.expireAt }, error, true, bridging.links.taken);
    else if (refusesKey(error)) throw new Failure('unsupported', failureOfReply(error, ['RESTORE']).message);
    else throw failureOfReply(error, ['RESTORE']);
  } catch (failure) {
    if (!isFailure(failure, 'unsupported')) throw failure;
    bridging.lost.set(name.toString('latin1'), failure);
  }
  await select(wire, bridging.home);
}

/** Answers false for a value that has no pieces, such as a stream. */
async function copyByPieces({ sessions, source, target, signal, home, leftovers }: Bridging, wire: Wire, wanted: Wanted, { database, targetDatabase }: CopyValuesOptions): Promise<boolean> {
  const ends = [sessions.acquire(source, database), sessions.acquire(target, targetDatabase)] as [Session, Session];
  const [name, name2] = [argumentValue(wanted.name), argumentValue(wanted.target)];
  let moved = true;
  try {
    await select(wire, targetDatabase);
    let left = leftovers.get(targetDatabase);
    if (left === undefined) leftovers.set(targetDatabase, (left = new Set()));
    const outcome = await copyLarge({ session: ends[0], key: name }, { session: ends[1], key: name2 }, wire, {
      replace: true, suffix: 'bridge', leftovers: left, signal, largestTaken: await largestTakenBy(wire), onBytes: () => Promise.resolve(),
    });
    if (outcome === 'vanished') await run(wire, ['UNLINK', name2]);
  } catch (failure) {
    if (!isFailure(failure, 'unsupported')) throw failure;
    moved = false;
  } finally {
    for (const session of ends) session.release();
  }
  await select(wire, home);
  return moved;
}

/** Deletes what broken links have left of values that were moved by pieces. Rejects with Failure. */
export async function sweepAll({ leftovers, home }: Bridging, wire: Wire): Promise<void> {
  for (const [database, names] of leftovers) {
    if (names.size === 0) continue;
    await select(wire, database);
    await sweep(wire, names);
    await select(wire, home);
  }
}

/**
 * Makes sure that the target has these databases, once for each link: in a transaction a SELECT that fails lets all that comes after it
 * get into another one. Selects the home database. Rejects with Failure, `unsupported` where it lacks one.
 */
export async function needDatabases({ links: { reached }, home }: Bridging, wire: Wire, databases: Iterable<number>): Promise<void> {
  const missing = [...new Set(databases)].filter((database) => !reached.has(database));
  for (const database of missing) {
    try {
      await select(wire, database);
    } catch (failure) {
      if (!isFailure(failure, 'bad-input')) throw failure;
      throw new Failure('unsupported', l10n.t('{0} has no database {1}, and the source uses it. Let the target have more databases (its setting “databases”), or replicate only those that it has.', wire.where, database));
    }
    reached.add(database);
  }
  if (missing.length > 0) await select(wire, home);
}

/** Selects a database at the target. Rejects with Failure. */
export async function select(wire: Wire, database: number): Promise<void> {
  await run(wire, ['SELECT', String(database)]);
}

/** Sends a command and hears its reply, which is no array; answers the number in it. Rejects with Failure for an error. */
export async function run(wire: Wire, command: readonly (string | Buffer)[]): Promise<number> {
  let number = NaN;
  await wire.send(encodeRequest(command));
  await wire.frames(1, (frame) => {
    if (frame.mark === marks.error) throw refusalOf(frameText(frame), String(command[0]));
    if (frame.mark === marks.integer) number = frameNumber(frame);
  });
  return number;
}

/** The Failure of an error reply of the target: `busy` where it may be over in a while. */
export function refusalOf(error: string, name: string): Failure {
  const text = error.replace(/^EXECABORT Transaction discarded because of: /, '');
  const failure = failureOfReply(text, [name]);
  return isPassingReply(text) ? new Failure('busy', failure.message) : failure;
}
