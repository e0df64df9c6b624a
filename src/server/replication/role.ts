import { releaseBlocked } from '../run/blocking.ts';
import type { ServerState } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { connectLink } from './link.ts';
import type { MasterLink } from './state.ts';
import { continueStream, flushStream, newReplicationId } from './stream.ts';
import { disconnectReplicas } from './sync.ts';

/** Lets go of the master, if there is one, and answers what is needed to go on with its stream. */
function leaveMaster({ replication }: ServerState): MasterLink['cached'] {
  const { link } = replication;
  if (link === undefined) return undefined;
  replication.link = undefined;
  link.session?.disconnect();
  link.socket?.destroy();
  return link.cached;
}

/**
 * REPLICAOF host port: from now on the server follows that master. What it was is no reason for a snapshot: it asks for the stream from
 * where it stands, under the ID it knows. `answered`: FAILOVER asks that one to take over, and hears that it has answered.
 */
export function followMaster(server: ServerState, host: Bytes, port: number, answered?: (accepted: boolean) => void): void {
  const { replication, config } = server;
  const wasMaster = replication.link === undefined;
  const cached = wasMaster ? { database: replication.recalled } : leaveMaster(server);
  releaseBlocked(server);
  flushStream(server);
  const link: MasterLink = {
    host, port, stage: 'connect', socket: undefined, session: undefined, cached, downSince: 0, heardAt: 0, transfer: undefined, read: replication.offset, marked: false,
    pause: 0, notBefore: 0, acknowledge: () => undefined, takesOver: answered !== undefined, answered: answered ?? ((): void => undefined),
  };
  replication.link = link;
  config.start('replicaof', `${host} ${port}`);
  connectLink(server, link);
}

/**
 * Takes up the stream where the file that was loaded at the start left it: a replica asks its master to go on there, and replicas of a
 * master come back to it without a snapshot. Not where keys expired meanwhile that replicas were told nothing of.
 */
export function recallStream(server: ServerState): void {
  const { replication, config, saving } = server;
  const { stream: { id, offset, database }, expired } = saving.loaded;
  if (id === '' || !Number.isSafeInteger(offset) || offset < 0 || expired > 0) return;
  replication.offset = offset;
  if (config.get('replicaof') === '') replication.second = { id, until: offset + 1 };
  else server.replicationId = id;
  replication.recalled = server.databases[database] === undefined ? 0 : database;
  continueStream(server);
}

/** REPLICAOF NO ONE: the stream goes on as its own, under a new ID; replicas know it up to here under the old one. */
export function becomeMaster(server: ServerState): void {
  const { replication, clock, config } = server;
  if (replication.link === undefined) return;
  leaveMaster(server);
  replication.recalled = 0;
  server.expiry.ownKeys.clear();
  flushStream(server);
  replication.second = { id: server.replicationId, until: replication.offset + 1 };
  server.replicationId = newReplicationId(server);
  disconnectReplicas(server);
  replication.database = -1;
  replication.aloneSince = clock.now();
  config.start('replicaof', 'no one');
}

/** The server ends: nothing is tried again. */
export function endLink(server: ServerState): void {
  leaveMaster(server);
}
