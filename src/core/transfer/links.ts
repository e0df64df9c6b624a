import type { ServerFacts, Session } from '../connection/session.ts';
import { endpointLabel } from '../connection/url.ts';
import type { KeyAt } from '../compare/large.ts';
import type { CloneEnd } from './clone.ts';
import type { Copy } from './copyNames.ts';
import { sweep } from './copyLarge.ts';
import { createReader, type Reader } from './reader.ts';
import { retry } from './retry.ts';
import { createWire, type Wire } from './wire.ts';

/** The links of an attempt. */
export interface Links {
  readonly source: Reader;
  readonly target: Reader;
  /** As the target's user in the source's database, where copies are made by COPY. */
  readonly within: Reader | undefined;
  /** The process that the source is: a cursor counts for this one only. */
  readonly runId: string;
  /** The processes that both servers are; undefined where one does not tell. */
  readonly processes: string | undefined;
}

/**
 * Works with all links, and again where one breaks, for as long as something is done between two breaks. Rejects with Failure.
 * @param progress grows with what is done for the first time
 */
export function persist<T>(copy: Copy, work: (links: Links) => Promise<T>, progress = () => copy.standing.done.size): Promise<T> {
  return retry(copy.deps, copy.signal, () => withLinks(copy, work), progress);
}

async function withLinks<T>({ deps, request, signal, engine, leftovers }: Copy, work: (links: Links) => Promise<T>): Promise<T> {
  const wires: Wire[] = [];
  // Whoever starts a clone has confirmed its plan, and with it all that is written.
  const open = async ({ profile, database }: CloneEnd): Promise<Reader> => {
    const wire = createWire(await deps.sessions.openChannel(profile, database, 'copy', { confirmed: true }), { where: endpointLabel(profile), signal, patience: deps.patience });
    wires.push(wire);
    return createReader(wire);
  };
  const sessions = [request.source, request.target].map((end) => deps.sessions.acquire(end.profile, end.database)) as [Session, Session];
  try {
    const facts = await Promise.all(sessions.map((session) => session.ready(signal))) as [ServerFacts, ServerFacts];
    const [{ runId }] = facts;
    // Who may not ask for INFO gets another name with each connection.
    const processes = facts.some(({ version }) => version === '') ? undefined : facts.map((one) => one.runId).join(' ');
    const [source, target] = [await open(request.source), await open(request.target)];
    const within = engine === 'copy' ? await open({ profile: request.target.profile, database: request.source.database }) : undefined;
    await sweep(target.wire, leftovers);
    return await work({ source, target, within, runId, processes });
  } finally {
    for (const session of sessions) session.release();
    for (const wire of wires) wire.close();
  }
}

/** Asks for one key on both sides, by sessions of their own. */
export async function withKeys<T>({ deps, request, renaming }: Copy, name: Buffer, act: (source: KeyAt, target: KeyAt) => Promise<T>): Promise<T> {
  const [source, target] = [request.source, request.target].map(({ profile, database }) => deps.sessions.acquire(profile, database)) as [Session, Session];
  try {
    return await act({ session: source, key: name }, { session: target, key: renaming.rename(name) });
  } finally {
    source.release();
    target.release();
  }
}
