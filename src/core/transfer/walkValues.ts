import type { NamePages } from './namePages.ts';
import { putSizeQuestions, putValueQuestions, readSizes, readValues, type Read, type Reader } from './reader.ts';
import { createRequests } from './requests.ts';

/** What is done with batches of keys. */
export interface Walk {
  /** Bytes in the server's memory above which a value is not asked for as a whole. */
  readonly largest: number;
  /** Of a batch, where it is to be smaller than others are. */
  readonly most?: { readonly keys: number; readonly bytes: number };
  /** The question for these keys is under way: another server may be asked the same. */
  asked?(names: readonly Buffer[]): Promise<void>;
  /** The values of a batch. The one after the next is asked for only when this is over. */
  values(names: readonly Buffer[], read: readonly Read[]): Promise<void>;
  /** A key whose value is larger than `largest`. */
  large(name: Buffer, bytes: number): Promise<void>;
}

interface Sized {
  readonly name: Buffer;
  readonly bytes: number;
}

/** Bytes of values and number of keys that are asked for at once. */
const BATCH_BYTES = 4 * 1024 * 1024;
const BATCH_KEYS = 1000;

/** What was asked for at once, and is answered in this order. */
interface Question {
  readonly sizes: readonly Buffer[];
  readonly batch: readonly Buffer[];
  readonly scan: boolean;
}

/**
 * Reads the values of all names by DUMP, in batches. Three steps share each round trip: which names come next, how large the values of
 * the names before are, and the values of those before these. While a batch is dealt with, the next one is on its way. Memory: three
 * batches. Rejects with Failure.
 */
export async function walkValues(reader: Reader, names: NamePages, walk: Walk): Promise<void> {
  const { wire } = reader;
  const most = { keys: Math.min(BATCH_KEYS, walk.most?.keys ?? Infinity), bytes: Math.min(BATCH_BYTES, walk.most?.bytes ?? Infinity) };
  const out = createRequests();
  let waiting: readonly Sized[] = [];
  let unsized: readonly Buffer[] = [];
  const ask = async (): Promise<Question | undefined> => {
    const batch = takeBatch(waiting, most).map(({ name }) => name);
    const sizes = unsized;
    waiting = waiting.slice(batch.length);
    unsized = [];
    putSizeQuestions(out, reader, sizes);
    putValueQuestions(out, reader, batch);
    const scan = waiting.length + sizes.length < BATCH_KEYS && names.put(out);
    if (out.size === 0) return undefined;
    await wire.send(out.take());
    if (batch.length > 0) await walk.asked?.(batch);
    return { sizes, batch, scan };
  };
  for (let asked = await ask(); asked !== undefined;) {
    const { sizes, batch, scan } = asked;
    const bytes = await readSizes(reader, sizes);
    const read = await readValues(reader, batch);
    if (scan) unsized = await names.take(wire);
    const sized = sizes.map((name, index): Sized => ({ name, bytes: bytes[index] as number }));
    waiting = [...waiting, ...sized.filter((one) => one.bytes <= walk.largest)];
    asked = await ask();
    if (batch.length > 0) await walk.values(batch, read);
    for (const one of sized) if (one.bytes > walk.largest) await walk.large(one.name, one.bytes);
    // What was dealt with may have brought names that are to be read again.
    asked ??= await ask();
  }
}

function takeBatch(waiting: readonly Sized[], most: { readonly keys: number; readonly bytes: number }): Sized[] {
  let bytes = 0;
  let count = 0;
  while (count < waiting.length && count < most.keys && (count === 0 || bytes + (waiting[count] as Sized).bytes <= most.bytes)) {
    bytes += (waiting[count] as Sized).bytes;
    count += 1;
  }
  return waiting.slice(0, count);
}
