import { asBytes } from '../connection/reply.ts';
import type { MemberType } from './memberSource.ts';
import { createWindowedMembers } from './windowedMembers.ts';

/** Items by index, by LRANGE windows. Equal items are different rows. */
export const list: MemberType = {
  lengthCommand: 'LLEN',
  createSource: (deps) =>
    createWindowedMembers(deps, {
      command: (key, rows, count) => ['LRANGE', key, String(rows.length), String(rows.length + count - 1)],
      row: (element, index) => ({ kind: 'item', index, value: asBytes(element) }),
      positional: true,
    }),
};
