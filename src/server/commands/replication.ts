import type { Reply } from '../../protocol/resp/reply.ts';
import { splitInline } from '../../protocol/resp/inline.ts';
import { NO_WAY } from '../outgoing.ts';
import { abortFailover, startFailover } from '../replication/failover.ts';
import { replicasOf } from '../replication/report.ts';
import type { FailoverTarget } from '../replication/state.ts';
import { FROZEN } from '../run/protected.ts';
import { becomeMaster, followMaster } from '../replication/role.ts';
import { isObeyed, isReplica, replicaOf } from '../replication/state.ts';
import { acknowledge, enlist, resume } from '../replication/sync.ts';
import { serveWaits } from '../replication/wait.ts';
import type { Context, Handlers, ServerState } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { NO_REPLY, OK, SYNTAX, arg, fail, integerArg, isOption, numberArg, rangeArg, shown } from './support.ts';

/** REPLICAOF, SLAVEOF: follows a master, or none from now on. */
function changeMaster({ server, session }: Context, args: readonly Bytes[]): Reply {
  if (server.replication.failover !== undefined) fail('ERR REPLICAOF not allowed while failing over.');
  if (isOption(args[1], 'NO') && isOption(args[2], 'ONE')) {
    becomeMaster(server);
    return OK;
  }
  if (isReplica(session)) fail('ERR Command is not valid when client is a replica.');
  if (server.source !== undefined) fail(FROZEN);
  const host = arg(args, 1);
  const port = rangeArg(arg(args, 2), 0, 65535, 'ERR Invalid master port');
  const { link } = server.replication;
  if (link?.host.toLowerCase() === host.toLowerCase() && link.port === port) return { kind: 'simple', text: 'OK Already connected to specified master' };
  if (server.outside.connect === undefined) fail(NO_WAY);
  followMaster(server, host, port);
  return OK;
}

/** FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT ms]: hands the mastership over to a replica. */
function failover({ server, now }: Context, args: readonly Bytes[]): Reply {
  let timeout: Bytes | undefined;
  let target: FailoverTarget | undefined;
  let forced = false;
  let aborted = false;
  for (let at = 1; at < args.length; at += 1) {
    const left = args.length - at - 1;
    if (timeout === undefined && left >= 1 && isOption(args[at], 'TIMEOUT')) {
      at += 1;
      timeout = arg(args, at);
      if (integerArg(timeout) <= 0) fail('ERR FAILOVER timeout must be greater than 0');
    } else if (args.length === 2 && isOption(args[at], 'ABORT')) aborted = true;
    else if (target === undefined && left >= 2 && isOption(args[at], 'TO')) {
      target = { host: arg(args, at + 1), port: numberArg(arg(args, at + 2)) };
      at += 2;
    } else if (!forced && isOption(args[at], 'FORCE')) forced = true;
    else fail(SYNTAX);
  }
  const { replication } = server;
  if (aborted) {
    if (replication.failover === undefined) fail('ERR No failover in progress.');
    abortFailover(server, 'Failover manually aborted');
    return OK;
  }
  if (replication.failover !== undefined) fail('ERR FAILOVER already in progress.');
  if (replication.link !== undefined) fail('ERR FAILOVER is not valid when server is a replica.');
  const replicas = replicasOf(server);
  if (replicas.length === 0) fail('ERR FAILOVER requires connected replicas.');
  if (forced && (timeout === undefined || target === undefined)) fail('ERR FAILOVER with force option requires both a timeout and target HOST and IP.');
  if (target !== undefined) {
    const found = replicas.find(({ ip, port }) => ip === target?.host && port === target.port) ?? fail('ERR FAILOVER target HOST and PORT is not a replica.');
    if (found.stage !== 'online') fail('ERR FAILOVER target replica is not online.');
  }
  if (server.outside.connect === undefined) fail(NO_WAY);
  startFailover(server, target, timeout === undefined ? 0 : now + numberArg(timeout), forced);
  return OK;
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
        if (isObeyed(session)) server.replication.link?.acknowledge();
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
  if (args.length > 3 && isOption(args[3], 'FAILOVER')) {
    if (server.replication.link === undefined) fail("ERR PSYNC FAILOVER can't be sent to a master.");
    if (arg(args, 1).toLowerCase() !== server.replicationId) fail('ERR PSYNC FAILOVER replid must match my replid.');
    becomeMaster(server);
  }
  refuseWithoutMaster(server);
  const from = Number(integerArg(arg(args, 2)));
  if (!resume(server, session, arg(args, 1), from)) enlist(server, session, false);
  return NO_REPLY;
}

/** SYNC: a snapshot, and then the stream, for those who know no PSYNC (redis-cli --replica). */
function sync({ server, session }: Context): Reply {
  if (isReplica(session)) return NO_REPLY;
  refuseWithoutMaster(server);
  enlist(server, session, true);
  return NO_REPLY;
}

/** A replica has nothing to pass on while it does not hear its master. */
function refuseWithoutMaster({ replication: { link, failover: under } }: ServerState): void {
  if (under !== undefined) fail("NOMASTERLINK Can't SYNC while failing over");
  if (link !== undefined && link.stage !== 'connected') fail("NOMASTERLINK Can't SYNC while not connected with my master");
}

/** What masters and replicas are told. WAIT and ROLE are elsewhere. */
export const replicationCommands: Handlers = {
  failover,
  psync,
  replconf,
  replicaof: changeMaster,
  slaveof: changeMaster,
  sync,
};
