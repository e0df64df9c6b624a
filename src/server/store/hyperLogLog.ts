import { murmur64 } from './murmur64.ts';
import { isWide, runAt, runBytes, runLength, runsOf } from './hyperLogLogRuns.ts';
import type { Run } from './hyperLogLogRuns.ts';
import type { Bytes } from './value.ts';

/**
 * A HyperLogLog in the bytes in which Redis keeps it: `HYLL`, the encoding, three unused bytes, the cached cardinality
 * (its highest bit says that it is out of date), then 16384 registers, dense (6 bits each) or sparse (runs).
 */
export const REGISTERS = 16_384;
const HEADER = 16;
const REGISTER_BITS = 6;
const DENSE_SIZE = HEADER + (REGISTERS * REGISTER_BITS) / 8;
/** Bits of the hash that are counted; the other 14 choose the register. */
const COUNTED = 50;
const SEED = 0xadc83b19n;
/** Largest register that the sparse encoding can hold. */
const SPARSE_VALUE_MAX = 32;

/** The bytes contradict themselves. */
export class CorruptHyperLogLog extends Error {}

/** An empty one, sparse. */
export function createHyperLogLog(): Buffer {
  return Buffer.concat([Buffer.from('HYLL\x01'), Buffer.alloc(HEADER - 5), runBytes({ value: 0, length: REGISTERS, wide: true })]);
}

/** True for bytes that begin as a HyperLogLog does and, if dense, have its length. */
export function isHyperLogLog(data: Bytes): boolean {
  if (data.length < HEADER || !data.startsWith('HYLL')) return false;
  const encoding = data.charCodeAt(4);
  return encoding === 1 || (encoding === 0 && data.length === DENSE_SIZE);
}

/** True if the registers are kept 6 bits each. */
export function isDense(data: Buffer): boolean {
  return data[4] === 0;
}

/** The register that an element counts in, and what it counts there: the position of the first one of its hash. */
export function registerOf(element: Bytes): { index: number; count: number } {
  const hash = murmur64(element, SEED);
  const rest = (hash >> 14n) | (1n << BigInt(COUNTED));
  const low = Number(rest & 0xffff_ffffn);
  const trailing = low !== 0 ? trailingZeros(low) : 32 + trailingZeros(Number(rest >> 32n));
  return { index: Number(hash & BigInt(REGISTERS - 1)), count: trailing + 1 };
}

function trailingZeros(value: number): number {
  return 31 - Math.clz32(value & -value);
}

function denseGet(data: Buffer, index: number): number {
  const bit = index * REGISTER_BITS;
  const at = HEADER + (bit >>> 3);
  return (((data[at] ?? 0) | ((data[at + 1] ?? 0) << 8)) >> (bit & 7)) & 63;
}

function denseSet(data: Buffer, index: number, count: number): boolean {
  if (denseGet(data, index) >= count) return false;
  const bit = index * REGISTER_BITS;
  const at = HEADER + (bit >>> 3);
  const pair = (((data[at] ?? 0) | ((data[at + 1] ?? 0) << 8)) & ~(63 << (bit & 7))) | (count << (bit & 7));
  data[at] = pair & 0xff;
  if (at + 1 < data.length) data[at + 1] = pair >> 8;
  return true;
}

/** Every register. Throws CorruptHyperLogLog where the runs do not make up 16384 of them. */
export function readRegisters(data: Buffer): Uint8Array {
  const registers = new Uint8Array(REGISTERS);
  if (isDense(data)) {
    for (let index = 0; index < REGISTERS; index += 1) registers[index] = denseGet(data, index);
    return registers;
  }
  let index = 0;
  for (const run of runsOf(data, HEADER)) {
    if (index + run.length > REGISTERS) throw new CorruptHyperLogLog();
    registers.fill(run.value, index, index + run.length);
    index += run.length;
  }
  if (index !== REGISTERS) throw new CorruptHyperLogLog();
  return registers;
}

/** The same registers, dense; the cached cardinality comes along. Throws CorruptHyperLogLog. */
export function toDense(data: Buffer): Buffer {
  if (isDense(data)) return data;
  const registers = readRegisters(data);
  const dense = Buffer.alloc(DENSE_SIZE);
  data.copy(dense, 0, 0, HEADER);
  dense[4] = 0;
  for (let index = 0; index < REGISTERS; index += 1) if ((registers[index] ?? 0) > 0) denseSet(dense, index, registers[index] ?? 0);
  return dense;
}

