import { Failure, isFailure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import type { Info } from './infoAsker.ts';
import { masterInfo, replicaInfo, type MasterInfo, type ReplicaInfo } from './replicaInfo.ts';
import type { ReplicationPhase } from './state.ts';

/** What is looked at, one moment after the other. */
export interface PhaseReader {
  /**
   * What both sides just said, source first, as a phase; `now` in ms of a clock that never goes back. Undefined: there is no source to be
   * asked.
   */
  step(now: number, source: Info | Failure | undefined, target: Info | Failure): ReplicationPhase;
}

/** Ms without a first link until that is said, and with another history than the source's until that is. */
const FIRST_LINK = 8000;
const OTHER_HISTORY = 10_000;
/** Moments of the source that are kept to tell the age of what was applied. */
const MOMENTS = 300;

/**
 * Makes phases of what INFO says. `host` and `port`: whom the target was told to follow. `syncs`: full synchronisations that the source
 * had granted before, where that is known.
 */
export function createPhaseReader({ host, port, syncs }: { readonly host: string; readonly port: number; readonly syncs: number | undefined }): PhaseReader {
  let began: number | undefined;
  let linked = false;
  /** Synchronisations that were seen to begin since the link was last up, and how far the last of them was. */
  let seen = 0;
  let last: number | undefined;
  /** What the source had granted by then. */
  let base = syncs;
  let otherSince: number | undefined;
  let master: MasterInfo | undefined;
  const moments: { readonly time: number; readonly offset: number }[] = [];

  const ageOf = (now: number, applied: number): number | undefined => {
    // The last moment at which the source had no more than this.
    const at = moments.findLast(({ offset }) => offset <= applied);
    return at === undefined ? undefined : Math.max(0, now - at.time) / 1000;
  };
  const up = (now: number, replica: ReplicaInfo, source: Info | Failure | undefined): ReplicationPhase => {
    const fresh = source !== undefined && !isFailure(source);
    linked = true;
    seen = 0;
    last = undefined;
    base = master?.syncs;
    if (fresh && master !== undefined && master.history !== replica.history) {
      otherSince ??= now;
      if (now - otherSince >= OTHER_HISTORY) {
        return { kind: 'stopped', reason: { kind: 'failed', failure: new Failure('server-changed', l10n.t('To the target {0}:{1} is another server than the source, and it follows that one.', host, port)) } };
      }
    } else otherSince = undefined;
    if (fresh && master !== undefined && otherSince === undefined && replica.applied >= master.offset) return { kind: 'in-step', offset: master.offset };
    return {
      kind: 'following', offset: replica.applied,
      lagBytes: master === undefined || otherSince !== undefined ? 0 : Math.max(0, master.offset - replica.applied), lagSeconds: fresh ? ageOf(now, replica.applied) : undefined, ...(isFailure(source) ? { why: source.message } : {}),
    };
  };
  const down = (now: number, { transfer, loading }: ReplicaInfo): ReplicationPhase => {
    if (transfer !== undefined && (last === undefined || transfer.read < last)) seen += 1;
    last = transfer?.read;
    const count = Math.max(seen, base === undefined ? 0 : (master?.syncs ?? base) - base);
    if (count > 1) return { kind: 'restarting', count, bytes: transfer?.read ?? 0, total: transfer?.total, why: undefined };
    if (loading !== undefined) return { kind: 'loading', ...loading };
    if (transfer !== undefined) return { kind: 'transferring', bytes: transfer.read, total: transfer.total };
    if (linked || seen > 0) return { kind: 'reconnecting', why: undefined };
    if (now - (began ?? now) < FIRST_LINK) return { kind: 'connecting' };
    return { kind: 'reconnecting', why: l10n.t('The target has not got to {0}:{1} yet. Can it reach that address, does the password suit, and does the source allow it to replicate?', host, port) };
  };

  return {
    step(now, source, target) {
      began ??= now;
      const fresh = source !== undefined && !isFailure(source);
      if (fresh) {
        master = masterInfo(source);
        // After a restart it counts anew.
        if (base === undefined || (master.syncs ?? 0) < base) base = master.syncs;
        moments.push({ time: now, offset: master.offset });
        if (moments.length > MOMENTS) moments.shift();
      }
      if (isFailure(target)) return { kind: 'reconnecting', why: target.message };
      const replica = replicaInfo(target);
      if (replica === undefined) return { kind: 'stopped', reason: { kind: 'elsewhere', what: '' } };
      if (replica.host.toLowerCase() !== host.toLowerCase() || replica.port !== port) return { kind: 'stopped', reason: { kind: 'elsewhere', what: `${replica.host}:${replica.port}` } };
      return replica.up ? up(now, replica, source) : down(now, replica);
    },
  };
}
