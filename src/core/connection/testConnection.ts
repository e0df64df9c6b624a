import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import { openLink, type LinkDeps, type LinkTimeouts } from './link.ts';
import type { ConnectionProfile } from './profile.ts';
import type { ServerFacts } from './session.ts';
import { defaultTimeouts } from './sessions.ts';

/** What a test of a connection needs; without `log` nothing is logged. */
export interface TestConnectionDeps extends Pick<LinkDeps, 'practice' | 'clock'> {
  readonly log?: LinkDeps['log'];
  readonly timeouts?: Partial<LinkTimeouts>;
}

/**
 * Connects as the profile says with a password that is not saved yet, asks what the server is, and disconnects.
 * Throws Failure.
 */
export async function testConnection(
  deps: TestConnectionDeps,
  profile: ConnectionProfile,
  password: string | undefined,
  signal?: AbortSignal,
): Promise<ServerFacts> {
  const link = await openLink(
    { practice: deps.practice, clock: deps.clock, log: deps.log ?? (() => undefined), timeouts: { ...defaultTimeouts, ...deps.timeouts } },
    { profile, database: profile.database ?? 0, password, unknownRunId: 'unknown', ...(signal === undefined ? {} : { signal }) },
  );
  link.close(new Failure('closed', l10n.t('The test of the connection is over.')));
  return link.facts;
}
