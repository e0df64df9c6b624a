import { compareLargeKeys } from '../compare/large.ts';
import { differenceOfValues } from '../compare/verify.ts';
import { failureOfReply } from '../connection/failures.ts';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import { Failure, isFailure } from '../failure.ts';
import { refusesKey } from '../keyspace/expiry.ts';
import { l10n } from '../../l10n.ts';
import type { CloneDeps, CloneProgress, CloneRequest, NotCopied } from './clone.ts';
import { copyByDump, type CopiedBatch, type Exceptions, type Offer } from './copyByDump.ts';
import { copyLarge } from './copyLarge.ts';
import { copyWithin } from './copyWithin.ts';
import type { EngineName } from './engine.ts';
import type { Journal, Standing } from './journal.ts';
import { withKeys, type Links } from './links.ts';
import type { NamePages } from './namePages.ts';
import { burst, type Limiter } from './rate.ts';
import { readValues, putValueQuestions } from './reader.ts';
import type { Renaming } from './renaming.ts';
import { argument, argumentValue, createRequests, valueStart } from './requests.ts';
import { isAboutForm, restoreOtherwise, type Form } from './restoreOtherwise.ts';
import { isLinkFailure } from './retry.ts';
import type { TrackedPages } from './trackedPages.ts';
import { frameText, marks, type Wire } from './wire.ts';

/** A clone that is under way. */
export interface Copy {
  readonly deps: CloneDeps;
  readonly request: CloneRequest;
  readonly signal: AbortSignal;
  readonly renaming: Renaming;
  readonly standing: Standing;
  readonly journal: Journal | undefined;
  readonly limit: Limiter;
  engine: EngineName;
  /** The copies come into the database of the originals. */
  within: boolean;
  /** What was noted before was looked at since this run began. */
  trusted: boolean;
  /** Bytes of one value that the target takes at most. */
  largestTaken: number;
  /** Temporary keys that may be at the target (`copyLarge`). */
  readonly leftovers: Set<string>;
  /** By their names: some are met again after a break. */
  readonly notCopied: Map<string, NotCopied>;
  readonly forms: Partial<Record<Form, number>>;
  vanished: number;
  bytes: number;
  readonly tell: (phase: CloneProgress['phase'], round: number, keys: number) => void;
}

export interface CopyOptions {
  /** True: a key that the target has is replaced. */
  readonly replace: boolean;
  /** These were copied before: the journal has them already. */
  readonly again?: boolean;
}

/** Bytes in memory above which a value is moved by pieces. */
export const LARGEST = 32 * 1024 * 1024;
/** Keys that are dealt with between two notes of how far it came. */
const NOTE_EVERY = 1000;