/** Raises a register; undefined if it is that high already. `sparseMax` is hll-sparse-max-bytes. Throws CorruptHyperLogLog. */
export function raise(data: Buffer, index: number, count: number, sparseMax: number): Buffer | undefined {
  if (isDense(data)) return denseSet(data, index, count) ? data : undefined;
  const promote = (): Buffer => {
    const dense = toDense(data);
    denseSet(dense, index, count);
    return dense;
  };
  if (count > SPARSE_VALUE_MAX) return promote();
  // The run that covers the register, and where the one before it begins.
  let [at, first, previous] = [HEADER, 0, HEADER];
  for (let length = runLength(data, at); length > 0 && index >= first + length; length = runLength(data, at)) {
    first += length;
    previous = at;
    at += isWide(data, at) ? 2 : 1;
  }
  const run = runAt(data, at);
  if (run === undefined) throw new CorruptHyperLogLog();
  if (run.value >= count) return undefined;
  const changed: Run = { value: count, length: 1, wide: false };
  const part = (length: number): Run[] => (length === 0 ? [] : [{ value: run.value, length, wide: run.value === 0 && length > 64 }]);
  const replacement = run.length === 1 && !run.wide ? [changed] : [...part(index - first), changed, ...part(first + run.length - 1 - index)];
  const bytes = Buffer.concat(replacement.map(runBytes));
  const growth = bytes.length - (run.wide ? 2 : 1);
  if (growth > 0 && data.length + growth > sparseMax) return promote();
  const result = mergeRuns(Buffer.concat([data.subarray(0, at), bytes, data.subarray(at + (run.wide ? 2 : 1))]), previous);
  markStale(result);
  return result;
}

/** Joins neighbouring runs of one value among the five runs from `from` on. */
function mergeRuns(data: Buffer, from: number): Buffer {
  let result = data;
  let at = from;
  for (let left = 5; left > 0 && at < result.length; left -= 1) {
    const run = runAt(result, at);
    const next = runAt(result, at + 1);
    if (run === undefined) break;
    if (run.value === 0) at += run.wide ? 2 : 1;
    else if (next !== undefined && next.value === run.value && run.length + next.length <= 4) {
      const joined = runBytes({ value: run.value, length: run.length + next.length, wide: false });
      result = Buffer.concat([result.subarray(0, at), joined, result.subarray(at + 2)]);
    } else at += 1;
  }
  return result;
}

/** Says that the cached cardinality is out of date. */
export function markStale(data: Buffer): void {
  data[15] = (data[15] ?? 0) | 0x80;
}

/** The cached cardinality, or undefined if it is out of date. */
export function cachedCount(data: Buffer): bigint | undefined {
  return ((data[15] ?? 0) & 0x80) === 0 ? data.readBigUInt64LE(8) : undefined;
}

/** Keeps a cardinality in the header. */
export function cacheCount(data: Buffer, count: bigint): void {
  data.writeBigUInt64LE(count, 8);
}

/** The estimate for these registers, by Ertl's improved estimator ("New cardinality estimation algorithms for HyperLogLog sketches"). */
export function estimate(registers: Uint8Array): bigint {
  const histogram = new Float64Array(64);
  for (const register of registers) histogram[register] = (histogram[register] ?? 0) + 1;
  let sum = REGISTERS * tau((REGISTERS - (histogram[COUNTED + 1] ?? 0)) / REGISTERS);
  for (let value = COUNTED; value >= 1; value -= 1) sum = (sum + (histogram[value] ?? 0)) * 0.5;
  sum += REGISTERS * sigma((histogram[0] ?? 0) / REGISTERS);
  return BigInt(Math.round((0.7213475204444817 * REGISTERS * REGISTERS) / sum));
}

function sigma(start: number): number {
  if (start === 1) return Infinity;
  let [x, y, z, before] = [start, 1, start, NaN];
  while (z !== before) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(start: number): number {
  if (start === 0 || start === 1) return 0;
  let [x, y, z, before] = [start, 1, 1 - start, NaN];
  while (z !== before) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}

/** The runs as PFDEBUG DECODE shows them: `Z` zeros (wide), `z` zeros, `v` a value and its length. */
export function describeRuns(data: Buffer): string {
  return [...runsOf(data, HEADER)].map(({ value, length, wide }) => (value > 0 ? `v:${value},${length}` : `${wide ? 'Z' : 'z'}:${length}`)).join(' ');
}
