import type { Reply } from '../../protocol/resp/reply.ts';
import { searchKeys } from '../../protocol/commands/keySearch.ts';
import { keysOf } from '../../protocol/commands/keys.ts';
import { sendAfterReply } from './afterReply.ts';
import { isSubscriber } from './pubsub.ts';
import type { Command, Context, ServerState, Session } from '../state.ts';
import type { Bytes } from '../store/value.ts';

/** How a client wants to hear of changes (CLIENT TRACKING). */
export interface Tracking {
  /** ID of the client that is told in its place; 0: itself. */
  readonly redirect: number;
  /** BCAST: of every key that begins with one of `prefixes`, read or not. */
  readonly broadcast: boolean;
  /** Which reads count: all, only those that CLIENT CACHING YES names, or all but those that CLIENT CACHING NO names. */
  readonly reads: 'all' | 'optin' | 'optout';
  /** Its own changes are no news. */
  readonly noLoop: boolean;
  readonly prefixes: ReadonlySet<Bytes>;
  /** CLIENT CACHING was given for the next command or transaction. */
  caching: boolean;
  /** The client to be told in its place is gone. */
  broken: boolean;
}

/** A prefix that clients listen to. */
interface Prefix {
  readonly sessions: Set<Session>;
  /** Keys changed since the last message, each with who changed it last; undefined: the server itself. */
  readonly changed: Map<Bytes, Session | undefined>;
}

/** Who is to hear of which keys; of all databases, as Redis does not tell them apart. */
export interface TrackingTable {
  /** The clients that read a key, by ID; they may be gone. */
  readonly readers: Map<Bytes, Set<number>>;
  /** Readers of all keys together. */
  items: number;
  readonly prefixes: Map<Bytes, Prefix>;
  /** Clients that track. */
  clients: number;
  /** Broadcasts wait for the end of this turn. */
  announced: boolean;
  /** Commands in a row that found more keys than tracking-table-max-keys allows. */
  overfull: number;
}

/** The pub/sub channel by which RESP2 clients hear of changes. */
const CHANNEL = '__redis__:invalidate';

/** Scripts: the commands within them count, not they themselves. */
const scripts = new Set(['eval_ro', 'evalsha_ro', 'fcall_ro']);

/** A table that nobody is in. */
export function createTrackingTable(): TrackingTable {
  return { readers: new Map(), items: 0, prefixes: new Map(), clients: 0, announced: false, overfull: 0 };
}

/** CLIENT TRACKING ON, with options that fit each other and those before. Prefixes add to those before. */
export function startTracking(server: ServerState, session: Session, options: Omit<Tracking, 'caching' | 'broken'>): void {
  const table = server.tracking;
  const before = session.tracking;
  if (before === undefined) table.clients += 1;
  const given = options.broadcast && options.prefixes.size === 0 ? [''] : options.prefixes;
  session.tracking = { ...options, prefixes: new Set([...(before?.prefixes ?? []), ...given]), caching: before?.caching ?? false, broken: false };
  for (const name of given) {
    const prefix = table.prefixes.get(name) ?? { sessions: new Set(), changed: new Map() };
    prefix.sessions.add(session);
    table.prefixes.set(name, prefix);
  }
  listen(server);
}

/** CLIENT TRACKING OFF, RESET, or the end of the connection. What it read stays in the table until it changes. */
export function stopTracking(server: ServerState, session: Session): void {
  if (session.tracking === undefined) return;
  const table = server.tracking;
  for (const name of session.tracking.prefixes) {
    const prefix = table.prefixes.get(name);
    prefix?.sessions.delete(session);
    if (prefix?.sessions.size === 0) table.prefixes.delete(name);
  }
  session.tracking = undefined;
  table.clients -= 1;
  listen(server);
}

/** Has the databases tell of changes only while there is somebody to hear it. */
function listen(server: ServerState): void {
  const { prefixes, readers } = server.tracking;
  const wanted = prefixes.size > 0 || readers.size > 0;
  if (!wanted) server.signals.touched = undefined;
  else server.signals.touched ??= (key, byServer) => invalidate(server, key, byServer || server.scripting.running !== undefined ? undefined : (server.serving ?? server.current));
}

/** Remembers the keys of a command that only reads, after it ran. */
export function rememberReads({ server, session }: Context, command: Command, args: readonly Bytes[]): void {
  const { tracking } = session;
  if (tracking === undefined || tracking.broadcast || scripts.has(command.name)) return;
  if (tracking.reads !== 'all' && tracking.caching !== (tracking.reads === 'optin')) return;
  if (command.flags.has('pubsub')) return;
  const { tracking: table, scripting } = server;
  // What a script reads counts as its caller's EVAL, with the keys named there.
  const call = scripting.running?.command ?? args;
  const caller = scripting.running === undefined ? command : server.commands.get((call[0] ?? '').toLowerCase());
  // Of XREAD Redis takes no keys here that it could not read, in contrast to COMMAND GETKEYS.
  for (const { index } of (caller === undefined ? undefined : caller.name === 'xread' ? searchKeys(caller.name, call) : keysOf(caller, call)) ?? []) {
    const key = call[index] ?? '';
    let readers = table.readers.get(key);
    if (readers === undefined) table.readers.set(key, (readers = new Set()));
    if (readers.has(session.id)) continue;
    readers.add(session.id);
    table.items += 1;
  }
  listen(server);
}

