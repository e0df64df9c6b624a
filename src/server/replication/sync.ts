import { monotonic } from '../clock.ts';
import { librarySources } from '../persistence/save.ts';
import { startSnapshot } from '../persistence/snapshot.ts';
import type { ServerState, Session } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { systemError } from '../systemError.ts';
import { isReplica, replicaOf } from './state.ts';
import type { Replica } from './state.ts';
import { createSpool, type Spool } from './spool.ts';
import { flushStream, lastBytes, startBacklog } from './stream.ts';

/** Bytes after which a piece of a snapshot is sent. */
const PIECE = 1024 * 1024;
/** Bytes that may wait for a replica before its snapshot pauses. */
const AHEAD = 4 * 1024 * 1024;
/** How long a snapshot holds the thread at once, ms. */
const SLICE = 5;

function text(session: Session, line: string): void {
  session.sendBytes(Buffer.from(line, 'latin1'));
}

/** A client becomes a replica that waits for a snapshot. */
export function enlist(server: ServerState, session: Session, old: boolean): void {
  const { replication } = server;
  const replica = replicaOf(session);
  flushStream(server);
  if (replication.backlog === undefined) startBacklog(server);
  Object.assign(replica, { stage: 'waiting', old, heardAt: server.clock.now() });
  replication.replicas.add(session);
  replication.counts.full += 1;
  server.outside.log('notice', `Replica ${session.address} asks for synchronization`);
  const delay = server.config.number('repl-diskless-sync-delay');
  // Others may come within the delay and share the snapshot.
  if (!withoutDisk(server, replica) || delay === 0) startSync(server);
}

/** PSYNC: goes on where the replica left the stream, if the backlog has that. False: it needs a snapshot. `from`: the first byte it lacks. */
export function resume(server: ServerState, session: Session, id: Bytes, from: number): boolean {
  const { replication } = server;
  flushStream(server);
  const { backlog, offset } = replication;
  const { second } = replication;
  const known = backlog !== undefined && (id === server.replicationId || (id === second?.id && from <= second.until));
  if (!known || from > offset + 1 || from < offset - backlog.length + 1) {
    if (id !== '?') replication.counts.refused += 1;
    return false;
  }
  const replica = replicaOf(session);
  Object.assign(replica, { stage: 'online', old: false, heardAt: server.clock.now() });
  replication.replicas.add(session);
  replication.counts.partial += 1;
  text(session, replica.psync2 ? `+CONTINUE ${server.replicationId}\r\n` : '+CONTINUE\r\n');
  session.sendBytes(lastBytes(backlog, offset + 1 - from));
  server.outside.log('notice', `Partial resynchronization request from ${session.address} accepted. Sending ${offset + 1 - from} bytes of backlog starting from offset ${from}.`);
  return true;
}

function withoutDisk(server: ServerState, replica: Replica): boolean {
  return replica.eof && server.config.get('repl-diskless-sync') === 'yes';
}

/** Starts a snapshot for the replicas that wait, unless one is written already, to them or to a file. */
export function startSync(server: ServerState): void {
  const { replication, saving, clock } = server;
  if (replication.job !== undefined || saving.background !== undefined || server.scripting.running !== undefined) return;
  const waiting = [...replication.replicas].filter(({ replica }) => replica?.stage === 'waiting');
  const first = waiting[0]?.replica;
  if (first === undefined) return;
  // All that share a snapshot get it in the same form.
  const members = new Set(waiting.filter(({ replica }) => replica?.functionsOnly === first.functionsOnly && withoutDisk(server, replica) === withoutDisk(server, first)));
  const marked = withoutDisk(server, first);
  flushStream(server);
  // Whatever comes after the snapshot names its database first.
  replication.database = -1;
  let spool: Spool | undefined;
  try {
    if (!marked) spool = createSpool(server);
  } catch (error) {
    server.outside.log('warning', `Synchronization with replicas failed: ${systemError(error)}`);
    for (const session of members) session.disconnect();
    return;
  }
  const snapshot = startSnapshot(server, librarySources(server), first.functionsOnly ? [] : server.databases);
  const mark = Array.from({ length: 40 }, () => Math.floor(server.random() * 16).toString(16)).join('');
  for (const session of members) {
    const replica = replicaOf(session);
    replica.stage = 'sending';
    replica.held = [];
    if (!replica.old) text(session, `+FULLRESYNC ${server.replicationId} ${replication.offset}\r\n`);
    if (marked) text(session, `$EOF:${mark}\r\n`);
  }
  const send = (bytes: Buffer): void => {
    for (const session of members) {
      replicaOf(session).heardAt = clock.now();
      session.sendBytes(bytes);
    }
  };
  const step = (): boolean => {
    const since = monotonic();
    const more = snapshot.step(() => monotonic() - since > SLICE || snapshot.held() > PIECE);
    if (spool === undefined) send(snapshot.take());
    else {
      snapshot.drain((bytes) => spool.write(bytes));
      for (const session of members) replicaOf(session).heardAt = clock.now();
    }
    return more;
  };
  const abandon = (): void => {
    replication.job = undefined;
    snapshot.stop();
    spool?.close();
    for (const session of members) session.disconnect();
  };
  const end = (): void => {
    replication.job = undefined;
    if (spool === undefined) {
      send(Buffer.from(mark));
      flushStream(server);
      for (const session of members) delivered(server, session, marked);
    } else sendSpool(server, spool, members);
    startSync(server);
  };
  const job = { members, onDisk: !marked, abandon };
  replication.job = job;
  const turn = (): void => {
    if (replication.job !== job) return;
    if (members.size === 0) return abandon();
    // One that takes nothing is cut off after repl-timeout.
    if ([...members].some(isBehind)) return void setTimeout(turn, 5);
    try {
      if (step()) return void setImmediate(turn);
    } catch (error) {
      server.outside.log('warning', `Synchronization with replicas failed: ${systemError(error)}`);
      return abandon();
    }
    end();
  };
  setImmediate(turn);
}

