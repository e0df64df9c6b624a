import type { Stored } from '../store/value.ts';
import { valueBytes } from './usage.ts';

/** Weighs a value for the database that has it; the difference to what it was counted with before, bytes. A packed one was weighed when it was packed. */
export function weighIn(value: Stored, before = 0): number {
  if (value.type === 'packed') return value.counted - before;
  const now = valueBytes(value);
  if (value.type !== 'string') value.counted = now;
  return now - before;
}

/** What a value was counted with, bytes; it is in no database from now on. */
export function uncount(value: Stored): number {
  if (value.type === 'string') return valueBytes(value);
  const { counted } = value;
  value.counted = 0;
  return counted;
}
