import { Failure, isFailure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import type { NamePages } from './namePages.ts';
import { argument, createRequests, head, renamedArgument } from './requests.ts';
import { walkValues } from './walkValues.ts';
import type { Held, Read, Reader } from './reader.ts';
import { frameText, marks, type Wire } from './wire.ts';

/** What the engine leaves to others; each answers whether the key is at the target as it should be, and may throw to end the copy. */
export interface Exceptions {
  /** The target has a key of this name. */
  busy(held: Held): Promise<boolean>;
  /** RESTORE was refused with this error; undefined: it is not to be used. */
  refused(held: Held, error: string | undefined): Promise<boolean>;
  /** The user may not read it. */
  unread(name: Buffer, failure: Failure): void;
  /** Its value is larger than `largest`. */
  large(name: Buffer, bytes: number): Promise<boolean>;
}

export interface CopiedBatch {
  /** Names that were dealt with, as they were taken. */
  readonly names: readonly Buffer[];
  /** Of these the ones that are at the target as they should be. */
  readonly copied: readonly Buffer[];
  /** Gone before they could be read. */
  readonly vanished: number;
  /** Of payloads; 0 for what was told of while it went. */
  readonly bytes: number;
}

/**
 * Called before names (as arguments) go to the target: if the link breaks then, nobody knows which of them got there. What it answers is
 * called when they have been dealt with, and waits where a rate is to be kept.
 */
export type Offer = (names: readonly Buffer[]) => Promise<(batch: CopiedBatch) => Promise<void>>;

export interface DumpCopyOptions {
  /** True: a key that the target has is replaced; false: `busy` decides. */
  readonly replace: boolean;
  /** The name that a key gets at the target. */
  readonly rename: (name: Buffer) => Buffer;
  /** Bytes in the source's memory above which a value is not moved as one. */
  readonly largest: number;
  /** Bytes of one argument that the target takes: a payload above it has to go by pieces too. */
  readonly largestTaken: number;
  /** Values are made by commands, and not by RESTORE. */
  readonly byCommands: boolean;
  /** What is moved at once at most. */
  readonly most: { readonly keys: number; readonly bytes: number };
  readonly offer: Offer;
}

const restore = head(5, 'RESTORE');
const restoreReplace = head(6, 'RESTORE');
const absolute = argument('ABSTTL');
const replace = argument('REPLACE');
const never = argument('0');

/**
 * Copies keys by DUMP and RESTORE … ABSTTL; payloads go from one channel to the other as the bytes that came. While the target takes a
 * batch in, the next one is read. Rejects with Failure.
 */
export async function copyByDump(source: Reader, target: Wire, names: NamePages, options: DumpCopyOptions, exceptions: Exceptions): Promise<void> {
  let before: Promise<void> = Promise.resolve();
  const deliver = async (batch: readonly Buffer[], read: readonly Read[]): Promise<void> => {
    const held = read.filter((one): one is Held => one !== undefined && !isFailure(one));
    for (const [index, one] of read.entries()) if (isFailure(one)) exceptions.unread(batch[index] as Buffer, one);
    const settle = await options.offer(held.map(({ name }) => name));
    const sendable = options.byCommands ? [] : held.filter(({ payload }) => payload.length <= options.largestTaken);
    const sent = await restoreAll(target, sendable, options);
    const lost = new Set<Held>();
    for (const [one, error] of sent.refused) {
      const there = error.startsWith('BUSYKEY') ? await exceptions.busy(one) : await exceptions.refused(one, error);
      if (!there) lost.add(one);
    }
    if (sendable.length < held.length) {
      for (const one of held.filter(({ payload }) => options.byCommands || payload.length > options.largestTaken)) {
        const there = one.payload.length > options.largestTaken ? await exceptions.large(one.name, one.payload.length) : await exceptions.refused(one, undefined);
        if (!there) lost.add(one);
      }
    }
    const copied = held.filter((one) => !lost.has(one)).map(({ name }) => name);
    await settle({ names: batch, copied, vanished: read.filter((one) => one === undefined).length, bytes: sent.bytes });
  };
  await walkValues(source, names, {
    largest: options.largest,
    most: options.most,
    async values(batch, held) {
      await before;
      before = deliver(batch, held);
      // Whoever waits for it hears of a failure.
      before.catch(() => undefined);
    },
    async large(name, bytes) {
      await before;
      const settle = await options.offer([name]);
      const copied = await exceptions.large(name, bytes);
      await settle({ names: [name], copied: copied ? [name] : [], vanished: 0, bytes: 0 });
    },
  });
  await before;
}

async function restoreAll(target: Wire, held: readonly Held[], options: Pick<DumpCopyOptions, 'replace' | 'rename'>): Promise<{ readonly bytes: number; readonly refused: readonly (readonly [Held, string])[] }> {
  const out = createRequests();
  let bytes = 0;
  for (const { name, expireAt, payload } of held) {
    out.put(options.replace ? restoreReplace : restore);
    out.put(renamedArgument(name, options.rename));
    out.put(expireAt === '-1' ? never : argument(expireAt));
    out.put(payload);
    out.put(absolute);
    if (options.replace) out.put(replace);
    bytes += payload.length;
  }
  await target.send(out.take());
  const refused: (readonly [Held, string])[] = [];
  await target.frames(held.length, (frame, index) => {
    if (frame.mark === marks.error) refused.push([held[index] as Held, frameText(frame)]);
    else if (frame.mark !== marks.simple) throw new Failure('server', l10n.t('{0} answered RESTORE with something else.', target.where));
  });
  return { bytes, refused };
}
