import { parseInfo } from '../connection/capabilities.ts';
import { mayRun, readsVersion } from '../replicate/permission.ts';
import { readsRdb, rdbVersionOf } from '../replicate/rdbVersions.ts';
import type { CloneDeps, CloneRequest } from './clone.ts';
import type { EngineName } from './engine.ts';
import type { PlannedEnd } from './plan.ts';

/**
 * What the target cannot be told of a value: how many entries a stream has seen and its groups have read (which came with Redis 7.0), when
 * consumers were last seen (no command sets that); or hashes with fields that expire (Redis 7.4), which are not copied at all then.
 */
export type Loss = 'stream-counters' | 'last-seen' | 'field-times';

/** The first version of RDB with the counters of streams; payloads that are written anew are of an older one. */
const FIRST_WITH_COUNTERS = 10;

/** What would be lost on the way, as far as both sides tell; of streams if there are any. Writes nothing. Rejects with Failure. */
export async function lossesOf(deps: CloneDeps, { source, target, scope }: CloneRequest, engine: EngineName, from: PlannedEnd, to: PlannedEnd, signal: AbortSignal): Promise<readonly Loss[]> {
  if (engine === 'copy') return [];
  const has = (type: string): boolean => scope.types?.includes(type) ?? true;
  const byCommands = engine === 'commands' || to.forbidden.includes('RESTORE');
  const [written, own] = [rdbVersionOf(from.facts), rdbVersionOf(to.facts)];
  const [here, there] = [source, target].map(({ profile, database }) => deps.sessions.acquire(profile, database));
  const found: Loss[] = [];
  try {
    if (here === undefined || there === undefined) return found;
    if (has('stream')) {
      const asked = !byCommands && written !== undefined && target.profile.access === 'read-write' ? await readsVersion(there, written, signal) : undefined;
      const taken = asked ?? (written === undefined || own === undefined || readsRdb(own, written));
      const counts = byCommands ? own === undefined || own >= FIRST_WITH_COUNTERS : taken;
      if (!counts && (written ?? 0) >= FIRST_WITH_COUNTERS) found.push('stream-counters');
      if (byCommands) found.push('last-seen');
    }
    if (has('hash')) {
      const [keyspace] = await here.sendAll([['INFO', 'keyspace']], { signal });
      const info = parseInfo(Buffer.isBuffer(keyspace) ? keyspace.toString('latin1') : '');
      const expire = /(?:^|,)subexpiry=[1-9]/.test(info.get(`db${String(source.database)}`) ?? '');
      if (expire && await mayRun(there, target.profile, ['HPEXPIREAT', 'k', '1', 'FIELDS', '1', 'f'], ['HPEXPIREAT'], signal) === 'missing') found.push('field-times');
    }
    return found;
  } finally {
    here?.release();
    there?.release();
  }
}
