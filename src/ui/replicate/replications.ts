import { randomInt, randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { hostname, tmpdir } from 'node:os';
import { startBridge } from '../../core/bridge/bridge.ts';
import { openLocalPort, type LocalPort } from '../../core/connection/localPort.ts';
import type { Clock, PracticeHost } from '../../core/connection/ports.ts';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { parseInfo } from '../../core/connection/capabilities.ts';
import type { Sessions } from '../../core/connection/session.ts';
import { sleep } from '../../core/connection/waiting.ts';
import { isFailure } from '../../core/failure.ts';
import type { Address } from '../../core/replicate/preflight.ts';
import { startReplica, watchReplica, type ReplicaDeps, type ReplicaRecord } from '../../core/replicate/replica.ts';
import { replicaInfo } from '../../core/replicate/replicaInfo.ts';
import { wholeEnd, type Replication, type ReplicationEnd } from '../../core/replicate/state.ts';
import type { ConnectionStore } from '../connections/store.ts';
import { scopeOf, type Part } from './parts.ts';

/** The replications that this window knows of: those it began, those it found again, and replicas that were met. At most one a target. */
export interface Replications extends vscode.Disposable {
  list(): readonly Replication[];
  /** By the connection that follows. */
  of(targetId: string): Replication | undefined;
  /** Shows a replication, of whichever engine, in place of the one of its target. It is forgotten when it stops. */
  add(replication: Replication): void;
  /** Makes the target a replica of the source, which the target knows under `address` (undefined: a practice server, which gets one). Rejects with Failure. */
  start(source: ConnectionProfile, target: ConnectionProfile, address: Address | undefined): Promise<Replication>;
  /** Applies the stream of the source to the target, which stays a server of its own, as long as this window is open, and again when it is. */
  bridge(source: ConnectionProfile, target: ConnectionProfile, part?: Part): Replication;
  /** What of its source a replication takes; undefined: all of it. */
  partOf(replication: Replication): Part | undefined;
  /** Takes up again what was kept. */
  resume(): void;
  /** Looks whether a connection is a replica of somebody. */
  meet(profile: ConnectionProfile): Promise<void>;
  /** Forgets what was met there, once it is disconnected. */
  leave(profileId: string): void;
  /** Forgets a connection that is no longer one of ours; a replica goes on following. */
  remove(profileId: string): void;
  /** One began, changed, or stopped. */
  readonly onDidChange: vscode.Event<Replication>;
}

const keptKey = 'keyspace.replications';
const bridgesKey = 'keyspace.bridges';
const secretKey = (id: string): string => `keyspace.masterauth.${id}`;
/** Ms without a byte from a server that owes a reply. */
const PATIENCE = 10_000;
/** And from one that is to send a stream: it pings every 10 s. */
const BRIDGE_PATIENCE = 60_000;

/** A bridge to be taken up again: by the window of this folder alone, as two would be in each other's way. */
interface BridgeRecord {
  readonly id: string;
  readonly source: ReplicationEnd;
  readonly target: ReplicationEnd;
  /** Undefined: all of it. */
  readonly part?: Part;
}

/** This window, for people who look at a server from another one. */
function windowName(): string {
  return [vscode.workspace.name ?? vscode.l10n.t('no folder'), hostname()].join(', ');
}

export function createReplications(
  { globalState, workspaceState, secrets }: Pick<vscode.ExtensionContext, 'globalState' | 'workspaceState' | 'secrets'>,
  { sessions, clock, store, connect, profile: profileOf }: {
    readonly sessions: Sessions;
    readonly clock: Clock;
    readonly store: ConnectionStore;
    /** To any practice server, scratch copies too. */
    readonly connect: PracticeHost['connect'];
    readonly profile: (id: string) => ConnectionProfile | undefined;
  },
): Replications {
  const changed = new vscode.EventEmitter<Replication>();
  const running = new Map<string, Replication>();
  /** Of practice servers that are followed. */
  const ports = new Map<string, LocalPort>();
  /** What bridges take that take no more than that. */
  const parts = new WeakMap<Replication, Part>();
  /** Ids of those that were met. */
  const met = new Set<string>();
  const deps: ReplicaDeps = {
    sessions, clock, patience: PATIENCE, pause: sleep,
    password: (connectionId) => store.password(connectionId),
    vault: {
      get: async (id) => secrets.get(secretKey(id)),
      set: async (id, text) => (text === undefined ? secrets.delete(secretKey(id)) : secrets.store(secretKey(id), text)),
    },
  };
  const kept = (): readonly ReplicaRecord[] => globalState.get<readonly ReplicaRecord[]>(keptKey, []);
  const keep = (records: readonly ReplicaRecord[]): void => void globalState.update(keptKey, records);
  const bridges = (): readonly BridgeRecord[] => workspaceState.get<readonly BridgeRecord[]>(bridgesKey, []);
  const keepBridges = (records: readonly BridgeRecord[]): void => void workspaceState.update(bridgesKey, records);

  const forget = (replication: Replication): void => {
    const target = replication.state.target.connectionId;
    if (running.get(target) === replication) running.delete(target);
    met.delete(replication.id);
    ports.get(replication.id)?.close();
    ports.delete(replication.id);
  };
  const add = (replication: Replication): void => {
    const target = replication.state.target.connectionId;
    const before = running.get(target);
    running.set(target, replication);
    if (before !== undefined) {
      before.dispose();
      forget(before);
    }
    replication.onDidChange(({ phase }) => {
      if (running.get(target) !== replication) return;
      if (phase.kind === 'stopped') {
        forget(replication);
        keep(kept().filter(({ id }) => id !== replication.id));
        keepBridges(bridges().filter(({ id }) => id !== replication.id));
      }
      changed.fire(replication);
    });
    changed.fire(replication);
  };

  const bridge = (id: string, source: ConnectionProfile, target: ConnectionProfile, part: Part | undefined): Replication => {
    const replication = startBridge({ sessions, clock, seeds: [randomInt(2 ** 32), randomInt(2 ** 32)], folder: tmpdir(), patience: BRIDGE_PATIENCE, pause: sleep, window: windowName() }, { id, source, target, ...scopeOf(part) });
    if (part !== undefined) parts.set(replication, part);
    add(replication);
    return replication;
  };

  const meet = async (profile: ConnectionProfile): Promise<void> => {
    if (running.has(profile.id) || (profile.endpoint.kind === 'practice' && profile.endpoint.file !== undefined && profile.access === 'read-only')) return;
    const session = sessions.acquire(profile, profile.database ?? 0);
    try {
      const [reply] = await session.sendAll([['INFO', 'replication']]);
      const replica = Buffer.isBuffer(reply) ? replicaInfo(parseInfo(reply.toString('latin1'))) : undefined;
      if (replica === undefined || running.has(profile.id)) return;
      const { host, port } = replica;
      const source = store.list().find(({ endpoint }) => endpoint.kind === 'tcp' && endpoint.port === port && endpoint.host.toLowerCase() === host.toLowerCase());
      const id = randomUUID();
      met.add(id);
      const end = source === undefined ? { connectionId: '', name: `${host}:${port}`, database: undefined } : wholeEnd(source);
      add(watchReplica(deps, { id, source: end, target: wholeEnd(profile), host, port }, { source, target: profile }));
    } catch (error) {
      // The row of the connection tells what is the matter with it.
      if (!isFailure(error)) throw error;
    } finally {
      session.release();
    }
  };

  return {
    list: () => [...running.values()],
    of: (targetId) => running.get(targetId),
    partOf: (replication) => parts.get(replication),
    add,
    onDidChange: changed.event,
    async start(source, target, given) {
      const id = randomUUID();
      const { endpoint } = source;
      const port = given === undefined && endpoint.kind === 'practice' ? await openLocalPort(() => connect(endpoint.instance)) : undefined;
      const address = given ?? port;
      if (address === undefined) throw new Error('a server with a port has an address');
      try {
        const replication = await startReplica(deps, { id, source, target, host: address.host, port: address.port });
        if (port !== undefined) ports.set(id, port);
        add(replication);
        // A practice server lives no longer than its window.
        if (target.endpoint.kind === 'tcp') keep([...kept().filter((one) => one.target.connectionId !== target.id), { id, source: wholeEnd(source), target: wholeEnd(target), host: address.host, port: address.port }]);
        return replication;
      } catch (error) {
        port?.close();
        throw error;
      }
    },
    bridge(source, target, part) {
      const replication = bridge(randomUUID(), source, target, part);
      // A practice server lives no longer than its window.
      if (source.endpoint.kind === 'tcp' && target.endpoint.kind === 'tcp') keepBridges([...bridges().filter((one) => one.target.connectionId !== target.id), { id: replication.id, source: wholeEnd(source), target: wholeEnd(target), ...(part === undefined ? {} : { part }) }]);
      return replication;
    },
    resume() {
      for (const record of bridges()) {
        const [source, target] = [store.get(record.source.connectionId), store.get(record.target.connectionId)];
        if (source !== undefined && target !== undefined) bridge(record.id, source, target, record.part);
        else keepBridges(bridges().filter(({ id }) => id !== record.id));
      }
      for (const record of kept()) {
        const target = profileOf(record.target.connectionId);
        if (target === undefined) {
          keep(kept().filter(({ id }) => id !== record.id));
          void secrets.delete(secretKey(record.id));
          continue;
        }
        // The practice server of before has gone with its window.
        const source = store.get(record.source.connectionId);
        add(watchReplica(deps, record, { source, target }));
      }
    },
    meet,
    leave(profileId) {
      const replication = running.get(profileId);
      if (replication === undefined || !met.has(replication.id)) return;
      replication.dispose();
      forget(replication);
      changed.fire(replication);
    },
    remove(profileId) {
      for (const replication of running.values()) {
        const { id, state: { source, target } } = replication;
        if (source.connectionId !== profileId && target.connectionId !== profileId) continue;
        replication.dispose();
        forget(replication);
        keep(kept().filter((record) => record.id !== id));
        keepBridges(bridges().filter((record) => record.id !== id));
        changed.fire(replication);
        // A replica whose source has gone takes no writes all the same: its row says whom it follows.
        const follower = target.connectionId === profileId ? undefined : profileOf(target.connectionId);
        if (follower !== undefined) void meet(follower);
      }
    },
    dispose() {
      for (const replication of running.values()) replication.dispose();
      for (const port of ports.values()) port.close();
      running.clear();
      changed.dispose();
    },
  };
}
