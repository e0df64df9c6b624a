import type { CommandLogEntry, WriteRequest } from '../../src/core/connection/ports.ts';
import type { Access, ConnectionProfile, TlsOptions } from '../../src/core/connection/profile.ts';
import type { Sessions } from '../../src/core/connection/session.ts';
import { createSessions, type SessionsDeps } from '../../src/core/connection/sessions.ts';
import { Failure } from '../../src/core/failure.ts';

/** Sessions as a test needs them: passwords from a table, the log in an array, every write confirmed. */
export interface TestSessions extends Sessions {
  readonly log: CommandLogEntry[];
  readonly asked: WriteRequest[];
  /** By profile id; may change while running. */
  readonly passwords: Map<string, string>;
}

export function createTestSessions(overrides: Partial<SessionsDeps> = {}): TestSessions {
  const log: CommandLogEntry[] = [];
  const asked: WriteRequest[] = [];
  const passwords = new Map<string, string>();
  const sessions = createSessions({
    secrets: { password: async (id) => passwords.get(id) },
    practice: {
      connect: async () => {
        throw new Failure('closed', 'No practice server here.');
      },
    },
    clock: { now: () => Date.now(), elapsed: () => performance.now() },
    log: (entry) => void log.push(entry),
    confirmWrite: async (request) => {
      asked.push(request);
      return true;
    },
    ...overrides,
  });
  return { ...sessions, log, asked, passwords };
}

/** The profile of a server on this machine; its id is its port unless one is given. */
export function testProfile(
  server: { readonly port: number; readonly host?: string },
  options: { readonly id?: string; readonly access?: Access; readonly username?: string; readonly tls?: TlsOptions } = {},
): ConnectionProfile {
  const { id = `test-${server.port}`, access = 'read-write', username, tls } = options;
  return {
    id,
    name: `Test ${id}`,
    endpoint: { kind: 'tcp', host: server.host ?? '127.0.0.1', port: server.port, ...(tls === undefined ? {} : { tls }) },
    access,
    ...(username === undefined ? {} : { username }),
  };
}
