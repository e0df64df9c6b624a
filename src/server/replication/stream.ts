import type { ServerState } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import type { Backlog } from './state.ts';

/** Characters that wait to be encoded at most. */
const FLUSH = 256 * 1024;

/** Starts a backlog: from now on there is a stream. The ID of what was before is of no use to anybody. */
export function startBacklog(server: ServerState): void {
  const { replication } = server;
  server.replicationId = newReplicationId(server);
  replication.second = undefined;
  continueStream(server);
  replication.database = -1;
}

/** Has a backlog from now on, for a stream that goes on under its ID. */
export function continueStream({ replication, config }: ServerState): void {
  replication.backlog ??= { ring: Buffer.alloc(config.number('repl-backlog-size')), at: 0, length: 0 };
}

/** An ID by which replicas know a stream: 40 hexadecimal digits. */
export function newReplicationId({ random }: ServerState): string {
  return Array.from({ length: 40 }, () => Math.floor(random() * 16).toString(16)).join('');
}

/** Gives the backlog another size (CONFIG SET repl-backlog-size); what it holds of the stream stays, as far as it fits. */
export function resizeBacklog(server: ServerState, size: number): void {
  flushStream(server);
  const { backlog } = server.replication;
  if (backlog === undefined || backlog.ring.length === size) return;
  const kept = lastBytes(backlog, Math.min(backlog.length, size));
  Object.assign(backlog, { ring: Buffer.alloc(size), at: 0, length: 0 });
  remember(backlog, kept);
}

/** Puts a call into the stream, with SELECT before it where it acts elsewhere than the one before; `database` -1: it acts nowhere. */
export function feed(server: ServerState, database: number, args: readonly Bytes[]): void {
  const { replication } = server;
  if (database !== -1 && database !== replication.database) {
    put(server, ['SELECT', database.toString()]);
    replication.database = database;
  }
  put(server, args);
}

function put(server: ServerState, args: readonly Bytes[]): void {
  const { replication } = server;
  const { outbox } = replication;
  let length = 0;
  const add = (text: string): void => {
    outbox.push(text);
    length += text.length;
  };
  add(`*${args.length}\r\n`);
  for (const arg of args) add(`$${arg.length}\r\n${arg}\r\n`);
  replication.offset += length;
  if (outbox.length * 16 > FLUSH || length > FLUSH) flushStream(server);
  flushSoon(server);
}

function flushSoon(server: ServerState): void {
  const { replication } = server;
  if (replication.flushDue) return;
  replication.flushDue = true;
  queueMicrotask(() => {
    replication.flushDue = false;
    flushStream(server);
  });
}

/** Passes on what came from the master and was applied, as it is. The bytes may not change any more. */
export function relay(server: ServerState, bytes: Buffer): void {
  const { replication } = server;
  replication.offset += bytes.length;
  replication.relayed.push(bytes);
  flushSoon(server);
}

/** Hands on what was put into the stream: to the backlog, and to the replicas. */
export function flushStream(server: ServerState): void {
  const { replication } = server;
  if (replication.relayed.length > 0) {
    const relayed = Buffer.concat(replication.relayed);
    replication.relayed = [];
    handOn(server, relayed);
  }
  if (replication.outbox.length === 0) return;
  const bytes = Buffer.from(replication.outbox.join(''), 'latin1');
  replication.outbox = [];
  handOn(server, bytes);
}

function handOn({ replication }: ServerState, bytes: Buffer): void {
  if (replication.backlog !== undefined) remember(replication.backlog, bytes);
  for (const session of [...replication.replicas]) {
    const { replica } = session;
    if (replica === undefined || replica.stage === 'waiting') continue;
    replication.counts.bytes += bytes.length;
    if (replica.stage === 'online') session.sendBytes(bytes);
    else if (!replica.rdbOnly) {
      replica.held.push(bytes);
      session.sendBytes();
    }
  }
}

function remember(backlog: Backlog, bytes: Buffer): void {
  const { ring } = backlog;
  const tail = bytes.subarray(Math.max(0, bytes.length - ring.length));
  const first = tail.copy(ring, backlog.at);
  tail.copy(ring, 0, first);
  backlog.at = (backlog.at + tail.length) % ring.length;
  backlog.length = Math.min(ring.length, backlog.length + tail.length);
}

/** The last bytes of the stream; `count` is at most the length of the backlog. */
export function lastBytes({ ring, at }: Backlog, count: number): Buffer {
  if (count <= at) return Buffer.from(ring.subarray(at - count, at));
  return Buffer.concat([ring.subarray(ring.length - (count - at)), ring.subarray(0, at)]);
}
