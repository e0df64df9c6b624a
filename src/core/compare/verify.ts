import { Failure, isFailure } from '../failure.ts';
import { RdbError } from '../../protocol/rdb/bytes.ts';
import { createListPages, type NamePages, type ScanPages, type ScanStart } from '../transfer/namePages.ts';
import { createNameSet, type NameSet } from '../transfer/nameSet.ts';
import { argument, argumentValue, createRequests, head, renamedArgument } from '../transfer/requests.ts';
import { putValueQuestions, readValues, type Read, type Reader } from '../transfer/reader.ts';
import type { TrackedPages } from '../transfer/trackedPages.ts';
import { walkValues } from '../transfer/walkValues.ts';
import { frameNumber, frameText, marks, type Wire } from '../transfer/wire.ts';
import { failureOfReply } from '../connection/failures.ts';
import { sameExpiry } from '../keyspace/expiry.ts';
import { l10n } from '../../l10n.ts';
import { compareDumps, type KeyDifference } from './values.ts';

export interface Difference {
  /** The name at the source; of an extra key the name that it would have there. */
  readonly name: Buffer;
  readonly kind: KeyDifference;
  /** It was written again each time that it was to be copied anew: it may be the same when it rests. */
  readonly moving?: true;
}

/** Keys so far. */
export interface CompareProgress {
  readonly compared: number;
  readonly differences: number;
}

export interface CompareOptions {
  /** The name of a key at the target. */
  readonly rename: (name: Buffer) => Buffer;
  /** Of a key of the target the name at the source; undefined: it is none of ours. */
  readonly original: (name: Buffer) => Buffer | undefined;
  /** Bytes in the source's memory above which a value is not compared as one. */
  readonly largest: number;
  /** What is asked for at once, where that is to be less than else. */
  readonly most?: { readonly keys: number; readonly bytes: number };
  /** Compares a value that is larger by pieces. Throws Failure `unsupported`. */
  readonly large: (name: Buffer) => Promise<KeyDifference | undefined>;
  /** Differences of these are not told. */
  readonly ignore?: (name: Buffer) => boolean;
  /** All of both databases is compared, name by name: then their sizes tell whether there may be extra keys. */
  readonly whole?: boolean;
  /** For fingerprints of names. */
  readonly seeds: readonly [number, number];
  /** What it throws ends the comparison. */
  readonly onProgress: (progress: CompareProgress) => void;
}

const exists = head(2, 'EXISTS');
const dbsize = head(1, 'DBSIZE');

/** How far a comparison of all keys came: it goes on from here by other links, for as long as both servers are the processes they were. */
export interface Comparing {
  /** Names at the source that were compared. */
  readonly seen: NameSet;
  readonly found: Map<string, Difference>;
  /** Of `seen`, those that the target has. */
  present: number;
  /** Keys of the target at the start, where all of it is compared. */
  before: number | undefined;
  step: 'start' | 'names' | 'extra' | 'end';
  /** Where the source's names go on, and those of the target then; undefined: at the start. */
  position: ScanStart | undefined;
  beyond: ScanStart | undefined;
  /** Pages of the target that were looked through. */
  pages: number;
}

/** A comparison that has not begun. @param seeds for fingerprints of names */
export function createComparing(seeds: readonly [number, number]): Comparing {
  return { seen: createNameSet(seeds), found: new Map(), present: 0, before: undefined, step: 'start', position: undefined, beyond: undefined, pages: 0 };
}

/**
 * Compares all keys of the source with the target's, then looks for keys that the target has beyond. A value whose payload has other
 * bytes is compared as what it means. What is written meanwhile on either side is found as a difference: look at those again
 * (`compareAgain`). Memory: two batches and 12 bytes a key. Answers each key once. Rejects with Failure.
 * @param names those of `comparing.seen` are better left out, and they begin at `comparing.position`
 * @param targetNames begin at `comparing.beyond`
 */
export async function compareAll(source: Reader, target: Reader, names: NamePages & Partial<TrackedPages>, targetNames: NamePages & Partial<ScanPages>, options: CompareOptions, comparing = createComparing(options.seeds)): Promise<{ readonly compared: number; readonly differences: readonly Difference[] }> {
  const { seen, found } = comparing;
  const tell = (): void => options.onProgress({ compared: seen.size, differences: found.size });
  if (comparing.step === 'start') {
    if (options.whole === true) comparing.before = await sizeOf(target.wire);
    comparing.step = 'names';
  }
  if (comparing.step === 'names') {
    try {
      await compareNames(source, target, names, options, (name, kind, there) => {
        if (seen.add(name) && there) comparing.present += 1;
        if (kind !== undefined && options.ignore?.(name) !== true) found.set(name.toString('latin1'), { name, kind });
        tell();
      });
    } finally {
      comparing.position = names.position;
    }
    comparing.step = 'extra';
  }
  // It has just the keys that were met, before and after: there is none to be looked for.
  const exact = comparing.step === 'end' || (comparing.pages === 0 && comparing.before === comparing.present && await sizeOf(target.wire) === comparing.present);
  if (!exact) {
    await extraNames(source.wire, target.wire, targetNames, options, seen.has, (extra) => {
      for (const name of extra) if (options.ignore?.(name) !== true) found.set(name.toString('latin1'), { name, kind: 'extra' });
      comparing.pages += 1;
      comparing.beyond = targetNames.next;
      tell();
    });
  }
  comparing.step = 'end';
  return { compared: seen.size, differences: [...found.values()] };
}

