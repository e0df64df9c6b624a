import type { Acl } from './acl/acl.ts';
import type { User } from './acl/user.ts';
import type { Reply, RespVersion } from '../protocol/resp/reply.ts';
import type { ExpiryState } from './expiry/activeExpiry.ts';
import type { Deferred } from './clients/afterReply.ts';
import type { Wait } from './run/blocking.ts';
import type { Buffers } from './clients/clientInfo.ts';
import type { Config } from './config.ts';
import type { LatencyEvents } from './observing/latency/monitor.ts';
import type { Scripting } from './lua/state.ts';
import type { MemoryState } from './memory/used.ts';
import type { Pause } from './clients/pause.ts';
import type { Outside } from './outside.ts';
import type { Saving } from './persistence/save.ts';
import type { Listeners, Subscriptions } from './clients/pubsub.ts';
import type { ReplyBuffer, ReplyBufferRules } from './clients/replyBuffer.ts';
import type { Statistics } from './observing/statistics.ts';
import type { MasterStream, Replica, Replication } from './replication/state.ts';
import type { Database, KeySignals, Watch, WatchFlag } from './store/database.ts';
import type { Bytes, StoreEnvironment } from './store/value.ts';
import type { Tracking, TrackingTable } from './clients/tracking.ts';
import type { TroubleState } from './trouble.ts';

/** Injected time. */
export interface ServerClock {
  /** Ms since the epoch; may have a fraction. */
  now(): number;
}

/** One server: all of it that is not a connection. */
export interface ServerState {
  readonly clock: ServerClock;
  /** [0, 1). */
  readonly random: () => number;
  readonly environment: StoreEnvironment;
  readonly config: Config;
  /** Users and what they were refused. */
  readonly acl: Acl;
  /** What this server can do, by full name. */
  readonly commands: ReadonlyMap<string, Command>;
  /** Those without subcommands by their names in lower and in upper case: as nearly all clients write them. */
  readonly spellings: ReadonlyMap<string, Command>;
  databases: Database[];
  readonly sessions: Map<number, Session>;
  /** Who listens to which channels. */
  readonly listeners: Listeners;
  /** Clients that are blocked. */
  readonly waits: Set<Wait>;
  /** Clients that see all commands (MONITOR). */
  readonly monitors: Set<Session>;
  /** Who is to hear of changes of which keys (CLIENT TRACKING). */
  readonly tracking: TrackingTable;
  /** Where the databases tell of changes. */
  readonly signals: KeySignals;
  /** The client whose command runs. */
  current: Session | undefined;
  /** The blocked client that is just given what it waited for. */
  serving: Session | undefined;
  /** What those two will hear after their replies. */
  deferred: Deferred[];
  /** CLIENT PAUSE. */
  pause: Pause | undefined;
  /** False: no timer of its own, `cron` looks at the clock (tests). */
  readonly timers: boolean;
  readonly statistics: Statistics;
  readonly memory: MemoryState;
  /** EVAL and functions. */
  readonly scripting: Scripting;
  readonly runId: string;
  replicationId: string;
  /** DEBUG PAUSE-CRON. */
  cronPaused: boolean;
  readonly replyBuffers: ReplyBufferRules;
  /** DEBUG SET-DISABLE-DENY-SCRIPTS: scripts may call what asks of the server and its clients. */
  scriptsAsk: boolean;
  /** Ms since the epoch. */
  readonly startedAt: number;
  /** What was saved to files. */
  readonly saving: Saving;
  /** The stream for replicas, and the replicas. */
  readonly replication: Replication;
  /** The file that is looked at: what writes is refused. It is closed with the server. */
  source: { close(): Promise<void> } | undefined;
  /** Changes since the last save. */
  dirty: number;
  nextSessionId: number;
  /** No command runs before this time, ms since the epoch (DEBUG SLEEP). */
  asleepUntil: number;
  /** What is made to go wrong. */
  readonly trouble: TroubleState;
  /** Calls back after so many ms; injected. */
  readonly after: (ms: number, callback: () => void) => void;
  /** Ms of which what MONITOR tells goes out together; 0: every line by itself. */
  readonly monitorSpan: number;
  /** RESTORE takes payloads whatever their checksum (DEBUG SET-SKIP-CHECKSUM-VALIDATION). */
  skipsChecksums: boolean;
  /** Version of the latest dumps and payloads that it takes. */
  readonly newestRdb: number;
  /** When this turn of the event loop began to serve connections, by `monotonic`; 0 between turns. */
  turnStartedAt: number;
  /** When the last command ended, by `monotonic`; 0 once that is no longer now. */
  ranUntil: number;
  readonly expiry: ExpiryState;
  /** The port that INFO tells; 0 while nothing listens. */
  port: number;
  /** Ms that the command that runs takes beside its own time (DEBUG SLEEP). */
  pretended: number;
  readonly slowlog: SlowlogEntry[];
  /** What took longer than latency-monitor-threshold. */
  readonly latency: LatencyEvents;
  nextSlowlogId: number;
  /** Commands with another name (rename-command): the old one to the new one, or to ''. */
  readonly renamed: ReadonlyMap<string, string> | undefined;
  /** Log, files and process; replaced where the server is a process of its own. */
  outside: Outside;
}

