import { isSubscriber } from './pubsub.ts';
import type { Session } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { allocated } from '../memory/weights.ts';
import { isObeyed, isReplica } from '../replication/state.ts';

/** What a client's connection holds, in bytes. */
export interface Buffers {
  /** Requests that came, without the one that runs. */
  readonly query: number;
  /** The argument that has not come as a whole, once all of it is there; 0: there is none. */
  readonly awaited: number;
  /** Arguments of a request that has not come as a whole. */
  readonly partial: number;
  /** Replies that the client has not taken. */
  readonly output: number;
  /** The request that runs or waits; none otherwise. */
  readonly args: readonly Bytes[];
}

/** A type of clients, as CLIENT LIST TYPE and output buffer limits tell them apart. */
export type ClientType = 'normal' | 'pubsub' | 'replica' | 'master';

/** The type of a client. */
export function typeOf(session: Session): ClientType {
  if (isObeyed(session)) return 'master';
  if (isReplica(session)) return 'replica';
  return isSubscriber(session) ? 'pubsub' : 'normal';
}

/** The letters of CLIENT LIST. */
function flagsOf(session: Session): string {
  const { tracking } = session;
  const flags = [
    isReplica(session) && 'S',
    isObeyed(session) && 'M',
    session.monitoring && 'O',
    isSubscriber(session) && 'P',
    session.transaction !== undefined && 'x',
    session.wait !== undefined && 'b',
    tracking !== undefined && 't',
    tracking?.broken === true && 'R',
    tracking?.broadcast === true && 'B',
    session.watch.dirty && 'd',
    session.closing && 'c',
    session.address.endsWith(':0') && session.address.startsWith('/') && 'U',
    session.noEvict && 'e',
    session.noTouch && 'T',
  ].filter((flag) => flag !== false);
  return flags.length === 0 ? 'N' : flags.join('');
}

/** What Redis takes for a client beside its buffers. */
const CLIENT = 774;
/** Redis reads into a buffer of that size, and frees it when nothing came for two seconds. */
const QUERY_BUFFER = 20474;
/** For an argument of that size it makes room as soon as its length is announced. */
const LARGE_ARGUMENT = 32768;
const POINTER = 8;

/** Bytes of arguments, with the pointers to them. */
function argumentBytes(args: readonly Bytes[]): number {
  return args.reduce((sum, arg) => sum + arg.length + POINTER, 0);
}

function tableBytes(entries: number): number {
  return entries === 0 ? 0 : 24 * entries + POINTER * Math.max(4, 2 ** Math.ceil(Math.log2(entries)));
}

/** Bytes of the tree that holds the prefixes of CLIENT TRACKING: of its leaves, and of two more nodes. Their texts do not count. */
function prefixBytes(prefixes: number): number {
  return 32 * (prefixes + Math.min(prefixes, 2));
}

/** Bytes of a request on the wire, as an array of bulk strings. */
function wireBytes(args: readonly Bytes[]): number {
  return args.reduce((sum, arg) => sum + `$${arg.length}\r\n\r\n`.length + arg.length, `*${args.length}\r\n`.length);
}

interface Memory {
  readonly query: number;
  readonly queryFree: number;
  readonly args: number;
  readonly multi: number;
  readonly output: number;
  readonly outputChunks: number;
  readonly total: number;
}

/** What a client takes, in bytes, counted as Redis counts it. */
export function memoryOf(session: Session, now: number, current: boolean): Memory {
  const { query: held, awaited, partial, output, args } = session.buffers();
  const query = held + (current ? wireBytes(args) : 0);
  const queryFree = current || now - session.lastUsed <= 2000 ? Math.max(0, (awaited >= LARGE_ARGUMENT + 2 ? allocated(awaited) : QUERY_BUFFER) - query) : 0;
  const queue = session.transaction?.queue ?? [];
  const multi = queue.reduce((sum, queued) => sum + argumentBytes(queued.args), 0);
  const { channels, patterns, shards } = session.subscriptions;
  const listed = Math.max(0, output - session.replyBuffer.size);
  const outputChunks = Math.ceil(listed / 16384);
  const total = CLIENT + session.replyBuffer.size + query + queryFree + partial + argumentBytes(args) + multi
    + (queue.length === 0 ? 0 : 24 * Math.max(2, 2 ** Math.ceil(Math.log2(queue.length)))) + 56 * session.watched.length
    + tableBytes(channels.size) + tableBytes(shards.size) + 24 * patterns.size + prefixBytes(session.tracking?.prefixes.size ?? 0) + listed;
  return { query, queryFree, args: partial + argumentBytes(args) - POINTER * args.length, multi, output, outputChunks, total };
}

/** A client as CLIENT LIST shows it; `now` in ms since the epoch. `current`: it is the one that asks. */
export function describeClient(session: Session, now: number, current: boolean): string {
  const memory = memoryOf(session, now, current);
  // The time of a command has no fraction.
  const seconds = (since: number): number => Math.floor((now - Math.floor(since)) / 1000);
  return [
    `id=${session.id}`,
    `addr=${session.address}`,
    `laddr=${session.localAddress}`,
    `fd=${session.id + 7}`,
    `name=${session.name}`,
    `age=${seconds(session.createdAt)}`,
    `idle=${current ? 0 : seconds(session.lastUsed)}`,
    `flags=${flagsOf(session)}`,
    `db=${session.database}`,
    `sub=${session.subscriptions.channels.size}`,
    `psub=${session.subscriptions.patterns.size}`,
    `ssub=${session.subscriptions.shards.size}`,
    `multi=${session.transaction === undefined ? -1 : session.transaction.queue.length}`,
    `qbuf=${memory.query}`,
    `qbuf-free=${memory.queryFree}`,
    `argv-mem=${memory.args}`,
    `multi-mem=${memory.multi}`,
    `rbs=${session.replyBuffer.size}`,
    `rbp=${session.replyBuffer.peak}`,
    `obl=${Math.min(session.replyBuffer.size, memory.output)}`,
    `oll=${memory.outputChunks}`,
    `omem=${Math.max(0, memory.output - session.replyBuffer.size)}`,
    `tot-mem=${memory.total}`,
    'events=r',
    `cmd=${session.lastCommand === '' ? 'NULL' : session.lastCommand}`,
    `user=${session.user.name}`,
    `redir=${session.tracking?.redirect ?? -1}`,
    `resp=${session.version}`,
  ].join(' ');
}
