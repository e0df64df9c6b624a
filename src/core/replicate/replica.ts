import type { Clock } from '../connection/ports.ts';
import type { ConnectionProfile } from '../connection/profile.ts';
import type { Session, Sessions } from '../connection/session.ts';
import { isFailure } from '../failure.ts';
import { createInfoAsker, type InfoAsker } from './infoAsker.ts';
import { proveArrival } from './fence.ts';
import { restoreMasterAuth, setMasterAuth, type MasterAuth } from './masterAuth.ts';
import { createPhaseReader } from './phases.ts';
import { masterInfo, masterSections, replicaSections } from './replicaInfo.ts';
import { holdState, wholeEnd, type Liberation, type Replication, type ReplicationEnd, type ReplicationPhase } from './state.ts';

/** What replication by REPLICAOF needs. */
export interface ReplicaDeps {
  readonly sessions: Sessions;
  readonly clock: Clock;
  /** The connection's password, for the target to present to the source. */
  readonly password: (connectionId: string) => Promise<string | undefined>;
  /** Keeps what masteruser and masterauth were before, until it is put back; as safe as passwords. */
  readonly vault: Vault;
  /** Ms without a byte of a reply until a link is given up. */
  readonly patience: number;
  /** Waits so many ms. Rejects with Failure `cancelled` when aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Texts under the ids of replications. */
export interface Vault {
  get(id: string): Promise<string | undefined>;
  /** Undefined: removes it. */
  set(id: string, text: string | undefined): Promise<void>;
}

/** A replication that may be kept and taken up again; no secret. */
export interface ReplicaRecord {
  readonly id: string;
  /** `connectionId` is empty where the source is none of the connections. */
  readonly source: ReplicationEnd;
  readonly target: ReplicationEnd;
  /** The source as the target knows it. */
  readonly host: string;
  readonly port: number;
}

/** Both ends as connections; a source that is none of them cannot be asked. */
export interface ReplicaEnds {
  readonly source: ConnectionProfile | undefined;
  readonly target: ConnectionProfile;
}

/** Ms between two looks: while data come, and else. */
const SOON = 250;
const LATER = 1000;

/**
 * Makes the target follow the source: sets masteruser and masterauth as the source's connection has them, then REPLICAOF host port. What is
 * at the target is thrown away once the source's data come. Where it fails all is as it was. Rejects with Failure.
 */
export async function startReplica(deps: ReplicaDeps, { id, source, target, host, port }: { readonly id: string; readonly source: ConnectionProfile; readonly target: ConnectionProfile; readonly host: string; readonly port: number }): Promise<Replication> {
  const syncs = await syncsOf(deps, source);
  await withSession(deps.sessions, target, async (session) => {
    const ours = await authOf(deps, source);
    const before = await setMasterAuth(session, ours);
    try {
      if (before !== undefined) await deps.vault.set(id, JSON.stringify([before, ours]));
      await session.send(['REPLICAOF', host, String(port)]);
    } catch (error) {
      if (before !== undefined) {
        await restoreMasterAuth(session, before, ours);
        await deps.vault.set(id, undefined);
      }
      throw error;
    }
  });
  return watchReplica(deps, { id, source: wholeEnd(source), target: wholeEnd(target), host, port }, { source, target }, syncs);
}

/** As whom the target has to come; a practice server and one without a password ask nobody who he is. */
async function authOf({ password }: ReplicaDeps, { id, username, endpoint }: ConnectionProfile): Promise<MasterAuth> {
  const secret = endpoint.kind === 'practice' ? '' : await password(id) ?? '';
  return secret === '' ? { user: '', password: '' } : { user: username ?? '', password: secret };
}

async function syncsOf(deps: ReplicaDeps, source: ConnectionProfile): Promise<number | undefined> {
  const asker = createInfoAsker(deps.sessions, source, { patience: deps.patience, signal: new AbortController().signal });
  const info = await asker.ask(masterSections);
  asker.close();
  if (isFailure(info)) throw info;
  return masterInfo(info).syncs;
}

/** Looks at a replication that runs, from its beginning or taken up again; asks both sides until it is stopped or disposed. */
export function watchReplica(deps: ReplicaDeps, record: ReplicaRecord, ends: ReplicaEnds, syncs?: number): Replication {
  const { sessions, clock, patience, pause } = deps;
  const { id, source, target } = record;
  const holder = holdState({ engine: 'replicaof', source, target });
  const over = new AbortController();
  let cutting = false;
  const ask = (profile: ConnectionProfile, signal: AbortSignal): InfoAsker => createInfoAsker(sessions, profile, { patience, signal });

  const watch = async (): Promise<void> => {
    const reader = createPhaseReader({ ...record, syncs });
    const [from, to] = [ends.source === undefined ? undefined : ask(ends.source, over.signal), ask(ends.target, over.signal)];
    try {
      for (;;) {
        // The source first: what it said before has to be there after.
        const said = await from?.ask(masterSections);
        const phase = reader.step(clock.elapsed(), said, await to.ask(replicaSections));
        if (over.signal.aborted) return;
        // That it follows nobody any more is what we are about to say ourselves, unless that fails.
        if (cutting) continue;
        holder.enter(phase);
        if (phase.kind === 'stopped') return await ended(phase);
        await pause(phase.kind === 'following' || phase.kind === 'in-step' ? LATER : SOON, over.signal);
      }
    } finally {
      from?.close();
      to.close();
    }
  };
  const ended = async ({ reason }: Extract<ReplicationPhase, { kind: 'stopped' }>): Promise<void> => {
    over.abort();
    // Whoever made it follow somebody else has set what that one asks for.
    if (reason.kind === 'elsewhere' && reason.what === '') await forgive(deps, id, ends.target);
  };
  const cut = async (): Promise<void> => {
    cutting = true;
    try {
      await withSession(sessions, ends.target, async (session) => session.send(['REPLICAOF', 'NO', 'ONE']));
      over.abort();
    } finally {
      cutting = false;
    }
  };
  // Pauses end so when it is disposed; asking answers with failures.
  watch().catch(() => undefined);

  return {
    id,
    get state() {
      return holder.current;
    },
    onDidChange: holder.onDidChange,
    async liberate(signal): Promise<Liberation> {
      const proof = await proveArrival(deps, record, ends, signal);
      await cut();
      try {
        const liberation = await proof.confirm();
        holder.enter({ kind: 'stopped', reason: { kind: 'liberated', offset: liberation.reached } });
        return liberation;
      } catch (error) {
        holder.enter({ kind: 'stopped', reason: { kind: 'cut' } });
        throw error;
      } finally {
        await forgive(deps, id, ends.target);
      }
    },
    async stop() {
      await cut();
      holder.enter({ kind: 'stopped', reason: { kind: 'cut' } });
      await forgive(deps, id, ends.target);
    },
    dispose: () => over.abort(),
  };
}

/** Puts masteruser and masterauth back. Rejects with Failure. */
async function forgive({ sessions, vault }: ReplicaDeps, id: string, target: ConnectionProfile): Promise<void> {
  const kept = await vault.get(id);
  if (kept === undefined) return;
  const [before, ours] = JSON.parse(kept) as [MasterAuth, MasterAuth];
  await withSession(sessions, target, (session) => restoreMasterAuth(session, before, ours));
  await vault.set(id, undefined);
}

async function withSession<T>(sessions: Sessions, profile: ConnectionProfile, work: (session: Session) => Promise<T>): Promise<T> {
  const session = sessions.acquire(profile, profile.database ?? 0);
  try {
    return await work(session);
  } finally {
    session.release();
  }
}