/** Looks again at keys that differed. Answers those that still do. Rejects with Failure. */
export async function compareAgain(source: Reader, target: Reader, before: readonly Pick<Difference, 'name'>[], options: CompareOptions): Promise<readonly Difference[]> {
  const found: Difference[] = [];
  await compareNames(source, target, createListPages(before.map(({ name }) => name), 1000), options, (name, kind) => {
    if (kind !== undefined) found.push({ name, kind });
  });
  return found;
}

/** Shows each name with its difference, or undefined where there is none, and whether the target is known to have it: both sides may lack it by now. */
async function compareNames(source: Reader, target: Reader, names: NamePages & Partial<TrackedPages>, options: CompareOptions, show: (name: Buffer, kind: KeyDifference | undefined, there: boolean) => void): Promise<void> {
  const asTarget = (batch: readonly Buffer[]): Buffer[] => batch.map((name) => renamedArgument(name, options.rename));
  await walkValues(source, names, {
    largest: options.largest, ...(options.most === undefined ? {} : { most: options.most }),
    async asked(batch) {
      const out = createRequests();
      putValueQuestions(out, target, asTarget(batch));
      await target.wire.send(out.take());
    },
    async values(batch, held) {
      const copies = await readValues(target, asTarget(batch));
      for (const [index, name] of batch.entries()) {
        const copy = copies[index];
        show(argumentValue(name), differenceOf(held[index], copy, source.absolute && target.absolute), copy !== undefined && !isFailure(copy));
      }
      names.settle?.(batch);
    },
    async large(name) {
      show(argumentValue(name), await differenceOfLarge(argumentValue(name), options), false);
      names.settle?.([name]);
    },
  });
}

async function differenceOfLarge(name: Buffer, { large }: CompareOptions): Promise<KeyDifference | undefined> {
  try {
    return await large(name);
  } catch (error) {
    if (isFailure(error, 'unsupported')) return 'too-large';
    if (isFailure(error, 'wrong-type')) return 'type';
    throw error;
  }
}

function differenceOf(source: Read, target: Read, exact: boolean): KeyDifference | undefined {
  if (isFailure(source) || isFailure(target)) return 'refused';
  if (source === undefined) return target === undefined ? undefined : 'extra';
  if (target === undefined) return 'missing';
  const value = differenceOfValues(argumentValue(source.payload), argumentValue(target.payload));
  return value ?? (sameExpiry(Number(source.expireAt), Number(target.expireAt), exact) ? undefined : 'expiry');
}

/** As `compareDumps`, for payloads that may not decode. */
export function differenceOfValues(source: Buffer, target: Buffer): KeyDifference | undefined {
  try {
    return compareDumps(source, target);
  } catch (error) {
    if (error instanceof RdbError) return 'unreadable';
    throw error;
  }
}

/** Keys of the database; undefined where this user may not ask. */
async function sizeOf(wire: Wire): Promise<number | undefined> {
  let size: number | undefined;
  await wire.send(dbsize);
  await wire.frames(1, (frame) => {
    if (frame.mark === marks.integer) size = frameNumber(frame);
  });
  return size;
}

/** Shows the target's keys that the source lacks, by their names at the source, page by page. */
async function extraNames(source: Wire, target: Wire, targetNames: NamePages, { original }: CompareOptions, known: (name: Buffer) => boolean, show: (extra: readonly Buffer[]) => void): Promise<void> {
  const out = createRequests();
  while (targetNames.put(out)) {
    await target.send(out.take());
    const page = await targetNames.take(target);
    const unknown = page.map((name) => original(argumentValue(name))).filter((name) => name !== undefined).filter((name) => !known(name));
    for (const name of unknown) {
      out.put(exists);
      out.put(argument(name));
    }
    const extra: Buffer[] = [];
    await source.send(out.take());
    await source.frames(unknown.length, (frame, index) => {
      if (frame.mark === marks.error) throw failureOfReply(frameText(frame), ['EXISTS']);
      if (frame.mark !== marks.integer) throw new Failure('server', l10n.t('{0} answered EXISTS with something else.', source.where));
      if (frameNumber(frame) === 0) extra.push(unknown[index] as Buffer);
    });
    show(extra);
  }
}
