import { parseInfo } from '../connection/capabilities.ts';
import { asInteger, asText } from '../connection/reply.ts';
import type { Session } from '../connection/session.ts';
import { isFailure } from '../failure.ts';
import { l10n } from '../../l10n.ts';

/** The databases of a server as far as it tells them. */
export interface DatabaseList {
  /** Databases that hold keys, by index. */
  readonly databases: readonly { readonly index: number; readonly keys: number; readonly expires: number | undefined }[];
  /** How many databases there are, empty ones included; undefined where CONFIG GET does not tell. */
  readonly count: number | undefined;
  /** Why databases may be missing from the list, for people; undefined when it is complete. */
  readonly partial: string | undefined;
}

/**
 * Asks INFO keyspace for the databases. Where that is not allowed or a proxy does not answer it, only the session's own
 * database is listed, by DBSIZE, and `partial` says so. Throws Failure where nothing can be told at all.
 */
export async function listDatabases(session: Session, signal?: AbortSignal): Promise<DatabaseList> {
  const { databases: count } = await session.ready(signal);
  try {
    const info = asText(await session.send(['INFO', 'keyspace'], signal === undefined ? {} : { signal }));
    return { databases: parseKeyspace(info), count, partial: undefined };
  } catch (error) {
    if (!isFailure(error, 'permission') && !isFailure(error, 'server') && !isFailure(error, 'unsupported')) throw error;
    const partial = l10n.t('This user may not ask INFO, so only one database is listed. Others can hold keys as well.');
    const keys = await session.send(['DBSIZE']).then(asInteger, () => undefined);
    const own = keys === undefined ? [] : [{ index: session.database, keys, expires: undefined }];
    return { databases: own, count, partial };
  }
}

/** The lines `db0:keys=12,expires=3,avg_ttl=0` of INFO keyspace. */
export function parseKeyspace(info: string): DatabaseList['databases'] {
  const databases: { index: number; keys: number; expires: number | undefined }[] = [];
  for (const [name, fields] of parseInfo(info)) {
    const index = /^db(\d+)$/.exec(name)?.[1];
    const keys = /(?:^|,)keys=(\d+)/.exec(fields)?.[1];
    if (index === undefined || keys === undefined) continue;
    const expires = /(?:^|,)expires=(\d+)/.exec(fields)?.[1];
    databases.push({ index: Number(index), keys: Number(keys), expires: expires === undefined ? undefined : Number(expires) });
  }
  return databases;
}
