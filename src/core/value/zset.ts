import { asText } from '../connection/reply.ts';
import type { MemberType } from './memberSource.ts';
import { createScannedMembers } from './scannedMembers.ts';

/** Members with their scores, by ZSCAN; scores stay the text that the server sent. */
export const zset: MemberType = {
  lengthCommand: 'ZCARD',
  createSource: (deps) =>
    createScannedMembers(deps, { command: 'ZSCAN', width: 2, row: (member, score) => ({ kind: 'scored', member, score: asText(score) }) }),
};
