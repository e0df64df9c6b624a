import { parseInfo } from '../connection/capabilities.ts';
import { failureOfReply } from '../connection/failures.ts';
import type { Command, ServerFacts } from '../connection/session.ts';
import { endpointLabel } from '../connection/url.ts';
import { Failure, isFailure } from '../failure.ts';
import { createCloneNames, type CloneDeps, type CloneEnd, type CloneRequest } from './clone.ts';
import { mayRun, type Permission } from '../replicate/permission.ts';
import { chooseEngine, type EngineChoice, type EngineName } from './engine.ts';
import { literalPrefix } from '../keyspace/glob.ts';
import { l10n } from '../../l10n.ts';
import { lossesOf, type Loss } from './losses.ts';
import { partsOf, refuseTangle } from './parts.ts';
import { createRenaming } from './renaming.ts';
import { argument, argumentValue, createRequests, head } from './requests.ts';
import { isSameData, refuseOverlap } from './sameData.ts';
import { createWire, frameNumber, frameText, marks, type Wire } from './wire.ts';

/** What was asked of one side. */
export interface PlannedEnd {
  readonly facts: ServerFacts;
  /** In the database. */
  readonly keys: number;
  /** Bytes of the whole server; undefined where it does not tell. */
  readonly usedMemory: number | undefined;
  /** Bytes; undefined: no limit, or not told. */
  readonly maxMemory: number | undefined;
  /** Bytes of the machine, if told. */
  readonly machineMemory: number | undefined;
  /** Commands that the clone needs there, and the user may not run, as far as the server tells (`mayRun`). */
  readonly forbidden: readonly string[];
  /** Those of which it does not tell. */
  readonly untold: readonly string[];
}

/** What may go wrong; each is said in words by the user interface. */
export type PlanWarning =
  | { readonly kind: 'older-target' } // values may have to be re-written for it
  | { readonly kind: 'other-flavour' } // Redis and Valkey
  | { readonly kind: 'memory'; readonly needed: number; readonly free: number }
  | { readonly kind: 'overwrites'; readonly keys: number }
  | { readonly kind: 'empties'; readonly keys: number }
  | { readonly kind: 'stops'; readonly keys: number }
  | { readonly kind: 'skips'; readonly keys: number };

/** What a clone would do; nothing has been written for it. */
export interface ClonePlan {
  readonly request: CloneRequest;
  readonly source: PlannedEnd;
  readonly target: PlannedEnd;
  /** In scope; a scan may tell a name twice, and then it counts twice. */
  readonly keys: number;
  /** Of these, names that the target has. */
  readonly conflicts: number;
  readonly warnings: readonly PlanWarning[];
  readonly losses: readonly Loss[];
  readonly engine: EngineChoice;
  /** Of several databases each by itself; the rest is all of them together. */
  readonly parts?: readonly ClonePlan[];
}

/** What is sent to each side, as far as a user may be forbidden it, about a key that is meant. */
function commandsOf({ names, scope, conflict, rewrite }: CloneRequest, engine: EngineName): Readonly<Record<'source' | 'target', readonly Command[]>> {
  const prefix = scope.only?.prefixes[0] ?? (scope.pattern === undefined ? Buffer.alloc(0) : literalPrefix(scope.pattern));
  const key = names?.[0] ?? scope.only?.names[0] ?? Buffer.concat([prefix, Buffer.from('k')]);
  const copy = createRenaming(scope, rewrite).rename(key);
  const target: readonly Command[] = engine === 'copy' ? [['COPY', key, copy]] : engine === 'dump' ? [['RESTORE', copy, '0', '']] : [];
  return { source: [...(names === undefined ? [['SCAN', '0']] : []), ...(engine === 'dump' ? [['DUMP', key]] : [])], target: conflict === 'empty' ? [...target, ['FLUSHDB']] : target };
}

const PAGE = 1000;
const exists = head(2, 'EXISTS');

/**
 * Looks at both sides: versions, memory, the names in scope and which of them the target has. Reads only. Rejects with Failure:
 * `bad-input` for a target that is the source, `permission` for a read-only replica, `unsupported` for a cluster.
 */
export async function planClone(deps: CloneDeps, request: CloneRequest, signal: AbortSignal, onProgress: (keys: number) => void): Promise<ClonePlan> {
  const requests = partsOf(request);
  const [first, ...others] = requests;
  if (first === undefined || others.length === 0) return planDatabase(deps, request, signal, onProgress);
  await refuseTangle(deps.sessions, requests, signal);
  const parts: ClonePlan[] = [];
  const keys = (): number => parts.reduce((sum, part) => sum + part.keys, 0);
  for (const part of requests) parts.push(await planDatabase(deps, part, signal, (now) => onProgress(keys() + now)));
  return planOfParts(request, parts);
}

/** What several databases come to together. */
function planOfParts(request: CloneRequest, parts: readonly ClonePlan[]): ClonePlan {
  const sum = (value: (part: ClonePlan) => number): number => parts.reduce((total, part) => total + value(part), 0);
  const [first] = parts as [ClonePlan];
  const end = (side: 'source' | 'target'): PlannedEnd => ({ ...first[side], keys: sum((part) => part[side].keys), forbidden: [...new Set(parts.flatMap((part) => part[side].forbidden))], untold: [...new Set(parts.flatMap((part) => part[side].untold))] });
  const [source, target, keys, conflicts] = [end('source'), end('target'), sum((part) => part.keys), sum((part) => part.conflicts)];
  return { request, source, target, keys, conflicts, warnings: warnings(request, source, target, keys, conflicts), losses: [...new Set(parts.flatMap(({ losses }) => losses))], engine: first.engine, parts };
}

