import type { ReplicaDeps, Vault } from '../../src/core/replicate/replica.ts';
import type { Replication, ReplicationState } from '../../src/core/replicate/state.ts';
import { sleep } from '../../src/core/connection/waiting.ts';
import type { TestSessions } from './testSessions.ts';

/** A vault that can be looked into. */
export function createTestVault(): Vault & { readonly texts: ReadonlyMap<string, string> } {
  const texts = new Map<string, string>();
  return {
    texts,
    get: async (id) => texts.get(id),
    async set(id, text) {
      if (text === undefined) texts.delete(id);
      else texts.set(id, text);
    },
  };
}

/** What replication needs, with clocks that go ten times as fast between two looks. */
export function replicaDeps(sessions: TestSessions, vault: Vault): ReplicaDeps {
  return {
    sessions, vault,
    clock: { now: () => Date.now(), elapsed: () => performance.now() },
    password: async (id) => sessions.passwords.get(id),
    patience: 5000,
    pause: (ms, signal) => sleep(ms / 10, signal),
  };
}

/** Resolves with the first state for which that is true, from the present one on. */
export function untilState(replication: Replication, is: (state: ReplicationState) => boolean): Promise<ReplicationState> {
  return new Promise((resolve) => {
    const look = (state: ReplicationState): void => {
      if (!is(state)) return;
      unlisten();
      resolve(state);
    };
    const unlisten = replication.onDidChange(look);
    look(replication.state);
  });
}
