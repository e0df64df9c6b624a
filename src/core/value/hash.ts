import { asBytes } from '../connection/reply.ts';
import type { MemberType } from './memberSource.ts';
import { createScannedMembers } from './scannedMembers.ts';

/** Fields with their values, by HSCAN. */
export const hash: MemberType = {
  lengthCommand: 'HLEN',
  createSource: (deps) =>
    createScannedMembers(deps, { command: 'HSCAN', width: 2, row: (field, value) => ({ kind: 'field', field, value: asBytes(value) }) }),
};
