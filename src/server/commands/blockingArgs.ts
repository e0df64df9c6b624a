import type { Bytes } from '../store/value.ts';
import { fail, integerArg, parseFloatStrict } from './support.ts';

/** Above the largest C long. */
const TOO_LONG = 2 ** 63;

/** A time to wait as ms since the epoch at which it is over; 0: never. */
export function timeoutArg(text: Bytes, unit: 's' | 'ms', now: number): number {
  const ms =
    unit === 'ms'
      ? Number(integerArg(text, 'ERR timeout is not an integer or out of range'))
      : Math.ceil((parseFloatStrict(text) ?? fail('ERR timeout is not a float or out of range')) * 1000);
  // Seconds that do not fit into a long become its smallest.
  if (ms < 0 || (unit === 's' && ms >= TOO_LONG)) fail('ERR timeout is negative');
  // Where the sum overflows Redis 7.0 waits for ever; a double cannot tell the last few apart, and none of them comes.
  return ms === 0 || ms + now >= TOO_LONG ? 0 : ms + now;
}
