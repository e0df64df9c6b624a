import type { Stored } from './value.ts';

/** The counter of a key that was just made: it should not be the first to be evicted. */
const INITIAL = 5;

/**
 * How often a value is used stands where the time of its last access stands under other policies, as in Redis: minutes since the
 * epoch (16 bits), then the counter (8 bits). So a change of the policy leaves figures that take some time to adjust.
 */
function pack(count: number, now: number): number {
  return ((Math.floor(now / 60_000) & 0xffff) << 8) | count;
}

/** OBJECT FREQ: the logarithmic counter, less one for every `decayMinutes` without an access (0: none is taken off). */
export function frequencyOf({ accessed }: Stored, now: number, decayMinutes: number): number {
  const minutes = (Math.floor(now / 60_000) - (accessed >>> 8)) & 0xffff;
  return Math.max(0, (accessed & 255) - (decayMinutes === 0 ? 0 : Math.floor(minutes / decayMinutes)));
}

/** One access: the higher the counter (255 at most), the less likely it grows. */
export function countAccess(value: Stored, now: number, { decayMinutes, factor, random }: { decayMinutes: number; factor: number; random: () => number }): void {
  let count = frequencyOf(value, now, decayMinutes);
  if (count < 255 && random() < 1 / (Math.max(0, count - INITIAL) * factor + 1)) count += 1;
  value.accessed = pack(count, now);
}

/** A value that takes another's place takes its counter too; one that takes none begins to count. */
export function inheritFrequency(value: Stored, from: Pick<Stored, 'accessed'> | undefined, now: number): void {
  value.accessed = from === undefined ? pack(INITIAL, now) : from.accessed;
}

/** Begins to count at `count` (RESTORE FREQ, a dump written under such a policy). */
export function setFrequency(value: Stored, count: number, now: number): void {
  value.accessed = pack(count, now);
}

/** OBJECT IDLETIME, s; the clock has 24 bits, as in Redis. */
export function idleSeconds({ accessed }: Stored, now: number): number {
  return (Math.floor(now / 1000) - accessed) & 0xffffff;
}
