import { createServer as createTcpServer } from 'node:net';
import type { Server as TcpServer, Socket } from 'node:net';
import { createAcl, setDefaultPassword } from './acl/acl.ts';
import { createExpiryState } from './expiry/activeExpiry.ts';
import { commandMap, spellings } from './commands/index.ts';
import { systemClock } from './clock.ts';
import { createConfig } from './config.ts';
import type { Config } from './config.ts';
import { serveConnection } from './clients/connection.ts';
import { serverCron } from './cron.ts';
import { createMemoryState } from './memory/used.ts';
import { withinAnother } from './outside.ts';
import { abandonScript, showScripting } from './lua/running.ts';
import { createScripting } from './lua/state.ts';
import { createSaving, stopBackgroundSave } from './persistence/save.ts';
import { createListeners } from './clients/pubsub.ts';
import { PEAK_TIME } from './clients/replyBuffer.ts';
import { createStatistics } from './observing/statistics.ts';
import { endLink } from './replication/role.ts';
import { createReplication } from './replication/state.ts';
import { resizeBacklog } from './replication/stream.ts';
import { restartStream } from './replication/sync.ts';
import { loadSample } from './samples/index.ts';
import type { SampleName, SampleOptions } from './samples/index.ts';
import type { ServerClock, ServerState, Session } from './state.ts';
import { clearDatabase, createDatabase } from './store/database.ts';
import type { KeySignals } from './store/database.ts';
import { createTrackingTable } from './clients/tracking.ts';
import { createTroubleState } from './trouble.ts';
import { streamPair } from './transport/pair.ts';
import type { PracticeStream } from './transport/socketLike.ts';

/** How a practice server is made. Everything has a default. */
export interface ServerOptions {
  readonly clock?: ServerClock;
  /** [0, 1); also makes the run ID and the hash seed, so a fixed one makes the server repeatable. */
  readonly random?: () => number;
  /** Parameters as in redis.conf: `requirepass`, `databases` ... */
  readonly config?: Readonly<Record<string, string>>;
  /** Parameters that were read already, of a server that stands for a redis-server process. */
  readonly prepared?: Config;
  /** Commands that `rename-command` gave another name, or '' for none. */
  readonly renamed?: ReadonlyMap<string, string>;
  /** It takes no dumps and payloads of later versions than this, as an older server; all that are known unless told otherwise. */
  readonly newestRdb?: number;
  /** False: nothing happens by itself; call `cron` (tests). */
  readonly cron?: boolean;
  /** Calls back after so many ms; a timer of this process unless told otherwise. */
  readonly after?: (ms: number, callback: () => void) => void;
  /** Ms of which what MONITOR tells goes out together, for a client to whom every message costs; at once unless told otherwise, as redis-server has it. */
  readonly monitorSpan?: number;
}

/** A practice server: an in-process Redis. */
export interface PracticeServer {
  readonly state: ServerState;
  /** A new connection within this thread; the client's end. It is destroyed already after `close`. */
  connect(): PracticeStream;
  /** Serves a connection to a listener of somebody else; `path` is that of a Unix socket. */
  accept(socket: Socket, path?: string): void;
  /** Serves a byte stream that comes from elsewhere (another thread, a test); `trusted`: as one that has given the password. */
  serve(stream: PracticeStream, address: string, trusted?: boolean): void;
  /** Opens a port, 127.0.0.1 and one chosen by the system unless told otherwise. Rejects with the system's error. */
  listen(options?: { readonly host?: string; readonly port?: number }): Promise<{ port: number }>;
  /** Closes every port, and the connections that came by one. */
  stopListening(): Promise<void>;
  /** Puts a sample data set into database 0, in slices. */
  loadSample(name: SampleName, options?: SampleOptions): Promise<void>;
  /** Empties every database. */
  reset(): void;
  /** One round of expiry and resizing. */
  cron(): void;
  /** Ends every connection and the port. */
  close(): Promise<void>;
}

const HEX = '0123456789abcdef';

/** An address and a port as CLIENT LIST shows them. */
function endpoint(address = '', port = 0): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** The parameters of a server within the extension: nothing is saved, no port is open, and DEBUG may be tried. */
function practiceConfig(): Config {
  const config = createConfig();
  for (const [name, value] of [['save', ''], ['port', '0'], ['enable-debug-command', 'local']] as const) config.start(name, value);
  return config;
}

