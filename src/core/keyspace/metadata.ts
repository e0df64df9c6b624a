import { asInteger, asText } from '../connection/reply.ts';
import type { Command, Reply, Session } from '../connection/session.ts';
import { Failure, isFailure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import type { KeyType } from './keyspace.ts';

/** What is asked of a key when it is looked at. */
export interface KeyMetadata {
  readonly type: KeyType;
  /** Ms to live; undefined: it does not expire. */
  readonly ttl: number | undefined;
  /** Bytes by MEMORY USAGE, from a few samples; undefined where that is not allowed. */
  readonly memory: number | undefined;
  /** Bytes of a string, members of a collection; undefined for other types. */
  readonly length: number | undefined;
  /** As OBJECT ENCODING prints it; undefined where that is not allowed. */
  readonly encoding: string | undefined;
}

/** MEMORY USAGE visits this many members; 0 would visit all, and hurt on a big key. */
const memorySamples = '5';

const lengthCommands: Readonly<Record<string, string>> = { string: 'STRLEN', hash: 'HLEN', list: 'LLEN', set: 'SCARD', zset: 'ZCARD', stream: 'XLEN' };

/** Type, expiry, size and encoding of a key in two round trips. Throws Failure `vanished` if there is no such key. */
export async function readMetadata(session: Session, key: Buffer): Promise<KeyMetadata> {
  const [type, ttl, memory, encoding] = await session.sendAll([
    ['TYPE', key],
    ['PTTL', key],
    ['MEMORY', 'USAGE', key, 'SAMPLES', memorySamples],
    ['OBJECT', 'ENCODING', key],
  ]);
  if (type === undefined || isFailure(type)) throw type ?? new Failure('server', l10n.t('The server did not answer TYPE.'));
  const name = asText(type);
  if (name === 'none') throw new Failure('vanished', l10n.t('This key no longer exists.'));
  const command = Object.hasOwn(lengthCommands, name) ? lengthCommands[name] : undefined;
  return {
    type: name,
    ttl: positive(ttl),
    memory: positive(memory),
    encoding: encoding === undefined || encoding === null || isFailure(encoding) ? undefined : asText(encoding),
    length: command === undefined ? undefined : await lengthOf(session, [command, key]),
  };
}

async function lengthOf(session: Session, command: Command): Promise<number | undefined> {
  try {
    return asInteger(await session.send(command));
  } catch (error) {
    if (isFailure(error, 'permission') || isFailure(error, 'wrong-type')) return undefined;
    throw error;
  }
}

/** PTTL answers -1 for "never", -2 for "gone"; a refused command is simply not known. */
function positive(reply: Reply | Failure | undefined): number | undefined {
  return typeof reply === 'number' && reply >= 0 ? reply : undefined;
}