async function planDatabase(deps: CloneDeps, request: CloneRequest, signal: AbortSignal, onProgress: (keys: number) => void): Promise<ClonePlan> {
  const { source, target } = request;
  const within = await isSameData(deps.sessions, source, target, signal);
  if (within) refuseOverlap(request);
  const engine = await chooseEngine(deps, request, signal);
  const commands = commandsOf(request, engine.engine);
  const [from, to] = await Promise.all([look(deps, source, commands.source, signal), look(deps, target, commands.target, signal)]);
  for (const end of [from, to]) if (end.facts.mode !== 'standalone') throw new Failure('unsupported', l10n.t('A {0} cannot be cloned from or to yet.', end.facts.mode));
  if (to.replica) throw new Failure('permission', l10n.t('{0} is a read-only replica. Choose its primary as the target.', endpointLabel(target.profile)));
  const losses = await lossesOf(deps, request, engine.engine, from, to, signal);
  const { keys, conflicts } = await countNames(deps, request, within, signal, onProgress);
  return { request, source: from, target: to, keys, conflicts, warnings: warnings(request, from, to, keys, conflicts), losses, engine };
}

async function look({ sessions }: CloneDeps, { profile, database }: CloneEnd, commands: readonly Command[], signal: AbortSignal): Promise<PlannedEnd & { readonly replica: boolean }> {
  const session = sessions.acquire(profile, database);
  try {
    const facts = await session.ready(signal);
    const [size, memory, replication] = await session.sendAll([['DBSIZE'], ['INFO', 'memory'], ['INFO', 'replication']], { signal });
    if (isFailure(size)) throw size;
    const info = parseInfo([memory, replication].map((reply) => (Buffer.isBuffer(reply) ? reply.toString('latin1') : '')).join('\n'));
    const number = (name: string): number | undefined => (info.has(name) ? Number(info.get(name)) : undefined);
    const limit = number('maxmemory');
    const permissions = await Promise.all(commands.map((command) => mayRun(session, profile, command, undefined, signal)));
    const named = (permission: Permission): string[] => commands.filter((_, index) => permissions[index] === permission).map(([name]) => String(name));
    return {
      forbidden: named('no'), untold: named('unknown'),
      facts, keys: Number(size), usedMemory: number('used_memory'), maxMemory: limit === 0 ? undefined : limit, machineMemory: number('total_system_memory'),
      replica: info.get('role') === 'slave' && info.get('slave_read_only') !== '0',
    };
  } finally {
    session.release();
  }
}

async function countNames(deps: CloneDeps, request: CloneRequest, within: boolean, signal: AbortSignal, onProgress: (keys: number) => void): Promise<{ readonly keys: number; readonly conflicts: number }> {
  const open = async ({ profile, database }: CloneEnd): Promise<Wire> =>
    createWire(await deps.sessions.openChannel(profile, database, 'copy'), { where: endpointLabel(profile), signal, patience: deps.patience });
  const wires = await Promise.allSettled([open(request.source), open(request.target)]);
  try {
    const [source, target] = wires.map((wire) => {
      if (wire.status === 'rejected') throw wire.reason;
      return wire.value;
    }) as [Wire, Wire];
    const { rename } = createRenaming(request.scope, request.rewrite);
    const names = createCloneNames(request, within, PAGE);
    const out = createRequests();
    let keys = 0;
    let conflicts = 0;
    while (names.put(out)) {
      await source.send(out.take());
      const page = await names.take(source);
      for (const name of page) {
        out.put(exists);
        out.put(argument(rename(argumentValue(name))));
      }
      await target.send(out.take());
      await target.frames(page.length, (frame) => {
        if (frame.mark === marks.error) throw failureOfReply(frameText(frame), ['EXISTS']);
        conflicts += frameNumber(frame);
      });
      keys += page.length;
      onProgress(keys);
    }
    return { keys, conflicts };
  } finally {
    for (const wire of wires) if (wire.status === 'fulfilled') wire.value.close();
  }
}

function warnings(request: CloneRequest, from: PlannedEnd, to: PlannedEnd, keys: number, conflicts: number): PlanWarning[] {
  const found: PlanWarning[] = [];
  if (from.facts.flavour !== 'unknown' && to.facts.flavour !== 'unknown' && from.facts.flavour !== to.facts.flavour) found.push({ kind: 'other-flavour' });
  else if (isOlder(to.facts.version, from.facts.version)) found.push({ kind: 'older-target' });
  if (to.maxMemory !== undefined && to.usedMemory !== undefined && from.usedMemory !== undefined && from.keys > 0) {
    const free = Math.max(0, to.maxMemory - to.usedMemory);
    const needed = Math.round(from.usedMemory * Math.min(1, keys / from.keys));
    if (needed > free) found.push({ kind: 'memory', needed, free });
  }
  if (request.conflict === 'empty' && to.keys > 0) found.push({ kind: 'empties', keys: to.keys });
  else if (conflicts > 0) found.push({ kind: request.conflict === 'replace' ? 'overwrites' : request.conflict === 'skip' ? 'skips' : 'stops', keys: conflicts });
  return found;
}

/** True if a version such as `6.2.7` comes before another, by its first two numbers: patches do not change formats. */
function isOlder(version: string, than: string): boolean {
  const [[major = 0, minor = 0], [otherMajor = 0, otherMinor = 0]] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]];
  if (version === '' || than === '') return false;
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}
