import type { Reply } from '../../protocol/resp/reply.ts';
import { splitInline } from '../../protocol/resp/inline.ts';
import { isReplica, replicaOf } from '../replication/state.ts';
import { acknowledge, enlist, resume } from '../replication/sync.ts';
import { serveWaits } from '../replication/wait.ts';
import type { Context, Handlers } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { NO_REPLY, OK, SYNTAX, arg, fail, integerArg, isOption, numberArg, rangeArg, shown } from './support.ts';

const NOT_YET = 'ERR the practice server is never a replica';

/** REPLICAOF, SLAVEOF: a master it is anyway; to be a replica is refused. */
function changeMaster(_context: Context, args: readonly Bytes[]): Reply {
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

/** REPLCONF: what a replica says of itself. */
function replconf({ server, session }: Context, args: readonly Bytes[]): Reply {
  if (args.length % 2 === 0) fail(SYNTAX);
  for (let at = 1; at < args.length; at += 2) {
    const [option, value] = [arg(args, at), arg(args, at + 1)];
    switch (shown(option).toLowerCase()) {
      case 'listening-port':
        replicaOf(session).port = Number(integerArg(value));
        break;
      case 'rdb-only':
        replicaOf(session).rdbOnly = Number(integerArg(value)) === 1;
        break;
      case 'ip-address':
        if (value.length >= HOST_NAME) fail(`ERR REPLCONF ip-address provided by replica instance is too long: ${value.length} bytes`);
        replicaOf(session).ip = value;
        break;
      case 'capa':
        if (isOption(value, 'EOF')) replicaOf(session).eof = true;
        else if (isOption(value, 'PSYNC2')) replicaOf(session).psync2 = true;
        break;
      case 'rdb-filter-only': {
        const parts = splitInline(value) ?? fail('ERR Missing rdb-filter-only values');
        const other = parts.find((part) => !isOption(part, 'FUNCTIONS'));
        if (other !== undefined) fail(`ERR Unsupported rdb-filter-only option: ${shown(other)}`);
        replicaOf(session).functionsOnly = parts.length > 0;
        break;
      }
      // Replica and master send these to each other and wait for no reply.
      case 'ack':
        if (isReplica(session) && /^\d+$/.test(value)) {
          acknowledge(server, session, Number(value));
          serveWaits(server);
        }
        return NO_REPLY;
      case 'getack':
        return NO_REPLY;
      default:
        fail(`ERR Unrecognized REPLCONF option: ${shown(option)}`);
    }
  }
  return OK;
}

/** PSYNC id offset: goes on with the stream, or begins with a snapshot. Whatever is answered is sent there. */
function psync(context: Context, args: readonly Bytes[]): Reply {
  const { server, session } = context;
  if (isReplica(session)) return NO_REPLY;
  if (args.length > 3 && isOption(args[3], 'FAILOVER')) fail("ERR PSYNC FAILOVER can't be sent to a master.");
  const from = Number(integerArg(arg(args, 2)));
  if (!resume(server, session, arg(args, 1), from)) enlist(server, session, false);
  return NO_REPLY;
}

/** SYNC: a snapshot, and then the stream, for those who know no PSYNC (redis-cli --replica). */
function sync({ server, session }: Context): Reply {
  if (!isReplica(session)) enlist(server, session, true);
  return NO_REPLY;
}

/** What masters and replicas are told: what a master does. WAIT and ROLE are elsewhere. */
export const replicationCommands: Handlers = {
  failover,
  psync,
  replconf,
  replicaof: changeMaster,
  slaveof: changeMaster,
  sync,
};
