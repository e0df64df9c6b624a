import { performance } from 'node:perf_hooks';
import type { ServerClock } from './state.ts';

/* The imported `performance`: the global one is found anew at each use, which costs as much as the reading. */

/** After so much time, ms, the clock is compared with the time of day. On some machines that gains or loses 1 % while it is corrected, and a replica has to agree with its master about what is over. */
const CHECK = 100;
/** Ms that both may be apart: the time of day comes in whole ones. */
const SLACK = 2;

/**
 * The time of day with the fractions of a steady clock, both in ms. A steady clock stands still while the machine is suspended, and nobody
 * sets it: where `wall` is ahead or behind, it is followed.
 */
export function followingClock(wall: () => number, steady: () => number): ServerClock {
  let origin = wall() - steady();
  let checked = steady();
  return {
    now: () => {
      const since = steady();
      if (since - checked > CHECK) {
        checked = since;
        const behind = wall() - (origin + since);
        if (Math.abs(behind) > SLACK) origin += behind;
      }
      return origin + since;
    },
  };
}

/** The time of this machine. */
export const systemClock: ServerClock = followingClock(Date.now, () => performance.now());

/** A clock that stands where it was last set: things are looked at as they were then. */
export interface StandingClock extends ServerClock {
  /** Ms since the epoch. */
  set(time: number): void;
  /** From now on it goes on from where it stands. */
  go(): void;
}

/** Makes a clock that stands at `time`, ms since the epoch. */
export function standingClock(time = 0): StandingClock {
  let stands = time;
  let since: number | undefined;
  return {
    now: () => (since === undefined ? stands : stands + monotonic() - since),
    set(next) {
      stands = next;
    },
    go() {
      since = monotonic();
    },
  };
}

/** Ms of a clock that no test stands still and nobody sets back: for how long something takes. */
export function monotonic(): number {
  return performance.now();
}
