/**
 * One run of equal registers of a sparse HyperLogLog: `00llllll` up to 64 zeros, `01llllll llllllll` up to 16384 zeros
 * (`wide`), `1vvvvvll` up to four registers of a value up to 32; lengths and values less one.
 */
export interface Run {
  readonly value: number;
  readonly length: number;
  readonly wide: boolean;
}

/** The run at a byte, or undefined at the end. */
export function runAt(data: Buffer, at: number): Run | undefined {
  const byte = data[at];
  if (byte === undefined) return undefined;
  if (byte >= 0x80) return { value: ((byte >> 2) & 31) + 1, length: (byte & 3) + 1, wide: false };
  if (byte < 0x40) return { value: 0, length: byte + 1, wide: false };
  return { value: 0, length: (((byte & 63) << 8) | (data[at + 1] ?? 0)) + 1, wide: true };
}

/** How many registers the run at a byte covers, 0 at the end: as `runAt` tells, without making an object of it. */
export function runLength(data: Buffer, at: number): number {
  const byte = data[at];
  if (byte === undefined) return 0;
  if (byte >= 0x80) return (byte & 3) + 1;
  return byte < 0x40 ? byte + 1 : (((byte & 63) << 8) | (data[at + 1] ?? 0)) + 1;
}

/** True for a run that takes two bytes. */
export function isWide(data: Buffer, at: number): boolean {
  return ((data[at] ?? 0) & 0xc0) === 0x40;
}

/** The runs from a byte on to the end. */
export function* runsOf(data: Buffer, from: number): Generator<Run> {
  let at = from;
  for (let run = runAt(data, at); run !== undefined; run = runAt(data, at)) {
    yield run;
    at += run.wide ? 2 : 1;
  }
}

/** A run in its bytes. */
export function runBytes({ value, length, wide }: Run): Buffer {
  if (value > 0) return Buffer.from([0x80 | ((value - 1) << 2) | (length - 1)]);
  return wide ? Buffer.from([0x40 | ((length - 1) >> 8), (length - 1) & 0xff]) : Buffer.from([length - 1]);
}
