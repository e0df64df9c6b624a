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
    default:
      return value.body.encoding;
  }
}
