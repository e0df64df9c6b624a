import type { Duplex } from 'node:stream';
import type { ServerState, Session } from '../state.ts';
import type { Bytes } from '../store/value.ts';

/** One call on its way into the stream. */
export interface StreamCall {
  /** In which database it acts. */
  readonly database: number;
  readonly args: readonly Bytes[];
}

/** The last bytes of the stream, in a ring. */
export interface Backlog {
  ring: Buffer;
  /** Where the next byte goes. */
  at: number;
  /** Bytes that are there. */
  length: number;
}

/** Where a replica stands. `greeted`: it is a client still; `waiting`: for a snapshot; `sending`: it gets one; `loading`: it got it and has not said that it is done. */
export type ReplicaStage = 'greeted' | 'waiting' | 'sending' | 'loading' | 'online';

/** What a client said of itself by REPLCONF and, from PSYNC or SYNC on, a replica. */
export interface Replica {
  stage: ReplicaStage;
  /** Where it listens; 0: unknown. */
  port: number;
  /** The address it gave of itself; '' for that of its connection. */
  ip: string;
  /** It takes a snapshot of unknown length. */
  eof: boolean;
  psync2: boolean;
  /** It wants a snapshot and nothing after it. */
  rdbOnly: boolean;
  /** And only the functions in it. */
  functionsOnly: boolean;
  /** It came by SYNC: it sends no acknowledgements. */
  old: boolean;
  /** What of the stream it has applied. */
  acknowledged: number;
  /** When it last said so, or was sent something of a snapshot; ms since the epoch. */
  heardAt: number;
  /** The stream since its snapshot began, until it may have that. */
  held: Buffer[];
}

/** A client in WAIT. */
export interface WaitForReplicas {
  readonly session: Session;
  readonly offset: number;
  readonly count: number;
}

/** A snapshot on its way to replicas. */
export interface SyncJob {
  readonly members: Set<Session>;
  /** The members get it only once all of it is written. */
  readonly onDisk: boolean;
  /** Leaves nothing behind; the members are cut off. */
  readonly abandon: () => void;
}

/** How far the way to a master is, in the words of ROLE; `sync`: its data come. */
export type LinkStage = 'connect' | 'connecting' | 'handshake' | 'sync' | 'connected';

/** The way to the master that a replica follows. Times in ms since the epoch. */
export interface MasterLink {
  readonly host: Bytes;
  readonly port: number;
  stage: LinkStage;
  socket: Duplex | undefined;
  /** The master as a client; there while `connected`. */
  session: Session | undefined;
  /** What is needed to go on with its stream, from `offset` on: the database that it was in. Undefined: nothing but a snapshot will do. */
  cached: { readonly database: number } | undefined;
  /** 0 while it is up, and if it never was. */
  downSince: number;
  heardAt: number;
  /** Its data on their way; sizes in bytes, `size` -1 until it is known, 0 if it will not be. */
  transfer: { size: number; read: number; heardAt: number } | undefined;
  /** How far its stream was received. */
  read: number;
  /** The snapshot ended with a mark: the master waits until we say that we have it. */
  marked: boolean;
  /** S to wait after a snapshot that could not be taken in, and until when. */
  pause: number;
  notBefore: number;
  /** Says how far we are. */
  acknowledge: () => void;
  /** FAILOVER: it asks that one to become a master. */
  readonly takesOver: boolean;
  /** It has answered PSYNC, and goes along or not. */
  answered: (accepted: boolean) => void;
}

/** A replica by the address it gave. */
export interface FailoverTarget {
  readonly host: Bytes;
  readonly port: number;
}

/** FAILOVER under way, in the words of INFO. */
export interface Failover {
  stage: 'waiting-for-sync' | 'failover-in-progress';
  /** Undefined: whichever catches up first. */
  readonly target: FailoverTarget | undefined;
  /** Ms since the epoch; 0: for ever. */
  readonly until: number;
  /** When the time is over the target takes over as it is. */
  readonly forced: boolean;
}

/** What makes a session that of the master. */
export interface MasterStream {
  /** The database that its stream is in. */
  readonly database: number;
  /** A call has run, or a transaction; `consumed`: bytes since the session began. */
  readonly ran: (consumed: number) => void;
  /** A call of its came to an error: the data are not the same any more. */
  readonly failed: (args: readonly Bytes[], error: string) => void;
  /** Its connection has ended. */
  readonly ended: () => void;
}

