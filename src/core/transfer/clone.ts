import type { Clock } from '../connection/ports.ts';
import type { ConnectionProfile } from '../connection/profile.ts';
import type { Sessions } from '../connection/session.ts';
import type { Difference } from '../compare/verify.ts';
import type { Failure } from '../failure.ts';
import { isPositionKey } from '../keyspace/positionKey.ts';
import { createConvergence } from './converge.ts';
import { copyNames, must, noteStanding, type Copy } from './copyNames.ts';
import { chooseEngine, type EngineName } from './engine.ts';
import { createStanding, type Journal } from './journal.ts';
import { persist } from './links.ts';
import { createListPages, createScanPages, type ScanStart } from './namePages.ts';
import { cloneParts, partsOf, refuseTangle, type FurtherDatabase, type PartReport } from './parts.ts';
import { createLimiter, type Rate } from './rate.ts';
import { createRenaming, withOnly, type PrefixRewrite } from './renaming.ts';
import type { Form } from './restoreOtherwise.ts';
import { isSameData, refuseCluster, refuseOverlap } from './sameData.ts';
import { startsWith, type Scope } from './scope.ts';
import { largestTakenBy } from './takes.ts';
import { trustStanding } from './trust.ts';
import { trackPages, type TrackedPages } from './trackedPages.ts';

/** One side of a clone. */
export interface CloneEnd {
  readonly profile: ConnectionProfile;
  readonly database: number;
}

/** What to do about a key that the target has already. `empty`: the target's database is emptied first. */
export type Conflict = 'stop' | 'skip' | 'replace' | 'empty';

export interface CloneRequest {
  readonly source: CloneEnd;
  readonly target: CloneEnd;
  readonly scope: Scope;
  /** These keys only. */
  readonly names?: readonly Buffer[];
  /** Of a scan only names that begin with `from` are cloned then. */
  readonly rewrite?: PrefixRewrite;
  readonly conflict: Conflict;
  readonly verify: boolean;
  /** Absent: the fastest that works here. */
  readonly engine?: 'auto' | EngineName;
  /** Absent: as fast as it goes. */
  readonly rate?: Rate;
  /** Further databases, each with its own scope. */
  readonly more?: readonly FurtherDatabase[];
}

export interface CloneProgress {
  readonly phase: 'copying' | 'verifying';
  /** 1 for the first comparison; 0 while copying. */
  readonly round: number;
  readonly keys: number;
  readonly bytes: number;
  /** Which of several databases it is at, from 1 on; those before it are done. */
  readonly part?: { readonly number: number; readonly of: number };
}

