import { parseInfo } from '../connection/capabilities.ts';
import { asList } from '../connection/reply.ts';
import type { ConnectionProfile } from '../connection/profile.ts';
import type { Sessions } from '../connection/session.ts';
import { endpointLabel } from '../connection/url.ts';
import { Failure, isFailure } from '../failure.ts';
import { displayShort } from '../keyspace/display.ts';
import { literalPrefix } from '../keyspace/glob.ts';
import { holdersKey } from '../keyspace/positionKey.ts';
import { replicaInfo } from '../replicate/replicaInfo.ts';
import { l10n } from '../../l10n.ts';
import type { Scope } from '../transfer/scope.ts';
import type { Mapping } from './mapping.ts';

/** What of a server a bridge writes to. */
export interface Claim {
  /** Undefined: all. */
  readonly databases: readonly number[] | undefined;
  /** What the names begin with, in hex; empty: all of them, whatever else is in these databases. */
  readonly prefix: string;
}

/** What a bridge follows: of the server of this run_id, these keys. */
export interface Reads extends Claim {
  /** A stand-in where the server does not tell it. */
  readonly runId: string;
}

/** A bridge that writes to a server, as it says so there. Texts are those of another window, and untrusted. */
export interface Holder extends Claim {
  readonly id: string;
  /** New for each time that the bridge is started. */
  readonly token: string;
  /** Until when it holds what it claims unless it says so again, in ms since 1970 by the server's clock. */
  readonly until: number;
  /** The window that it runs in, and the connection that is followed, as people know them. */
  readonly window: string;
  readonly source: string;
  /** Undefined where it does not say. */
  readonly reads?: Reads | undefined;
}

/** Characters of a text of another window that are shown. */
export const LONGEST_TEXT = 60;

/** What a bridge writes to; `databases` are those of the target. */
export function claimOf({ targetScope }: Mapping, databases: Iterable<number> | undefined): Claim {
  return claimOn(targetScope, databases);
}

/** What a bridge follows; `databases` are those of the source. */
export function readsOf({ sourceScope }: Mapping, databases: Iterable<number> | undefined, runId: string): Reads {
  return { ...claimOn(sourceScope, databases), runId };
}

function claimOn({ pattern }: Scope, databases: Iterable<number> | undefined): Claim {
  return { databases: databases === undefined ? undefined : [...databases], prefix: pattern === undefined ? '' : literalPrefix(pattern).toString('hex') };
}

/** True where two bridges would write to the same keys, or one delete what the other puts there. */
export function meets(one: Claim, other: Claim): boolean {
  const apart = one.databases !== undefined && other.databases !== undefined && !one.databases.some((index) => other.databases?.includes(index));
  return !apart && (one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix));
}

/** The text under which a holder is kept in its field: ASCII, to be read alike from whatever the bytes are made into. */
export function holderText({ token, until, window, source, databases, prefix, reads }: Holder): string {
  const text = JSON.stringify({ token, until, window, source, databases, prefix, reads });
  return text.replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Reads fields and texts in turn; what is no holder is left out. */
export function readHolders(texts: readonly string[]): Holder[] {
  const found: Holder[] = [];
  for (let at = 0; at + 1 < texts.length; at += 2) {
    let value: { readonly [Field in keyof Holder]?: unknown } | null = null;
    try {
      value = JSON.parse(texts[at + 1] as string) as typeof value;
    } catch {
      // Somebody else's.
    }
    const { token, until, window, source, databases, prefix, reads }: { readonly [Field in keyof Holder]?: unknown } = value ?? {};
    if (typeof token !== 'string' || !isTime(until) || typeof window !== 'string' || typeof source !== 'string' || typeof prefix !== 'string') continue;
    found.push({ id: texts[at] as string, token, until, window, source, prefix, databases: numbers(databases), ...(isReads(reads) ? { reads: { ...reads, databases: numbers(reads.databases) } } : {}) });
  }
  return found;
}

const numbers = (value: unknown): readonly number[] | undefined => (Array.isArray(value) ? value.map(Number) : undefined);

function isReads(value: unknown): value is { readonly runId: string; readonly prefix: string; readonly databases?: unknown } {
  const { runId, prefix }: { readonly runId?: unknown; readonly prefix?: unknown } = typeof value === 'object' && value !== null ? value : {};
  return typeof runId === 'string' && typeof prefix === 'string';
}

/** Not 1e999: a server that is told to forget the holders at the latest of these times would refuse that. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

/** Who of them stands in the way of a bridge at `now` (the server's clock). */
export function inTheWay(holders: readonly Holder[], id: string, claim: Claim, now: number): Holder | undefined {
  return holders.find((one) => one.id !== id && one.until > now && meets(one, claim));
}

/** Says who holds a server, and what to do. */
export function heldFailure(where: string, { window, source, until }: Holder, now: number): Failure {
  const [name, place] = [source, window].map((text) => displayShort(Buffer.from(text), LONGEST_TEXT));
  const seconds = Math.max(1, Math.ceil((until - now) / 1000));
  return new Failure('exists', l10n.t('A live bridge from “{0}” writes to {1} already (its window: {2}): two would overwrite each other. Liberate it there, or choose another target. If that window is gone, try again in {3} s.', name ?? '', where, place ?? '', seconds));
}

/** Who writes to a server by a bridge now, and whom it follows itself. */
export interface ServerLook {
  readonly holders: readonly Holder[];
  /** The server's clock, ms since 1970. */
  readonly now: number;
  /** `host:port` of its master. */
  readonly follows: string | undefined;
}

/** Looks at who writes to a server. Where it may not be asked nobody is found. Rejects with Failure. */
export async function lookAtServer(sessions: Sessions, target: ConnectionProfile, signal: AbortSignal): Promise<ServerLook> {
  const session = sessions.acquire(target, 0);
  try {
    const [hash, time, info] = await session.sendAll([['HGETALL', holdersKey], ['TIME'], ['INFO', 'replication']], { signal });
    const texts = isFailure(hash) || hash === undefined ? [] : asList(hash).map((item) => (Buffer.isBuffer(item) ? item.toString('latin1') : ''));
    const [seconds, micros] = isFailure(time) || time === undefined ? [] : asList(time).map(Number);
    const now = (seconds ?? 0) * 1000 + Math.floor((micros ?? 0) / 1000);
    const followed = Buffer.isBuffer(info) ? replicaInfo(parseInfo(info.toString('latin1'))) : undefined;
    return { holders: readHolders(texts).filter(({ until }) => until > now), now, follows: followed === undefined ? undefined : `${followed.host}:${followed.port}` };
  } finally {
    session.release();
  }
}

/** What all of a server is. */
export const everything: Claim = { databases: undefined, prefix: '' };

/** Rejects with Failure `exists` or `unsupported` where a bridge cannot write to a server as it is now: another one does, or it follows a master. */
export async function refuseTarget(sessions: Sessions, target: ConnectionProfile, id: string, claim: Claim, signal: AbortSignal): Promise<void> {
  const { holders, now, follows } = await lookAtServer(sessions, target, signal);
  if (follows !== undefined) throw new Failure('unsupported', l10n.t('{0} is a replica of {1}: what a bridge puts there would be overwritten, or refused. Liberate it first, or choose another target.', endpointLabel(target), follows));
  const other = inTheWay(holders, id, claim, now);
  if (other !== undefined) throw heldFailure(endpointLabel(target), other, now);
}
