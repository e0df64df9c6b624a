import { encodeRequest } from '../../protocol/resp/encode.ts';
import { failureOfReply } from '../connection/failures.ts';
import type { Failure } from '../failure.ts';
import { refusesCommand, refusesKey, sameExpiry } from '../keyspace/expiry.ts';
import { head, type Requests } from './requests.ts';
import { frameCopy, frameNumber, frameText, marks, notRedis, type Wire } from './wire.ts';

/** A server that is read, and how it has to be asked. */
export interface Reader {
  readonly wire: Wire;
  /** It has PEXPIRETIME (since 7.0), and the user may ask it; else TIME and PTTL tell when a key ends. */
  readonly absolute: boolean;
  /** It has MEMORY USAGE (since 4.0), and the user may ask it; else the number of elements tells about how large a value is. */
  readonly memory: boolean;
  /** It is asked for the expiry again after the value, and what was written in between is noticed. */
  readonly twice: boolean;
}

/** A key as its server holds it. */
export interface Held {
  /** The name as an argument. */
  readonly name: Buffer;
  /** Ms since the epoch, or -1: it does not expire. */
  readonly expireAt: string;
  /** DUMP's answer as it came, which is an argument too. */
  readonly payload: Buffer;
  /** False: its expiry was another one after the value was read, which may be of neither. Always true where it was not asked for twice. */
  readonly steady: boolean;
}

/** What came of a question: undefined for a key that is gone, a Failure for one that the user may not read. */
export type Read = Held | Failure | undefined;

const pexpiretime = head(2, 'PEXPIRETIME');
const pttl = head(2, 'PTTL');
const time = head(1, 'TIME');
const dump = head(2, 'DUMP');
const usage = head(3, 'MEMORY', 'USAGE');
/** All but the one for the type of the key answer WRONGTYPE. */
const lengths = ['STRLEN', 'LLEN', 'SCARD', 'HLEN', 'ZCARD', 'XLEN'].map((command) => head(2, command));
/** Bytes of an element, where nobody tells. */
const ELEMENT = 64;

/** Finds out how a server has to be asked: one round trip. Rejects with Failure. */
export async function createReader(wire: Wire, { twice = false }: { readonly twice?: boolean } = {}): Promise<Reader> {
  const known: boolean[] = [];
  await wire.send(Buffer.concat([encodeRequest(['PEXPIRETIME', '']), encodeRequest(['MEMORY', 'USAGE', ''])]));
  await wire.frames(2, (frame) => known.push(frame.mark !== marks.error || !refusesCommand(frameText(frame))));
  const [absolute = false, memory = false] = known;
  return { wire, absolute, memory, twice };
}

/** Asks for what `readSizes` reads. */
export function putSizeQuestions(out: Requests, { memory }: Reader, names: readonly Buffer[]): void {
  for (const name of names) {
    if (memory) putAll(out, usage, name);
    else for (const length of lengths) putAll(out, length, name);
  }
}

/** Asks for what `readValues` reads. */
export function putValueQuestions(out: Requests, { absolute, twice }: Reader, names: readonly Buffer[]): void {
  const expiry = absolute ? [pexpiretime] : [time, pttl];
  for (const name of names) {
    for (const part of expiry) out.put(part);
    out.put(name);
    out.put(dump);
    out.put(name);
    if (twice) putAll(out, ...expiry, name);
  }
}

function putAll(out: Requests, ...parts: readonly Buffer[]): void {
  for (const part of parts) out.put(part);
}

/** Bytes in the server's memory for each name, about; 0 for a key that is gone, or that the user may not read: DUMP will say so. Rejects with Failure. */
export async function readSizes({ wire, memory }: Reader, names: readonly Buffer[]): Promise<readonly number[]> {
  const each = memory ? 1 : lengths.length;
  const sizes = new Array<number>(names.length).fill(0);
  await wire.frames(names.length * each, (frame, index) => {
    if (frame.mark === marks.error) {
      if (memory && !refusesKey(frameText(frame))) throw failureOfReply(frameText(frame), ['MEMORY', 'USAGE']);
    } else if (frame.mark === marks.integer) {
      if (memory) sizes[index] = frameNumber(frame);
      else sizes[Math.floor(index / each)] = Math.max(sizes[Math.floor(index / each)] as number, frameNumber(frame) * (index % each === 0 ? 1 : ELEMENT));
    } else if (!frame.absent) throw notRedis(wire.where);
  });
  return sizes;
}

/** The answers to `putValueQuestions`, in its order. Rejects with Failure. */
export async function readValues({ wire, absolute, twice }: Reader, names: readonly Buffer[]): Promise<readonly Read[]> {
  const read: Read[] = [];
  const expiry: readonly Step[] = absolute ? ['expiry'] : ['time', 'seconds', 'micros', 'expiry'];
  const steps: readonly Step[] = [...expiry, 'dump', ...(twice ? expiry : [])];
  let now = 0;
  let expireAt = '';
  let payload: Buffer | undefined;
  /** One for all keys: there may be many. */
  const refusals = new Map<Step, Failure>();
  let refused: Failure | undefined;
  let before = '';
  const ended = (name: Buffer): void => {
    if (refused !== undefined) read.push(refused);
    else if (payload === undefined) read.push(undefined);
    // -2: it was not there yet when this was asked, and came before DUMP.
    else read.push({ name, expireAt: before === '-2' ? '-1' : before, payload, steady: !twice || sameExpiry(Number(before), Number(expireAt), absolute) });
    payload = undefined;
    refused = undefined;
  };
  await wire.frames(names.length * steps.length, (frame, index) => {
    const at = index % steps.length;
    const step = steps[at] as Step;
    if (frame.mark === marks.error) {
      const failure = failureOfReply(frameText(frame), [commands[step] ?? (absolute ? 'PEXPIRETIME' : 'PTTL')]);
      if (!refusesKey(frameText(frame)) || step === 'time') throw failure;
      if (!refusals.has(step)) refusals.set(step, failure);
      if (step === 'dump' || refused === undefined) refused = refusals.get(step);
    } else if (frame.mark !== expected[step]) throw notRedis(wire.where);
    else if (step === 'seconds') now = frameNumber(frame) * 1000;
    else if (step === 'micros') now += Math.floor(frameNumber(frame) / 1000);
    else if (step === 'expiry') expireAt = absolute || frameNumber(frame) < 0 ? frameText(frame) : String(now + frameNumber(frame));
    else if (step === 'dump' && !frame.absent) payload = frameCopy(frame);
    if (step === 'dump') before = expireAt;
    if (at === steps.length - 1) ended(names[Math.floor(index / steps.length)] as Buffer);
  });
  return read;
}

/** What answers a question, frame by frame. TIME answers an array of two. */
type Step = 'time' | 'seconds' | 'micros' | 'expiry' | 'dump';
const expected: Readonly<Record<Step, number>> = { time: marks.array, seconds: marks.bulk, micros: marks.bulk, expiry: marks.integer, dump: marks.bulk };
const commands: Readonly<Partial<Record<Step, string>>> = { time: 'TIME', seconds: 'TIME', micros: 'TIME', dump: 'DUMP' };
