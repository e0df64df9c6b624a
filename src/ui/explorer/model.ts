import type { Clock } from '../../core/connection/ports.ts';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import type { ServerFacts, Session, Sessions } from '../../core/connection/session.ts';
import { createKeyspace } from '../../core/keyspace/createKeyspace.ts';
import { type DatabaseList, listDatabases } from '../../core/keyspace/databases.ts';
import type { KeyFilter, Keyspace, Level, ScanCounts, ScanOptions } from '../../core/keyspace/keyspace.ts';
import type { Members } from '../../core/value/members.ts';
import { openMembers } from '../../core/value/openMembers.ts';
import { type Lease, leaseSession } from './lease.ts';
import { type ConnectionNode, type DatabaseRef, type KeyNode, type NamespaceNode, type Node, nodeId, type PagedNode } from './nodes.ts';

/** What Level and Members have in common: rows that come by pages. */
export interface Pager {
  readonly counts: ScanCounts;
  readonly loading: boolean;
  readonly hasMore: boolean;
  loadMore(signal?: AbortSignal): Promise<readonly unknown[]>;
}

/** What the explorer knows of one database. */
export interface DatabaseState {
  readonly ref: DatabaseRef;
  readonly session: Lease;
  keyspace: Keyspace;
  readonly members: Map<string, Members>;
}

/** What the explorer knows of one connection. */
export interface ConnectionState {
  readonly profile: ConnectionProfile;
  readonly session: Lease;
  facts: ServerFacts | undefined;
  list: DatabaseList | undefined;
  /** What is listed is to be asked for anew, though it stays until then. */
  stale: boolean;
}

/** Rows that loads run for. */
export type LoadingNode = ConnectionNode | PagedNode;

/** What stands behind the rows, without VS Code: sessions, keyspaces, open collections, failures, running loads. */
export interface ExplorerModel {
  connection(profile: ConnectionProfile): ConnectionState;
  /** Asks the server for its databases anew; the old list stays until then. Throws Failure. */
  listDatabases(profile: ConnectionProfile, signal?: AbortSignal): Promise<void>;
  /** True once its databases were listed, until it rests or listing them fails. */
  isConnected(profileId: string): boolean;
  /** Rests a connection until `reconnect`: its row offers to connect and does not do so by itself. */
  disconnect(profileId: string): void;
  /** Lets it connect again, and forgets the failures of the old connection. */
  reconnect(profileId: string): void;
  isDisconnected(profileId: string): boolean;
  /** The database's state; opens it (not its session) if need be. */
  database(ref: DatabaseRef): DatabaseState;
  /** The database's state if it was opened, looking only. */
  opened(ref: DatabaseRef): DatabaseState | undefined;
  /** Databases that have been opened. */
  databases(): Iterable<DatabaseState>;
  /** The database's session, for a command of the user's: it connects even if the connection rests. */
  session(ref: DatabaseRef): Session;
  level(node: NamespaceNode): Level;
  members(node: KeyNode): Members;
  pager(node: PagedNode): Pager;
  /** Puts another filter on a database: its names are found anew. */
  setFilter(ref: DatabaseRef, filter: KeyFilter): void;
  /** Forgets what a key held, after a change or a delete. */
  forgetMembers(ref: DatabaseRef, key: Buffer): void;
  /**
   * Runs a load for a row, instead of one that runs for it already; remembers its failure and lets `stop` cancel it.
   * Rejects with what it threw. What a load that was replaced or rested comes to is not remembered.
   */
  run<T>(node: LoadingNode, load: (signal: AbortSignal) => Promise<T>, options?: RunOptions): Promise<T>;
  failureOf(node: Node): unknown;
  clearFailure(node: Node): void;
  /** False if nothing ran. */
  stop(node: Node): boolean;
  isRunning(node: Node): boolean;
  /** Stops the connection's loads and closes its sockets, but keeps what was found. */
  rest(profileId: string): void;
  /** Forgets all about a connection. */
  forget(profileId: string): void;
  dispose(): void;
}

/** Of one run. */
export interface RunOptions {
  /** The caller shows progress and offers to cancel; else a load that takes long is announced. */
  readonly hasProgress?: boolean;
}