export interface CloneDeps {
  readonly sessions: Sessions;
  /** Two random 32-bit numbers; a journal has its own. */
  readonly seeds: readonly [number, number];
  /** Keeps how far it came; one that was opened is gone on with. It is left as it is: whoever made it closes or removes it. */
  readonly journal?: Journal;
  /** Needed where a rate is to be kept. */
  readonly clock?: Pick<Clock, 'elapsed'>;
  /** Bytes in memory above which a value is moved by pieces; 32 MB if absent. */
  readonly largest?: number;
  /** Ms without a byte while a reply is awaited. */
  readonly patience: number;
  /** Waits so many ms. Rejects with Failure `cancelled` when aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A key that could not be copied, and why. */
export interface NotCopied {
  readonly name: Buffer;
  readonly failure: Failure;
}

export interface Verification {
  readonly compared: number;
  /** Comparisons of everything that were made. */
  readonly rounds: number;
  /** Keys that were copied again since they had changed meanwhile. */
  readonly repaired: number;
  /** None: source and target are identical in what was cloned. */
  readonly differences: readonly Difference[];
}

export interface CloneReport {
  readonly engine: EngineName;
  /** By those who began it too, where it was gone on with. */
  readonly copied: number;
  /** Gone at the source before they could be read. */
  readonly vanished: number;
  /** Left as they are at the target. */
  readonly skipped: number;
  readonly notCopied: readonly NotCopied[];
  readonly forms: Readonly<Partial<Record<Form, number>>>;
  readonly bytes: number;
  readonly verification: Verification | undefined;
  /** The target lacked what had been copied, or had other values: it was restarted without its data, or is another server. All was copied again. */
  readonly anew: boolean;
  /** Of several databases each by itself; the rest is all of them together. */
  readonly parts?: readonly PartReport[];
}

/** Keys that one SCAN is asked for: about 1 ms of a server's time. */
const PAGE = 1000;

/**
 * Clones what is in scope, then compares both sides; what changed meanwhile is copied again, until all is identical or some keys never
 * rest. Whole keys only: it may be aborted at any moment. A link that breaks is made anew, and the copy goes on from there. What is written
 * at the target is not asked about again: whoever calls this has asked. Several databases are cloned and compared one after the other.
 * Rejects with Failure.
 */
export async function clone(deps: CloneDeps, request: CloneRequest, signal: AbortSignal, onProgress: (progress: CloneProgress) => void): Promise<CloneReport> {
  const parts = partsOf(request);
  if (parts.length === 1) return cloneDatabase(deps, request, signal, onProgress);
  await refuseTangle(deps.sessions, parts, signal);
  const { journal, ...others } = deps;
  return cloneParts(parts, (part, index, tell) => cloneDatabase({ ...others, ...(journal === undefined ? {} : { journal: journal.part(index) }) }, part, signal, tell), onProgress);
}

async function cloneDatabase(deps: CloneDeps, request: CloneRequest, signal: AbortSignal, onProgress: (progress: CloneProgress) => void): Promise<CloneReport> {
  const { journal } = deps;
  const standing = journal?.standing ?? createStanding(deps.seeds);
  const { counts } = standing;
  const copy: Copy = {
    deps, request, signal, standing, journal, renaming: createRenaming(request.scope, request.rewrite),
    limit: request.rate === undefined || deps.clock === undefined ? () => Promise.resolve() : createLimiter(request.rate, deps.clock, (ms) => deps.pause(ms, signal)),
    engine: 'dump', within: false, trusted: false, largestTaken: Infinity, leftovers: new Set(), notCopied: new Map(), forms: { ...counts.forms }, vanished: counts.vanished, bytes: counts.bytes,
    tell: (phase, round, keys) => onProgress({ phase, round, keys, bytes: copy.bytes }),
  };
  await persist(copy, async ({ target }) => {
    // Before anything is deleted or replaced.
    await refuseCluster(deps.sessions, [request.source, request.target], signal);
    copy.within = await isSameData(deps.sessions, request.source, request.target, signal);
    if (copy.within) refuseOverlap(request);
    copy.engine = (await chooseEngine(deps, request, signal)).engine;
    copy.largestTaken = await largestTakenBy(target.wire);
    if (request.conflict !== 'empty' || standing.emptied) return;
    await must(target.wire, ['FLUSHDB', 'ASYNC']);
    standing.emptied = true;
    await journal?.noteEmptied();
  });
  await copyAll(copy);
  const { vanished, forms, bytes, engine } = copy;
  const copied = standing.done.size;
  const convergence = createConvergence(copy);
  const verification = request.verify ? await persist(copy, convergence.run, () => convergence.progress) : undefined;
  if (copy.leftovers.size > 0) await persist(copy, () => Promise.resolve());
  // A key that came while others were copied may be met by the comparison only.
  const skipped = standing.skipped.size;
  return { engine, copied, vanished, skipped, notCopied: [...copy.notCopied.values()], forms, bytes, verification, anew: standing.anew };
}

async function copyAll(copy: Copy): Promise<void> {
  const { request, standing } = copy;
  if (standing.counts.notCopied > 0) {
    // Which keys those were is not kept: they are met again where nothing is left out.
    standing.finished = false;
    standing.position = undefined;
  }
  await persist(copy, async (links) => {
    await trustStanding(copy, links);
    if (standing.finished) return;
    const start = standing.position?.runId === links.runId ? standing.position.start : undefined;
    const names = createCloneNames(request, copy.within, PAGE, start, standing.done.size > 0 ? standing.done.has : undefined);
    try {
      await copyNames(copy, links, names, { replace: request.conflict === 'replace' || request.conflict === 'empty' });
      standing.finished = true;
    } finally {
      if (standing.done.size > 0) await noteStanding(copy, links.runId, names);
    }
  });
}

/**
 * The names at the source, in pages of `count`.
 * @param within the copies come into the database of the originals
 * @param done names that are left out
 */
export function createCloneNames({ names, scope, rewrite }: CloneRequest, within: boolean, count: number, start?: ScanStart, done?: (name: Buffer) => boolean): TrackedPages {
  if (names !== undefined) {
    return { ...createListPages(names.filter((name) => !isPositionKey(name) && done?.(name) !== true), count), settle: () => undefined, position: { cursor: '0', type: 0 } };
  }
  const scanned = createScanPages(scope, count, start);
  const pages = done === undefined ? scanned : withOnly(scanned, (name) => !done(name));
  return trackPages(rewrite === undefined ? pages : withOnly(pages, isOriginal({ rewrite }, within)));
}

/** True if a whole database goes there, and every key keeps its name. */
export function isWhole({ names, scope, rewrite }: Pick<CloneRequest, 'names' | 'scope' | 'rewrite'>): boolean {
  return names === undefined && scope.pattern === undefined && scope.only === undefined && scope.types === undefined && rewrite === undefined;
}

/** True for names that a clone takes for originals, as far as prefixes tell. */
export function isOriginal({ rewrite }: Pick<CloneRequest, 'rewrite'>, within: boolean): (name: Buffer) => boolean {
  if (rewrite === undefined) return () => true;
  const { from, to } = rewrite;
  // Its own copies are no originals, though a scan meets them.
  const copies = within && startsWith(to, from);
  return (name) => startsWith(name, from) && !(copies && startsWith(name, to));
}
