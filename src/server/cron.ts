import { serveReady, timeOutWaits } from './blocking.ts';
import { notify } from './events.ts';
import { isSubscriber } from './pubsub.ts';
import type { ServerState } from './state.ts';
import { expireCycle, touchWatchers } from './store/database.ts';
import { dictRehash, dictShrinkIfNeeded } from './store/dict.ts';

/** Longest time of one round, ms: well under what a person or another extension would notice. */
const BUDGET = 8;
/** Keys looked at before the time is looked at. */
const BATCH = 64;

/** One round of what Redis does `hz` times a second: active expiry, resizing and rehashing, idle clients. */
export function serverCron(server: ServerState): void {
  const started = performance.now();
  const spent = (): number => performance.now() - started;
  const now = Math.floor(server.clock.now());
  for (const db of server.databases) {
    while (server.activeExpiry && spent() < BUDGET) {
      const { looked, removed } = expireCycle(db, now, BATCH, (key) => {
        server.statistics.expired += 1;
        notify({ server, database: db }, 'expired', 'expired', key);
        touchWatchers(db, key);
      });
      // As in Redis: where fewer than a tenth have expired the rest can wait for the next round.
      if (looked < BATCH || removed * 10 < looked) break;
    }
    dictShrinkIfNeeded(db.dict);
    while (db.dict.rehashIndex !== -1 && spent() < BUDGET) dictRehash(db.dict, 100);
  }
  timeOutWaits(server);
  serveReady(server);
  const timeout = server.config.number('timeout') * 1000;
  if (timeout > 0) for (const session of server.sessions.values()) if (session.wait === undefined && !isSubscriber(session) && now - session.lastUsed > timeout) session.disconnect();
}
