import { asBytes, asList, asText } from '../connection/reply.ts';
import type { Reply } from '../connection/session.ts';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import type { MemberType, SingleMember } from './memberSource.ts';
import { createWindowedMembers } from './windowedMembers.ts';

/** Entries in the order of their IDs, by XRANGE windows. */
export const stream: MemberType = {
  lengthCommand: 'XLEN',
  createSource: (deps) =>
    createWindowedMembers(deps, {
      command(key, rows, count) {
        const last = rows.at(-1);
        return ['XRANGE', key, last?.kind === 'entry' ? idAfter(last.id) : '-', '+', 'COUNT', String(count)];
      },
      row: entryRow,
      positional: false,
    }),
};

/** The reply of XRANGE for one entry as a row. Throws Failure `server` for any other shape. */
export function entryRow(element: Reply): SingleMember {
  const [id, list] = asList(element);
  const flat = asList(list).map(asBytes);
  const fields: (readonly [Buffer, Buffer])[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) fields.push([flat[at] as Buffer, flat[at + 1] as Buffer]);
  const text = asText(id);
  if (!/^\d{1,20}-\d{1,20}$/.test(text)) throw new Failure('server', l10n.t('The server answered with an entry whose ID is none.'));
  return { kind: 'entry', id: text, fields };
}

const maxPart = (1n << 64n) - 1n;

/** The smallest ID above `id` (`(id`, which excludes, needs Redis 6.2). */
export function idAfter(id: string): string {
  const [ms = '0', sequence = '0'] = id.split('-');
  return BigInt(sequence) < maxPart ? `${ms}-${BigInt(sequence) + 1n}` : `${BigInt(ms) + 1n}-0`;
}
