import { isPaused } from '../clients/pause.ts';
import type { ServerState } from '../state.ts';
import { startSync } from './sync.ts';
import { failoverCron } from './failover.ts';
import { linkCron } from './link.ts';
import { feed, newReplicationId } from './stream.ts';

const NEWLINE = Buffer.from('\n');

/** What is done once a second: a replica looks after the way to its master; a master pings its replicas, keeps those that wait awake and drops the silent ones. */
export function replicationCron(server: ServerState): void {
  const { replication, clock, config } = server;
  failoverCron(server);
  const now = clock.now();
  if (now - replication.lastRoundAt < 1000) return;
  replication.lastRoundAt = now;
  const { link } = replication;
  if (link !== undefined) linkCron(server, link);
  if (replication.backlog === undefined) return;
  const timeout = config.number('repl-timeout') * 1000;
  for (const session of [...replication.replicas]) {
    const { replica } = session;
    if (replica === undefined) continue;
    if (replica.stage === 'waiting' || (replication.job?.onDisk === true && replication.job.members.has(session))) session.sendBytes(NEWLINE);
    else if (!replica.old && now - replica.heardAt > timeout) session.disconnect();
  }
  // A replica's replicas get the pings of its master.
  if (link === undefined && replication.replicas.size > 0 && now - replication.lastPingAt >= config.number('repl-ping-replica-period') * 1000 && !isPaused(server)) {
    replication.lastPingAt = now;
    feed(server, -1, ['ping']);
  }
  const delay = config.number('repl-diskless-sync-delay') * 1000;
  if ([...replication.replicas].some(({ replica }) => replica?.stage === 'waiting' && now - replica.heardAt >= delay)) startSync(server);
  const ttl = config.number('repl-backlog-ttl') * 1000;
  if (link !== undefined || replication.replicas.size > 0 || ttl === 0 || now - replication.aloneSince <= ttl) return;
  // What is written from now on is in no stream: nobody may go on from here.
  replication.backlog = undefined;
  server.replicationId = newReplicationId(server);
  replication.second = undefined;
}
