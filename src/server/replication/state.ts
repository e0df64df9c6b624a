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
  /** Leaves nothing behind; the members are cut off. */
  readonly abandon: () => void;
}

/** What a master knows of its stream and its replicas. */
export interface Replication {
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
  readonly counts: { full: number; partial: number; refused: number; bytes: number };
}

/** No replica yet. */
export function createReplication(now: number): Replication {
  return {
    offset: 0, database: -1, backlog: undefined, calls: [], outbox: [], flushDue: false, replicas: new Set(), job: undefined, waits: new Set(),
    lastRoundAt: now, lastPingAt: now, aloneSince: now, counts: { full: 0, partial: 0, refused: 0, bytes: 0 },
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
  if (least === 0 || lag === 0) return false;
  let good = 0;
  for (const { replica } of server.replication.replicas) if (replica?.stage === 'online' && lagOf(server, replica) <= lag) good += 1;
  return good < least;
}
