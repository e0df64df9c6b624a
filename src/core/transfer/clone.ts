import { compareLargeKeys, type KeyAt } from '../compare/large.ts';
import { compareAgain, compareAll, type CompareOptions, type Difference } from '../compare/verify.ts';
import { failureOfReply } from '../connection/failures.ts';
import type { ConnectionProfile } from '../connection/profile.ts';
import type { Session, Sessions } from '../connection/session.ts';
import { endpointLabel } from '../connection/url.ts';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import { Failure, isFailure } from '../failure.ts';
import { copyLarge } from './copyLarge.ts';
import { copyByDump } from './copyByDump.ts';
import { createListPages, createScanPages, type NamePages, type Scope } from './namePages.ts';
import { createNameSet, type NameSet } from './nameSet.ts';
import { createRenaming, startsWith, withOnly, type PrefixRewrite, type Renaming } from './renaming.ts';
import { argumentValue } from './requests.ts';
import { isAboutForm, restoreOtherwise, type Form } from './restoreOtherwise.ts';
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
/** Comparisons of everything, each after what differed was copied again, until keys count as moving all the time. */
const ROUNDS = 4;

interface Copy {
  readonly deps: CloneDeps;
  readonly signal: AbortSignal;
  readonly request: CloneRequest;
  readonly renaming: Renaming;
  readonly source: Wire;
  readonly target: Wire;
  /** Names at the source that got to the target. */
  readonly done: NameSet;
  readonly skipped: NameSet;
  readonly notCopied: NotCopied[];
  readonly forms: Partial<Record<Form, number>>;
  copied: number;
  vanished: number;
  bytes: number;
  readonly tell: (phase: CloneProgress['phase'], round: number, keys: number) => void;
}

/**
 * Clones what is in scope: copies it by DUMP and RESTORE, then compares both sides; what changed meanwhile is copied again, until all
 * is identical or some keys never rest. Whole keys only: it may be aborted at any moment. Rejects with Failure.
 */
export async function clone(deps: CloneDeps, request: CloneRequest, signal: AbortSignal, onProgress: (progress: CloneProgress) => void): Promise<CloneReport> {
  const open = async ({ profile, database }: CloneEnd): Promise<Wire> =>
    createWire(await deps.sessions.openChannel(profile, database, 'copy'), { where: endpointLabel(profile), signal, patience: deps.patience });
  const source = await open(request.source);
  const target = await open(request.target).catch((error: unknown) => {
    source.close();
    throw error;
  });
  const copy: Copy = {
    deps, signal, request, source, target, renaming: createRenaming(request.scope, request.rewrite), done: createNameSet(deps.seeds), skipped: createNameSet(deps.seeds),
    notCopied: [], forms: {}, copied: 0, vanished: 0, bytes: 0,
    tell: (phase, round, keys) => onProgress({ phase, round, keys, bytes: copy.bytes }),
  };
  try {
    if (request.conflict === 'empty') await must(target, ['FLUSHDB', 'ASYNC']);
    await copyNames(copy, cloneNames(copy.request, PAGE), request.conflict === 'replace' || request.conflict === 'empty');
    const { copied, vanished, skipped, notCopied, forms, bytes } = copy;
    const verification = request.verify ? await verify(copy, deps.seeds) : undefined;
    return { copied, vanished, skipped: skipped.size, notCopied, forms, bytes, verification };
  } finally {
    source.close();
    target.close();
  }
}

/** The names at the source, in pages of `count`. */
export function cloneNames({ names, scope, source, target, rewrite }: CloneRequest, count: number): NamePages {
  if (names !== undefined) return createListPages(names, count);
  const pages = createScanPages(scope, count);
  const within = source.database === target.database && source.profile.id === target.profile.id;
  if (!within || rewrite === undefined) return pages;
  // Its own copies are no originals, though a scan meets them.
  const { from, to } = rewrite;
  return withOnly(pages, (name) => !(startsWith(name, to) && (to.length > from.length || !startsWith(name, from))));
}

