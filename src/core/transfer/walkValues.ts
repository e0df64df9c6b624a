import { failureOfReply } from '../connection/failures.ts';
import type { NamePages } from './namePages.ts';
import { argument, createRequests, head, type Requests } from './requests.ts';
import { frameCopy, frameNumber, frameText, marks, type Wire } from './wire.ts';

/** A key as its server holds it. */
export interface Held {
  /** The name as an argument. */
  readonly name: Buffer;
  /** As in PEXPIRETIME's answer: ms since the epoch, or -1: it does not expire. */
  readonly expireAt: string;
  /** DUMP's answer as it came, which is an argument too. */
  readonly payload: Buffer;
}

/** What is done with batches of keys. */
export interface Walk {
  /** Bytes in the server's memory above which a value is not asked for as a whole. */
  readonly largest: number;
  /** The question for these keys is under way: another server may be asked the same. */
  asked?(names: readonly Buffer[]): Promise<void>;
  /** The values of a batch; a key that is gone by now is undefined. The next batch is asked for only when this is over. */
  values(names: readonly Buffer[], held: readonly (Held | undefined)[]): Promise<void>;
  /** A key whose value is larger than `largest`. */
  large(name: Buffer, bytes: number): Promise<void>;
}

/** Bytes of values and number of keys that are asked for at once. */
const BATCH_BYTES = 4 * 1024 * 1024;
const BATCH_KEYS = 1000;

const pexpiretime = head(2, 'PEXPIRETIME');
const dump = head(2, 'DUMP');
const usage = head(5, 'MEMORY', 'USAGE');
const oneSample = Buffer.concat([argument('SAMPLES'), argument('1')]);

interface Sized {
  readonly name: Buffer;
  readonly bytes: number;
}

/**
 * Reads the values of all names by DUMP, in batches. Three steps share each round trip: which names come next, how large the values of
 * the names before are, and the values of those before these. Memory: two batches. Rejects with Failure.
 */
export async function walkValues(wire: Wire, names: NamePages, walk: Walk): Promise<void> {
  const out = createRequests();
  let waiting: readonly Sized[] = [];
  let unsized: readonly Buffer[] = [];
  for (;;) {
    const batch = takeBatch(waiting).map(({ name }) => name);
    waiting = waiting.slice(batch.length);
    for (const name of unsized) putAll(out, usage, name, oneSample);
    putValueQuestions(out, batch);
    const scanning = waiting.length + unsized.length < BATCH_KEYS && names.put(out);
    if (out.size === 0) return;
    await wire.send(out.take());
    if (batch.length > 0) await walk.asked?.(batch);
    const sized = await readSizes(wire, unsized);
    const held = await readValues(wire, batch);
    unsized = scanning ? await names.take(wire) : [];
    if (batch.length > 0) await walk.values(batch, held);
    const fitting: Sized[] = [];
    for (const one of sized) {
      if (one.bytes <= walk.largest) fitting.push(one);
      else await walk.large(one.name, one.bytes);
    }
    waiting = [...waiting, ...fitting];
  }
}

function takeBatch(waiting: readonly Sized[]): Sized[] {
  let bytes = 0;
  let count = 0;
  while (count < waiting.length && count < BATCH_KEYS && (count === 0 || bytes + (waiting[count] as Sized).bytes <= BATCH_BYTES)) {
    bytes += (waiting[count] as Sized).bytes;
    count += 1;
  }
  return waiting.slice(0, count);
}

/** Asks for what `readValues` reads. */
export function putValueQuestions(out: Requests, names: readonly Buffer[]): void {
  for (const name of names) putAll(out, pexpiretime, name, dump, name);
}

function putAll(out: Requests, ...parts: readonly Buffer[]): void {
  for (const part of parts) out.put(part);
}

async function readSizes(wire: Wire, names: readonly Buffer[]): Promise<Sized[]> {
  const sized: Sized[] = [];
  await wire.frames(names.length, (frame, index) => {
    if (frame.mark === marks.error) throw failureOfReply(frameText(frame), ['MEMORY', 'USAGE']);
    // One that is gone by now is read as the others are: DUMP will say so, and it is counted in one place.
    sized.push({ name: names[index] as Buffer, bytes: frame.absent ? 0 : frameNumber(frame) });
  });
  return sized;
}

/** The answers to `putValueQuestions`, in its order. Rejects with Failure. */
export async function readValues(wire: Wire, names: readonly Buffer[]): Promise<(Held | undefined)[]> {
  const held: (Held | undefined)[] = [];
  let expireAt = '';
  await wire.frames(names.length * 2, (frame, index) => {
    if (frame.mark === marks.error) throw failureOfReply(frameText(frame), [index % 2 === 0 ? 'PEXPIRETIME' : 'DUMP']);
    if (index % 2 === 0) expireAt = frameText(frame);
    // -2: it was not there yet when this was asked, and came before DUMP.
    else held.push(frame.absent ? undefined : { name: names[index >> 1] as Buffer, expireAt: expireAt === '-2' ? '-1' : expireAt, payload: frameCopy(frame) });
  });
  return held;
}
