import type { Session } from '../connection/session.ts';
import { isFailure } from '../failure.ts';

/** HPEXPIRETIME of fields, ms since the epoch, -1: never, -2: there is no such field; nothing at all where the server knows of no such times. Rejects with Failure. */
export async function fieldTimes(session: Session, key: Buffer, fields: readonly Buffer[], signal: AbortSignal): Promise<readonly number[]> {
  try {
    const reply = await session.send(['HPEXPIRETIME', key, 'FIELDS', String(fields.length), ...fields], { signal });
    return Array.isArray(reply) ? reply.map(Number) : [];
  } catch (error) {
    if (isFailure(error, 'unsupported')) return [];
    throw error;
  }
}
