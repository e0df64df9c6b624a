import { failureOfReply } from '../connection/failures.ts';
import { endpointLabel } from '../connection/url.ts';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import { Failure } from '../failure.ts';
import { refusesCommand } from '../keyspace/expiry.ts';
import { l10n } from '../../l10n.ts';
import type { CloneDeps, CloneEnd, CloneRequest } from './clone.ts';
import { createWire, frameText, marks } from './wire.ts';

/** How keys get to the target: COPY within one server, DUMP and RESTORE (in other forms where need be), the commands that make them. */
export type EngineName = 'copy' | 'dump' | 'commands';

export interface EngineChoice {
  readonly engine: EngineName;
  /** `no-copy`: one server, but it has no COPY … DB (before 6.2), or not for this user. */
  readonly why: 'chosen' | 'same-server' | 'other-server' | 'no-copy';
}

/**
 * Which engine a clone is made with: what was asked for, or the fastest that works here. Rejects with Failure: `bad-input` or `unsupported`
 * where COPY was asked for and cannot be.
 */
export async function chooseEngine(deps: CloneDeps, { source, target, engine = 'auto' }: CloneRequest, signal: AbortSignal): Promise<EngineChoice> {
  if (engine === 'dump' || engine === 'commands') return { engine, why: 'chosen' };
  if (!(await isSameServer(deps, source, target, signal))) {
    if (engine === 'copy') throw new Failure('bad-input', l10n.t('COPY works within one server only, and source and target are two. Choose DUMP and RESTORE.'));
    return { engine: 'dump', why: 'other-server' };
  }
  const refusal = await refusalOfCopy(deps, source, target, signal);
  if (refusal === undefined) return { engine: 'copy', why: engine === 'copy' ? 'chosen' : 'same-server' };
  if (engine === 'copy') throw refusal;
  return { engine: 'dump', why: 'no-copy' };
}

async function isSameServer({ sessions }: CloneDeps, source: CloneEnd, target: CloneEnd, signal: AbortSignal): Promise<boolean> {
  const runIds: string[] = [];
  for (const { profile, database } of [source, target]) {
    const session = sessions.acquire(profile, database);
    try {
      runIds.push((await session.ready(signal)).runId);
    } finally {
      session.release();
    }
  }
  return runIds[0] === runIds[1];
}

/** Asks with an option that there is none of, so that nothing is copied: who may not is told so before. */
async function refusalOfCopy({ sessions, patience }: CloneDeps, source: CloneEnd, target: CloneEnd, signal: AbortSignal): Promise<Failure | undefined> {
  const { profile } = target;
  const wire = createWire(await sessions.openChannel(profile, source.database, 'copy', { confirmed: true }), { where: endpointLabel(profile), signal, patience });
  let refusal: Failure | undefined;
  try {
    await wire.send(encodeRequest(['COPY', 'a', 'b', 'DB', String(target.database), 'KEYSPACE']));
    await wire.frames(1, (frame) => {
      if (frame.mark === marks.error && refusesCommand(frameText(frame))) refusal = failureOfReply(frameText(frame), ['COPY']);
    });
  } finally {
    wire.close();
  }
  return refusal;
}
