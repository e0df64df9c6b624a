import { normalizeInteger } from '../../protocol/resp/number.ts';
import type { Bytes } from '../store/value.ts';
import { fail, integerArg } from './support.ts';

const LONG_MAX = 2n ** 63n - 1n;
const LONG_MIN = -(2n ** 63n);

/** How an expiry was given: a time from now or since the epoch, in s or ms. */
export interface ExpiryUnit {
  readonly seconds: boolean;
  readonly absolute: boolean;
}

/** The options EX, PX, EXAT and PXAT. */
export const expiryOptions: Readonly<Record<string, ExpiryUnit>> = {
  EX: { seconds: true, absolute: false },
  PX: { seconds: false, absolute: false },
  EXAT: { seconds: true, absolute: true },
  PXAT: { seconds: false, absolute: true },
};

/** An expiry argument as ms since the epoch. Zero and negative times are allowed only where `signed`. */
export function expiryArg(text: Bytes, unit: ExpiryUnit, now: number, command: string, signed = false): number | bigint {
  const invalid = `ERR invalid expire time in '${command}' command`;
  let value = BigInt(integerArg(text));
  if (!signed && value <= 0n) fail(invalid);
  if (unit.seconds) {
    if (value > LONG_MAX / 1000n || value < LONG_MIN / 1000n) fail(invalid);
    value *= 1000n;
  }
  if (!unit.absolute) {
    if (value > LONG_MAX - BigInt(now)) fail(invalid);
    value += BigInt(now);
  }
  return normalizeInteger(value);
}

/** Ms until `expireAt`, never below 0. */
export function remaining(expireAt: number | bigint, now: number): number | bigint {
  if (typeof expireAt === 'number') return Math.max(0, expireAt - now);
  const left = expireAt - BigInt(now);
  return left < 0n ? 0 : normalizeInteger(left);
}

/** Ms as the nearest whole seconds, as TTL rounds. */
export function toSeconds(ms: number | bigint): number | bigint {
  return typeof ms === 'number' && ms < Number.MAX_SAFE_INTEGER - 500 ? Math.floor((ms + 500) / 1000) : normalizeInteger((BigInt(ms) + 500n) / 1000n);
}
