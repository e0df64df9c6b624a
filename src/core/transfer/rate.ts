import type { Clock } from '../connection/ports.ts';

/** How fast a clone may be at most; what is absent is not limited. */
export interface Rate {
  readonly keysPerSecond?: number;
  /** Of payloads. */
  readonly bytesPerSecond?: number;
}

/** Waits after something was moved for as long as it takes to keep to the rate. Rejects with Failure `cancelled`. */
export type Limiter = (keys: number, bytes: number) => Promise<void>;

/** What is moved at once is over in so many ms of its rate, so that it comes in a stream and not in bursts. */
const BURST = 100;

export function createLimiter(rate: Rate, clock: Pick<Clock, 'elapsed'>, pause: (ms: number) => Promise<void>): Limiter {
  const { keysPerSecond = Infinity, bytesPerSecond = Infinity } = rate;
  let free = -Infinity;
  return async (keys, bytes) => {
    const now = clock.elapsed();
    // Time in which nothing was moved is not made up for later.
    free = Math.max(free, now) + Math.max(keys / keysPerSecond, bytes / bytesPerSecond) * 1000;
    if (free - now >= 1) await pause(free - now);
  };
}

/** How much may be moved at once at this rate. */
export function burst({ keysPerSecond = Infinity, bytesPerSecond = Infinity }: Rate): { readonly keys: number; readonly bytes: number } {
  return { keys: Math.max(1, Math.floor((keysPerSecond * BURST) / 1000)), bytes: Math.max(1, Math.floor((bytesPerSecond * BURST) / 1000)) };
}
