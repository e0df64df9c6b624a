import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import type { Reply } from './session.ts';

function describe(reply: Reply | undefined): string {
  if (reply === undefined) return l10n.t('nothing');
  if (reply === null) return 'null';
  if (Buffer.isBuffer(reply)) return l10n.t('a string');
  if (typeof reply === 'object') return l10n.t('an array of {0}', reply.length);
  return l10n.t('an integer');
}

function unexpected(wanted: string, reply: Reply | undefined): Failure {
  return new Failure('server', l10n.t('The server answered with {0} where {1} was expected.', describe(reply), wanted));
}

/** The bytes of a bulk or simple string. Throws Failure `server` for anything else. */
export function asBytes(reply: Reply | undefined): Buffer {
  if (Buffer.isBuffer(reply)) return reply;
  throw unexpected(l10n.t('a string'), reply);
}

/** A bulk or simple string as UTF-8 text; for replies that are text by nature (TYPE, INFO, cursors). Throws Failure `server`. */
export function asText(reply: Reply | undefined): string {
  return asBytes(reply).toString('utf8');
}

/** An integer within 2^53. Throws Failure `server` for anything else, larger integers included. */
export function asInteger(reply: Reply | undefined): number {
  if (typeof reply === 'number') return reply;
  throw unexpected(l10n.t('an integer'), reply);
}

/** An array. Throws Failure `server` for anything else, null included. */
export function asList(reply: Reply | undefined): readonly Reply[] {
  if (Array.isArray(reply)) return reply as readonly Reply[];
  throw unexpected(l10n.t('an array'), reply);
}
