import { isDeepStrictEqual } from 'node:util';
import type { ConnectionProfile } from '../connection/profile.ts';
import type { Failure } from '../failure.ts';

/** How a target follows: as a replica of its own accord, or because we pull the source's stream and apply it. */
export type ReplicationEngine = 'replicaof' | 'bridge';

/** One end of a replication. Holds no secret, and may be kept. */
export interface ReplicationEnd {
  readonly connectionId: string;
  /** The connection's name when it began. */
  readonly name: string;
  /** Undefined: all databases. */
  readonly database: number | undefined;
}

/** How far a replication is. Bytes and offsets are those of Redis's replication stream; times are in ms of the clock's `elapsed` unless named otherwise. */
export type ReplicationPhase =
  | { readonly kind: 'connecting' }
  /** The source's data are on their way. `total` is undefined while the source does not tell (a diskless sync never does). */
  | { readonly kind: 'transferring'; readonly bytes: number; readonly total: number | undefined }
  /** The data are here and are being put in place; how far, where that is known. */
  | { readonly kind: 'loading'; readonly bytes: number | undefined; readonly total: number | undefined }
  /** The target has applied up to `offset`, the source was `lagBytes` further when it was last asked. `lagSeconds`: how old what was applied last is, about; undefined while unknown. `why`: the source cannot be asked, so both are of before. */
  | { readonly kind: 'following'; readonly offset: number; readonly lagBytes: number; readonly lagSeconds: number | undefined; readonly why?: string }
  /** All that the source had up to `offset` is applied. */
  | { readonly kind: 'in-step'; readonly offset: number }
  /** The link is cut, and is being made again. `why` in the words of whoever told, where somebody did. */
  | { readonly kind: 'reconnecting'; readonly why: string | undefined }
  /** A full synchronisation began for the `count`th time without one that was finished. */
  | { readonly kind: 'restarting'; readonly count: number; readonly bytes: number; readonly total: number | undefined; readonly why: string | undefined }
  | { readonly kind: 'stopped'; readonly reason: StopReason };

/** Why nothing follows any more. */
export type StopReason =
  /** Its last offset was proved to be there before it was cut. */
  | { readonly kind: 'liberated'; readonly offset: number }
  /** It was cut without that proof. */
  | { readonly kind: 'cut' }
  /** Somebody else cut it, or made the target follow another server. */
  | { readonly kind: 'elsewhere'; readonly what: string }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** What both engines report. */
export interface ReplicationState {
  readonly engine: ReplicationEngine;
  readonly source: ReplicationEnd;
  readonly target: ReplicationEnd;
  readonly phase: ReplicationPhase;
}

/** A running replication, whichever engine keeps it going. */
export interface Replication {
  /** New for each replication, and the same after the window was loaded again. */
  readonly id: string;
  readonly state: ReplicationState;
  /** Keys that the target cannot have, by their names in latin1, and why; only a bridge has such. */
  readonly lost?: ReadonlyMap<string, Failure>;
  /** Calls back with every state that differs from the one before. Returns what ends that. */
  onDidChange(listener: (state: ReplicationState) => void): () => void;
  /**
   * Proves that what the source has at this moment has arrived, then cuts. Where the proof does not come it throws Failure (`timeout`,
   * `unreachable`, `cancelled` …) and nothing is cut: it follows on.
   */
  liberate(signal: AbortSignal): Promise<Liberation>;
  /** Cuts at once, without proof. Throws Failure; it may be called again then. */
  stop(): Promise<void>;
  /** Ends what this window does for it and nothing else: `replicaof` goes on without us, `bridge` waits to be taken up again. */
  dispose(): void;
}

/** What a liberation proved. */
export interface Liberation {
  /** The source's offset that was waited for, and the one that the target had reached when it was cut. */
  readonly fence: number;
  readonly reached: number;
}

/** The state of one replication, and who listens to it. */
export interface StateHolder extends Pick<Replication, 'onDidChange'> {
  readonly current: ReplicationState;
  /** Tells the listeners, unless the phase is the one that there is. A stopped replication changes no more. */
  enter(phase: ReplicationPhase): void;
}

/** Keeps a state that begins with `connecting`. */
export function holdState(ends: Omit<ReplicationState, 'phase'>): StateHolder {
  let current: ReplicationState = { ...ends, phase: { kind: 'connecting' } };
  const listeners = new Set<(state: ReplicationState) => void>();
  return {
    get current() {
      return current;
    },
    enter(phase) {
      if (current.phase.kind === 'stopped' || isDeepStrictEqual(current.phase, phase)) return;
      current = { ...current, phase };
      for (const listener of [...listeners]) listener(current);
    },
    onDidChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The end that a whole connection is. */
export function wholeEnd({ id, name }: ConnectionProfile): ReplicationEnd {
  return { connectionId: id, name, database: undefined };
}