/** What a server knows of its stream, its replicas and its master. */
export interface Replication {
  /** Undefined: it is a master. */
  link: MasterLink | undefined;
  failover: Failover | undefined;
  /** The database in which the stream is that a file at the start told of. */
  recalled: number;
  /** An earlier ID of the same stream, good up to, not including, the byte `until`. */
  second: { readonly id: string; readonly until: number } | undefined;
  /** Bytes of the stream so far. */
  offset: number;
  /** The database in which the last call of the stream acted; -1: SELECT comes first. */
  database: number;
  /** Undefined until the first replica came: then nothing is put into the stream. */
  backlog: Backlog | undefined;
  /** Calls of the unit (a command, a script, a transaction) that runs. */
  calls: StreamCall[];
  /** Encoded, and not yet in the backlog; latin1. */
  outbox: string[];
  /** What of a master's stream was applied, and is not yet in the backlog. */
  relayed: Buffer[];
  flushDue: boolean;
  readonly replicas: Set<Session>;
  job: SyncJob | undefined;
  readonly waits: Set<WaitForReplicas>;
  /** Ms since the epoch. */
  lastRoundAt: number;
  lastPingAt: number;
  /** When the last replica left, ms since the epoch. */
  aloneSince: number;
  /** For INFO: how often which kind of sync was granted or refused, and the bytes of the stream. */
  readonly counts: { full: number; partial: number; refused: number; bytes: number; inputBytes: number; errors: number };
}

/** No replica yet. */
export function createReplication(now: number): Replication {
  return {
    link: undefined, failover: undefined, recalled: 0, second: undefined, offset: 0, database: -1, backlog: undefined, calls: [], outbox: [], relayed: [], flushDue: false, replicas: new Set(), job: undefined, waits: new Set(),
    lastRoundAt: now, lastPingAt: now, aloneSince: now, counts: { full: 0, partial: 0, refused: 0, bytes: 0, inputBytes: 0, errors: 0 },
  };
}

/** What a client has said of itself, made at the first word. */
export function replicaOf(session: Session): Replica {
  return (session.replica ??= {
    stage: 'greeted', port: 0, ip: '', eof: false, psync2: false, rdbOnly: false, functionsOnly: false, old: false, acknowledged: 0, heardAt: 0, held: [],
  });
}

/** True from PSYNC or SYNC on. */
export function isReplica(session: Session): boolean {
  return session.replica !== undefined && session.replica.stage !== 'greeted';
}

/** True for a replica whose lag counts for min-replicas-to-write: s since it was heard. */
export function lagOf({ clock }: ServerState, replica: Replica): number {
  return Math.max(0, Math.floor(clock.now() / 1000) - Math.floor(replica.heardAt / 1000));
}

/** True if too few replicas keep up for the server to accept writes. */
export function lacksReplicas(server: ServerState): boolean {
  const least = server.config.number('min-replicas-to-write');
  const lag = server.config.number('min-replicas-max-lag');
  if (least === 0 || lag === 0 || server.replication.link !== undefined) return false;
  let good = 0;
  for (const { replica } of server.replication.replicas) if (replica?.stage === 'online' && lagOf(server, replica) <= lag) good += 1;
  return good < least;
}

/** What those hear who write to a replica. */
export const READ_ONLY = "READONLY You can't write against a read only replica.";

/** And those who ask one that is not to show what it has while its master is away. */
export const MASTER_DOWN = "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.";

/** True for a replica that takes no writes of clients. */
export function refusesWrites({ replication, config }: ServerState): boolean {
  return replication.link !== undefined && config.get('replica-read-only') === 'yes';
}

/** True for a replica that has lost its master and is not to show what it has. */
export function refusesStale({ replication, config }: ServerState): boolean {
  return replication.link !== undefined && replication.link.stage !== 'connected' && config.get('replica-serve-stale-data') === 'no';
}

/** True for what a replica is told by its master: it is obeyed, whatever the clock and the settings say. */
export function isObeyed(session: Session): boolean {
  return session.master !== undefined;
}