/** Copies these keys. What is there already, refused or too large for one request is seen to here. Rejects with Failure. */
export async function copyNames(copy: Copy, links: Links, names: NamePages & Partial<TrackedPages>, { replace, again = false }: CopyOptions): Promise<void> {
  const { deps, signal, renaming, request, standing, engine } = copy;
  const { done, uncertain } = standing;
  const journal = again ? undefined : copy.journal;
  const target = links.target.wire;
  const offered = new Set<readonly Buffer[]>();
  let unnoted = 0;

  const lose = (name: Buffer, failure: Failure): false => {
    copy.notCopied.set(name.toString('latin1'), { name, failure });
    return false;
  };
  const unsupported = (name: Buffer, failure: unknown): false => {
    if (!isFailure(failure, 'unsupported')) throw failure;
    return lose(name, failure);
  };
  const busy = async (name: Buffer, isOurs: () => Promise<boolean>): Promise<boolean> => {
    if (done.has(name)) return true;
    if (uncertain.has(name) && await isOurs()) return true;
    if (request.conflict === 'stop') throw new Failure('exists', l10n.t('The target has a key of a name that is to be copied. {0} keys were copied before it; nothing was overwritten. Choose to skip or to replace such keys, or another target.', done.size));
    standing.skipped.add(name);
    return false;
  };
  const busyWith = (name: Buffer, payload: Buffer): Promise<boolean> => busy(name, () => holds(target, renaming.rename(name), payload));
  const offer: Offer = async (batch) => {
    const noteSettled = await journal?.noteOffered(batch);
    offered.add(batch);
    return async (outcome) => {
      offered.delete(batch);
      await settle(outcome, noteSettled);
    };
  };
  const settle = async (batch: CopiedBatch, noteSettled: (() => Promise<void>) | undefined): Promise<void> => {
    for (const name of batch.copied) done.add(name, valueStart(name), name.length - 2);
    names.settle?.(batch.names);
    copy.vanished += batch.vanished;
    copy.bytes += batch.bytes;
    await noteSettled?.();
    unnoted += batch.names.length;
    if (journal !== undefined && unnoted >= NOTE_EVERY) {
      unnoted = 0;
      await noteStanding(copy, links.runId, names);
    }
    copy.tell('copying', 0, done.size);
    await copy.limit(batch.names.length, batch.bytes);
  };
  const exceptions: Exceptions = {
    busy: ({ name, payload }) => busyWith(argumentValue(name), argumentValue(payload)),
    async refused({ name, expireAt, payload }, error) {
      const bytes = argumentValue(name);
      if (error !== undefined && refusesKey(error)) return lose(bytes, failureOfReply(error, ['RESTORE']));
      if (error !== undefined && !isAboutForm(error)) throw failureOfReply(error, ['RESTORE']);
      try {
        const form = await restoreOtherwise(target, { name: renaming.rename(bytes), payload: argumentValue(payload), expireAt: expireAt === '-1' ? undefined : expireAt }, error, replace);
        copy.forms[form] = (copy.forms[form] ?? 0) + 1;
        return true;
      } catch (failure) {
        return isFailure(failure, 'exists') ? await busyWith(bytes, argumentValue(payload)) : unsupported(bytes, failure);
      }
    },
    unread: (name, failure) => void lose(argumentValue(name), failure),
    async large(name) {
      const bytes = argumentValue(name);
      try {
        const outcome = await withKeys(copy, bytes, (from, to) => copyLarge(from, to, target, {
          replace, suffix: String(standing.seeds[0]), signal, leftovers: copy.leftovers, largestTaken: copy.largestTaken,
          async onBytes(moved) {
            copy.bytes += moved;
            copy.tell('copying', 0, done.size);
            await copy.limit(0, moved);
          },
        }));
        if (outcome === 'vanished') copy.vanished += 1;
        return outcome === 'busy'
          ? await busy(bytes, async () => await withKeys(copy, bytes, (from, to) => compareLargeKeys(from, to, signal)) === undefined)
          : outcome === 'copied';
      } catch (failure) {
        if (isLinkFailure(failure)) uncertain.add(bytes);
        return unsupported(bytes, failure);
      }
    },
  };
  const largest = Math.min(deps.largest ?? LARGEST, copy.largestTaken);
  try {
    if (engine === 'copy' && links.within !== undefined) {
      await copyWithin(links.within, names, {
        replace, rename: renaming.rename, database: request.target.database, largest, most: burst(request.rate ?? {}), offer,
      }, {
        large: exceptions.large,
        busy: (name) => busy(name, async () => {
          const payload = await payloadOf(links, name);
          return payload !== undefined && holds(target, renaming.rename(name), payload);
        }),
        refused: (name, failure) => void lose(name, failure),
      });
    } else {
      await copyByDump(links.source, target, names, {
        replace, rename: renaming.rename, largest, largestTaken: copy.largestTaken, byCommands: engine === 'commands', most: burst(request.rate ?? {}), offer,
      }, exceptions);
    }
  } finally {
    for (const batch of offered) for (const name of batch) uncertain.add(name, valueStart(name), name.length - 2);
  }
}

/** Keeps how far it came. */
export async function noteStanding(copy: Copy, runId: string, names: Partial<TrackedPages>): Promise<void> {
  const { standing, vanished, bytes, notCopied, forms } = copy;
  standing.position = names.position === undefined ? undefined : { runId, start: names.position };
  standing.counts = { vanished, bytes, notCopied: notCopied.size, forms };
  await copy.journal?.noteStanding();
}

async function payloadOf({ source }: Links, name: Buffer): Promise<Buffer | undefined> {
  const out = createRequests();
  const names = [argument(name)];
  putValueQuestions(out, source, names);
  await source.wire.send(out.take());
  const [read] = await readValues(source, names);
  return read === undefined || isFailure(read) ? undefined : argumentValue(read.payload);
}

/** True if the target has just this value there. */
async function holds(target: Wire, name: Buffer, payload: Buffer): Promise<boolean> {
  let same = false;
  await target.send(encodeRequest(['DUMP', name]));
  await target.frames(1, (frame) => {
    same = frame.mark === marks.bulk && !frame.absent && differenceOfValues(payload, Buffer.from(frame.bytes.subarray(frame.start, frame.end))) === undefined;
  });
  return same;
}

/** Sends one command. Rejects with Failure where it is refused. */
export async function must(wire: Wire, command: readonly (string | Buffer)[]): Promise<void> {
  await wire.send(encodeRequest(command));
  await wire.frames(1, (frame) => {
    if (frame.mark === marks.error) throw failureOfReply(frameText(frame), command);
  });
}
