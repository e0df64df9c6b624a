import { expireActively } from './expiry/activeExpiry.ts';
import { serveReady, timeOutWaits } from './run/blocking.ts';
import { expireFieldsActively } from './expiry/fieldExpiry.ts';
import { makeRoom } from './memory/evict.ts';
import { usedMemory, weighOthers } from './memory/used.ts';
import { evictClients } from './clients/clientEviction.ts';
import { monotonic } from './clock.ts';
import { exceedsOutputLimit } from './clients/outputLimit.ts';
import { isPaused } from './clients/pause.ts';
import { saveIfDue } from './persistence/save.ts';
import { endPause } from './clients/pauseClients.ts';
import { isSubscriber } from './clients/pubsub.ts';
import { resizeReplyBuffer } from './clients/replyBuffer.ts';
import { isReplica } from './replication/state.ts';
import { replicationCron } from './replication/cron.ts';
import { endUnit } from './replication/propagate.ts';
import type { ServerState } from './state.ts';
import { sampleRates } from './observing/statistics.ts';
import { dictRehash, dictShrinkIfNeeded } from './store/dict.ts';
import { limitTable } from './clients/tracking.ts';

/** Longest time of one round, ms: well under what a person or another extension would notice. */
const BUDGET = 8;

/** One round of what Redis does `hz` times a second: active expiry, resizing and rehashing, idle clients. */
export function serverCron(server: ServerState): void {
  // The data belong to the script that runs.
  if (server.scripting.running !== undefined) return;
  // While DEBUG SLEEP holds the server up nothing happens.
  if (server.cronPaused || server.clock.now() < server.asleepUntil) return;
  const started = monotonic();
  const spent = (): number => monotonic() - started;
  const now = Math.floor(server.clock.now());
  endPause(server);
  saveIfDue(server);
  // The data stand still while clients are paused.
  if (!isPaused(server)) {
    expireActively(server);
    expireFieldsActively(server);
  }
  const rehashes = server.config.get('activerehashing') === 'yes';
  for (const db of server.databases) {
    for (const dict of [db.dict, db.volatile]) {
      dictShrinkIfNeeded(dict);
      // Else only what is done with the keys moves them.
      while (rehashes && dict.rehashIndex !== -1 && spent() < BUDGET) dictRehash(dict, 100);
    }
  }
  weighOthers(server);
  // Without a limit this weighs what has changed, and keeps the peak.
  if (makeRoom(server)) usedMemory(server);
  sampleRates(server.statistics, now);
  if (server.tracking.clients > 0) limitTable(server);
  endUnit(server);
  replicationCron(server);
  timeOutWaits(server);
  serveReady(server);
  evictClients(server);
  for (const session of server.sessions.values()) {
    resizeReplyBuffer(server, session, now);
    if (session.overSoftLimitSince !== undefined && exceedsOutputLimit(server, session, session.buffers().output)) session.disconnect();
  }
  const timeout = server.config.number('timeout') * 1000;
  if (timeout > 0) for (const session of server.sessions.values()) if (session.wait === undefined && !session.monitoring && !isReplica(session) && !isSubscriber(session) && now - session.lastUsed > timeout) session.disconnect();
}
