import type { Value } from './value.ts';

/** The encoding as OBJECT ENCODING names it. */
export function encodingOf(value: Value): string {
  switch (value.type) {
    case 'string':
      return value.encoding;
    case 'list':
      return 'quicklist';
    case 'stream':
      return 'stream';
    case 'hash':
      return value.body.encoding === 'listpack' && value.times !== undefined ? 'listpackex' : value.body.encoding;
    default:
      return value.body.encoding;
  }
}
