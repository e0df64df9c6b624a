import { circleOf, courseOf } from '../bridge/circle.ts';
import { everything, heldFailure, inTheWay, lookAtServer } from '../bridge/holders.ts';
import { parseInfo } from '../connection/capabilities.ts';
import type { ConnectionProfile } from '../connection/profile.ts';
import { asList } from '../connection/reply.ts';
import type { Reply, ServerFacts, Session, Sessions } from '../connection/session.ts';
import { endpointLabel } from '../connection/url.ts';
import { type Failure, isFailure } from '../failure.ts';
import { parseKeyspace } from '../keyspace/databases.ts';
import type { Info } from './infoAsker.ts';
import { mayRun, readsVersion, type Permission } from './permission.ts';
import { FIRST_WITH_FIELD_TIMES, readsRdb, rdbVersionOf } from './rdbVersions.ts';
import { masterInfo, replicaInfo } from './replicaInfo.ts';

export type End = 'source' | 'target';

/** A source as its replicas get at it. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Why the target cannot become a replica of the source; each is said in words by the user interface. */
export type Refusal =
  | { readonly kind: 'same-server' }
  /** The source follows the target. */
  | { readonly kind: 'loop' }
  | { readonly kind: 'mode'; readonly end: End; readonly mode: 'cluster' | 'sentinel' }
  /** A file never changes, and its server cannot be changed. */
  | { readonly kind: 'file'; readonly end: End }
  | { readonly kind: 'read-only' }
  /** What the source sends is of a version of RDB that the target does not read: it would be emptied for nothing. */
  | { readonly kind: 'format'; readonly source: number; readonly target: number | undefined; readonly family: boolean }
  | { readonly kind: 'not-allowed'; readonly end: End; readonly command: 'REPLICAOF' | 'PSYNC' | 'REPLCONF'; readonly missing: boolean }
  /** It is a replica itself, and has no link to its master. */
  | { readonly kind: 'source-cut-off' }
  /** `wanted`: the source speaks TLS there. */
  | { readonly kind: 'tls'; readonly wanted: boolean }
  /** A replica ends itself over a database that it has not. */
  | { readonly kind: 'databases'; readonly highest: number; readonly count: number }
  /** A practice server can be followed from this machine only. */
  | { readonly kind: 'practice-elsewhere' }
  /** A live bridge writes to the target, or leads from it to the source; which one, and what to do. */
  | { readonly kind: 'bridged'; readonly failure: Failure };

/** True where a live bridge can do what REPLICAOF cannot: it is the target that is no fit replica, not the source that serves none. */
export function canBridge(refusal: Refusal): boolean {
  switch (refusal.kind) {
    case 'format':
    case 'tls':
    case 'practice-elsewhere':
      return true;
    case 'not-allowed':
      return refusal.end === 'target';
    default:
      return false;
  }
}

/** What to know before it is done. */
export type Caution =
  /** It follows that source now: nothing changes. */
  | { readonly kind: 'already' }
  | { readonly kind: 'follows'; readonly host: string; readonly port: number }
  /** The target's own replicas will have the source's data too. */
  | { readonly kind: 'replicas'; readonly count: number }
  | { readonly kind: 'format-unknown' }
  | { readonly kind: 'auth-not-settable' }
  | { readonly kind: 'loopback'; readonly host: string }
  /** Bytes that the source uses, and that the target may. */
  | { readonly kind: 'memory'; readonly needed: number; readonly limit: number }
  /** The source forks to send its data. Bytes: used, and of the machine. */
  | { readonly kind: 'forks'; readonly used: number; readonly machine: number | undefined }
  /** Seconds that the source waits for more replicas before it sends. */
  | { readonly kind: 'delay'; readonly seconds: number };

/** What was found; nothing has been changed for it. */
export interface Preflight {
  readonly refusals: readonly Refusal[];
  readonly cautions: readonly Caution[];
  /** What is at the target and will be thrown away. */
  readonly losses: { readonly databases: readonly { readonly index: number; readonly keys: number }[]; readonly libraries: number };
}

interface Look {
  readonly facts: ServerFacts;
  readonly info: Info;
  readonly settings: ReadonlyMap<string, string>;
}

