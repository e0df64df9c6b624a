import { isPaused } from '../clients/pause.ts';
import type { ServerState } from '../state.ts';
import { startSync } from './sync.ts';
import { feed, newReplicationId } from './stream.ts';

const NEWLINE = Buffer.from('\n');

/** What a master does once a second for its replicas: it pings them, keeps those that wait awake and drops the silent ones. */
export function replicationCron(server: ServerState): void {
  const { replication, clock, config } = server;
  if (replication.backlog === undefined) return;
  const now = clock.now();
  if (now - replication.lastRoundAt < 1000) return;
  replication.lastRoundAt = now;
  const timeout = config.number('repl-timeout') * 1000;
  for (const session of [...replication.replicas]) {
    const { replica } = session;
    if (replica === undefined) continue;
    if (replica.stage === 'waiting') session.sendBytes(NEWLINE);
    else if (!replica.old && now - replica.heardAt > timeout) session.disconnect();
  }
  if (replication.replicas.size > 0 && now - replication.lastPingAt >= config.number('repl-ping-replica-period') * 1000 && !isPaused(server)) {
    replication.lastPingAt = now;
    feed(server, -1, ['ping']);
  }
  const delay = config.number('repl-diskless-sync-delay') * 1000;
  if ([...replication.replicas].some(({ replica }) => replica?.stage === 'waiting' && now - replica.heardAt >= delay)) startSync(server);
  const ttl = config.number('repl-backlog-ttl') * 1000;
  if (replication.replicas.size > 0 || ttl === 0 || now - replication.aloneSince <= ttl) return;
  // What is written from now on is in no stream: nobody may go on from here.
  replication.backlog = undefined;
  server.replicationId = newReplicationId(server);
}
