import { pauseClients, unpauseClients } from '../clients/pauseClients.ts';
import type { ServerState } from '../state.ts';
import { replicasOf, type ReplicaReport } from './report.ts';
import { becomeMaster, followMaster } from './role.ts';
import type { FailoverTarget } from './state.ts';

/** Ends FAILOVER, come to its end or not: clients may write again. */
function clear(server: ServerState): void {
  server.replication.failover = undefined;
  unpauseClients(server);
}

/** Begins to hand the mastership over: nobody writes, until a replica has everything. `until`: ms since the epoch; 0: as long as it takes. */
export function startFailover(server: ServerState, target: FailoverTarget | undefined, until: number, forced: boolean): void {
  server.replication.failover = { stage: 'waiting-for-sync', target, until, forced };
  pauseClients(server, false, Infinity);
}

/** FAILOVER ABORT, and what it comes to where the replica does not take over: all is as it was. */
export function abortFailover(server: ServerState, why: string): void {
  server.outside.log('notice', `FAILOVER ABORTED: ${why}`);
  if (server.replication.failover?.stage === 'failover-in-progress') becomeMaster(server);
  clear(server);
}

/** A round of it: looks whether the replica has caught up, or the time is over. */
export function failoverCron(server: ServerState): void {
  const { replication, clock } = server;
  const { failover } = replication;
  if (failover?.stage !== 'waiting-for-sync') return;
  const isTarget = ({ ip, port }: ReplicaReport): boolean => failover.target === undefined || (failover.target.host === ip && failover.target.port === port);
  const ready = replicasOf(server).find((replica) => replica.stage === 'online' && replica.acknowledged === replication.offset && isTarget(replica));
  const over = failover.until > 0 && clock.now() >= failover.until;
  if (over && !failover.forced) return abortFailover(server, 'Replica never caught up before timeout');
  const chosen = over ? failover.target : ready && { host: ready.ip, port: ready.port };
  if (chosen === undefined) return;
  if (over) server.outside.log('notice', `Failover to ${chosen.host}:${chosen.port} time out exceeded, failing over.`);
  failover.stage = 'failover-in-progress';
  server.outside.log('notice', `Failover target is ${chosen.host}:${chosen.port}`);
  followMaster(server, chosen.host, chosen.port, (accepted) => {
    if (replication.failover !== failover) return;
    if (accepted) clear(server);
    else abortFailover(server, 'Failover target rejected psync request');
  });
}