/** Asks both sides what stands against it and what has to be known. Rejects with Failure where one cannot be asked. */
export async function preflight(
  { sessions, password }: { readonly sessions: Sessions; readonly password: (connectionId: string) => Promise<string | undefined> },
  { source, target, address }: { readonly source: ConnectionProfile; readonly target: ConnectionProfile; /** Undefined: a practice server's, which gets one. */ readonly address: Address | undefined },
  signal: AbortSignal,
): Promise<Preflight> {
  const refusals: Refusal[] = [];
  const cautions: Caution[] = [];
  if (source.id === target.id) return { refusals: [{ kind: 'same-server' }], cautions, losses: { databases: [], libraries: 0 } };
  for (const [end, profile] of [['source', source], ['target', target]] as const) if (isFile(profile)) refusals.push({ kind: 'file', end });
  if (target.access === 'read-only' && refusals.length === 0) refusals.push({ kind: 'read-only' });
  const [from, to] = [source, target].map((profile) => sessions.acquire(profile, profile.database ?? 0)) as [Session, Session];
  try {
    const [here, there, { holders, now }] = await Promise.all([look(from, signal), look(to, signal), lookAtServer(sessions, target, signal)]);
    const holder = inTheWay(holders, '', everything, now);
    if (holder !== undefined) refusals.push({ kind: 'bridged', failure: heldFailure(endpointLabel(target), holder, now) });
    const circle = await circleOf(sessions, await courseOf(sessions, source, target, {}, signal), '', signal);
    if (circle !== undefined) refusals.push({ kind: 'bridged', failure: circle });
    refusals.push(...between(here, there, target));
    cautions.push(...roles(here, there, address));
    refusals.push(...await allowed(from, to, source, target, signal));
    const suits = await format(here, there, to, target, signal);
    if (suits === 'unknown') cautions.push({ kind: 'format-unknown' });
    else if (suits !== 'yes') refusals.push(suits);
    const asks = source.endpoint.kind === 'tcp' && await password(source.id) !== undefined;
    if (asks && await mayRun(to, target, ['CONFIG', 'SET', 'masterauth', ''], undefined, signal) !== 'yes') cautions.push({ kind: 'auth-not-settable' });
    const [refused, known] = way(source, target, address, there);
    refusals.push(...refused);
    cautions.push(...known, ...costs(source, here, there));
    return { refusals, cautions, losses: { databases: parseKeyspace(textOf(there.info)), libraries: await librariesOf(to, signal) } };
  } finally {
    from.release();
    to.release();
  }
}

/** True for a file that is only read: a scratch copy of one is a server as any other. */
function isFile({ endpoint, access }: ConnectionProfile): boolean {
  return endpoint.kind === 'practice' && endpoint.file !== undefined && access === 'read-only';
}

const settings = ['tls-replication', 'repl-diskless-sync', 'repl-diskless-sync-delay'];

async function look(session: Session, signal: AbortSignal): Promise<Look> {
  const facts = await session.ready(signal);
  const sections = ['replication', 'keyspace', 'memory'].map((section) => ['INFO', section]);
  const replies = await session.sendAll([...sections, ...settings.map((name) => ['CONFIG', 'GET', name])], { signal });
  const [replication] = replies;
  if (isFailure(replication)) throw replication;
  const values = new Map<string, string>();
  replies.slice(sections.length).forEach((reply, index) => {
    const value = isFailure(reply) ? undefined : asList(reply)[1];
    if (Buffer.isBuffer(value)) values.set(settings[index] as string, value.toString());
  });
  return { facts, info: parseInfo(replies.slice(0, sections.length).map((reply) => (Buffer.isBuffer(reply) ? reply.toString('latin1') : '')).join('\n')), settings: values };
}

function textOf(info: Info): string {
  return [...info].map(([name, value]) => `${name}:${value}`).join('\n');
}

/** What the two are to each other. */
function between(here: Look, there: Look, target: ConnectionProfile): Refusal[] {
  const found: Refusal[] = [];
  for (const [end, { facts }] of [['source', here], ['target', there]] as const) if (facts.mode !== 'standalone') found.push({ kind: 'mode', end, mode: facts.mode });
  if (here.facts.runId === there.facts.runId) return [{ kind: 'same-server' }];
  const [follower, followed] = [replicaInfo(here.info), replicaInfo(there.info)];
  if (follower !== undefined) {
    const { endpoint } = target;
    const named = endpoint.kind === 'tcp' && endpoint.port === follower.port && endpoint.host.toLowerCase() === follower.host.toLowerCase();
    // Whoever follows, over others too, is in the history of the one that is followed.
    if (named || (followed === undefined && follower.history !== '' && follower.history === masterInfo(there.info).history)) found.push({ kind: 'loop' });
    else if (!follower.up) found.push({ kind: 'source-cut-off' });
  }
  const highest = Math.max(-1, ...parseKeyspace(textOf(here.info)).map(({ index }) => index));
  if (there.facts.databases !== undefined && highest >= there.facts.databases) found.push({ kind: 'databases', highest, count: there.facts.databases });
  return found;
}

function roles(here: Look, there: Look, address: Address | undefined): Caution[] {
  const found: Caution[] = [];
  const followed = replicaInfo(there.info);
  if (followed !== undefined) {
    const same = address !== undefined && followed.port === address.port && followed.host.toLowerCase() === address.host.toLowerCase();
    found.push(same && followed.history === masterInfo(here.info).history ? { kind: 'already' } : { kind: 'follows', host: followed.host, port: followed.port });
  }
  const replicas = Number(there.info.get('connected_slaves') ?? 0);
  if (replicas > 0) found.push({ kind: 'replicas', count: replicas });
  return found;
}

