/**
 * How long the calls of a command took, ns: a histogram of high dynamic range with two significant digits between 1 ns and 1 s, as
 * Redis keeps it. Values of one slot are told as the highest of them.
 */
export interface Histogram {
  readonly counts: Uint32Array;
  total: number;
}

/** Slots of one power of two are half as many as values that two digits need. */
const HALF = 128;
const SHIFT = 7;
const HIGHEST = 1_000_000_000;
const SLOTS = (31 - SHIFT) * HALF;

export function createHistogram(): Histogram {
  return { counts: new Uint32Array(SLOTS), total: 0 };
}

/** Counts one value, ns; beyond a second it is one. */
export function recordValue(histogram: Histogram, value: number): void {
  const slot = slotOf(Math.max(1, Math.min(HIGHEST, Math.floor(value))));
  histogram.counts[slot] = (histogram.counts[slot] ?? 0) + 1;
  histogram.total += 1;
}

function slotOf(value: number): number {
  const power = Math.max(0, 31 - SHIFT - Math.clz32(value));
  return power * HALF + (value >>> power);
}

/** The highest value of a slot. */
function highestOf(slot: number): number {
  const power = Math.max(0, (slot >>> SHIFT) - 1);
  return (slot - power * HALF + 1) * 2 ** power - 1;
}

/** The value below or at which `percent` of all values are, ns; 0 of an empty histogram. */
export function percentile({ counts, total }: Histogram, percent: number): number {
  const wanted = Math.max(1, Math.floor((Math.min(percent, 100) / 100) * total + 0.5));
  let seen = 0;
  for (let slot = 0; slot < SLOTS; slot += 1) {
    seen += counts[slot] ?? 0;
    if (seen >= wanted) return total === 0 ? 0 : highestOf(slot);
  }
  return 0;
}

/** LATENCY HISTOGRAM: µs that double, each with the number of calls that took no longer; those at which no call was added are left out. */
export function cumulative({ counts, total }: Histogram): [number, number][] {
  const steps: [number, number][] = [];
  let seen = 0;
  let slot = 0;
  for (let limit = 1024; seen < total; limit *= 2) {
    // The slot of the limit itself belongs to it.
    const last = Math.min(SLOTS - 1, slotOf(Math.min(limit, 2 ** 31 - 1)));
    const before = seen;
    for (; slot <= last; slot += 1) seen += counts[slot] ?? 0;
    if (seen > before) steps.push([Math.floor(highestOf(slotOf(limit)) / 1000), seen]);
  }
  return steps;
}
