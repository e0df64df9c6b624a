import { randomBytes } from 'node:crypto';
import type { ConnectionProfile } from '../connection/profile.ts';
import { asText } from '../connection/reply.ts';
import type { Command, Reply, Session } from '../connection/session.ts';
import { type Failure, isFailure } from '../failure.ts';
import { closePayload } from '../../protocol/rdb/dump.ts';
import { allowedByRules } from './aclRules.ts';

/** `missing`: the server has no such command, or not under this name. */
export type Permission = 'yes' | 'no' | 'missing' | 'unknown';

/**
 * Whether the connection's user may run a command: ACL DRYRUN tells (7.0). Where it does not, `harmless` is run instead, a form that fails
 * and changes nothing, if the connection may write; else the user's rules tell, where they may be read (6.0). Rejects with Failure.
 */
export async function mayRun(session: Session, { username = 'default', access }: ConnectionProfile, command: Command, harmless: Command | undefined, signal: AbortSignal): Promise<Permission> {
  const [reply] = await session.sendAll([['ACL', 'DRYRUN', username, ...command]], { signal });
  if (Buffer.isBuffer(reply)) return asText(reply) === 'OK' ? 'yes' : 'no';
  if (isFailure(reply, 'server') && /not found/i.test(reply.message)) return 'missing';
  if (harmless === undefined || access !== 'read-write') return byRules(session, command, signal);
  const [tried] = await session.sendAll([harmless], { signal });
  return isFailure(tried) ? refused(tried) : 'yes';
}

async function byRules(session: Session, command: Command, signal: AbortSignal): Promise<Permission> {
  const [name] = await session.sendAll([['ACL', 'WHOAMI']], { signal });
  // Before 6.0 there are no users.
  if (isFailure(name, 'unsupported')) return /^[1-5]\./.test((await session.ready(signal)).version) ? 'yes' : 'unknown';
  if (!Buffer.isBuffer(name)) return 'unknown';
  const [rules] = await session.sendAll([['ACL', 'GETUSER', name]], { signal });
  const allowed = Array.isArray(rules) ? allowedByRules(rules as readonly Reply[], command) : undefined;
  return allowed === undefined ? 'unknown' : allowed ? 'yes' : 'no';
}

function refused(failure: Failure): Permission {
  if (failure.kind === 'permission') return 'no';
  return failure.kind === 'unsupported' ? 'missing' : 'yes';
}

/** A type of value that there is not. */
const NO_TYPE = 0xfe;

/**
 * Whether a server reads payloads of this version of RDB: it looks at the version before it fails over the type, which does not exist, so
 * no key is written. Undefined where it does not get so far. Rejects with Failure.
 */
export async function readsVersion(session: Session, version: number, signal: AbortSignal): Promise<boolean | undefined> {
  const name = `keyspace:probe:${randomBytes(8).toString('hex')}`;
  const [reply] = await session.sendAll([['RESTORE', name, '0', closePayload(Buffer.from([NO_TYPE, 0]), version)]], { signal });
  if (!isFailure(reply)) return undefined;
  if (/payload version or checksum are wrong/i.test(reply.message)) return false;
  return /bad data format/i.test(reply.message) ? true : undefined;
}
