import { encodeRequest } from '../../protocol/resp/encode.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import type { Reply as Answer, Session } from '../connection/session.ts';
import { isFailure } from '../failure.ts';

/** How a server tells until when a key lives. */
export interface ExpiryQuestion {
  /** `PEXPIRETIME` (since 7.0) answers the time itself, `PTTL` how much is left. */
  readonly command: 'PEXPIRETIME' | 'PTTL';
  /** The time that a reply means, ms since the epoch; undefined: no end. `now`: the server's clock when it was asked. */
  at(reply: Reply, now: number): number | bigint | undefined;
  /** True if two replies, one from before and one from after the value was read, may be of the same key. `passed`: ms between them at most. */
  agree(before: Reply, after: Reply, passed: number): boolean;
}

const number = (reply: Reply): number | bigint => (reply.kind === 'integer' ? reply.value : -1);

const absolute: ExpiryQuestion = {
  command: 'PEXPIRETIME',
  at: (reply) => (number(reply) < 0 ? undefined : number(reply)),
  agree: (before, after) => number(before) === number(after),
};

/** Ms that PTTL may be off: it and the clock are rounded. */
const ROUNDING = 2;

const relative: ExpiryQuestion = {
  command: 'PTTL',
  at(reply, now) {
    const left = number(reply);
    return left < 0 ? undefined : typeof left === 'bigint' ? left + BigInt(now) : left + now;
  },
  agree(before, after, passed) {
    const [first, second] = [Number(number(before)), Number(number(after))];
    if (first < 0 || second < 0) return first === second;
    return first - second >= -ROUNDING && first - second <= passed + ROUNDING;
  },
};

/** What tells the two kinds of servers apart: the reply to it goes to `expiryQuestion`. */
export const expiryProbe = encodeRequest(['PEXPIRETIME', '']);

/** How to ask this server. */
export function expiryQuestion(probe: Reply | undefined): ExpiryQuestion {
  return probe?.kind === 'integer' || (probe?.kind === 'error' && refusesKey(probe.text)) ? absolute : relative;
}

/** True for an error that says that the server has no such command, or not for this user. */
export function refusesCommand(error: string): boolean {
  return /^ERR unknown (sub)?command|^NOPERM .*\bthe '/i.test(error);
}

/** True for an error that says that this user may run the command, but not with this key. */
export function refusesKey(error: string): boolean {
  return error.startsWith('NOPERM') && !refusesCommand(error);
}

/** Ms that two times may be apart which PTTL told: others have their turn between it and the clock. */
const APART = 10;

/** True if two times are the same, ms since the epoch or -1. @param exact neither of them is worked out of PTTL */
export function sameExpiry(left: number, right: number, exact: boolean): boolean {
  return left === right || (!exact && left >= 0 && right >= 0 && Math.abs(left - right) <= APART);
}

/** Until when a key lives. */
export interface Expiry {
  /** Ms since the epoch; -1: it has no end; -2: there is no such key. */
  readonly at: number;
  /** False: worked out of PTTL. */
  readonly exact: boolean;
}

/** Asks until when a key lives, whatever the version of its server. Rejects with Failure. */
export async function expiryOf(session: Session, key: Buffer, signal: AbortSignal): Promise<Expiry> {
  try {
    return { at: Number(await session.send(['PEXPIRETIME', key], { signal })), exact: true };
  } catch (error) {
    if (!isFailure(error, 'unsupported') && !isFailure(error, 'permission')) throw error;
  }
  const [time, left] = (await session.sendAll([['TIME'], ['PTTL', key]], { signal })).map((reply) => {
    if (isFailure(reply)) throw reply;
    return reply;
  });
  const [seconds, micros] = Array.isArray(time) ? (time as readonly Answer[]).map(Number) : [];
  return { at: Number(left) < 0 ? Number(left) : (seconds ?? NaN) * 1000 + Math.floor((micros ?? NaN) / 1000) + Number(left), exact: false };
}

/** The reply to TIME in ms since the epoch; undefined where the server does not tell. */
export function serverTime(reply: Reply | undefined): number | undefined {
  if (reply?.kind !== 'array') return undefined;
  const [seconds, micros] = reply.items.map((item) => (item.kind === 'bulk' ? Number(item.value.toString('latin1')) : NaN));
  const ms = (seconds ?? NaN) * 1000 + Math.floor((micros ?? NaN) / 1000);
  return Number.isSafeInteger(ms) ? ms : undefined;
}
