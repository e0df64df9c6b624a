import type { Session } from '../../../src/core/connection/session.ts';
import type { ScanOptions } from '../../../src/core/keyspace/keyspace.ts';
import { createTestSessions, testProfile } from '../testSessions.ts';
import type { BenchScope } from './case.ts';

/** The clock that the extension uses. */
export const benchClock = { now: () => Date.now(), elapsed: () => performance.now() };

/** The defaults of the settings. */
export const benchOptions: ScanOptions = { pageSize: 500, budget: 1000, maxCount: 10_000, delimiter: Buffer.from(':'), maxRows: 5000 };

/** A session of ours to a server of the bench, connected; it keeps no log. */
export async function benchSession(scope: BenchScope, server: { readonly port: number }): Promise<Session> {
  const sessions = createTestSessions({ log: () => undefined });
  scope.defer(() => sessions.dispose());
  const session = sessions.acquire(testProfile(server), 0);
  await session.ready();
  await session.send(['PING']);
  return session;
}
