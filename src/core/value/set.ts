import type { MemberType } from './memberSource.ts';
import { createScannedMembers } from './scannedMembers.ts';

/** Members, by SSCAN. */
export const set: MemberType = {
  lengthCommand: 'SCARD',
  createSource: (deps) => createScannedMembers(deps, { command: 'SSCAN', width: 1, row: (member) => ({ kind: 'member', member }) }),
};