async function format(here: Look, there: Look, session: Session, target: ConnectionProfile, signal: AbortSignal): Promise<'yes' | 'unknown' | Refusal> {
  const [written, read] = [sentVersion(here), rdbVersionOf(there.facts)];
  if (written === undefined) return 'unknown';
  // A practice server reads every version that we know.
  if (target.endpoint.kind === 'practice') return 'yes';
  const tried = target.access === 'read-write' && replicaInfo(there.info) === undefined ? await readsVersion(session, written, signal) : undefined;
  const reads = tried ?? (read === undefined ? undefined : readsRdb(read, written));
  if (reads === undefined) return 'unknown';
  return reads ? 'yes' : { kind: 'format', source: written, target: read, family: here.facts.flavour !== there.facts.flavour };
}

/** Fields that expire are sent as Redis 7.4 does, by a practice server too, which else counts as an older one. */
function sentVersion({ facts, info }: Look): number | undefined {
  const own = rdbVersionOf(facts);
  const fieldsExpire = [...info].some(([name, value]) => /^db\d+$/.test(name) && /(?:^|,)subexpiry=[1-9]/.test(value));
  return own !== undefined && fieldsExpire ? Math.max(own, FIRST_WITH_FIELD_TIMES) : own;
}

async function allowed(from: Session, to: Session, source: ConnectionProfile, target: ConnectionProfile, signal: AbortSignal): Promise<Refusal[]> {
  const found: Refusal[] = [];
  const judge = (end: End, command: 'REPLICAOF' | 'PSYNC' | 'REPLCONF', permission: Permission): void => {
    if (permission === 'no' || permission === 'missing') found.push({ kind: 'not-allowed', end, command, missing: permission === 'missing' });
  };
  judge('source', 'PSYNC', await mayRun(from, source, ['PSYNC', '?', '-1'], undefined, signal));
  judge('source', 'REPLCONF', await mayRun(from, source, ['REPLCONF', 'capa', 'eof'], undefined, signal));
  // A port that is none is refused by every version before anything is done.
  judge('target', 'REPLICAOF', await mayRun(to, target, ['REPLICAOF', 'localhost', '6379'], ['REPLICAOF', 'localhost', 'none'], signal));
  return found;
}

/** How the target gets at the source. */
function way(source: ConnectionProfile, target: ConnectionProfile, address: Address | undefined, there: Look): readonly [Refusal[], Caution[]] {
  const away = target.endpoint.kind === 'tcp' && !isLoopback(target.endpoint.host);
  if (source.endpoint.kind === 'practice') return [away ? [{ kind: 'practice-elsewhere' }] : [], []];
  const { host, port, tls } = source.endpoint;
  const cautions: Caution[] = away && address !== undefined && isLoopback(address.host) ? [{ kind: 'loopback', host: address.host }] : [];
  const speaks = there.settings.get('tls-replication');
  const own = address === undefined || (address.host === host && address.port === port);
  // At another address it may speak otherwise.
  if (!own || speaks === undefined || (speaks === 'yes') === (tls !== undefined)) return [[], cautions];
  return [[{ kind: 'tls', wanted: tls !== undefined }], cautions];
}

function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || /^127(\.\d{1,3}){3}$/.test(host) || host === '::1';
}

function costs({ endpoint }: ConnectionProfile, here: Look, there: Look): Caution[] {
  const found: Caution[] = [];
  const number = (info: Info, name: string): number => Number(info.get(name) ?? 0);
  const [needed, limit] = [number(here.info, 'used_memory'), number(there.info, 'maxmemory')];
  if (limit > 0 && needed > limit) found.push({ kind: 'memory', needed, limit });
  // A practice server sends from its own process.
  if (endpoint.kind === 'tcp' && replicaInfo(there.info)?.history !== masterInfo(here.info).history && here.info.has('used_memory')) {
    found.push({ kind: 'forks', used: needed, machine: here.info.has('total_system_memory') ? number(here.info, 'total_system_memory') : undefined });
  }
  const seconds = Number(here.settings.get('repl-diskless-sync-delay') ?? 0);
  if (here.settings.get('repl-diskless-sync') === 'yes' && seconds > 0) found.push({ kind: 'delay', seconds });
  return found;
}

/** Libraries of functions; none where the server has no such thing. */
async function librariesOf(session: Session, signal: AbortSignal): Promise<number> {
  const [reply] = await session.sendAll([['FUNCTION', 'LIST']], { signal }) as [Reply | Failure];
  return Array.isArray(reply) ? reply.length : 0;
}
