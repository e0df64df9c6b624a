import type { Config } from '../config.ts';
import type { Stored, Value } from './value.ts';

/** The type as TYPE answers it. */
export function typeName(value: Value): string {
  return value.type === 'module' ? value.module : value.type;
}

/** SCAN TYPE: whether a value is of the type of that name (lower case). */
export function isOfType(value: Stored, name: string): boolean {
  if (value.type === 'module') return value.module.toLowerCase() === name;
  return (value.type === 'packed' ? value.of : value.type) === name;
}

/** The encoding as OBJECT ENCODING names it. */
export function encodingOf(value: Value): string {
  switch (value.type) {
    case 'string':
      return value.encoding;
    case 'list':
      return 'quicklist';
    case 'stream':
      return 'stream';
    case 'module':
      return 'raw';
    case 'hash':
      return value.body.encoding === 'listpack' && value.times !== undefined ? 'listpackex' : value.body.encoding;
    default:
      return value.body.encoding;
  }
}

/** OBJECT REFCOUNT. Redis shares the objects of the numbers 0 to 9999, unless each has to know its own last access. */
export function refcountOf(value: Value, config: Pick<Config, 'hot' | 'get'>): number {
  if (value.type !== 'string' || value.encoding !== 'int' || !/^\d{1,4}$/.test(value.data)) return 1;
  return config.hot.maxMemory > 0 && /l[rf]u$/.test(config.get('maxmemory-policy')) ? 1 : 2 ** 31 - 1;
}
