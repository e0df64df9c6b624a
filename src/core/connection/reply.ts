import { Failure } from '../failure.ts';
import type { Reply } from './session.ts';

function describe(reply: Reply | undefined): string {
  if (reply === undefined) return 'nothing';
  if (reply === null) return 'null';
  if (Buffer.isBuffer(reply)) return 'a string';
  if (typeof reply === 'object') return `an array of ${reply.length}`;
  return 'an integer';
}

function unexpected(wanted: string, reply: Reply | undefined): Failure {
  return new Failure('server', `The server answered with ${describe(reply)} where ${wanted} was expected.`);
}

/** The bytes of a bulk or simple string. Throws Failure `server` for anything else. */
export function asBytes(reply: Reply | undefined): Buffer {
  if (Buffer.isBuffer(reply)) return reply;
  throw unexpected('a string', reply);
}

/** A bulk or simple string as UTF-8 text; for replies that are text by nature (TYPE, INFO, cursors). Throws Failure `server`. */
export function asText(reply: Reply | undefined): string {
  return asBytes(reply).toString('utf8');
}

/** An integer within 2^53. Throws Failure `server` for anything else, larger integers included. */
export function asInteger(reply: Reply | undefined): number {
  if (typeof reply === 'number') return reply;
  throw unexpected('an integer', reply);
}

/** An array. Throws Failure `server` for anything else, null included. */
export function asList(reply: Reply | undefined): readonly Reply[] {
  if (Array.isArray(reply)) return reply as readonly Reply[];
  throw unexpected('an array', reply);
}
