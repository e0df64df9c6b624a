import { randomUUID } from 'node:crypto';
import { commandFact } from '../../protocol/commands/lookup.ts';
import type { CommandFacts } from '../connection/guard.ts';
import type { Clock } from '../connection/ports.ts';
import type { ConnectionProfile } from '../connection/profile.ts';
import { parseInfo } from '../connection/capabilities.ts';
import { cancelled } from '../connection/failures.ts';
import { serverCommandFacts } from '../connection/serverCommands.ts';
import type { Reply, Sessions } from '../connection/session.ts';
import { endpointLabel } from '../connection/url.ts';
import { Failure, isFailure } from '../failure.ts';
import { holdState, wholeEnd, type Liberation, type Replication, type StateHolder } from '../replicate/state.ts';
import { isSameData } from '../transfer/sameData.ts';
import { l10n } from '../../l10n.ts';
import { createCommandApplier, type Applier } from './applyCommands.ts';
import { createValueApplier } from './applyValues.ts';
import { createBatchReader, type Batch } from './batches.ts';
import { anyEnds, createEnds } from './ends.ts';
import { createLinks, persist, type Bridging } from './context.ts';
import { createFence } from './fence.ts';
import { courseOf, refuseCircle } from './circle.ts';
import { createLease, letGo, type Lease } from './lease.ts';
import { createMapping, refuseLoop, type BridgeScope } from './mapping.ts';
import { isPassing } from './passing.ts';
import { elsewhere, positionText, readKept, type Kept, type Position } from './position.ts';
import { positionKey } from '../keyspace/positionKey.ts';
import { applySnapshot, superseded } from './snapshot.ts';
import { sweepAll } from './values.ts';
import { closeFeed, followSource, type Feed } from './sourceLink.ts';
import { createSpool, type SpoolOptions } from './spool.ts';

export interface BridgeDeps {
  readonly sessions: Sessions;
  readonly clock: Clock;
  /** Two random 32-bit numbers. */
  readonly seeds: readonly [number, number];
  /** A folder for temporary files. */
  readonly folder: string;
  /** Ms without a byte until a link is given up; a source pings every 10 s by default. */
  readonly patience: number;
  /** Waits so many ms. Rejects with Failure `cancelled` when aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Bytes in memory above which a value is moved by pieces; 32 MB if absent. */
  readonly largest?: number;
  /** This window in words, for others that would write to the same target. */
  readonly window: string;
  /** Ms that the target is held for after it was last said so (`LeaseDeps.term`). */
  readonly term?: number;
  /** How much of what the source sends is held in memory, and what is left free of the disk. */
  readonly spool?: SpoolOptions;
}

export interface BridgeRequest extends BridgeScope {
  /** Of this replication; its position at the target has it in its name. */
  readonly id: string;
  readonly source: ConnectionProfile;
  readonly target: ConnectionProfile;
}

/** A replication that this process keeps going. */
export interface Bridge extends Replication {
  /** Keys that the target cannot have, by their names in latin1, and why. */
  readonly lost: ReadonlyMap<string, Failure>;
}

const LARGEST = 32 * 1024 * 1024;
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 10_000;
/** Of the stream that is applied at once. */
const LIMITS = { calls: 1000, bytes: 1024 * 1024 };
/** Ms between two reports while it is behind. */
const REPORT = 100;
/** Ms between two looks whether the offset of a liberation has come. */
const LOOK = 20;

/**
 * Replicates a source to a target that stays a server of its own: takes the source's snapshot and stream as a replica would, and applies
 * them. Where all of it is replicated the calls of the stream are made again, each once whatever breaks; where only a part is, or under
 * other names, the values of the keys that they name are read anew. It goes on from where a bridge of the same ID was, if both servers
 * still know that place; otherwise from a new snapshot, and then the target loses what the source does not have (of a part: in scope).
 */
