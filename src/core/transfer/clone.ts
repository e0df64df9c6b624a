import { compareLargeKeys, type KeyAt } from '../compare/large.ts';
import { compareAgain, compareAll, differenceOfValues, type CompareOptions, type Difference } from '../compare/verify.ts';
import { failureOfReply } from '../connection/failures.ts';
import type { ConnectionProfile } from '../connection/profile.ts';
import type { Session, Sessions } from '../connection/session.ts';
import { endpointLabel } from '../connection/url.ts';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import { Failure, isFailure } from '../failure.ts';
import { refusesKey } from '../keyspace/expiry.ts';
import { copyLarge } from './copyLarge.ts';
import { copyByDump } from './copyByDump.ts';
import { createListPages, createScanPages, type NamePages, type ScanStart, type Scope } from './namePages.ts';
import { createNameSet, type NameSet } from './nameSet.ts';
import { createRenaming, startsWith, withOnly, type PrefixRewrite, type Renaming } from './renaming.ts';
import { argumentValue } from './requests.ts';
import { isAboutForm, restoreOtherwise, type Form } from './restoreOtherwise.ts';
import { isSameData, refuseCluster, refuseOverlap } from './sameData.ts';
import { trackPages, type TrackedPages } from './trackedPages.ts';
import { createReader, type Held, type Reader } from './reader.ts';
import { createWire, frameText, marks, type Wire } from './wire.ts';

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
}

export interface CloneProgress {
  readonly phase: 'copying' | 'verifying';
  /** 1 for the first comparison; 0 while copying. */
  readonly round: number;
  readonly keys: number;
  readonly bytes: number;
}

export interface CloneDeps {
  readonly sessions: Sessions;
  /** Two random 32-bit numbers. */
  readonly seeds: readonly [number, number];
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
  readonly copied: number;
  /** Gone at the source before they could be read. */
  readonly vanished: number;
  /** Left as they are at the target. */
  readonly skipped: number;
  readonly notCopied: readonly NotCopied[];
  readonly forms: Readonly<Partial<Record<Form, number>>>;
  readonly bytes: number;
  readonly verification: Verification | undefined;
}

/** Keys that one SCAN is asked for: about 1 ms of a server's time. */
const PAGE = 1000;
/** Bytes in memory above which a value is moved by pieces. */
const LARGEST = 32 * 1024 * 1024;
/** Links that break one after the other, with nothing copied in between, until it is given up; ms before the first and at most before the next. */
const ATTEMPTS = 8;
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 10_000;
/** Comparisons of everything, each after what differed was copied again, until keys count as moving all the time. */
const ROUNDS = 4;

interface Copy {
  readonly deps: CloneDeps;
  readonly request: CloneRequest;
  readonly signal: AbortSignal;
  readonly renaming: Renaming;
  /** The copies come into the database of the originals. */
  within: boolean;
  /** Names at the source that got to the target. */
  readonly done: NameSet;
  readonly skipped: NameSet;
  /** Names that were on their way when a link broke: they may be at the target, or not. */
  readonly uncertain: NameSet;
  /** By their names: some are met again after a break. */
  readonly notCopied: Map<string, NotCopied>;
  readonly forms: Partial<Record<Form, number>>;
  vanished: number;
  bytes: number;
  readonly tell: (phase: CloneProgress['phase'], round: number, keys: number) => void;
}

/** The links of an attempt. */
interface Links {
  readonly source: Reader;
  readonly target: Reader;
  /** The process that the source is: a cursor counts for this one only. */
  readonly runId: string;
}

/**
 * Clones what is in scope: copies it by DUMP and RESTORE, then compares both sides; what changed meanwhile is copied again, until all
 * is identical or some keys never rest. Whole keys only: it may be aborted at any moment. A link that breaks is made anew, and the copy
 * goes on from there. Rejects with Failure.
 */
export async function clone(deps: CloneDeps, request: CloneRequest, signal: AbortSignal, onProgress: (progress: CloneProgress) => void): Promise<CloneReport> {
  const copy: Copy = {
    deps, request, signal, renaming: createRenaming(request.scope, request.rewrite),
    done: createNameSet(deps.seeds), skipped: createNameSet(deps.seeds), uncertain: createNameSet(deps.seeds),
    within: false, notCopied: new Map(), forms: {}, vanished: 0, bytes: 0,
    tell: (phase, round, keys) => onProgress({ phase, round, keys, bytes: copy.bytes }),
  };
  // Before anything is deleted or replaced.
  await persist(copy, () => refuseCluster(deps.sessions, [request.source, request.target], signal));
  const within = await persist(copy, () => isSameData(deps.sessions, request.source, request.target, signal));
  if (within) refuseOverlap(request);
  copy.within = within;
  if (request.conflict === 'empty') await persist(copy, ({ target }) => must(target.wire, ['FLUSHDB', 'ASYNC']));
  let position: { readonly runId: string; readonly start: ScanStart | undefined } | undefined;
  await persist(copy, async (links) => {
    const start = position?.runId === links.runId ? position.start : { cursor: '0', type: 0 };
    if (start === undefined) return;
    const names = createCloneNames(request, copy.within, PAGE, start);
    try {
      await copyNames(copy, links, names, request.conflict === 'replace' || request.conflict === 'empty');
    } finally {
      position = { runId: links.runId, start: names.position };
    }
  });
  const { vanished, skipped, forms, bytes } = copy;
  const copied = copy.done.size;
  const verification = request.verify ? await persist(copy, (links) => verify(copy, links)) : undefined;
  return { copied, vanished, skipped: skipped.size, notCopied: [...copy.notCopied.values()], forms, bytes, verification };
}