export function createExplorerModel(deps: {
  readonly sessions: Sessions;
  readonly scanOptions: () => ScanOptions;
  readonly clock: Clock;
  /** Told of every connection whose databases were listed. */
  readonly onConnect?: (profile: ConnectionProfile) => void;
  /** Told of every load that nobody shows yet, so that one that takes long can be shown and stopped. */
  readonly onLoad?: (node: LoadingNode, load: Promise<unknown>, stop: () => void) => void;
}): ExplorerModel {
  const connections = new Map<string, ConnectionState>();
  const databases = new Map<string, DatabaseState>();
  const failures = new Map<string, unknown>();
  const running = new Map<string, AbortController>();
  const disconnected = new Set<string>();

  const ofConnection = (profileId: string): DatabaseState[] =>
    [...databases.values()].filter((state) => state.ref.profile.id === profileId);
  const newKeyspace = (session: Lease, filter: KeyFilter): Keyspace =>
    createKeyspace(session, filter, deps.scanOptions, deps.clock);

  function connection(profile: ConnectionProfile): ConnectionState {
    const known = connections.get(profile.id);
    if (known !== undefined) return known;
    const session = leaseSession(deps.sessions, profile, profile.database ?? 0);
    const state: ConnectionState = { profile, session, facts: undefined, list: undefined, stale: false };
    connections.set(profile.id, state);
    return state;
  }

  function database(ref: DatabaseRef): DatabaseState {
    const id = nodeId.database(ref);
    const known = databases.get(id);
    if (known !== undefined) return known;
    const session = leaseSession(deps.sessions, ref.profile, ref.database);
    const state: DatabaseState = { ref, session, keyspace: newKeyspace(session, {}), members: new Map() };
    databases.set(id, state);
    return state;
  }

  function members(node: KeyNode): Members {
    const state = database(node.ref);
    const known = state.members.get(node.id);
    if (known !== undefined) return known;
    const opened = openMembers(state.session, node.name, node.type ?? 'string', deps.scanOptions, deps.clock);
    state.members.set(node.id, opened);
    return opened;
  }

  const level = (node: NamespaceNode): Level => database(node.ref).keyspace.level(node.prefix);

  function stopBelow(top: string): void {
    for (const [id, controller] of running) {
      if (!isBelow(id, top)) continue;
      running.delete(id);
      controller.abort();
    }
  }

  function forgetFailuresBelow(top: string): void {
    for (const id of failures.keys()) if (isBelow(id, top)) failures.delete(id);
  }

  function rest(profileId: string): void {
    stopBelow(nodeId.connection(profileId));
    failures.delete(nodeId.connection(profileId));
    const state = connections.get(profileId);
    if (state !== undefined) state.list = undefined;
    for (const lease of leasesOf(profileId)) lease.rest();
  }

  const leasesOf = (profileId: string): Lease[] =>
    [connections.get(profileId), ...ofConnection(profileId)].flatMap((state) => state?.session ?? []);

  function wake(profileId: string): void {
    for (const lease of leasesOf(profileId)) lease.wake();
  }

  return {
    connection,
    async listDatabases(profile, signal) {
      const state = connection(profile);
      try {
        const facts = await state.session.ready(signal);
        const list = await listDatabases(state.session, signal);
        // It may rest by now, or another listing may run.
        if (signal?.aborted === true) return;
        Object.assign(state, { facts, list, stale: false });
        deps.onConnect?.(profile);
      } catch (error) {
        if (signal?.aborted !== true) state.list = undefined;
        throw error;
      }
    },
    isConnected: (profileId) => connections.get(profileId)?.list !== undefined,
    disconnect(profileId) {
      disconnected.add(profileId);
      rest(profileId);
    },
    reconnect(profileId) {
      disconnected.delete(profileId);
      const state = connections.get(profileId);
      if (state !== undefined) state.stale = true;
      stopBelow(nodeId.connection(profileId));
      forgetFailuresBelow(nodeId.connection(profileId));
    },
    isDisconnected: (profileId) => disconnected.has(profileId),
    database,
    opened: (ref) => databases.get(nodeId.database(ref)),
    session(ref) {
      const { session } = database(ref);
      session.wake();
      return session;
    },
    databases: () => databases.values(),
    level,
    members,
    pager(node) {
      switch (node.kind) {
        case 'database':
          return database(node.ref).keyspace.level(Buffer.alloc(0));
        case 'namespace':
          return level(node);
        case 'key':
          return members(node);
      }
    },
    setFilter(ref, filter) {
      stopBelow(nodeId.database(ref));
      forgetFailuresBelow(nodeId.database(ref));
      const state = database(ref);
      state.keyspace = newKeyspace(state.session, filter);
    },
    forgetMembers(ref, key) {
      database(ref).members.delete(nodeId.key(ref, key));
    },
    async run(node, load, { hasProgress = false } = {}) {
      const replaced = running.get(node.id);
      const controller = new AbortController();
      running.set(node.id, controller);
      replaced?.abort();
      failures.delete(node.id);
      wake(profileOf(node).id);
      try {
        const loading = load(controller.signal);
        if (!hasProgress) deps.onLoad?.(node, loading, () => controller.abort());
        return await loading;
      } catch (error) {
        if (running.get(node.id) === controller) failures.set(node.id, error);
        throw error;
      } finally {
        if (running.get(node.id) === controller) running.delete(node.id);
      }
    },
    failureOf: (node) => failures.get(node.id),
    clearFailure: (node) => void failures.delete(node.id),
    stop(node) {
      const controller = running.get(node.id);
      controller?.abort();
      return controller !== undefined;
    },
    isRunning: (node) => running.has(node.id),
    rest,
    forget(profileId) {
      rest(profileId);
      forgetFailuresBelow(nodeId.connection(profileId));
      connections.delete(profileId);
      disconnected.delete(profileId);
      for (const [id, state] of databases) if (state.ref.profile.id === profileId) databases.delete(id);
    },
    dispose() {
      for (const controller of running.values()) controller.abort();
      for (const state of [...connections.values(), ...databases.values()]) state.session.rest();
    },
  };
}

function profileOf(node: LoadingNode): ConnectionProfile {
  return node.kind === 'connection' ? node.profile : node.ref.profile;
}

/** Ids are paths: true for `top` and every row under it. */
function isBelow(id: string, top: string): boolean {
  return id === top || id.startsWith(`${top}/`);
}
