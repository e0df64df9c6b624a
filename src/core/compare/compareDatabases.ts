import type { Session } from '../connection/session.ts';
import { endpointLabel } from '../connection/url.ts';
import { Failure } from '../failure.ts';
import { createCloneNames, isWhole, type CloneDeps, type CloneEnd, type CloneRequest } from '../transfer/clone.ts';
import { createListPages, createScanPages } from '../transfer/namePages.ts';
import { createReader, type Reader } from '../transfer/reader.ts';
import { createRenaming, originalOfCopy, type Renaming } from '../transfer/renaming.ts';
import { isSameData } from '../transfer/sameData.ts';
import { retry } from '../transfer/retry.ts';
import { createWire, type Wire } from '../transfer/wire.ts';
import { l10n } from '../../l10n.ts';
import { compareLargeKeys } from './large.ts';
import { byParts, processesOf, type Todo } from './resume.ts';
import { compareAgain, compareAll, createComparing, type Comparing, type CompareOptions, type CompareProgress, type Difference } from './verify.ts';

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

/** A comparison that goes on from where it was when a link breaks. */
interface Standing {
  readonly comparing: Comparing;
  again: Todo | undefined;
  readonly left: Difference[];
}

/** More than there are keys. */
const ATTEMPT = 2 ** 48;

/**
 * Compares two databases, or parts of them, key by key; what `onProgress` throws ends it. A link that breaks is made anew, and it goes on
 * from there; from the start where a server is another process by then. Reads only. Rejects with Failure, `bad-input` where both are the same.
 */
export async function compareDatabases(deps: CloneDeps, request: CompareRequest, signal: AbortSignal, onProgress: (progress: CompareProgress) => void): Promise<Comparison> {
  const { scope, names } = request;
  const begin = (): Standing => ({ comparing: createComparing(deps.seeds), again: undefined, left: [] });
  let now = begin();
  let processes: string | undefined;
  let changes = 0;
  const work = async ({ left, right, renaming, within, options }: Sides): Promise<Comparison> => {
    const those = await processesOf(left.wire, right.wire);
    if (those === undefined || those !== processes) now = begin();
    if (processes !== undefined && those !== undefined && those !== processes) changes += 1;
    processes = those;
    const { comparing } = now;
    const { seen, position, beyond } = comparing;
    const sourceNames = createCloneNames({ ...request, conflict: 'stop', verify: false }, within, PAGE, position, seen.size > 0 ? seen.has : undefined);
    const targetNames = names === undefined ? createScanPages(renaming.targetScope(scope), PAGE, beyond) : createListPages([], PAGE);
    now.again ??= { all: (await compareAll(left, right, sourceNames, targetNames, options, comparing)).differences, at: 0 };
    const { left: found } = now;
    await byParts(now.again, async (part) => void found.push(...await compareAgain(left, right, part, options)), options.most?.keys);
    return { compared: seen.size, differences: found };
  };
  return withSides(deps, request, signal, onProgress, work, () => changes * ATTEMPT + now.comparing.seen.size + now.comparing.pages + (now.again?.at ?? 0));
}

/** Compares these keys only, by their names at the source. Answers those that differ now. Reads only. Rejects with Failure. */
export async function compareKeys(deps: CloneDeps, request: CompareRequest, names: readonly Buffer[], signal: AbortSignal): Promise<readonly Difference[]> {
  return withSides(deps, request, signal, () => undefined, ({ left, right, options }) => compareAgain(left, right, names.map((name) => ({ name })), options), () => 0);
}

/**
 * Opens both sides for what compares them, and again where a link breaks, for as long as something is done in between. Rejects with Failure.
 * @param progress grows with what `work` does for the first time
 */
export async function withSides<T>(deps: CloneDeps, request: CompareRequest, signal: AbortSignal, onProgress: (progress: CompareProgress) => void, work: (sides: Sides) => Promise<T>, progress: () => number): Promise<T> {
  const { source, target, rewrite } = request;
  if (source.profile.id === target.profile.id && source.database === target.database && rewrite === undefined) {
    throw new Failure('bad-input', l10n.t('Both sides are the same database. Choose another one, or another prefix.'));
  }
  return retry(deps, signal, (failures) => onceWithSides(deps, request, signal, { onProgress, ...mostAfter(failures) }, work), progress);
}

/** Less and less at once, for a link that brings a little only before it breaks. */
function mostAfter(failures: number): Pick<CompareOptions, 'most'> {
  return failures === 0 ? {} : { most: { keys: Math.max(1, PAGE >> (2 * failures - 2)), bytes: Math.max(1, LARGEST >> (2 * failures)) } };
}

async function onceWithSides<T>(deps: CloneDeps, { source, target, scope, rewrite, names }: CompareRequest, signal: AbortSignal, more: Pick<CompareOptions, 'onProgress' | 'most'>, work: (sides: Sides) => Promise<T>): Promise<T> {
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
      ...more,
    };
    return await work({ left, right, renaming, within, options });
  } finally {
    for (const wire of wires) wire.close();
    for (const session of sessions) session.release();
  }
}