export function startBridge(deps: BridgeDeps, request: BridgeRequest): Bridge {
  const control = new AbortController();
  const state = holdState({ engine: 'bridge', source: wholeEnd(request.source), target: wholeEnd(request.target) });
  const progress: Progress = { applied: undefined, feed: undefined, fulls: 0 };
  const lost = new Map<string, Failure>();
  const token = randomUUID();
  const running = run(deps, request, { signal: control.signal, state, progress, lost, token }).catch((error: unknown) => {
    if (control.signal.aborted) return;
    const failure = isFailure(error) ? error : new Failure('server', l10n.t('The replication failed: {0}', error instanceof Error ? error.message : String(error)), { cause: error });
    state.enter({ kind: 'stopped', reason: { kind: 'failed', failure } });
  });
  const end = async (): Promise<void> => {
    control.abort();
    await running;
    await letGo({ ...deps, ...request, token }, { home: homeOf(request) });
  };
  return {
    id: request.id,
    lost,
    get state() {
      return state.current;
    },
    onDidChange: state.onDidChange,
    async liberate(signal) {
      let { id, offset: fence } = await offsetOf(deps, request.source, signal);
      for (;;) {
        if (signal.aborted) throw cancelled();
        if (state.current.phase.kind === 'stopped') throw new Failure('closed', l10n.t('The replication has ended already.'));
        const { applied } = progress;
        if (applied !== undefined && applied.id === id && applied.offset >= fence) break;
        // The source was restarted meanwhile, or another one has taken its place.
        if (applied !== undefined && applied.id !== id && progress.feed?.id === applied.id) ({ id, offset: fence } = await offsetOf(deps, request.source, signal));
        await deps.pause(LOOK, signal);
      }
      await end();
      const liberation: Liberation = { fence, reached: progress.applied?.offset ?? fence };
      state.enter({ kind: 'stopped', reason: { kind: 'liberated', offset: liberation.reached } });
      return liberation;
    },
    async stop() {
      await end();
      state.enter({ kind: 'stopped', reason: { kind: 'cut' } });
    },
    dispose() {
      control.abort();
      // Others need not wait until its time is over. Whoever cannot be told finds out.
      void running.then(() => letGo({ ...deps, ...request, token }, undefined)).catch(() => undefined);
    },
  };
}

interface Progress {
  /** What the target has. */
  applied: Position | undefined;
  feed: Feed | undefined;
  /** Snapshots since one was all put in place. */
  fulls: number;
}

interface Running {
  readonly signal: AbortSignal;
  readonly state: StateHolder;
  readonly progress: Progress;
  readonly lost: Map<string, Failure>;
  /** Of this start. */
  readonly token: string;
}

async function run(deps: BridgeDeps, request: BridgeRequest, outer: Running): Promise<never> {
  const { state } = outer;
  const { id, source, target } = request;
  const mapping = createMapping(request);
  const home = homeOf(request);
  const over = new AbortController();
  const signal = AbortSignal.any([outer.signal, over.signal]);
  const running = { ...outer, signal };
  let failures = 0;
  const wait = async (failure: unknown): Promise<void> => {
    if (signal.aborted) throw cancelled();
    if (!isPassing(failure)) throw failure;
    failures += 1;
    state.enter({ kind: 'reconnecting', why: isFailure(failure) ? failure.message : undefined });
    await deps.pause(backoff(failures), signal);
  };
  const links = createLinks(deps.sessions, { source, target, home }, { signal, patience: deps.patience });
  let lease: Lease | undefined;
  let keeping: Promise<void> | undefined;
  try {
    const facts = await persist({ links, again: wait }, async () => {
      if (await isSameData(deps.sessions, { profile: source, database: 0 }, { profile: target, database: 0 }, signal)) refuseLoop(request);
      return { source: await factsOf(deps.sessions, source, signal), target: await factsOf(deps.sessions, target, signal) };
    });
    const course = await persist({ links, again: wait }, () => courseOf(deps.sessions, source, target, request, signal));
    const held = lease = createLease({ ...deps, target, id, token: outer.token, claim: course.writes, reads: course.reads, source: source.name }, signal);
    // First held, then looked: of two that begin at once one sees the other.
    await persist({ links, again: wait }, () => held.take());
    await persist({ links, again: wait }, () => refuseCircle(deps.sessions, course, id, signal));
    keeping = held.keep().then(() => over.abort());
    const leftovers = new Map<number, Set<string>>();
    for (;;) {
      const bridging: Bridging = {
        sessions: deps.sessions, source, target, mapping, home, links, lease: held, signal, facts, leftovers, lost: running.lost,
        key: positionKey(id), fence: mapping.whole ? createFence(positionKey(id)) : undefined, largest: deps.largest ?? LARGEST, again: wait,
      };
      try {
        await follow(deps, bridging, running, () => (failures = 0));
      } catch (error) {
        // What the target says of itself is where it begins again.
        if (error !== elsewhere) throw error;
        links.drop();
      }
    }
  } catch (error) {
    throw lease?.lost ?? error;
  } finally {
    over.abort();
    links.drop();
    lease?.close();
    await keeping;
  }
}

