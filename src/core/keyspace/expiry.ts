import type { Reply, Session } from '../connection/session.ts';
import { isFailure } from '../failure.ts';

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
  const [seconds, micros] = Array.isArray(time) ? (time as readonly Reply[]).map(Number) : [];
  return { at: Number(left) < 0 ? Number(left) : (seconds ?? NaN) * 1000 + Math.floor((micros ?? NaN) / 1000) + Number(left), exact: false };
}