/** Works with both links, and again where one breaks, for as long as something is copied between two breaks. Rejects with Failure. */
async function persist<T>(copy: Copy, work: (links: Links) => Promise<T>): Promise<T> {
  const { deps, signal } = copy;
  let failures = 0;
  let progress = copy.done.size;
  for (;;) {
    try {
      return await withLinks(copy, work);
    } catch (error) {
      if (!isLinkFailure(error) || signal.aborted) throw error;
      // Not bytes: the same keys may go again and again before the one that breaks the link.
      failures = copy.done.size > progress ? 1 : failures + 1;
      progress = copy.done.size;
      if (failures > ATTEMPTS) throw error;
      await deps.pause(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1)), signal);
    }
  }
}

function isLinkFailure(error: unknown): boolean {
  return isFailure(error, 'unreachable') || isFailure(error, 'refused') || isFailure(error, 'timeout') || isFailure(error, 'loading') || isFailure(error, 'busy') || isFailure(error, 'server-changed');
}

async function withLinks<T>({ deps, request, signal }: Copy, work: (links: Links) => Promise<T>): Promise<T> {
  const open = async ({ profile, database }: CloneEnd): Promise<Wire> =>
    createWire(await deps.sessions.openChannel(profile, database, 'copy'), { where: endpointLabel(profile), signal, patience: deps.patience });
  const wires: Wire[] = [];
  const session = deps.sessions.acquire(request.source.profile, request.source.database);
  try {
    const { runId } = await session.ready(signal);
    for (const end of [request.source, request.target]) wires.push(await open(end));
    const [source, target] = wires as [Wire, Wire];
    return await work({ source: await createReader(source), target: await createReader(target), runId });
  } finally {
    session.release();
    for (const wire of wires) wire.close();
  }
}

/** The names at the source, in pages of `count`. @param within the copies come into the database of the originals */
export function createCloneNames({ names, scope, rewrite }: CloneRequest, within: boolean, count: number, start?: ScanStart): TrackedPages {
  if (names !== undefined) return { ...createListPages(names, count), settle: () => undefined, position: { cursor: '0', type: 0 } };
  const pages = createScanPages(scope, count, start);
  if (rewrite === undefined) return trackPages(pages);
  const { from, to } = rewrite;
  // Its own copies are no originals, though a scan meets them.
  const copies = within && startsWith(to, from);
  return trackPages(withOnly(pages, (name) => startsWith(name, from) && !(copies && startsWith(name, to))));
}

async function copyNames(copy: Copy, { source, target: { wire: target } }: Links, names: NamePages & Partial<TrackedPages>, replace: boolean): Promise<void> {
  const { deps, signal, renaming, request } = copy;
  const offered = new Set<readonly Held[]>();
  const busy = async (name: Buffer, payload: Buffer | undefined): Promise<boolean> => {
    if (copy.done.has(name)) return true;
    if (copy.uncertain.has(name) && payload !== undefined && await isOurs(target, renaming.rename(name), payload)) return true;
    if (request.conflict === 'stop') throw new Failure('exists', `The target has a key of a name that is to be copied. ${String(copy.done.size)} keys were copied before it; nothing was overwritten. Choose to skip or to replace such keys, or another target.`);
    copy.skipped.add(name);
    return false;
  };
  const lose = (name: Buffer, failure: Failure): false => {
    copy.notCopied.set(name.toString('latin1'), { name, failure });
    return false;
  };
  const unsupported = (name: Buffer, failure: unknown): false => {
    if (!isFailure(failure, 'unsupported')) throw failure;
    return lose(name, failure);
  };
  try {
    await copyByDump(source, target, names, {
      replace, rename: renaming.rename, largest: deps.largest ?? LARGEST,
      onOffer: (held) => void offered.add(held),
      async onBatch(batch) {
        offered.clear();
        for (const name of batch.copied) copy.done.add(argumentValue(name));
        names.settle?.(batch.names);
        copy.vanished += batch.vanished;
        copy.bytes += batch.bytes;
        copy.tell('copying', 0, copy.done.size);
      },
    }, {
      busy: ({ name, payload }) => busy(argumentValue(name), argumentValue(payload)),
      async refused({ name, expireAt, payload }, error) {
        const bytes = argumentValue(name);
        if (refusesKey(error)) return lose(bytes, failureOfReply(error, ['RESTORE']));
        if (!isAboutForm(error)) throw failureOfReply(error, ['RESTORE']);
        try {
          const form = await restoreOtherwise(target, { name: renaming.rename(bytes), payload: argumentValue(payload), expireAt: expireAt === '-1' ? undefined : expireAt }, error, replace);
          copy.forms[form] = (copy.forms[form] ?? 0) + 1;
          return true;
        } catch (failure) {
          return isFailure(failure, 'exists') ? await busy(bytes, argumentValue(payload)) : unsupported(bytes, failure);
        }
      },
      unread: (name, failure) => void lose(argumentValue(name), failure),
      async large(name) {
        const bytes = argumentValue(name);
        try {
          const outcome = await withKeys(copy, bytes, (from, to) => copyLarge(from, to, target, {
            replace, suffix: String(deps.seeds[0]), signal,
            onBytes(moved) {
              copy.bytes += moved;
              copy.tell('copying', 0, copy.done.size);
            },
          }));
          if (outcome === 'vanished') copy.vanished += 1;
          if (outcome !== 'busy') return outcome === 'copied';
          const ours = copy.uncertain.has(bytes) && await withKeys(copy, bytes, (from, to) => compareLargeKeys(from, to, signal)) === undefined;
          return ours || await busy(bytes, undefined);
        } catch (failure) {
          if (isLinkFailure(failure)) copy.uncertain.add(bytes);
          return unsupported(bytes, failure);
        }
      },
    });
  } finally {
    for (const held of offered) for (const { name } of held) copy.uncertain.add(argumentValue(name));
  }
}