/** The target's database that the position is in. */
function homeOf({ databases }: BridgeScope): number {
  return Math.min(...(databases?.values() ?? [0]));
}

/** Follows the source from where the target is, until that is not so any more. */
async function follow(deps: BridgeDeps, base: Bridging, running: Running, succeeded: () => void): Promise<never> {
  const { signal, state, progress } = running;
  const inner = new AbortController();
  const abort = (): void => inner.abort();
  signal.addEventListener('abort', abort);
  const kept = await persist(base, async () => {
    let found: Kept | undefined;
    const wire = await base.links.target(async (fresh) => void (found = await readKept(fresh, base.key)));
    return found ?? readKept(wire, base.key);
  });
  let failed: { readonly error: unknown } | undefined;
  let changed = (): void => undefined;
  progress.feed = undefined;
  const latest = (): Feed | undefined => progress.feed;
  const where = endpointLabel(base.source);
  const link = followSource({
    where, signal: inner.signal, patience: deps.patience, acknowledgeEvery: 1000,
    open: () => deps.sessions.openChannel(base.source, base.source.database ?? 0, 'replicate'),
    createSpool: () => createSpool(deps.folder, deps.spool),
    pause: (count) => deps.pause(backoff(count), inner.signal),
  }, kept.position, {
    fed(feed) {
      progress.feed = feed;
      changed();
    },
    grew: () => changed(),
    lost: ({ message }) => state.enter({ kind: 'reconnecting', why: message }),
  }).catch(async (error: unknown) => {
    failed = { error };
    changed();
    await closeFeed(progress.feed);
  });
  try {
    let before: Feed | undefined;
    for (;;) {
      const feed = latest();
      if (feed === undefined || feed === before) {
        if (failed !== undefined) throw failed.error;
        await new Promise<void>((resolve) => (changed = resolve));
        continue;
      }
      before = feed;
      const current: Bridging = {
        ...base,
        async again(failure) {
          if (failed !== undefined) throw failed.error;
          if (progress.feed !== feed) throw superseded;
          await base.again(failure);
        },
      };
      if (feed.snapshot !== undefined) progress.fulls += 1;
      try {
        changed = reportSnapshot(state, feed, progress.fulls);
        await applyFeed(deps, current, feed, kept, running, () => {
          progress.fulls = 0;
          succeeded();
        });
      } catch (error) {
        if (error !== superseded) throw error;
      }
      changed = () => undefined;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    inner.abort();
    await link;
  }
}

function reportSnapshot(state: StateHolder, feed: Feed, count: number): () => void {
  const { snapshot } = feed;
  if (snapshot === undefined) return () => undefined;
  return () => {
    if (feed.received > feed.from || state.current.phase.kind === 'loading') return;
    const [bytes, total] = [snapshot.put, feed.size];
    state.enter(count > 1 ? { kind: 'restarting', count, bytes, total, why: undefined } : { kind: 'transferring', bytes, total });
  };
}

/** Applies what a synchronisation brings, until it is void. Rejects with Failure. */
async function applyFeed(deps: BridgeDeps, bridging: Bridging, feed: Feed, kept: Kept, { state, progress }: Running, succeeded: () => void): Promise<void> {
  let start = kept.position;
  const { snapshot } = feed;
  // After a start of our own nobody knows what ended meanwhile.
  const ends = snapshot === undefined ? anyEnds : createEnds(deps.seeds);
  if (snapshot !== undefined) {
    progress.applied = undefined;
    start = await applySnapshot(bridging, feed, snapshot, ends, (bytes) => {
      if (feed.size === undefined || snapshot.put === feed.size) state.enter({ kind: 'loading', bytes, total: snapshot.put });
    });
  }
  if (start === undefined) throw elsewhere;
  let applied: Position = progress.applied = start;
  const { fence, lease } = bridging;
  fence?.set(positionText(start));
  const history = (id: string): boolean => id === feed.id;
  const applier: Applier = bridging.mapping.whole ? createCommandApplier(bridging, snapshot === undefined ? kept.ahead : [], ends, history) : createValueApplier(bridging);
  let inStepAt = deps.clock.elapsed();
  let toldAt = -Infinity;
  const report = (): void => {
    succeeded();
    const now = deps.clock.elapsed();
    const lagBytes = feed.received - applied.offset;
    if (lagBytes <= 0) {
      inStepAt = now;
      state.enter({ kind: 'in-step', offset: applied.offset });
    } else if (now - toldAt >= REPORT || state.current.phase.kind !== 'following') {
      toldAt = now;
      state.enter({ kind: 'following', offset: applied.offset, lagBytes, lagSeconds: (now - inStepAt) / 1000 });
    }
  };
  const reader = createBatchReader(start, bridging.facts.source, LIMITS);
  const step = async (batch: Batch | undefined): Promise<void> => {
    await persist(bridging, async () => {
      const wire = await bridging.links.target(async (fresh) => {
        const { position } = await readKept(fresh, bridging.key);
        if (position === undefined) throw elsewhere;
        fence?.set(positionText(position));
        if (position.offset === applied.offset) return;
        if (batch === undefined || position.offset !== batch.upTo) throw elsewhere;
        applier.unheard(batch);
        applied = position;
      });
      await lease.hold();
      await applier.settle(wire);
      await sweepAll(bridging, wire);
      if (batch === undefined || applied.offset === batch.upTo) return;
      const position = { id: feed.id, offset: batch.upTo, database: batch.database };
      await applier.apply(wire, batch, position);
      applied = position;
    });
    progress.applied = applied;
    report();
  };
  await step(undefined);
  for (;;) {
    const batch = reader.next();
    if (batch !== undefined) await step(batch);
    else {
      const chunk = await feed.stream.take();
      if (chunk === undefined) return;
      reader.push(chunk);
    }
  }
}

function backoff(failures: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
}

/** What a server says of its commands; what our table says where it does not tell. Rejects with Failure. */
async function factsOf(sessions: Sessions, profile: ConnectionProfile, signal: AbortSignal): Promise<CommandFacts> {
  const session = sessions.acquire(profile, profile.database ?? 0);
  try {
    const { mode } = await session.ready(signal);
    if (mode !== 'standalone') throw new Failure('unsupported', l10n.t('A {0} cannot be replicated from or to yet.', mode));
    const reply: Reply = await session.send(['COMMAND'], { signal });
    return Array.isArray(reply) ? serverCommandFacts(reply as readonly Reply[]) : commandFact;
  } catch (error) {
    if (isFailure(error, 'permission') || isFailure(error, 'server')) return commandFact;
    throw error;
  } finally {
    session.release();
  }
}

/** Where a source's stream is. */
async function offsetOf({ sessions }: BridgeDeps, profile: ConnectionProfile, signal: AbortSignal): Promise<{ readonly id: string; readonly offset: number }> {
  const session = sessions.acquire(profile, profile.database ?? 0);
  try {
    const reply = await session.send(['INFO', 'replication'], { signal });
    const info = parseInfo(Buffer.isBuffer(reply) ? reply.toString('latin1') : '');
    const [id, offset] = [info.get('master_replid'), info.get('master_repl_offset')];
    if (id === undefined || offset === undefined) throw new Failure('server', l10n.t('{0} does not tell where its stream is.', endpointLabel(profile)));
    return { id, offset: Number(offset) };
  } finally {
    session.release();
  }
}