function isBehind(session: Session): boolean {
  return session.buffers().output > AHEAD;
}

/** Sends a snapshot that is on the disk, to each replica as fast as that takes it. */
function sendSpool(server: ServerState, spool: Spool, members: ReadonlySet<Session>): void {
  const sent = new Map([...members].map((session) => [session, 0]));
  for (const session of members) text(session, `$${spool.size}\r\n`);
  const sendTo = (session: Session, at: number): void => {
    if (isBehind(session)) return;
    const bytes = spool.read(at, PIECE);
    replicaOf(session).heardAt = server.clock.now();
    session.sendBytes(bytes);
    sent.set(session, at + bytes.length);
    if (at + bytes.length < spool.size) return;
    sent.delete(session);
    delivered(server, session, false);
  };
  const turn = (): void => {
    for (const [session, at] of sent) {
      try {
        if (server.replication.replicas.has(session)) sendTo(session, at);
        else sent.delete(session);
      } catch (error) {
        server.outside.log('warning', `Synchronization with replicas failed: ${systemError(error)}`);
        session.disconnect();
        sent.delete(session);
      }
    }
    if (sent.size === 0) return spool.close();
    if ([...sent.keys()].every(isBehind)) setTimeout(turn, 5);
    else setImmediate(turn);
  };
  turn();
}

/** It has the snapshot. After the mark of one without a length Redis's replicas take nothing until they said that they have loaded it. */
function delivered(server: ServerState, session: Session, marked: boolean): void {
  const replica = replicaOf(session);
  replica.heardAt = server.clock.now();
  if (replica.rdbOnly) session.end();
  else if (marked) replica.stage = 'loading';
  else goOnline(server, session);
}

function goOnline(server: ServerState, session: Session): void {
  const replica = replicaOf(session);
  flushStream(server);
  replica.stage = 'online';
  const { held } = replica;
  replica.held = [];
  for (const bytes of held) session.sendBytes(bytes);
  server.outside.log('notice', `Synchronization with replica ${session.address} succeeded`);
}

/** REPLCONF ACK. */
export function acknowledge(server: ServerState, session: Session, offset: number): void {
  const { replica } = session;
  if (replica === undefined || !isReplica(session)) return;
  replica.acknowledged = Math.max(replica.acknowledged, offset);
  replica.heardAt = server.clock.now();
  if (replica.stage === 'loading') goOnline(server, session);
}

/** The connection of a replica has ended. */
export function dismiss(server: ServerState, session: Session): void {
  const { replication } = server;
  if (!replication.replicas.delete(session)) return;
  replication.job?.members.delete(session);
  if (replication.replicas.size === 0) replication.aloneSince = server.clock.now();
}

/** Cuts all replicas off; they come again, and go on where they were if the stream is still known to them. */
export function disconnectReplicas(server: ServerState): void {
  flushStream(server);
  server.replication.job?.abandon();
  for (const session of [...server.replication.replicas]) session.disconnect();
}

/** The data were replaced by other means than commands: replicas have to come for a new snapshot. */
export function restartStream(server: ServerState): void {
  const { replication } = server;
  if (replication.backlog === undefined) return;
  disconnectReplicas(server);
  replication.backlog = undefined;
  replication.calls = [];
  const { link } = replication;
  if (link === undefined) return;
  // And a replica gets its master's data anew.
  link.session?.disconnect();
  link.cached = undefined;
}