/** True if the target has just this value there. */
async function isOurs(target: Wire, name: Buffer, payload: Buffer): Promise<boolean> {
  let same = false;
  await target.send(encodeRequest(['DUMP', name]));
  await target.frames(1, (frame) => {
    same = frame.mark === marks.bulk && !frame.absent && differenceOfValues(payload, Buffer.from(frame.bytes.subarray(frame.start, frame.end))) === undefined;
  });
  return same;
}

async function verify(copy: Copy, links: Links): Promise<Verification> {
  const { request, renaming, deps, signal } = copy;
  let round = 0;
  const options: CompareOptions = {
    rename: renaming.rename, original: renaming.original, largest: deps.largest ?? LARGEST, seeds: deps.seeds,
    large: (name) => withKeys(copy, name, (from, to) => compareLargeKeys(from, to, signal)),
    ignore: copy.skipped.has,
    onProgress: ({ compared }) => copy.tell('verifying', round, compared),
  };
  const targetNames = (): NamePages => (request.names === undefined ? createScanPages(renaming.targetScope(request.scope), PAGE) : createListPages([], PAGE));
  let repaired = 0;
  for (round = 1; ; round += 1) {
    const { compared, differences } = await compareAll(links.source, links.target, createCloneNames(request, copy.within, PAGE), targetNames(), options);
    const left = await compareAgain(links.source, links.target, differences, options);
    if (left.length === 0 || round === ROUNDS) return { compared, rounds: round, repaired, differences: left };
    const changed = await repair(copy, links, left);
    repaired += changed;
    // What cannot be mended stays as it is; some are skipped by now.
    if (changed === 0) return { compared, rounds: round, repaired, differences: left.filter(({ name }) => !copy.skipped.has(name)) };
  }
}

/** Asks for one key on both sides, by sessions of their own. */
async function withKeys<T>({ deps, request, renaming }: Copy, name: Buffer, act: (source: KeyAt, target: KeyAt) => Promise<T>): Promise<T> {
  const [source, target] = [request.source, request.target].map(({ profile, database }) => deps.sessions.acquire(profile, database)) as [Session, Session];
  try {
    return await act({ session: source, key: name }, { session: target, key: renaming.rename(name) });
  } finally {
    source.release();
    target.release();
  }
}

/**
 * Copies again what the source has otherwise by now, and deletes copies of what it has no more: only what came from here is overwritten
 * or deleted, and new keys are subject to what was chosen about conflicts. Answers how many keys were changed.
 */
async function repair(copy: Copy, links: Links, differences: readonly Difference[]): Promise<number> {
  const again = differences.filter(({ name, kind }) => kind !== 'extra' && kind !== 'too-large' && !copy.notCopied.has(name.toString('latin1'))).map(({ name }) => name);
  const ours = again.filter((name) => copy.done.has(name));
  const added = again.filter((name) => !copy.done.has(name));
  await copyNames(copy, links, createListPages(ours, PAGE), true);
  const before = copy.done.size;
  await copyNames(copy, links, createListPages(added, PAGE), copy.request.conflict === 'replace' || copy.request.conflict === 'empty');
  const gone = differences.filter(({ name, kind }) => kind === 'extra' && copy.done.has(name)).map(({ name }) => copy.renaming.rename(name));
  for (let at = 0; at < gone.length; at += PAGE) await must(links.target.wire, ['UNLINK', ...gone.slice(at, at + PAGE)]);
  return ours.length + copy.done.size - before + gone.length;
}

async function must(wire: Wire, command: readonly (string | Buffer)[]): Promise<void> {
  await wire.send(encodeRequest(command));
  await wire.frames(1, (frame) => {
    if (frame.mark === marks.error) throw failureOfReply(frameText(frame), command);
  });
}
