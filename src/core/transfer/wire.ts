import type { Duplex } from 'node:stream';
import { createByteQueue } from '../../protocol/resp/byteQueue.ts';
import { cancelled, cut, failureOfSocket } from '../connection/failures.ts';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';

/** One line, or a bulk string with its head and end, as it stands in the bytes that came. Valid only while it is visited. */
export interface Frame {
  /** The first byte: `$`, `+`, `-`, `:` or `*`. */
  mark: number;
  bytes: Buffer;
  /** All of it, CRLF included. */
  from: number;
  to: number;
  /** What it says: the bytes of a bulk string, else the line without mark and CRLF. */
  start: number;
  end: number;
  /** A bulk string that is not there (`$-1`). */
  absent: boolean;
}

/** A channel on which commands and replies are moved as bytes, mostly without being decoded. */
export interface Wire {
  /** The server in words. */
  readonly where: string;
  /** Bytes that were sent and received. */
  readonly sent: number;
  readonly received: number;
  /** Sends bytes. Resolves when the socket takes more. Rejects with Failure. */
  send(bytes: Uint8Array): Promise<void>;
  /** Shows the next `count` frames, in order. An array is one frame for its head and those of its items. Rejects with Failure. */
  frames(count: number, visit: (frame: Frame, index: number) => void): Promise<void>;
  /** Ends the link. */
  close(): void;
}

export interface WireOptions {
  readonly where: string;
  readonly signal: AbortSignal;
  /** Ms without a byte while a reply is awaited, until the link is given up. */
  readonly patience: number;
}

/** Bytes of a line: Redis takes and sends none that is longer. */
const LONGEST_LINE = 64 * 1024;
/** Bytes that have to be taken within the patience. */
const PART = 1024 * 1024;

export const marks = { bulk: 36, simple: 43, error: 45, integer: 58, array: 42 } as const;
const known: ReadonlySet<number> = new Set(Object.values(marks));
const CR = 13;
const LF = 10;

/** Takes a channel for this alone. Only RESP2 is read. */
export function createWire(channel: Duplex, { where, signal, patience }: WireOptions): Wire {
  const queue = createByteQueue();
  const frame: Frame = { mark: 0, bytes: queue.buffer, from: 0, to: 0, start: 0, end: 0, absent: false };
  let sent = 0;
  let received = 0;
  let over: Failure | undefined;
  let wake: (() => void) | undefined;
  let drained: (() => void) | undefined;

  const end = (failure: Failure): void => {
    over ??= failure;
    signal.removeEventListener('abort', abort);
    channel.destroy();
    wake?.();
    drained?.();
  };
  const abort = (): void => end(cancelled());
  /** Throws the reason for which the link ended, if it did. */
  const alive = (): void => {
    if (over !== undefined) throw over;
  };
  const rubbish = (): Failure => {
    const failure = notRedis(where);
    end(failure);
    return failure;
  };

  signal.addEventListener('abort', abort);
  channel.on('data', (chunk: Buffer) => {
    received += chunk.length;
    queue.push(chunk);
    wake?.();
  });
  channel.on('drain', () => drained?.());
  channel.on('error', (error) => end(failureOfSocket(error, where)));
  channel.on('end', () => end(cut(where)));
  channel.on('close', () => end(cut(where)));
  if (signal.aborted) abort();

  /** Reads one frame into `frame`; false while it is not whole. Throws Failure. */
  const next = (): boolean => {
    if (!queue.ready() || queue.available() === 0) return false;
    const feed = queue.findLineFeed();
    const { buffer: bytes, position: from } = queue;
    if (feed === -1 ? queue.available() > LONGEST_LINE : bytes[feed - 1] !== CR || !known.has(bytes[from] as number)) throw rubbish();
    if (feed === -1) return false;
    frame.mark = bytes[from] as number;
    frame.bytes = bytes;
    frame.from = from;
    frame.start = from + 1;
    frame.end = feed - 1;
    frame.to = feed + 1;
    frame.absent = false;
    if (frame.mark === marks.bulk) {
      const length = frameNumber(frame);
      if (!Number.isSafeInteger(length) || length < -1) throw rubbish();
      frame.absent = length === -1;
      if (!frame.absent) {
        frame.start = feed + 1;
        frame.end = frame.start + length;
        frame.to = frame.end + 2;
        if (frame.to > from + queue.available()) {
          queue.expect(frame.to - from);
          return false;
        }
        if (bytes[frame.end] !== CR || bytes[frame.end + 1] !== LF) throw rubbish();
      }
    }
    queue.position = frame.to;
    return true;
  };
  const patiently = async (wait: (resolve: () => void) => void, complaint: (seconds: number) => string): Promise<void> => {
    const timer = setTimeout(() => end(new Failure('timeout', complaint(Math.round(patience / 1000)))), patience);
    await new Promise<void>(wait);
    clearTimeout(timer);
  };

  return {
    where,
    get sent() {
      return sent;
    },
    get received() {
      return received;
    },
    async send(bytes) {
      alive();
      if (bytes.length === 0) return;
      sent += bytes.length;
      for (let at = 0; at < bytes.length; at += PART) {
        if (channel.write(bytes.subarray(at, at + PART))) continue;
        await patiently((resolve) => (drained = resolve), (seconds) => l10n.t('{0} has taken nothing for {1} s.', where, seconds));
        drained = undefined;
        alive();
      }
    },
    async frames(count, visit) {
      for (let index = 0; index < count;) {
        if (next()) {
          visit(frame, index);
          index += 1;
          continue;
        }
        alive();
        await patiently((resolve) => (wake = resolve), (seconds) => l10n.t('{0} has sent nothing for {1} s.', where, seconds));
        wake = undefined;
      }
    },
    close: () => end(new Failure('closed', l10n.t('The connection to {0} was closed.', where))),
  };
}

/** A server that answers otherwise than it must. */
export function notRedis(where: string): Failure {
  return new Failure('server', l10n.t('{0} does not answer as a Redis server does.', where));
}

/** The number that a line says (an integer reply, the length of an array or a bulk string); NaN if it is none. Exact below 2^53. */
export function frameNumber({ bytes, start, end }: Frame): number {
  let value = 0;
  let at = start;
  const negative = bytes[at] === 45;
  if (negative) at += 1;
  if (at === end) return NaN;
  for (; at < end; at += 1) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

/** What it says, as text. */
export function frameText({ bytes, start, end }: Frame): string {
  return bytes.toString('latin1', start, end);
}

/** Bytes of a value that is not copied. */
const LARGE = 1024 * 1024;

/** All its bytes, to be kept and sent on as they are. Nobody writes into what came again: a small value would keep a large one alive, a copy of a large one would hold the thread. */
export function frameCopy({ bytes, from, to }: Frame): Buffer {
  if (to - from >= LARGE) return bytes.subarray(from, to);
  const copy = Buffer.allocUnsafe(to - from);
  // A loop beats a call for most names.
  if (to - from < 32) for (let at = from; at < to; at += 1) copy[at - from] = bytes[at] as number;
  else bytes.copy(copy, 0, from, to);
  return copy;
}

/** Reads one whole reply. Answers the first error in it. Rejects with Failure for the link's. */
export async function readOutcome(wire: Wire): Promise<string | undefined> {
  let error: string | undefined;
  for (let left = 1; left > 0; left -= 1) {
    await wire.frames(1, (frame) => {
      if (frame.mark === marks.array) left += Math.max(0, frameNumber(frame));
      else if (frame.mark === marks.error) error ??= frameText(frame);
    });
  }
  return error;
}
