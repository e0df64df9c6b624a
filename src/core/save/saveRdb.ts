import type { Clock } from '../connection/ports.ts';
import type { ConnectionProfile } from '../connection/profile.ts';
import type { Sessions } from '../connection/session.ts';
import { endpointLabel } from '../connection/url.ts';
import { cancelled } from '../connection/failures.ts';
import type { Failure } from '../failure.ts';
import { listDatabases } from '../keyspace/databases.ts';
import { copyFile } from './copyFile.ts';
import { pullDump, type PullOutcome } from './pull.ts';
import { scanDump } from './scanDump.ts';
import { createTarget, type TargetFile } from './target.ts';

export interface SaveDeps {
  readonly sessions: Sessions;
  readonly clock: Clock;
  /** Ms without a byte from the server until it is given up: before a dump begins, and else. */
  readonly patience?: { readonly before: number; readonly within: number };
}

/** What is saved, and where to. */
export interface SaveRequest {
  readonly profile: ConnectionProfile;
  readonly path: string;
  /** Only this database: by SCAN and DUMP, as a replica gets all of them. */
  readonly database?: number;
  /** The RDB file that the connection shows as it is: it is copied, with what is not shown of it. */
  readonly file?: string;
}

/** How far it is. */
export interface SaveProgress {
  /** `waiting`: for the server, which prepares the data of one moment. */
  readonly phase: 'waiting' | 'replica' | 'scan' | 'copy';
  readonly keys: number;
  readonly bytes: number;
  /** Part that is done, 0 to 1; undefined while nobody knows. */
  readonly fraction: number | undefined;
}

/** What was saved. */
export interface SaveReport {
  /** `replica`: the data of one moment; `scan`: key by key, while others may have written; `copy`: of a file. */
  readonly method: 'replica' | 'scan' | 'copy';
  /** Why the server did not serve us as a replica. */
  readonly refusal: string | undefined;
  /** Undefined where the file is of a version that we cannot read. */
  readonly keys: number | undefined;
  readonly bytes: number;
  /** Keys that were gone before they could be read, and those that this user may not read, with the server's words. */
  readonly vanished: number;
  readonly refused: { readonly keys: number; readonly why: string } | undefined;
  /** Why databases may be missing. */
  readonly partial: string | undefined;
}

/** repl-timeout of Redis; and half as long for a server that may swallow what it does not know. */
const PATIENCE = { before: 30_000, within: 60_000 };

/**
 * Saves what a connection holds as an RDB file: as a replica would get it, else key by key. Written beside `path` and moved there
 * when it is complete; what goes wrong before, or is cancelled, leaves no trace. The server needs no access to the disk, and none
 * of its settings or data is changed. Throws Failure.
 */
export async function saveRdb(deps: SaveDeps, request: SaveRequest, options: { readonly signal: AbortSignal; readonly onProgress: (progress: SaveProgress) => void }): Promise<SaveReport> {
  const { signal } = options;
  const file = await createTarget(request.path);
  try {
    const report = await fill(deps, file, request, options);
    if (signal.aborted) throw cancelled();
    await file.commit();
    return report;
  } catch (error) {
    await file.discard();
    throw error;
  }
}

async function fill(
  { sessions, clock, patience = PATIENCE }: SaveDeps, file: TargetFile, { profile, database, file: source }: SaveRequest,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (progress: SaveProgress) => void },
): Promise<SaveReport> {
  const whole = (method: 'replica' | 'copy', { summary, unread }: Extract<PullOutcome, { kind: 'pulled' }>): SaveReport =>
    ({ method, refusal: undefined, keys: unread === undefined ? summary.keys : undefined, bytes: file.size, vanished: 0, refused: undefined, partial: undefined });
  if (source !== undefined && database === undefined) {
    return whole('copy', await copyFile(source, file, { signal, onProgress: ({ keys, bytes, size }) => onProgress({ phase: 'copy', keys, bytes, fraction: bytes / Math.max(1, size ?? bytes) }) }));
  }
  onProgress({ phase: 'waiting', keys: 0, bytes: 0, fraction: undefined });
  const session = sessions.acquire(profile, profile.database ?? 0);
  try {
    const facts = await session.ready(signal);
    const list = await listDatabases(session, signal);
    const databases = database === undefined ? list.databases : list.databases.filter(({ index }) => index === database);
    const expected = databases.reduce((sum, { keys }) => sum + keys, 0);
    const ofKeys = (keys: number): number | undefined => (expected === 0 ? undefined : Math.min(1, keys / expected));

    let refusal: Failure | undefined;
    if (database === undefined) {
      const outcome = await pullDump(await sessions.openChannel(profile, 0, 'copy'), file, {
        where: endpointLabel(profile), signal, patience,
        onProgress: ({ keys, bytes, size }) => onProgress({ phase: 'replica', keys, bytes, fraction: size === undefined ? ofKeys(keys) : Math.min(1, bytes / Math.max(1, size)) }),
      });
      if (outcome.kind === 'pulled') return whole('replica', outcome);
      refusal = outcome.why;
    }
    const chosen = database === undefined || databases.length > 0 ? databases : [{ index: database, keys: 0, expires: 0 }];
    const outcome = await scanDump({ sessions, clock }, file, {
      profile, facts, databases: chosen, signal, patience: patience.within,
      onProgress: ({ keys, bytes }) => onProgress({ phase: 'scan', keys, bytes, fraction: ofKeys(keys) }),
    });
    return {
      method: 'scan', refusal: refusal?.message, keys: outcome.keys, bytes: file.size, vanished: outcome.vanished,
      refused: outcome.refusal === undefined ? undefined : { keys: outcome.refused, why: outcome.refusal.message },
      partial: database === undefined ? list.partial : undefined,
    };
  } finally {
    session.release();
  }
}