/** Makes a practice server. Throws an Error for a parameter that CONFIG does not know. */
export function createServer(options: ServerOptions = {}): PracticeServer {
  const random = options.random ?? Math.random;
  const clock = options.clock ?? systemClock;
  const config = options.prepared ?? practiceConfig();
  for (const [name, value] of Object.entries(options.config ?? {})) {
    const problem = config.start(name, value);
    if (problem !== undefined) throw new Error(`practice server: ${name}: ${problem}`);
  }
  const acl = createAcl();
  const password = (value: string): undefined => setDefaultPassword(acl, value);
  if (config.get('requirepass') !== '') password(config.get('requirepass'));
  config.onSet('requirepass', password);
  const hex = (): string => Array.from({ length: 40 }, () => HEX[Math.floor(random() * 16)]).join('');
  const seed = Math.floor(random() * 2 ** 32);
  const commands = commandMap();
  const signals: KeySignals = { touched: undefined, keeper: undefined };
  const state: ServerState = {
    clock,
    random,
    environment: { limits: config.limits, seed, random },
    config,
    acl,
    commands,
    spellings: spellings(commands),
    databases: Array.from({ length: config.number('databases') }, (_, index) => createDatabase(index, seed, signals)),
    sessions: new Map(),
    listeners: createListeners(),
    waits: new Set(),
    monitors: new Set(),
    tracking: createTrackingTable(),
    signals,
    current: undefined,
    serving: undefined,
    deferred: [],
    pause: undefined,
    timers: options.cron !== false,
    statistics: createStatistics(),
    memory: createMemoryState(),
    scripting: createScripting(),
    runId: hex(),
    replicationId: hex(),
    cronPaused: false,
    replyBuffers: { peakTime: PEAK_TIME, resizing: true },
    scriptsAsk: false,
    startedAt: clock.now(),
    saving: createSaving(clock.now()),
    replication: createReplication(clock.now()),
    source: undefined,
    dirty: 0,
    nextSessionId: 1,
    asleepUntil: 0,
    trouble: createTroubleState(),
    after: options.after ?? ((ms, callback) => void setTimeout(callback, ms).unref()),
    monitorSpan: options.monitorSpan ?? 0,
    skipsChecksums: false,
    newestRdb: options.newestRdb ?? Infinity,
    turnStartedAt: 0,
    ranUntil: 0,
    expiry: createExpiryState(),
    port: 0,
    pretended: 0,
    slowlog: [],
    latency: new Map(),
    nextSlowlogId: 0,
    outside: withinAnother(),
    renamed: options.renamed === undefined || options.renamed.size === 0 ? undefined : options.renamed,
  };
  showScripting(state);
  config.onSet('repl-backlog-size', () => void resizeBacklog(state, config.number('repl-backlog-size')));
  const listeners = new Set<TcpServer>();
  /** Those that came by a port. */
  const sockets = new WeakSet<Session>();
  let connections = 0;
  let closed = false;

  const closeListeners = (): Promise<void>[] => {
    const closing = [...listeners].map((listener) => new Promise<void>((resolve) => listener.close(() => resolve())));
    listeners.clear();
    return closing;
  };

  const timer = options.cron === false ? undefined : setInterval(() => serverCron(state), 100);
  timer?.unref();

  const acceptSocket = (socket: Socket, path?: string): void => {
    socket.setNoDelay(true);
    const keepAlive = config.number('tcp-keepalive');
    if (keepAlive > 0) socket.setKeepAlive(true, keepAlive * 1000);
    // As Redis shows it, a client of a Unix socket comes from that and port 0.
    const { address, localAddress } = path === undefined
      ? { address: endpoint(socket.remoteAddress, socket.remotePort), localAddress: endpoint(socket.localAddress, socket.localPort) }
      : { address: `${path}:0`, localAddress: `${path}:0` };
    sockets.add(serveConnection(state, socket, { address, localAddress }));
    state.outside.log('verbose', `Accepted ${address}`);
  };

  return {
    state,
    connect() {
      const [client, server] = streamPair();
      if (closed) {
        client.destroy();
        return client;
      }
      connections += 1;
      serveConnection(state, server, { address: `memory:${connections}`, localAddress: 'memory:0' });
      return client;
    },
    accept: acceptSocket,
    serve(stream, address, trusted = false) {
      const session = serveConnection(state, stream, { address, localAddress: 'memory:0' });
      if (trusted) session.authenticated = true;
    },
    listen({ host = '127.0.0.1', port = 0 } = {}) {
      return new Promise((resolve, reject) => {
        const listener = createTcpServer({ allowHalfOpen: true }, (socket) => acceptSocket(socket));
        listener.once('error', reject);
        listener.listen(port, host, () => {
          listener.off('error', reject);
          listeners.add(listener);
          const address = listener.address();
          const chosen = typeof address === 'object' && address !== null ? address.port : port;
          state.port = chosen;
          config.start('port', chosen.toString());
          resolve({ port: chosen });
        });
      });
    },
    async stopListening() {
      const closing = closeListeners();
      for (const session of state.sessions.values()) if (sockets.has(session)) session.disconnect();
      await Promise.all(closing);
      state.port = 0;
      config.start('port', '0');
    },
    // Replicas hear of commands only: they come for a new snapshot.
    loadSample: (name, sample) => loadSample(state, name, sample).then(() => restartStream(state)),
    reset() {
      for (const db of state.databases) clearDatabase(db);
      restartStream(state);
    },
    cron: () => serverCron(state),
    async close() {
      closed = true;
      abandonScript(state);
      stopBackgroundSave(state);
      endLink(state);
      if (timer !== undefined) clearInterval(timer);
      const closing = closeListeners();
      for (const session of state.sessions.values()) session.disconnect();
      await Promise.all(closing);
      await state.source?.close();
      state.source = undefined;
      state.port = 0;
    },
  };
}
