import { failureOfReply } from '../connection/failures.ts';
import type { Failure } from '../failure.ts';
import { refusesKey } from '../keyspace/expiry.ts';
import type { CopiedBatch, Offer } from './copyByDump.ts';
import type { NamePages } from './namePages.ts';
import { putSizeQuestions, readSizes, type Reader } from './reader.ts';
import { argument, argumentValue, createRequests, head, renamedArgument } from './requests.ts';
import { frameNumber, frameText, marks, notRedis } from './wire.ts';

export interface WithinOptions {
  readonly replace: boolean;
  readonly rename: (name: Buffer) => Buffer;
  /** Of the target. */
  readonly database: number;
  /** Bytes in memory above which COPY would hold the server up. */
  readonly largest: number;
  /** Keys that are copied at once at most. */
  readonly most: { readonly keys: number };
  readonly offer: Offer;
}

export interface WithinExceptions {
  /** The target has a key of this name. Answers whether it is what it should be. */
  busy(name: Buffer): Promise<boolean>;
  /** The user may not copy it. */
  refused(name: Buffer, failure: Failure): void;
  /** Its value is larger than `largest`; the name as an argument. */
  large(name: Buffer, bytes: number): Promise<boolean>;
}

/** Few enough that what the server has looked at to tell a size is still in its processor's cache when COPY comes. */
const BATCH_KEYS = 500;
/** Requests that are under way at once: while one's answers are dealt with, the server has another. */
const DEPTH = 2;

/** What was asked for at once, and is answered in this order. */
interface Turn {
  readonly batch: readonly Buffer[];
  readonly settle: ((batch: CopiedBatch) => Promise<void>) | undefined;
  readonly sizes: readonly Buffer[];
  readonly scan: boolean;
}

/** A batch of which COPY answered 0 for some. */
interface Unsettled {
  readonly batch: readonly Buffer[];
  readonly copied: readonly Buffer[];
  readonly uncopied: readonly Buffer[];
  readonly settle: (batch: CopiedBatch) => Promise<void>;
}

const exists = head(2, 'EXISTS');

/**
 * Copies keys by COPY … DB, so that no value leaves the server. Names, how large their values are, and copies come in a pipeline that
 * stops only for keys which need more than that. Rejects with Failure.
 * @param here in the database of the originals
 */
export async function copyWithin(here: Reader, names: NamePages, options: WithinOptions, exceptions: WithinExceptions): Promise<void> {
  const { wire } = here;
  const { replace, rename, largest } = options;
  const first = head(replace ? 6 : 5, 'COPY');
  const last = Buffer.concat([argument('DB'), argument(String(options.database)), ...(replace ? [argument('REPLACE')] : [])]);
  const most = Math.min(BATCH_KEYS, options.most.keys);
  const out = createRequests();
  const turns: Turn[] = [];
  let unsized: readonly Buffer[] = [];
  let fitting: readonly Buffer[] = [];
  let large: (readonly [Buffer, number])[] = [];
  let unsettled: Unsettled[] = [];
  let scanning = false;

  /** False when there is nothing to ask for. */
  const ask = async (): Promise<boolean> => {
    const batch = fitting.slice(0, most);
    const sizes = fitting.length > 2 * BATCH_KEYS ? [] : unsized.slice(0, BATCH_KEYS);
    fitting = fitting.slice(batch.length);
    unsized = unsized.slice(sizes.length);
    for (const name of batch) {
      out.put(first);
      out.put(name);
      out.put(renamedArgument(name, rename));
      out.put(last);
    }
    putSizeQuestions(out, here, sizes);
    const scan = !scanning && unsized.length < BATCH_KEYS && names.put(out);
    if (out.size === 0) return false;
    scanning ||= scan;
    turns.push({ batch, settle: batch.length > 0 ? await options.offer(batch) : undefined, sizes, scan });
    await wire.send(out.take());
    return true;
  };
  const hear = async ({ batch, settle, sizes, scan }: Turn): Promise<void> => {
    /** By the place in the batch: undefined stands for COPY's 0. */
    const others = new Map<number, Failure | undefined>();
    await wire.frames(batch.length, (frame, index) => {
      if (frame.mark === marks.integer) {
        if (frameNumber(frame) !== 1) others.set(index, undefined);
      } else if (frame.mark !== marks.error) throw notRedis(wire.where);
      else if (refusesKey(frameText(frame))) others.set(index, failureOfReply(frameText(frame), ['COPY']));
      else throw failureOfReply(frameText(frame), ['COPY']);
    });
    const bytes = await readSizes(here, sizes);
    const tooLarge = sizes.flatMap((name, index) => ((bytes[index] as number) > largest ? [[name, bytes[index] as number] as const] : []));
    large = [...large, ...tooLarge];
    fitting = [...fitting, ...(tooLarge.length === 0 ? sizes : sizes.filter((_, index) => (bytes[index] as number) <= largest))];
    if (scan) {
      unsized = [...unsized, ...await names.take(wire)];
      scanning = false;
    }
    if (settle === undefined) return;
    for (const [index, failure] of others) if (failure !== undefined) exceptions.refused(argumentValue(batch[index] as Buffer), failure);
    const copied = others.size === 0 ? batch : batch.filter((_, index) => !others.has(index));
    const uncopied = [...others].filter(([, failure]) => failure === undefined).map(([index]) => batch[index] as Buffer);
    if (uncopied.length > 0) unsettled.push({ batch, copied, uncopied, settle });
    else await settle({ names: batch, copied, vanished: 0, bytes: 0 });
  };
  /** With nothing under way. */
  const dealWithOthers = async (): Promise<void> => {
    for (const { batch, copied, uncopied, settle } of unsettled) {
      const gone = await whatIsGone(here, uncopied);
      const ours: Buffer[] = [];
      for (const [index, name] of uncopied.entries()) if (gone[index] !== true && await exceptions.busy(argumentValue(name))) ours.push(name);
      await settle({ names: batch, copied: [...copied, ...ours], vanished: gone.filter(Boolean).length, bytes: 0 });
    }
    unsettled = [];
    for (const [name, bytes] of large) {
      const settle = await options.offer([name]);
      const done = await exceptions.large(name, bytes);
      await settle({ names: [name], copied: done ? [name] : [], vanished: 0, bytes: 0 });
    }
    large = [];
  };
  for (;;) {
    const others = unsettled.length > 0 || large.length > 0;
    while (!others && turns.length < DEPTH && await ask());
    const turn = turns.shift();
    if (turn !== undefined) await hear(turn);
    else if (others) await dealWithOthers();
    else return;
  }
}

/** Of names that COPY answered 0 for, which the source lacks: the others are at the target already. */
async function whatIsGone({ wire }: Reader, names: readonly Buffer[]): Promise<readonly boolean[]> {
  const out = createRequests();
  for (const name of names) {
    out.put(exists);
    out.put(name);
  }
  const gone: boolean[] = [];
  await wire.send(out.take());
  await wire.frames(names.length, (frame) => {
    if (frame.mark === marks.error) throw failureOfReply(frameText(frame), ['EXISTS']);
    gone.push(frameNumber(frame) === 0);
  });
  return gone;
}
