import { encodeRequest } from '../../protocol/resp/encode.ts';
import type { Reply } from '../../protocol/resp/reply.ts';

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
  return probe?.kind === 'integer' ? absolute : relative;
}

/** The reply to TIME in ms since the epoch; undefined where the server does not tell. */
export function serverTime(reply: Reply | undefined): number | undefined {
  if (reply?.kind !== 'array') return undefined;
  const [seconds, micros] = reply.items.map((item) => (item.kind === 'bulk' ? Number(item.value.toString('latin1')) : NaN));
  const ms = (seconds ?? NaN) * 1000 + Math.floor((micros ?? NaN) / 1000);
  return Number.isSafeInteger(ms) ? ms : undefined;
}
