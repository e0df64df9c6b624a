import { monotonic } from '../clock.ts';
import { notify } from '../events.ts';
import type { EventPlace } from '../events.ts';
import type { ServerState } from '../state.ts';
import { endUnit, propagate } from '../replication/propagate.ts';
import { findValue, removeValue, signalChange, touchValue } from '../store/database.ts';
import { isStale, removeExpiredFields } from '../store/hashTimes.ts';
import { hashLength } from '../store/hashValue.ts';
import type { Bytes, HashValue } from '../store/value.ts';

/** Longest time of one active round, ms. */
const BUDGET = 3;
/** Hashes looked at before the time is. */
const BATCH = 64;

/** Removes the fields of a hash whose time is over and, with the last of its fields, the key. True if the key is gone. */
export function expireFields(place: EventPlace, key: Bytes, hash: HashValue, now: number): boolean {
  const { database } = place;
  if (!isStale(hash, now)) return false;
  touchValue(database, key, hash);
  const removed = removeExpiredFields(hash, now);
  if (removed.length === 0) return false;
  propagate(place.server, database.index, ['HDEL', key, ...removed]);
  notify(place, 'hash', 'hexpired', key);
  const gone = hashLength(hash) === 0;
  if (gone) {
    removeValue(database, key);
    notify(place, 'generic', 'del', key);
  }
  signalChange(database, key, true);
  return gone;
}

/** One round over the hashes of which fields expire; the next goes on where it stopped. */
export function expireFieldsActively(server: ServerState): void {
  if (!server.expiry.active || server.replication.link !== undefined) return;
  const started = monotonic();
  const now = Math.floor(server.clock.now());
  for (const database of server.databases) {
    for (let looked = 0, all = database.fieldKeys.size; looked < all; looked += 1) {
      if (looked % BATCH === BATCH - 1 && monotonic() - started > BUDGET) return;
      database.fieldSweep ??= database.fieldKeys.values();
      const step = database.fieldSweep.next();
      if (step.done === true) database.fieldSweep = undefined;
      else expireIn({ server, database }, step.value, now);
    }
  }
}

function expireIn(place: EventPlace, key: Bytes, now: number): void {
  const { database } = place;
  const value = findValue(database, key);
  // Hashes that went, or lost their times, are still in the list.
  if (value?.type !== 'hash' || value.times === undefined || value.times.at.size === 0) database.fieldKeys.delete(key);
  else if (isStale(value, now)) {
    expireFields(place, key, value, now);
    endUnit(place.server);
  }
}