export interface SlowlogEntry {
  readonly id: number;
  /** S since the epoch. */
  readonly time: number;
  readonly microseconds: number;
  readonly args: readonly Bytes[];
  readonly address: string;
  readonly name: string;
}

/** A command that waits for EXEC. */
export interface QueuedCommand {
  readonly command: Command;
  readonly args: readonly Bytes[];
}

/** One client's state; its transport is elsewhere. */
export interface Session {
  readonly id: number;
  readonly address: string;
  readonly localAddress: string;
  name: string;
  libraryName: string;
  libraryVersion: string;
  database: number;
  version: RespVersion;
  authenticated: boolean;
  /** Whose rights it has; the default user until it logs in. */
  user: User;
  noEvict: boolean;
  /** CLIENT NO-TOUCH of 7.2: its reads are no accesses. */
  noTouch: boolean;
  /** MONITOR. */
  monitoring: boolean;
  tracking: Tracking | undefined;
  /** Between MULTI and EXEC. */
  transaction: { readonly queue: QueuedCommand[]; failed: boolean } | undefined;
  readonly watch: WatchFlag;
  readonly subscriptions: Subscriptions;
  /** Set while the client is blocked: none of its commands runs. */
  wait: Wait | undefined;
  readonly watched: Watch[];
  /** Ms since the epoch. */
  readonly createdAt: number;
  lastUsed: number;
  lastCommand: string;
  inputBytes: number;
  outputBytes: number;
  /** The connection ends after the reply. */
  closing: boolean;
  /** What it said of itself by REPLCONF, and as a replica. */
  replica: Replica | undefined;
  /** It is the master that this server follows. */
  readonly master: MasterStream | undefined;
  /** How far the stream for replicas was after its last command, bytes. */
  wroteUntil: number;
  /** CLIENT REPLY: `skip` is for the next command, `skipping` for the one that runs. */
  replies: 'on' | 'off' | 'skip' | 'skipping';
  /** Since when more waits for it than the soft limit of client-output-buffer-limit, ms since the epoch. */
  overSoftLimitSince: number | undefined;
  readonly replyBuffer: ReplyBuffer;
  /** What its connection holds. */
  buffers: () => Buffers;
  /** Sends a reply or a message out of turn. */
  deliver: (reply: Reply) => void;
  /** Sends bytes as they are, after what was sent before; without any it is only held to its output limit. */
  sendBytes: (bytes?: Buffer) => void;
  /** Ends the connection after what was sent. */
  end: () => void;
  /** Ends the connection from the outside (CLIENT KILL). */
  disconnect: () => void;
}

/** What a command acts on. `now` stands still during one command, as in Redis. */
export interface Context {
  readonly server: ServerState;
  readonly session: Session;
  database: Database;
  now: number;
  /** False within a transaction or a script: what would block answers as if its time were over. */
  mayBlock: boolean;
}

/** Acts and answers. `args[0]` is the command's name. Throws CommandError to answer an error. */
export type Handler = (context: Context, args: readonly Bytes[]) => Reply;

/** A command this server has: its fact from the table and what it does. */
export interface Command {
  /** `get`, `config|set`. */
  readonly name: string;
  readonly arity: number;
  readonly flags: ReadonlySet<string>;
  readonly handler: Handler;
}

/** Handlers by name, of one group. */
export type Handlers = Readonly<Record<string, Handler>>;
