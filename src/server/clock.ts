import { performance } from 'node:perf_hooks';
import type { ServerClock } from './state.ts';

/* The imported `performance`: the global one is found anew at each use, which costs as much as the reading. */

const origin = performance.timeOrigin;

/** The time of this machine. */
export const systemClock: ServerClock = { now: () => origin + performance.now() };

/** Ms of a clock that no test stands still and nobody sets back: for how long something takes. */
export function monotonic(): number {
  return performance.now();
}
