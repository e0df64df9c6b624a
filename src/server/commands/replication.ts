import type { Reply } from '../../protocol/resp/reply.ts';
import { splitInline } from '../../protocol/resp/inline.ts';
import type { Context, Handlers } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { NO_REPLY, OK, SYNTAX, arg, fail, integerArg, isOption, numberArg, rangeArg, shown } from './support.ts';

const NOT_YET = 'ERR the practice server does not replicate yet';

/** REPLICAOF, SLAVEOF: a master it is anyway; to be a replica is refused. */
function replicaOf(_context: Context, args: readonly Bytes[]): Reply {
  if (isOption(args[1], 'NO') && isOption(args[2], 'ONE')) return OK;
  rangeArg(arg(args, 2), 0, 65535, 'ERR Invalid master port');
  return fail(NOT_YET);
}

/** FAILOVER: its errors on a master without replicas. */
function failover(_context: Context, args: readonly Bytes[]): Reply {
  let timeout: Bytes | undefined;
  let target = false;
  let forced = false;
  let aborted = false;
  for (let at = 1; at < args.length; at += 1) {
    const left = args.length - at - 1;
    if (timeout === undefined && left >= 1 && isOption(args[at], 'TIMEOUT')) {
      at += 1;
      timeout = arg(args, at);
      if (integerArg(timeout) <= 0) fail('ERR FAILOVER timeout must be greater than 0');
    } else if (args.length === 2 && isOption(args[at], 'ABORT')) aborted = true;
    else if (!target && left >= 2 && isOption(args[at], 'TO')) {
      numberArg(arg(args, at + 2));
      target = true;
      at += 2;
    } else if (!forced && isOption(args[at], 'FORCE')) forced = true;
    else fail(SYNTAX);
  }
  return fail(aborted ? 'ERR No failover in progress.' : 'ERR FAILOVER requires connected replicas.');
}

/** Bytes of a host name with the zero byte at its end, as C programs keep it. */
const HOST_NAME = 256;

/** REPLCONF: what a replica says of itself is checked, and forgotten. */
function replconf(_context: Context, args: readonly Bytes[]): Reply {
  if (args.length % 2 === 0) fail(SYNTAX);
  for (let at = 1; at < args.length; at += 2) {
    const [option, value] = [arg(args, at), arg(args, at + 1)];
    switch (shown(option).toLowerCase()) {
      case 'listening-port': case 'rdb-only':
        integerArg(value);
        break;
      case 'ip-address':
        if (value.length >= HOST_NAME) fail(`ERR REPLCONF ip-address provided by replica instance is too long: ${value.length} bytes`);
        break;
      case 'capa':
        break;
      case 'rdb-filter-only': {
        const parts = splitInline(value) ?? fail('ERR Missing rdb-filter-only values');
        const other = parts.find((part) => !isOption(part, 'FUNCTIONS'));
        if (other !== undefined) fail(`ERR Unsupported rdb-filter-only option: ${shown(other)}`);
        break;
      }
      // Replica and master send these to each other and wait for no reply.
      case 'ack': case 'getack':
        return NO_REPLY;
      default:
        fail(`ERR Unrecognized REPLCONF option: ${shown(option)}`);
    }
  }
  return OK;
}

function psync(_context: Context, args: readonly Bytes[]): Reply {
  if (args.length > 3 && isOption(args[3], 'FAILOVER')) fail("ERR PSYNC FAILOVER can't be sent to a master.");
  integerArg(arg(args, 2));
  return fail(NOT_YET);
}

/** What masters and replicas are told: errors and the answers of a master without replicas. WAIT and ROLE are elsewhere. */
export const replicationCommands: Handlers = {
  failover,
  psync,
  replconf,
  replicaof: replicaOf,
  slaveof: replicaOf,
  sync: () => fail(NOT_YET),
};
