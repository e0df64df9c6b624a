import { parseInfo } from '../connection/capabilities.ts';
import type { Session, Sessions } from '../connection/session.ts';
import { Failure, isFailure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import type { CloneEnd, CloneRequest } from './clone.ts';
import { createRenaming, type PrefixRewrite } from './renaming.ts';
import { startsWith } from './scope.ts';

/**
 * True if both ends are one database: the same connection, the same server under two names, or a replica and its primary, whose data
 * are one as well. Rejects with Failure.
 */
export async function isSameData(sessions: Sessions, source: CloneEnd, target: CloneEnd, signal: AbortSignal): Promise<boolean> {
  if (source.database !== target.database) return false;
  if (source.profile.id === target.profile.id) return true;
  const [from, to] = await Promise.all([source, target].map((end) => identityOf(sessions, end, signal))) as [Identity, Identity];
  return from.runId === to.runId || (from.replication !== undefined && from.replication === to.replication && (from.replica || to.replica));
}

interface Identity {
  readonly runId: string;
  /** The history that primary and replicas share; undefined where the server does not tell. */
  readonly replication: string | undefined;
  readonly replica: boolean;
}

async function identityOf(sessions: Sessions, { profile, database }: CloneEnd, signal: AbortSignal): Promise<Identity> {
  const session = sessions.acquire(profile, database);
  try {
    const { runId } = await session.ready(signal);
    const info = await replicationOf(session, signal);
    return { runId, replication: info.get('master_replid'), replica: info.get('role') === 'slave' };
  } finally {
    session.release();
  }
}

async function replicationOf(session: Session, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  try {
    const reply = await session.send(['INFO', 'replication'], { signal });
    return parseInfo(Buffer.isBuffer(reply) ? reply.toString('latin1') : '');
  } catch (error) {
    if (isFailure(error, 'permission') || isFailure(error, 'unsupported')) return new Map();
    throw error;
  }
}

/** Throws Failure `bad-input` for a clone onto what it is made of. */
export function refuseOverlap({ rewrite, conflict, names }: CloneRequest): void {
  if (rewrite === undefined || rewrite.from.equals(rewrite.to)) {
    throw new Failure('bad-input', l10n.t('Source and target are the same database. Choose another one, or another prefix for the copies.'));
  }
  if (conflict === 'empty') throw new Failure('bad-input', l10n.t('Source and target are the same database: to empty it would delete the originals. Choose to stop, to skip or to replace.'));
  if (conflict === 'replace' && startsWith(rewrite.from, rewrite.to) && (names === undefined || meets(names, rewrite))) {
    throw new Failure('bad-input', l10n.t('In one database copies whose prefix is the beginning of the old one could replace originals. Choose to stop or to skip, or another prefix.'));
  }
}

/** True if one of these keys would be copied over another of them. */
function meets(names: readonly Buffer[], rewrite: PrefixRewrite): boolean {
  const { rename } = createRenaming({ pattern: undefined, types: undefined }, rewrite);
  const originals = new Set(names.map((name) => name.toString('latin1')));
  return names.some((name) => originals.has(rename(name).toString('latin1')));
}

/** Throws Failure `unsupported` for an end that is a cluster or a sentinel. Rejects with Failure. */
export async function refuseCluster(sessions: Sessions, ends: readonly CloneEnd[], signal: AbortSignal): Promise<void> {
  for (const { profile, database } of ends) {
    const session = sessions.acquire(profile, database);
    try {
      const { mode } = await session.ready(signal);
      if (mode !== 'standalone') throw new Failure('unsupported', l10n.t('A {0} cannot be cloned from or to yet.', mode));
    } finally {
      session.release();
    }
  }
}
