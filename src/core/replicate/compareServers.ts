import { createMapping, type BridgeScope } from '../bridge/mapping.ts';
import { compareDatabases } from '../compare/compareDatabases.ts';
import type { Difference } from '../compare/verify.ts';
import type { ConnectionProfile } from '../connection/profile.ts';
import { isFailure } from '../failure.ts';
import { listDatabases } from '../keyspace/databases.ts';
import type { CloneDeps } from '../transfer/clone.ts';

/** What a comparison of two whole servers found. */
export interface ServerComparison {
  readonly compared: number;
  /** Databases that hold keys on either side, with what differs there. */
  readonly databases: readonly { readonly index: number; readonly differences: readonly Difference[] }[];
  /** Whether the libraries of functions are the same; undefined where a side does not tell. */
  readonly functions: boolean | undefined;
}

/** Compares all databases of two servers, and their functions. Reads only. Rejects with Failure. */
export async function compareServers(deps: CloneDeps, source: ConnectionProfile, target: ConnectionProfile, signal: AbortSignal, onProgress: (compared: number) => void): Promise<ServerComparison> {
  const lists = await Promise.all([source, target].map((profile) => databasesOf(deps, profile, signal)));
  const indexes = [...new Set(lists.flat())].sort((a, b) => a - b);
  const databases: { index: number; differences: readonly Difference[] }[] = [];
  let compared = 0;
  for (const database of indexes) {
    const before = compared;
    const result = await compareDatabases(deps, { source: { profile: source, database }, target: { profile: target, database }, scope: { pattern: undefined, types: undefined } }, signal, (now) => onProgress(before + now.compared));
    compared += result.compared;
    databases.push({ index: database, differences: result.differences });
  }
  const [here, there] = await Promise.all([source, target].map((profile) => librariesOf(deps, profile, signal)));
  return { compared, databases, functions: here === undefined || there === undefined ? undefined : here === there };
}

/** Compares what a bridge of this scope takes, each database with the one it goes into. Reads only. Rejects with Failure. */
export async function comparePart(deps: CloneDeps, source: ConnectionProfile, target: ConnectionProfile, part: BridgeScope, signal: AbortSignal, onProgress: (compared: number) => void): Promise<ServerComparison> {
  const { pattern, rewrite } = part;
  const all = part.databases === undefined ? (await Promise.all([source, target].map((profile) => databasesOf(deps, profile, signal)))).flat() : [];
  const databases: { index: number; differences: readonly Difference[] }[] = [];
  let compared = 0;
  for (const [from, to] of createMapping(part).pairs([...new Set(all)].sort((a, b) => a - b))) {
    const before = compared;
    const request = { source: { profile: source, database: from }, target: { profile: target, database: to }, scope: { pattern, types: undefined }, ...(rewrite === undefined ? {} : { rewrite }) };
    const result = await compareDatabases(deps, request, signal, (now) => onProgress(before + now.compared));
    compared += result.compared;
    databases.push({ index: from, differences: result.differences });
  }
  // Functions are none of it.
  return { compared, databases, functions: undefined };
}

async function databasesOf({ sessions }: CloneDeps, profile: ConnectionProfile, signal: AbortSignal): Promise<number[]> {
  const session = sessions.acquire(profile, profile.database ?? 0);
  try {
    return (await listDatabases(session, signal)).databases.map(({ index }) => index);
  } finally {
    session.release();
  }
}

/** The code of all libraries, in an order that is the same everywhere: FUNCTION DUMP has them as chance has it. */
async function librariesOf({ sessions }: CloneDeps, profile: ConnectionProfile, signal: AbortSignal): Promise<string | undefined> {
  const session = sessions.acquire(profile, profile.database ?? 0);
  try {
    const [reply] = await session.sendAll([['FUNCTION', 'LIST', 'WITHCODE']], { signal });
    if (isFailure(reply) || !Array.isArray(reply)) return undefined;
    return (reply as readonly unknown[]).map((library) => (Array.isArray(library) ? codeOf(library) : '')).sort().join('\0');
  } finally {
    session.release();
  }
}

/** The value after the name `library_code`. */
function codeOf(fields: readonly unknown[]): string {
  const at = fields.findIndex((field) => Buffer.isBuffer(field) && field.toString() === 'library_code');
  return String(fields[at + 1]);
}
