import { Failure, isFailure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import { createInfoAsker, type Info } from './infoAsker.ts';
import type { ReplicaDeps, ReplicaEnds, ReplicaRecord } from './replica.ts';
import { masterInfo, masterSections, replicaInfo, replicaSections } from './replicaInfo.ts';
import type { Liberation } from './state.ts';

/** What was proved before the cut; `confirm` looks at it once more after it. */
export interface Proof {
  /** Reads from the target where it was cut. Rejects with Failure `server-changed` where that was another history, or before the fence. */
  confirm(): Promise<Liberation>;
}

/** Ms between two looks, and without any headway until it is given up. */
const SOON = 100;
const STANDSTILL = 10_000;

/**
 * Takes the source's offset of this moment and waits until the target has applied it, in the same history. DBSIZE proves nothing, and WAIT
 * counts any replica. Rejects with Failure: `unreachable` where the link is down, `timeout` where nothing moves, `server-changed`,
 * `unsupported` where there is no source to be asked, `cancelled`.
 */
export async function proveArrival(deps: ReplicaDeps, { host, port, source: { name } }: ReplicaRecord, ends: ReplicaEnds, signal: AbortSignal): Promise<Proof> {
  const { sessions, clock, patience, pause } = deps;
  if (ends.source === undefined) throw new Failure('unsupported', l10n.t('{0} is none of the connections, so it cannot be asked up to where its data go. Add it as a connection to prove that all of it has arrived.', name));
  const [from, to] = [ends.source, ends.target].map((profile) => createInfoAsker(sessions, profile, { patience, signal })) as [ReturnType<typeof createInfoAsker>, ReturnType<typeof createInfoAsker>];
  const need = (info: Info | Failure): Info => {
    if (isFailure(info)) throw info;
    return info;
  };
  try {
    const { history, offset: fence } = masterInfo(need(await from.ask(masterSections)));
    let headway = '';
    let since = clock.elapsed();
    for (;;) {
      const said = need(await to.ask(replicaSections));
      const replica = replicaInfo(said);
      if (replica === undefined || replica.port !== port || replica.host.toLowerCase() !== host.toLowerCase()) throw new Failure('server-changed', l10n.t('The target does not follow {0}:{1} any more.', host, port));
      if (replica.up && replica.history === history && replica.applied >= fence) break;
      const now = JSON.stringify([replica.up, replica.history, replica.applied, replica.transfer, replica.loading]);
      if (now !== headway) since = clock.elapsed();
      headway = now;
      if (clock.elapsed() - since > STANDSTILL) throw standstill(replica.up, replica.history === history, `${host}:${port}`);
      await pause(SOON, signal);
    }
    const after = masterInfo(need(await from.ask(masterSections)));
    if (after.history !== history) throw new Failure('server-changed', l10n.t('The source has begun another history of its data meanwhile, by a restart or a failover. Wait until the target is in step again.'));
    return { confirm: () => confirm(deps, ends, history, fence) };
  } finally {
    from.close();
    to.close();
  }
}

function standstill(up: boolean, same: boolean, where: string): Failure {
  if (!up) return new Failure('unreachable', l10n.t('The link to {0} is down, so what the source has now does not arrive.', where));
  if (!same) return new Failure('server-changed', l10n.t('To the target {0} is another server than the source.', where));
  return new Failure('timeout', l10n.t('What the source has now does not arrive: nothing has moved for 10 s.'));
}

async function confirm({ sessions, patience }: ReplicaDeps, { target }: ReplicaEnds, history: string, fence: number): Promise<Liberation> {
  const asker = createInfoAsker(sessions, target, { patience, signal: new AbortController().signal });
  const info = await asker.ask(replicaSections);
  asker.close();
  if (isFailure(info)) throw info;
  // A new primary keeps the history of before, up to the byte at which its own begins. Before Redis 4 neither is told.
  const [before, second] = [info.get('master_replid2'), Number(info.get('second_repl_offset') ?? fence + 1)];
  if (before !== undefined && (before !== history || second - 1 < fence)) {
    throw new Failure('server-changed', l10n.t('The target is on its own now, but the source began another history of its data at that very moment. Compare both before you rely on the copy.'));
  }
  return { fence, reached: second - 1 };
}
