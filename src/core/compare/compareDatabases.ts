import type { Session } from '../connection/session.ts';
import { endpointLabel } from '../connection/url.ts';
import { Failure } from '../failure.ts';
import { createCloneNames, isWhole, type CloneDeps, type CloneEnd, type CloneRequest } from '../transfer/clone.ts';
import { createListPages, createScanPages } from '../transfer/namePages.ts';
import { createReader, type Reader } from '../transfer/reader.ts';
import { createRenaming, originalOfCopy, type Renaming } from '../transfer/renaming.ts';
import { isSameData } from '../transfer/sameData.ts';
import { createWire, type Wire } from '../transfer/wire.ts';
import { l10n } from '../../l10n.ts';
import { compareLargeKeys } from './large.ts';
import { compareAgain, compareAll, type CompareOptions, type CompareProgress, type Difference } from './verify.ts';

/** What is compared with what: as a clone from `source` to `target` would map names. */
export type CompareRequest = Pick<CloneRequest, 'source' | 'target' | 'scope' | 'names' | 'rewrite'>;

export interface Comparison {
  readonly compared: number;
  /** Those that stood a second look, so that what was just being written is none. */
  readonly differences: readonly Difference[];
}

const PAGE = 1000;
/** Bytes in memory above which a value is compared by pieces. */
const LARGEST = 32 * 1024 * 1024;

/** Both sides, ready to be asked. */
export interface Sides {
  readonly left: Reader;
  readonly right: Reader;
  readonly renaming: Renaming;
  /** Both sides are parts of one database. */
  readonly within: boolean;
  readonly options: CompareOptions;
}

/** Compares two databases, or parts of them, key by key; what `onProgress` throws ends it. Reads only. Rejects with Failure, `bad-input` where both are the same. */
export async function compareDatabases(deps: CloneDeps, request: CompareRequest, signal: AbortSignal, onProgress: (progress: CompareProgress) => void): Promise<Comparison> {
  return withSides(deps, request, signal, onProgress, async ({ left, right, renaming, within, options }) => {
    const { scope, names } = request;
    const targetNames = names === undefined ? createScanPages(renaming.targetScope(scope), PAGE) : createListPages([], PAGE);
    const { compared, differences } = await compareAll(left, right, createCloneNames({ ...request, conflict: 'stop', verify: false }, within, PAGE), targetNames, options);
    return { compared, differences: await compareAgain(left, right, differences, options) };
  });
}

/** Compares these keys only, by their names at the source. Answers those that differ now. Reads only. Rejects with Failure. */
export async function compareKeys(deps: CloneDeps, request: CompareRequest, names: readonly Buffer[], signal: AbortSignal): Promise<readonly Difference[]> {
  return withSides(deps, request, signal, () => undefined, ({ left, right, options }) => compareAgain(left, right, names.map((name) => ({ name })), options));
}

/** Opens both sides for what compares them. Rejects with Failure. */
export async function withSides<T>(deps: CloneDeps, { source, target, scope, rewrite, names }: CompareRequest, signal: AbortSignal, onProgress: (progress: CompareProgress) => void, work: (sides: Sides) => Promise<T>): Promise<T> {
  if (source.profile.id === target.profile.id && source.database === target.database && rewrite === undefined) {
    throw new Failure('bad-input', l10n.t('Both sides are the same database. Choose another one, or another prefix.'));
  }
  const renaming = createRenaming(scope, rewrite);
  const sessions = [source, target].map(({ profile, database }) => deps.sessions.acquire(profile, database)) as [Session, Session];
  const wires: Wire[] = [];
  const open = async ({ profile, database }: CloneEnd): Promise<Reader> => {
    const wire = createWire(await deps.sessions.openChannel(profile, database, 'copy'), { where: endpointLabel(profile), signal, patience: deps.patience });
    wires.push(wire);
    return createReader(wire);
  };
  try {
    const [left, right] = [await open(source), await open(target)];
    const within = await isSameData(deps.sessions, source, target, signal);
    const options: CompareOptions = {
      rename: renaming.rename, original: originalOfCopy(renaming, rewrite, within),
      largest: LARGEST, seeds: deps.seeds, whole: isWhole({ names, scope, rewrite }),
      large: (name) => compareLargeKeys({ session: sessions[0], key: name }, { session: sessions[1], key: renaming.rename(name) }, signal),
      onProgress,
    };
    return await work({ left, right, renaming, within, options });
  } finally {
    for (const wire of wires) wire.close();
    for (const session of sessions) session.release();
  }
}
