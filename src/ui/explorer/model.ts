import type { Clock } from '../../core/connection/ports.ts';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import type { ServerFacts, Sessions } from '../../core/connection/session.ts';
import { createKeyspace } from '../../core/keyspace/createKeyspace.ts';
import { type DatabaseList, listDatabases } from '../../core/keyspace/databases.ts';
import type { KeyFilter, Keyspace, Level, ScanCounts, ScanOptions } from '../../core/keyspace/keyspace.ts';
import type { Members } from '../../core/value/members.ts';
import { openMembers } from '../../core/value/openMembers.ts';
import { type Lease, leaseSession } from './lease.ts';
import { type DatabaseRef, type KeyNode, type NamespaceNode, type Node, nodeId, type PagedNode } from './nodes.ts';

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
}

/** What stands behind the rows, without VS Code: sessions, keyspaces, open collections, failures, running loads. */
export interface ExplorerModel {
  connection(profile: ConnectionProfile): ConnectionState;
  /** Asks the server for its databases anew. Throws Failure. */
  listDatabases(profile: ConnectionProfile, signal?: AbortSignal): Promise<ConnectionState>;
  /** True while the list of its databases is current. */
  isConnected(profileId: string): boolean;
  /** Rests a connection until `reconnect`: its row offers to connect and does not do so by itself. */
  disconnect(profileId: string): void;
  reconnect(profileId: string): void;
  isDisconnected(profileId: string): boolean;
  database(ref: DatabaseRef): DatabaseState;
  /** Databases that have been opened. */
  databases(): Iterable<DatabaseState>;
  level(node: NamespaceNode): Level;
  members(node: KeyNode): Members;
  pager(node: PagedNode): Pager;
  /** Puts another filter on a database: its names are found anew. */
  setFilter(ref: DatabaseRef, filter: KeyFilter): void;
  /** Forgets what a key held, after a change or a delete. */
  forgetMembers(ref: DatabaseRef, key: Buffer): void;
  /** Runs a load for a row, remembers its failure and lets `stop` cancel it. Rejects with what it threw. */
  run<T>(node: Node, load: (signal: AbortSignal) => Promise<T>): Promise<T>;
  failureOf(node: Node): unknown;
  clearFailure(node: Node): void;
  stop(node: Node): boolean;
  isRunning(node: Node): boolean;
  /** Stops the connection's loads and closes its sockets, but keeps what was found. */
  rest(profileId: string): void;
  /** Forgets all about a connection. */
  forget(profileId: string): void;
  dispose(): void;
}

export function createExplorerModel(deps: {
  readonly sessions: Sessions;
  readonly scanOptions: () => ScanOptions;
  readonly clock: Clock;
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
    const state: ConnectionState = { profile, session, facts: undefined, list: undefined };
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
    for (const [id, controller] of running) if (isBelow(id, top)) controller.abort();
    for (const id of failures.keys()) if (isBelow(id, top)) failures.delete(id);
  }

  function rest(profileId: string): void {
    for (const [id, controller] of running) if (isBelow(id, nodeId.connection(profileId))) controller.abort();
    const state = connections.get(profileId);
    state?.session.rest();
    if (state !== undefined) state.list = undefined;
    failures.delete(nodeId.connection(profileId));
    for (const one of ofConnection(profileId)) one.session.rest();
  }

  return {
    connection,
    async listDatabases(profile, signal) {
      const state = connection(profile);
      state.list = undefined;
      state.facts = await state.session.ready(signal);
      state.list = await listDatabases(state.session, signal);
      return state;
    },
    isConnected: (profileId) => connections.get(profileId)?.list !== undefined,
    disconnect(profileId) {
      disconnected.add(profileId);
      rest(profileId);
    },
    reconnect: (profileId) => void disconnected.delete(profileId),
    isDisconnected: (profileId) => disconnected.has(profileId),
    database,
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
      const state = database(ref);
      state.keyspace = newKeyspace(state.session, filter);
    },
    forgetMembers(ref, key) {
      database(ref).members.delete(nodeId.key(ref, key));
    },
    async run(node, load) {
      running.get(node.id)?.abort();
      const controller = new AbortController();
      running.set(node.id, controller);
      failures.delete(node.id);
      try {
        return await load(controller.signal);
      } catch (error) {
        failures.set(node.id, error);
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
      stopBelow(nodeId.connection(profileId));
      rest(profileId);
      connections.delete(profileId);
      disconnected.delete(profileId);
      for (const [id, state] of databases) if (state.ref.profile.id === profileId) databases.delete(id);
    },
    dispose() {
      for (const controller of running.values()) controller.abort();
      for (const id of connections.keys()) rest(id);
      for (const state of databases.values()) state.session.rest();
    },
  };
}

/** Ids are paths: true for `top` and every row under it. */
function isBelow(id: string, top: string): boolean {
  return id === top || id.startsWith(`${top}/`);
}
