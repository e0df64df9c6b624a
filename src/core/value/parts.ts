import type { Session } from '../connection/session.ts';
import { asBytes, asInteger } from '../connection/reply.ts';
import { Failure, isFailure } from '../failure.ts';
import { l10n } from '../../l10n.ts';

/** A window of a long value. */
export interface ValuePart {
  readonly bytes: Buffer;
  /** Offset of `bytes` in the value, in bytes. */
  readonly offset: number;
  /** Length of the whole value in bytes. */
  readonly total: number;
}

/** A character of UTF-8 has at most three bytes after its first. */
const maxContinuation = 3;
const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/**
 * Part `index` (from 0) of a string, `size` bytes long, by STRLEN and GETRANGE: never the whole of a huge value. Its ends are moved so
 * that no UTF-8 character is cut in two. Throws Failure `vanished` if there is no such key, `wrong-type` if it is not a string.
 */
export async function readStringPart(session: Pick<Session, 'sendAll'>, key: Buffer, index: number, size: number): Promise<ValuePart> {
  const start = index * size;
  const [exists, length, window] = await session.sendAll([
    ['EXISTS', key],
    ['STRLEN', key],
    ['GETRANGE', key, String(Math.max(0, start - maxContinuation)), String(start + size + maxContinuation - 1)],
  ]);
  for (const reply of [exists, length, window]) if (isFailure(reply)) throw reply;
  if (asInteger(exists as never) === 0) throw new Failure('vanished', l10n.t('This key no longer exists.'));
  const total = asInteger(length as never);
  return cutAtCharacters(asBytes(window as never), Math.min(start, maxContinuation), { start, size, total });
}

/** The same window of a value that is in memory already (a hash field, a list item). */
export function partOf(value: Buffer, index: number, size: number): ValuePart {
  const start = index * size;
  const before = Math.min(start, maxContinuation);
  return cutAtCharacters(value.subarray(start - before, start + size + maxContinuation), before, { start, size, total: value.length });
}

/** `window` begins `before` bytes ahead of `start`; both ends move forward to the first byte of a character. */
function cutAtCharacters(window: Buffer, before: number, { start, size, total }: { start: number; size: number; total: number }): ValuePart {
  let from = before;
  while (start > 0 && from < before + maxContinuation && isContinuation(window[from])) from++;
  let to = Math.min(window.length, before + size);
  while (to < window.length && to < before + size + maxContinuation && isContinuation(window[to])) to++;
  return { bytes: window.subarray(from, Math.max(from, to)), offset: start + from - before, total };
}
