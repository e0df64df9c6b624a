import { monotonic } from '../clock.ts';
import { notify } from '../events.ts';
import { sampleLatency } from '../observing/latency/monitor.ts';
import type { ServerState } from '../state.ts';
import { expireCycle, signalChange } from '../store/database.ts';
import { dictSize } from '../store/dict.ts';
import { endUnit, propagateGone } from '../replication/propagate.ts';
import type { Bytes } from '../store/value.ts';
import { expireOwnKeys } from './ownKeys.ts';

/** What active expiry does and remembers. */
export interface ExpiryState {
  /** DEBUG SET-ACTIVE-EXPIRE. */
  active: boolean;
  /** The database with which the next round begins. */
  nextDatabase: number;
  /** Estimated share of keys that are past their time and still there, percent: a running average. */
  stalePercent: number;
  /** Rounds that ended because their time was over. */
  capped: number;
  /** Time spent, ms. */
  spent: number;
  /** True while a round is due before the next cron. */
  due: boolean;
  /** Of a replica: keys that its own clients gave a time, by database. */
  readonly ownKeys: Map<number, Set<Bytes>>;
}

export function createExpiryState(): ExpiryState {
  return { active: true, nextDatabase: 0, stalePercent: 0, capped: 0, spent: 0, due: false, ownKeys: new Map() };
}

/** Longest time of one round at the lowest effort, ms: well under what a person or another extension would notice. */
const BUDGET = 6;
/** The pause before the next round while there is more to do, ms. */
const PAUSE = 5;

/**
 * One round over the keys that have an expiry, as Redis's cycle goes: a few at a time, on with the same database for as long as
 * more of them are past their time than active-expire-effort accepts, and no longer than some ms.
 */
export function expireActively(server: ServerState): void {
  const { expiry, databases } = server;
  // A replica waits until its master says so.
  if (server.replication.link !== undefined) return expireOwnKeys(server);
  if (!expiry.active) return;
  const effort = server.config.number('active-expire-effort') - 1;
  const keys = 20 + 5 * effort;
  const budget = BUDGET + effort / 2;
  const started = monotonic();
  const now = Math.floor(server.clock.now());
  let looked = 0;
  let removed = 0;
  let over = false;
  for (let count = 0; count < databases.length && !over; count += 1) {
    const db = databases[expiry.nextDatabase % databases.length];
    expiry.nextDatabase = (expiry.nextDatabase + 1) % databases.length;
    if (db === undefined) continue;
    for (let loop = 1; dictSize(db.volatile) > 0; loop += 1) {
      const round = expireCycle(db, now, keys, (key) => {
        server.statistics.expired += 1;
        propagateGone(server, db, key, 'expire');
        endUnit(server);
        notify({ server, database: db }, 'expired', 'expired', key);
        signalChange(db, key, true);
      });
      looked += round.looked;
      removed += round.removed;
      if (round.looked === 0 || round.removed * 100 <= round.looked * (10 - effort)) break;
      over = loop % 8 === 0 && monotonic() - started > budget;
      if (over) break;
    }
  }
  const took = monotonic() - started;
  expiry.spent += took;
  sampleLatency(server, 'expire-cycle', took);
  expiry.stalePercent = (looked === 0 ? 0 : (removed * 100) / looked) * 0.05 + expiry.stalePercent * 0.95;
  if (!over) return;
  expiry.capped += 1;
  if (!server.timers || expiry.due) return;
  expiry.due = true;
  setTimeout(() => {
    expiry.due = false;
    // The data belong to the script that runs; the cron comes again.
    if (server.scripting.running === undefined) expireActively(server);
  }, PAUSE).unref();
}
