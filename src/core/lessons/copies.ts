import { asInteger } from '../connection/reply.ts';
import type { Ask } from './lesson.ts';

/** What a copy lacks, in names of the original. */
export interface Lack {
  /** Keys of the original. */
  readonly of: number;
  readonly absent: readonly string[];
  readonly different: readonly string[];
  /** The copy lives for ever, the original does not. */
  readonly forever: readonly string[];
  /** The copy ends at another time, or the original has none. */
  readonly otherwise: readonly string[];
}

/** What of a place is compared with what of another. */
export interface Pair {
  readonly from: string;
  readonly to: string;
  /** Names of the original that are compared; all unless told. */
  readonly which?: (name: string) => boolean;
  /** The copy's name; the same unless told. */
  readonly renamed?: (name: string) => string;
}

/** A copy's time may differ by so much from that of its original, ms. */
const CLOSE = 1000;

/** Every name of a place, one character a byte. */
export async function namesOf(ask: Ask, place: string): Promise<readonly string[]> {
  const names = new Set<string>();
  for (let cursor = '0'; ;) {
    const page = await ask(place, 'SCAN', cursor, 'COUNT', '1000');
    const [next, found] = Array.isArray(page) ? page as readonly unknown[] : [];
    if (Array.isArray(found)) for (const name of found) if (Buffer.isBuffer(name)) names.add(name.toString('latin1'));
    cursor = Buffer.isBuffer(next) ? next.toString() : '0';
    if (cursor === '0') return [...names].sort();
  }
}

/** Compares values and times to live. Meant for small data, written by the same version. */
export async function lackOf(ask: Ask, { from, to, which = () => true, renamed = (name) => name }: Pair): Promise<Lack> {
  const names = (await namesOf(ask, from)).filter(which);
  const [absent, different, forever, otherwise]: [string[], string[], string[], string[]] = [[], [], [], []];
  for (const name of names) {
    const [here, there] = [Buffer.from(name, 'latin1'), Buffer.from(renamed(name), 'latin1')];
    const [original, copy] = [await ask(from, 'DUMP', here), await ask(to, 'DUMP', there)];
    if (!Buffer.isBuffer(copy)) {
      absent.push(name);
      continue;
    }
    if (Buffer.isBuffer(original) && !original.equals(copy)) different.push(name);
    const [ends, copyEnds] = [asInteger(await ask(from, 'PEXPIRETIME', here)), asInteger(await ask(to, 'PEXPIRETIME', there))];
    if (ends >= 0 && copyEnds === -1) forever.push(name);
    else if (Math.abs(ends - copyEnds) > CLOSE) otherwise.push(name);
  }
  return { of: names.length, absent, different, forever, otherwise };
}
