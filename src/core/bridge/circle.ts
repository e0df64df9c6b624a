import type { ConnectionProfile } from '../connection/profile.ts';
import type { Sessions } from '../connection/session.ts';
import { endpointLabel } from '../connection/url.ts';
import { Failure } from '../failure.ts';
import { displayShort } from '../keyspace/display.ts';
import { l10n } from '../../l10n.ts';
import { claimOf, LONGEST_TEXT, lookAtServer, meets, readsOf, type Claim, type Reads } from './holders.ts';
import { createMapping, type BridgeScope } from './mapping.ts';

/** What a bridge that is to be does: which keys of `source` it reads, and which of `target` it writes. */
export interface Course {
  readonly source: ConnectionProfile;
  readonly target: ConnectionProfile;
  readonly reads: Reads;
  readonly writes: Claim;
}

/** What a bridge with this scope does. Rejects with Failure where the source cannot be reached. */
export async function courseOf(sessions: Sessions, source: ConnectionProfile, target: ConnectionProfile, scope: BridgeScope, signal: AbortSignal): Promise<Course> {
  const mapping = createMapping(scope);
  return {
    source, target, writes: claimOf(mapping, scope.databases?.values()),
    reads: readsOf(mapping, scope.databases?.keys(), await runIdOf(sessions, source, signal)),
  };
}

async function runIdOf(sessions: Sessions, profile: ConnectionProfile, signal: AbortSignal): Promise<string> {
  const session = sessions.acquire(profile, 0);
  try {
    return (await session.ready(signal)).runId;
  } finally {
    session.release();
  }
}

/** What stands for one that a server does not tell is another one in each window. */
const isRunId = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);

/** Failure `bad-input` where another bridge, from target to source, would bring back what this one writes, which would go round for ever. Rejects with Failure. */
export async function circleOf(sessions: Sessions, { source, target, reads, writes }: Course, id: string, signal: AbortSignal): Promise<Failure | undefined> {
  const runId = await runIdOf(sessions, target, signal);
  const { holders } = await lookAtServer(sessions, source, signal);
  const back = holders.find((one) => one.id !== id && isRunId(runId) && one.reads?.runId === runId && meets(one, reads) && meets(one.reads, writes));
  if (back === undefined) return undefined;
  return new Failure('bad-input', l10n.t('A live bridge from {0} to {1} is under way (its window: {2}): with one that leads back each change would go round for ever. Liberate that one first, or choose another target.', endpointLabel(target), endpointLabel(source), displayShort(Buffer.from(back.window), LONGEST_TEXT)));
}

/** Rejects with what `circleOf` finds. */
export async function refuseCircle(...[sessions, course, id, signal]: Parameters<typeof circleOf>): Promise<void> {
  const circle = await circleOf(sessions, course, id, signal);
  if (circle !== undefined) throw circle;
}
