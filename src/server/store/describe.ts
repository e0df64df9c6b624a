import { dictForEach, dictSize, dictSlots } from './dict.ts';
import type { Dict } from './dict.ts';
import type { Bytes, Value } from './value.ts';
import { eachItem } from './chunked.ts';

/** The encoding as OBJECT ENCODING names it. */
export function encodingOf(value: Value): string {
  switch (value.type) {
    case 'string':
      return value.encoding;
    case 'list':
      return 'quicklist';
    case 'stream':
      return 'stream';
    default:
      return value.body.encoding;
  }
}

/** Roughly what jemalloc would give out for `size` bytes. */
function allocated(size: number): number {
  if (size <= 8) return 8;
  if (size <= 128) return Math.ceil(size / 16) * 16;
  const step = 2 ** (Math.floor(Math.log2(size - 1)) - 2);
  return Math.ceil(size / step) * step;
}

function sds(length: number): number {
  return allocated(length + (length < 32 ? 2 : length < 256 ? 4 : length < 65536 ? 6 : 10));
}

/** MEMORY USAGE, bytes: what Redis would need for this key and value, estimated from up to `samples` elements (0: all). */
export function memoryUsage(key: Bytes, value: Value, samples: number): number {
  return sds(key.length) + 24 + bodyUsage(value, samples === 0 ? Infinity : samples);
}

function bodyUsage(value: Value, samples: number): number {
  switch (value.type) {
    case 'string':
      return value.encoding === 'int' ? 16 : value.encoding === 'embstr' ? allocated(16 + 3 + value.data.length + 1) : 16 + sds(value.data.length);
    case 'list':
      return 16 + 40 + packed(value.items.length, sampleMean(eachItem(value.items), samples, (item) => item.length + 3));
    case 'hash':
      if (value.body.encoding === 'listpack') return 16 + allocated(7 + total(value.body.pairs, (item) => item.length + 3));
      return 16 + table(value.body.dict) + dictSize(value.body.dict) * meanOf(value.body.dict, samples, (field, item) => 24 + sds(field.length) + sds(item.length));
    case 'set':
      if (value.body.encoding === 'intset') return 16 + allocated(8 + value.body.numbers.length * 8);
      return 16 + table(value.body.dict) + dictSize(value.body.dict) * meanOf(value.body.dict, samples, (member) => 24 + sds(member.length));
    case 'zset':
      if (value.body.encoding === 'listpack') return 16 + allocated(7 + total(value.body.members, (entry) => entry.member.length + 14));
      return 16 + 272 + table(value.body.scores) + dictSize(value.body.scores) * meanOf(value.body.scores, samples, (member) => 24 + 44 + sds(member.length));
    case 'stream':
      return (
        16 + 104 + packed(value.entries.length, sampleMean(eachItem(value.entries), samples, (entry) => 12 + total(entry.fields, (item) => item.length + 3)))
      );
  }
}

function table(dict: Dict<unknown>): number {
  return 56 + dictSlots(dict) * 8;
}

function packed(count: number, mean: number): number {
  return Math.ceil(count * mean) + Math.ceil((count * mean) / 8192) * 40;
}

function total<T>(items: readonly T[], size: (item: T) => number): number {
  return items.reduce((sum, item) => sum + size(item), 0);
}

function sampleMean<T>(items: Iterable<T>, samples: number, size: (item: T) => number): number {
  let count = 0;
  let sum = 0;
  for (const item of items) {
    if (count >= samples) break;
    count += 1;
    sum += size(item);
  }
  return count === 0 ? 0 : sum / count;
}

function meanOf<V>(dict: Dict<V>, samples: number, size: (key: Bytes, value: V) => number): number {
  let count = 0;
  let sum = 0;
  dictForEach(dict, (entry) => {
    count += 1;
    sum += size(entry.key, entry.value);
    return count < samples;
  });
  return count === 0 ? 0 : Math.round(sum / count);
}