async function copyNames(copy: Copy, names: NamePages, replace: boolean): Promise<void> {
  const { deps, signal, source, target, renaming, request } = copy;
  await copyByDump(source, target, names, {
    replace, rename: renaming.rename, largest: copy.deps.largest ?? LARGEST,
    async onBatch(batch) {
      for (const name of batch.names) if (!copy.skipped.has(argumentValue(name))) copy.done.add(argumentValue(name));
      copy.copied += batch.copied;
      copy.vanished += batch.vanished;
      copy.bytes += batch.bytes;
      copy.tell('copying', 0, copy.copied);
    },
  }, {
    async busy(name) {
      const bytes = argumentValue(name);
      if (copy.done.has(bytes)) return true;
      if (request.conflict === 'stop') throw new Failure('exists', `The target has a key of a name that is to be copied. ${String(copy.copied)} keys were copied before it; nothing was overwritten. Choose to skip or to replace such keys, or another target.`);
      copy.skipped.add(bytes);
      return false;
    },
    async refused({ name, expireAt, payload }, error) {
      if (!isAboutForm(error)) throw failureOfReply(error, ['RESTORE']);
      const bytes = argumentValue(name);
      try {
        const form = await restoreOtherwise(target, { name: renaming.rename(bytes), payload: argumentValue(payload), expireAt: expireAt === '-1' ? undefined : expireAt }, replace);
        copy.forms[form] = (copy.forms[form] ?? 0) + 1;
        return true;
      } catch (failure) {
        if (isFailure(failure, 'exists')) return this.busy(name);
        if (!isFailure(failure, 'unsupported')) throw failure;
        copy.notCopied.push({ name: bytes, failure });
        return false;
      }
    },
    async large(name) {
      const bytes = argumentValue(name);
      const outcome = await withKeys(copy, bytes, (from, to) => copyLarge(from, to, target, {
        replace, suffix: String(deps.seeds[0]), signal,
        onBytes(moved) {
          copy.bytes += moved;
          copy.tell('copying', 0, copy.copied);
        },
      })).catch((failure: unknown) => {
        if (!isFailure(failure, 'unsupported')) throw failure;
        copy.notCopied.push({ name: bytes, failure });
        return 'vanished' as const;
      });
      return outcome === 'busy' ? this.busy(name) : outcome === 'copied';
    },
  });
}

async function verify(copy: Copy, seeds: readonly [number, number]): Promise<Verification> {
  const { source, target, request, renaming } = copy;
  let round = 0;
  const options: CompareOptions = {
    rename: renaming.rename, original: renaming.original, largest: copy.deps.largest ?? LARGEST, seeds,
    large: (name) => withKeys(copy, name, (from, to) => compareLargeKeys(from, to, copy.signal)),
    onProgress: ({ compared }) => copy.tell('verifying', round, compared),
  };
  const targetNames = (): NamePages => (request.names === undefined ? createScanPages(renaming.targetScope(request.scope), PAGE) : createListPages([], PAGE));
  const ours = ({ name }: Difference): boolean => !copy.skipped.has(name);
  let repaired = 0;
  for (round = 1; ; round += 1) {
    const { compared, differences } = await compareAll(source, target, cloneNames(copy.request, PAGE), targetNames(), options);
    const left = await compareAgain(source, target, differences.filter(ours), options);
    if (left.length === 0 || round === ROUNDS) return { compared, rounds: round, repaired, differences: left };
    const changed = await repair(copy, left);
    repaired += changed;
    // What cannot be mended stays as it is.
    if (changed === 0) return { compared, rounds: round, repaired, differences: left };
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

/** Copies again what the source has otherwise by now, and deletes copies of what it has no more. Answers how many. */
async function repair(copy: Copy, differences: readonly Difference[]): Promise<number> {
  const lost = new Set(copy.notCopied.map(({ name }) => name.toString('latin1')));
  const again = differences.filter(({ name, kind }) => kind !== 'extra' && kind !== 'too-large' && !lost.has(name.toString('latin1'))).map(({ name }) => name);
  const before = copy.copied;
  await copyNames(copy, createListPages(again, PAGE), true);
  const changed = copy.copied - before;
  copy.copied = before;
  const gone = differences.filter(({ name, kind }) => kind === 'extra' && copy.done.has(name)).map(({ name }) => copy.renaming.rename(name));
  for (const name of gone) await must(copy.target, ['UNLINK', name]);
  return changed + gone.length;
}

async function must(wire: Wire, command: readonly (string | Buffer)[]): Promise<void> {
  await wire.send(encodeRequest(command));
  await wire.frames(1, (frame) => {
    if (frame.mark === marks.error) throw failureOfReply(frameText(frame), command);
  });
}
