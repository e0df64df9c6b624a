import { failureOfReply } from '../connection/failures.ts';
import type { Failure } from '../failure.ts';
import { refusesKey } from '../keyspace/expiry.ts';
import type { CopiedBatch } from './copyByDump.ts';
import type { NamePages } from './namePages.ts';
import { putSizeQuestions, readSizes, type Reader, type Sized } from './reader.ts';
import { argument, argumentValue, createRequests, head } from './requests.ts';
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
  /** Called before a batch is copied. */
  readonly onOffer: (names: readonly Buffer[]) => Promise<void>;
  /** Called after every batch: it waits where a rate is to be kept. */
  readonly onBatch: (batch: CopiedBatch) => Promise<void>;
}

export interface WithinExceptions {
  /** The target has a key of this name. Answers whether it is what it should be. */
  busy(name: Buffer): Promise<boolean>;
  /** The user may not copy it. */
  refused(name: Buffer, failure: Failure): void;
  /** Its value is larger than `largest`; the name as an argument. */
  large(name: Buffer, bytes: number): Promise<boolean>;
}

const BATCH_KEYS = 1000;
const copyTo = (count: number): Buffer => head(count, 'COPY');
const exists = head(2, 'EXISTS');
const replaceArgument = argument('REPLACE');

/**
 * Copies keys by COPY … DB, so that no value leaves the server. The next names, and how large the values of those before are, are asked
 * for behind each batch, so that the server has something to do while what it said of the batch is dealt with. Rejects with Failure.
 * @param here in the database of the originals
 */
export async function copyWithin(here: Reader, names: NamePages, options: WithinOptions, exceptions: WithinExceptions): Promise<void> {
  const { wire } = here;
  const { replace, rename } = options;
  const first = copyTo(replace ? 6 : 5);
  const last = Buffer.concat([argument('DB'), argument(String(options.database)), ...(replace ? [replaceArgument] : [])]);
  const most = Math.min(BATCH_KEYS, options.most.keys);
  const out = createRequests();
  let waiting: readonly Buffer[] = [];
  let unsized: readonly Buffer[] = [];
  let large: readonly Sized[] = [];
  /** What is on its way: a page of names, and the sizes of these. */
  let asked: { readonly scanning: boolean; readonly sizes: readonly Buffer[] } | undefined;
  const ask = async (): Promise<void> => {
    const scanning = waiting.length < 2 * BATCH_KEYS && names.put(out);
    putSizeQuestions(out, here, unsized);
    if (out.size === 0) return;
    asked = { scanning, sizes: unsized };
    unsized = [];
    await wire.send(out.take());
  };
  const hear = async (): Promise<void> => {
    if (asked === undefined) return;
    const { scanning, sizes } = asked;
    asked = undefined;
    if (scanning) unsized = await names.take(wire);
    const sized = await readSizes(here, sizes);
    const tooLarge = sized.filter(({ bytes }) => bytes > options.largest);
    const fitting = tooLarge.length === 0 ? sizes : sized.filter(({ bytes }) => bytes <= options.largest).map(({ name }) => name);
    waiting = waiting.length === 0 ? fitting : [...waiting, ...fitting];
    large = [...large, ...tooLarge];
  };
  const outcome = async (batch: readonly Buffer[]): Promise<void> => {
    const copied: Buffer[] = [];
    const refused: (readonly [Buffer, Failure])[] = [];
    const uncopied: Buffer[] = [];
    await wire.frames(batch.length, (frame, index) => {
      const name = batch[index] as Buffer;
      if (frame.mark === marks.integer) (frameNumber(frame) === 1 ? copied : uncopied).push(name);
      else if (frame.mark !== marks.error) throw notRedis(wire.where);
      else if (refusesKey(frameText(frame))) refused.push([argumentValue(name), failureOfReply(frameText(frame), ['COPY'])]);
      else throw failureOfReply(frameText(frame), ['COPY']);
    });
    for (const [name, failure] of refused) exceptions.refused(name, failure);
    // Answers come in the order of the questions.
    if (uncopied.length > 0) await hear();
    const gone = await whatIsGone(here, uncopied);
    for (const [index, name] of uncopied.entries()) if (gone[index] !== true && await exceptions.busy(argumentValue(name))) copied.push(name);
    await options.onBatch({ names: batch, copied, vanished: gone.filter(Boolean).length, bytes: 0 });
  };
  await ask();
  for (;;) {
    const batch = waiting.slice(0, most);
    waiting = waiting.slice(most);
    if (batch.length > 0) {
      const values = batch.map(argumentValue);
      for (const [index, name] of batch.entries()) {
        const value = values[index] as Buffer;
        const renamed = rename(value);
        out.put(first);
        out.put(name);
        out.put(renamed === value ? name : argument(renamed));
        out.put(last);
      }
      await options.onOffer(values);
      await wire.send(out.take());
    }
    await hear();
    await ask();
    if (batch.length > 0) await outcome(batch);
    const pieces = large;
    large = [];
    for (const { name, bytes } of pieces) {
      const done = await exceptions.large(name, bytes);
      await options.onBatch({ names: [name], copied: done ? [name] : [], vanished: 0, bytes });
    }
    if (asked === undefined && waiting.length === 0 && unsized.length === 0) return;
  }
}

/** Of names that COPY answered 0 for, which the source lacks: the others are at the target already. */
async function whatIsGone({ wire }: Reader, names: readonly Buffer[]): Promise<readonly boolean[]> {
  if (names.length === 0) return [];
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
