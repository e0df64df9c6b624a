import type { Value } from './value.ts';

/** The counter of a key that was just made: it should not be the first to be evicted. */
const INITIAL = 5;

interface Counter {
  readonly count: number;
  /** Minutes since the epoch of the last access. */
  readonly minute: number;
}

/** How often values are used, counted only under an LFU policy: few servers need it, and none that does not pays for it. */
const counters = new WeakMap<Value, Counter>();

/** OBJECT FREQ: the logarithmic counter, less one for every `decayMinutes` without an access (0: none is taken off). */
export function frequencyOf(value: Value, now: number, decayMinutes: number): number {
  const counter = counters.get(value);
  if (counter === undefined) return INITIAL;
  const passed = decayMinutes === 0 ? 0 : Math.floor((Math.floor(now / 60_000) - counter.minute) / decayMinutes);
  return Math.max(0, counter.count - passed);
}

/** One access: the higher the counter (255 at most), the less likely it grows. */
export function countAccess(value: Value, now: number, { decayMinutes, factor, random }: { decayMinutes: number; factor: number; random: () => number }): void {
  let count = frequencyOf(value, now, decayMinutes);
  if (count < 255 && random() < 1 / (Math.max(0, count - INITIAL) * factor + 1)) count += 1;
  counters.set(value, { count, minute: Math.floor(now / 60_000) });
}

/** A value that takes another's place takes its counter too; one that takes none begins to count. */
export function inheritFrequency(value: Value, from: Value | undefined, now: number): void {
  const counter = from === undefined ? undefined : counters.get(from);
  counters.set(value, counter ?? { count: INITIAL, minute: Math.floor(now / 60_000) });
}
