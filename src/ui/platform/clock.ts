import type { Clock } from '../../core/connection/ports.ts';

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };
