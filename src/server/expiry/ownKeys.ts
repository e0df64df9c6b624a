import { keysOf } from '../../protocol/commands/keys.ts';
import type { Command, Context, ServerState } from '../state.ts';
import { findValue, isExpired, removeValue } from '../store/database.ts';
import { NO_EXPIRY } from '../store/value.ts';
import type { Bytes } from '../store/value.ts';

/* Keys that clients of a writable replica gave a time: no master will ever say that they are over. */

/** Keeps in mind what a client of a replica has just written, where that expires. */
export function rememberOwnKeys({ server, session, database }: Context, command: Command, args: readonly Bytes[]): void {
  if (session.master !== undefined || !command.flags.has('write')) return;
  for (const { index } of keysOf(command, args) ?? []) {
    const key = args[index] ?? '';
    const value = findValue(database, key);
    if (value === undefined || value.expireAt === NO_EXPIRY) continue;
    const { ownKeys } = server.expiry;
    const keys = ownKeys.get(database.index) ?? new Set();
    keys.add(key);
    ownKeys.set(database.index, keys);
  }
}

/** Removes those whose time is over. O(their number), and there are few. */
export function expireOwnKeys({ expiry, databases, clock, statistics }: ServerState): void {
  const now = Math.floor(clock.now());
  for (const [index, keys] of expiry.ownKeys) {
    const db = databases[index];
    for (const key of keys) {
      const value = db === undefined ? undefined : findValue(db, key);
      if (db === undefined || value === undefined || value.expireAt === NO_EXPIRY) keys.delete(key);
      else if (isExpired(value, now)) {
        removeValue(db, key);
        statistics.expired += 1;
        keys.delete(key);
      }
    }
  }
}

/** Their number (INFO slave_expires_tracked_keys). */
export function ownKeyCount({ expiry }: ServerState): number {
  return [...expiry.ownKeys.values()].reduce((sum, { size }) => sum + size, 0);
}
