import { RdbError, latin1Kind } from '../../protocol/rdb/bytes.ts';
import { decodeDump, encodeDump, payloadVersion, signPayload } from '../../protocol/rdb/dump.ts';
import { isKnownVersion, newestType } from '../../protocol/rdb/parser.ts';
import { normalizeInteger } from '../../protocol/resp/number.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { notify } from '../events.ts';
import { encodeOptions } from '../persistence/encodeOptions.ts';
import { faultInLog } from '../persistence/fault.ts';
import { fromRdb } from '../persistence/fromRdb.ts';
import { hasFieldTimes, toRdb } from '../persistence/toRdb.ts';
import type { Context, Handlers } from '../state.ts';
import { findValue, removeValue } from '../store/database.ts';
import { inheritFrequency, setFrequency } from '../store/frequency.ts';
import type { Bytes, Value } from '../store/value.ts';
import { NULL, OK, SYNTAX, arg, bulk, changed, fail, integerArg, isOption, lookupQuiet, lookupWrite, numberArg, putAnnounced, isOver } from './support.ts';

/** The payload of a value, as DUMP answers and MIGRATE sends it. */
export function dumpValue(context: Context, value: Value): Bytes {
  const options = encodeOptions(context.server.config);
  return encodeDump(toRdb(value), { ...options, version: hasFieldTimes(value) ? 12 : options.version }).toString('latin1');
}

function dump(context: Context, args: readonly Bytes[]): Reply {
  const value = lookupQuiet(context, arg(args, 1));
  return value === undefined ? NULL : bulk(dumpValue(context, value));
}

interface RestoreOptions {
  readonly replace: boolean;
  readonly absolute: boolean;
  /** S. */
  readonly idle: number | undefined;
  readonly frequency: number | undefined;
}

function parseRestore(args: readonly Bytes[]): RestoreOptions {
  let replace = false;
  let absolute = false;
  let idle: number | undefined;
  let frequency: number | undefined;
  for (let index = 4; index < args.length; index += 1) {
    const more = index + 1 < args.length;
    if (isOption(args[index], 'REPLACE')) replace = true;
    else if (isOption(args[index], 'ABSTTL')) absolute = true;
    else if (isOption(args[index], 'IDLETIME') && more && frequency === undefined) {
      index += 1;
      idle = numberArg(arg(args, index));
      if (idle < 0) fail('ERR Invalid IDLETIME value, must be >= 0');
    } else if (isOption(args[index], 'FREQ') && more && idle === undefined) {
      index += 1;
      frequency = numberArg(arg(args, index));
      if (frequency < 0 || frequency > 255) fail('ERR Invalid FREQ value, must be >= 0 and <= 255');
    } else fail(SYNTAX);
  }
  return { replace, absolute, idle, frequency };
}

function decode(context: Context, given: Buffer): Value {
  const payload = context.server.skipsChecksums ? signPayload(given) : given;
  const version = payloadVersion(payload);
  // Those of later servers than 7.0 as well, up to the last that is known.
  if (version === undefined || !isKnownVersion(version) || version > context.server.newestRdb) fail('ERR DUMP payload version or checksum are wrong');
  if ((payload[0] ?? 0) > newestType(context.server.newestRdb)) fail('ERR Bad data format');
  try {
    return fromRdb(decodeDump(payload, latin1Kind), context.server.environment);
  } catch (error) {
    if (error instanceof RdbError) {
      context.server.outside.log('verbose', faultInLog(error, payload[0]));
      return fail('ERR Bad data format');
    }
    throw error;
  }
}

function restore(context: Context, args: readonly Bytes[]): Reply {
  const { replace, absolute, idle, frequency } = parseRestore(args);
  const key = arg(args, 1);
  if (!replace && lookupWrite(context, key) !== undefined) fail('BUSYKEY Target key name already exists.');
  const ttl = integerArg(arg(args, 2));
  if (ttl < 0) fail('ERR Invalid TTL value, must be >= 0');
  const value = decode(context, Buffer.from(arg(args, 3), 'latin1'));
  if (ttl !== 0) value.expireAt = absolute ? ttl : normalizeInteger(BigInt.asIntN(64, BigInt(ttl) + BigInt(context.now)));
  const { database, now, server } = context;
  const before = replace && findValue(database, key) !== undefined;
  if (ttl !== 0 && isOver(context, value.expireAt)) {
    if (before) {
      removeValue(database, key);
      notify(context, 'generic', 'del', key);
      changed(context, key);
    }
    return OK;
  }
  if (before) removeValue(database, key);
  putAnnounced(context, key, value);
  if (frequency !== undefined) setFrequency(value, frequency, now);
  else if (server.config.countsAccesses()) inheritFrequency(value, undefined, now);
  else value.accessed = Math.floor(now / 1000) - (idle ?? 0);
  changed(context, key);
  notify(context, 'generic', 'restore', key);
  return OK;
}

/** DUMP RESTORE. */
export const dumpCommands: Handlers = { dump, restore, 'restore-asking': restore };