/** Tells everyone who wants to know of a key that it changed; `by` is undefined where the server itself did it, or a script: that is nobody's own. */
function invalidate(server: ServerState, key: Bytes, by: Session | undefined): void {
  const table = server.tracking;
  for (const [name, { changed }] of table.prefixes) {
    if (!key.startsWith(name)) continue;
    changed.set(key, by);
    if (table.announced) continue;
    table.announced = true;
    // After the replies of all commands that have come: one message tells of them together.
    queueMicrotask(() => broadcast(server));
  }
  tellReaders(server, key);
}

function tellReaders(server: ServerState, key: Bytes): void {
  const table = server.tracking;
  const readers = table.readers.get(key);
  if (readers === undefined) return;
  for (const id of readers) {
    const session = server.sessions.get(id);
    if (session?.tracking === undefined || session.tracking.broadcast) continue;
    if (session === (server.serving ?? server.current) && session.tracking.noLoop) continue;
    tell(server, session, key);
  }
  table.items -= readers.size;
  table.readers.delete(key);
  listen(server);
}

/** FLUSHALL, FLUSHDB and whatever else empties a database: all who track are told to forget everything. */
export function invalidateAll(server: ServerState): void {
  const table = server.tracking;
  if (table.clients > 0) {
    for (const session of server.sessions.values()) {
      if (session.tracking !== undefined) tell(server, session, undefined);
    }
  }
  table.readers.clear();
  table.items = 0;
  listen(server);
}

/** Tells a client that a key changed, or (undefined) that all are gone. */
function tell(server: ServerState, session: Session, key: Bytes | undefined): void {
  const keys: Reply = key === undefined ? { kind: 'null' } : { kind: 'array', items: [{ kind: 'latin1', value: key }] };
  sendAfterReply(server, session, () => send(server, session, keys));
}

/** Tells the clients in BCAST mode of all that changed since the last time, a message for each of their prefixes. */
function broadcast(server: ServerState): void {
  const table = server.tracking;
  table.announced = false;
  for (const [, { sessions, changed }] of [...table.prefixes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (changed.size === 0) continue;
    const keys = [...changed].sort(([a], [b]) => (a < b ? -1 : 1));
    changed.clear();
    for (const session of sessions) {
      const news = session.tracking?.noLoop === true ? keys.filter(([, by]) => by !== session) : keys;
      if (news.length > 0) send(server, session, { kind: 'array', items: news.map(([value]) => ({ kind: 'latin1', value })) });
    }
  }
}

/** Sends an invalidation to a client that tracks, or to the one that hears it in its place. */
function send(server: ServerState, session: Session, keys: Reply): void {
  const redirect = session.tracking?.redirect ?? 0;
  const listener = redirect === 0 ? session : server.sessions.get(redirect);
  if (listener === undefined) {
    if (session.tracking !== undefined) session.tracking.broken = true;
    if (session.version === 3) session.deliver({ kind: 'push', items: [{ kind: 'latin1', value: 'tracking-redir-broken' }, { kind: 'integer', value: redirect }] });
    return;
  }
  if (listener.version === 3) listener.deliver({ kind: 'push', items: [{ kind: 'latin1', value: 'invalidate' }, keys] });
  else if (redirect !== 0 && isSubscriber(listener)) {
    // RESP2 has no pushes: one who listens to any channel gets a message of this one.
    listener.deliver({ kind: 'push', items: [{ kind: 'latin1', value: 'message' }, { kind: 'latin1', value: CHANNEL }, keys] });
  }
}

/** Keys that are forgotten at most before a command runs; as often again for each command before it that this was not enough for. */
const EFFORT = 100;

/** Holds the table to tracking-table-max-keys: the clients are told that keys changed which did not. */
export function limitTable(server: ServerState): void {
  const table = server.tracking;
  const { readers } = table;
  const limit = server.config.number('tracking-table-max-keys');
  if (limit === 0) return;
  let effort = EFFORT * (table.overfull + 1);
  for (const key of readers.keys()) {
    if (readers.size <= limit) break;
    if (effort === 0) {
      table.overfull += 1;
      return;
    }
    effort -= 1;
    tellReaders(server, key);
  }
  table.overfull = 0;
}
