import { asText } from '../connection/reply.ts';
import type { Session } from '../connection/session.ts';
import { isFailure } from '../failure.ts';
import type { KeyType } from './keyspace.ts';

/** Commands of one pipeline: more would keep replies of other sessions' work waiting. */
const pipeline = 1000;

/**
 * TYPE of each name, by pipelines: `none` for one that is gone, undefined where TYPE is not permitted or failed for that
 * one. Throws Failure if the link fails.
 */
export async function readTypes(session: Session, names: readonly Buffer[]): Promise<(KeyType | 'none' | undefined)[]> {
  const types: (KeyType | undefined)[] = [];
  for (let from = 0; from < names.length; from += pipeline) {
    const replies = await session.sendAll(names.slice(from, from + pipeline).map((name) => ['TYPE', name]));
    for (const reply of replies) types.push(isFailure(reply) ? undefined : asText(reply));
  }
  return types;
}
