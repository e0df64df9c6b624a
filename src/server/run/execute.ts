import { isContainer } from '../../protocol/commands/lookup.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { isOpen } from '../acl/acl.ts';
import { checkCommand, denialError } from '../acl/refuse.ts';
import { takesArguments } from './arity.ts';
import { dropTransaction } from '../commands/transactions.ts';
import { countError, runCommand } from './run.ts';
import { block, serveReady } from './blocking.ts';
import { busyError } from '../lua/running.ts';
import { OUT_OF_MEMORY, memoryDenies } from '../memory/evict.ts';
import { showMonitors } from '../clients/monitor.ts';
import { declaredFlags, isHeldUp, replicates } from '../clients/pause.ts';
import { isSubscriber } from '../clients/pubsub.ts';
import { endUnit } from '../replication/propagate.ts';
import { FROZEN, protectedError } from './protected.ts';
import { MASTER_DOWN, READ_ONLY, lacksReplicas, refusesStale, refusesWrites } from '../replication/state.ts';
import type { Command, Context, QueuedCommand, ServerState } from '../state.ts';
import { countsOf } from '../observing/statistics.ts';
import type { Bytes } from '../store/value.ts';
import { limitTable } from '../clients/tracking.ts';

/** Commands that act at once between MULTI and EXEC. */
const immediate = new Set(['exec', 'discard', 'multi', 'watch', 'quit', 'reset']);

/** What a client of RESP2 may do while it listens to channels. */
const whileSubscribed = new Set(['ping', 'subscribe', 'ssubscribe', 'psubscribe', 'unsubscribe', 'sunsubscribe', 'punsubscribe', 'quit', 'reset']);

const QUEUED: Reply = { kind: 'simple', text: 'QUEUED' };

/** CLIENT PAUSE holds the command up: no reply; the same request is to be executed again once the session waits no more. */
export const POSTPONED: Reply = { kind: 'sequence', items: [] };

const NOTHING: Reply = { kind: 'sequence', items: [] };

/**
 * One request as Redis's processCommand treats it: the command is looked up, its arity and the client's rights are checked,
 * and it is run, queued or refused.
 */
export function execute(context: Context, args: readonly Bytes[]): Reply {
  const { server, session } = context;
  context.now = Math.floor(server.clock.now());
  session.lastUsed = context.now;
  const found = server.renamed === undefined ? (server.spellings.get(args[0] ?? '') ?? resolve(server, args)) : resolveRenamed(server, server.renamed, args);
  if (typeof found === 'string') {
    if (isCrossProtocol(args[0] ?? '')) return abort(context);
    session.lastCommand = args.length === 1 && isContainer((args[0] ?? '').toLowerCase()) ? (args[0] ?? '').toLowerCase() : '';
    return reject(context, args, undefined, found);
  }
  session.lastCommand = found.name;
  if (!takesArguments(found, args)) {
    return reject(context, args, found, `ERR wrong number of arguments for '${found.name}' command`);
  }
  // The master that a replica follows is obeyed.
  const refusal = session.master === undefined ? refusalOf(context, found, args) : undefined;
  if (refusal !== undefined) return reject(context, args, found, refusal);
  if (isHeldUp(context, found, args)) {
    block(context, { keys: [], deadline: 0, timedOut: POSTPONED, serve: () => undefined, postponed: true });
    return POSTPONED;
  }
  const { transaction } = session;
  if (transaction === undefined || immediate.has(found.name)) {
    server.current = session;
    const reply = runCommand(context, found, args);
    if (server.replication.calls.length > 0) endUnit(server);
    session.wroteUntil = server.replication.offset;
    serveReady(server);
    server.current = undefined;
    return reply;
  }
  if (found.flags.has('no_multi')) return reject(context, args, found, 'ERR Command not allowed inside a transaction');
  transaction.queue.push({ command: found, args });
  return QUEUED;
}

/** Why a client may not do that now: the text of the error, in the order in which Redis looks. */
function refusalOf(context: Context, found: Command, args: readonly Bytes[]): string | undefined {
  const { server, session } = context;
  const barred = protectedError(context, found);
  if (barred !== undefined) return barred;
  if (!session.authenticated && !found.flags.has('no_auth') && !isOpen(server.acl)) return 'NOAUTH Authentication required.';
  const denial = checkCommand(context, found, args, session.transaction === undefined ? 'toplevel' : 'multi');
  if (denial !== undefined) return denialError(denial, found);
  if (memoryDenies(context, found, args)) return OUT_OF_MEMORY;
  if (server.tracking.clients > 0) limitTable(server);
  if (server.source !== undefined && found.flags.has('write')) return FROZEN;
  if (lacksReplicas(server) && isWrite(context, found, args)) return 'NOREPLICAS Not enough good replicas to write.';
  if (server.replication.link !== undefined && refusesWrites(server) && isWrite(context, found, args)) return READ_ONLY;
  // RESP3 tells messages from replies, so nothing is forbidden there.
  if (session.version === 2 && isSubscriber(session) && !whileSubscribed.has(found.name)) {
    return `ERR Can't execute '${found.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;
  }
  if (server.replication.link !== undefined && refusesStale(server) && isForFresh(context, found, args)) return MASTER_DOWN;
  // To Redis who monitors is a replica.
  if (session.monitoring && (found.flags.has('readonly') || replicates(server, found, args))) return "ERR Replica can't interact with the keyspace";
  return busyError(server, found);
}

/** True for a call, or the end of a transaction with one, of which `what` is true. */
function isOrHas({ session: { transaction } }: Context, command: Command, args: readonly Bytes[], what: (call: QueuedCommand) => boolean): boolean {
  return what({ command, args }) || (command.name === 'exec' && transaction?.queue.some(what) === true);
}

/** A write. A script that says what it does is taken at its word. */
function isWrite(context: Context, found: Command, args: readonly Bytes[]): boolean {
  return isOrHas(context, found, args, ({ command: { name, flags }, args: given }) => {
    const declared = declaredFlags(context.server, name, given);
    return declared === undefined ? flags.has('write') : !declared.has('no-writes');
  });
}

/** What a replica without its master is not to answer. */
function isForFresh(context: Context, found: Command, args: readonly Bytes[]): boolean {
  return isOrHas(context, found, args, ({ command: { name, flags }, args: given }) => {
    const declared = declaredFlags(context.server, name, given);
    return !(declared === undefined ? flags.has('stale') : declared.has('allow-stale'));
  });
}

/** True for what a web browser sends where it was lured to a port of Redis. */
function isCrossProtocol(name: Bytes): boolean {
  return /^(post|host:)$/i.test(name);
}

/** Ends the connection without a word to the client. */
function abort({ server, session }: Context): Reply {
  server.outside.log(
    'warning',
    `Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis. This is likely due to an attacker attempting to use Cross Protocol Scripting to compromise your Redis instance. Connection from ${session.address} aborted.`,
  );
  session.disconnect();
  return NOTHING;
}

/** An error before the command ran: it also spoils a transaction. */
function reject(context: Context, args: readonly Bytes[], command: Command | undefined, text: string): Reply {
  if (command?.name === 'exec') {
    // Redis: an EXEC that cannot run ends the transaction, even where there is none.
    dropTransaction(context);
    const { server, session } = context;
    // Those who monitor have seen MULTI, and hear that it is over.
    server.current = session;
    if (server.monitors.size > 0) showMonitors(context, args, session.address);
    server.current = undefined;
    text = `EXECABORT Transaction discarded because of: ${text.replace(/^ERR /, '')}`;
  }
  if (context.session.transaction !== undefined) context.session.transaction.failed = true;
  if (command !== undefined) countsOf(context.server.statistics, command.name).rejected += 1;
  countError(context.server, text);
  return { kind: 'error', text };
}

/** The same where commands have other names: the old ones are unknown. */
function resolveRenamed(server: ServerState, renamed: ReadonlyMap<string, string>, args: readonly Bytes[]): Command | string {
  const [given = '', ...rest] = args;
  const name = given.toLowerCase();
  for (const [from, to] of renamed) if (to !== '' && to === name) return resolve(server, [from, ...rest]);
  return renamed.has(name) ? unknown(given, args) : resolve(server, args);
}

/** The command of a request, or the text of the error. */
function resolve({ commands }: ServerState, args: readonly Bytes[]): Command | string {
  const given = args[0] ?? '';
  const name = given.toLowerCase();
  // Subcommands are kept as `config|get`, which is no name that a client may send.
  const plain = name.includes('|') ? undefined : commands.get(name);
  if (!isContainer(name)) return plain ?? unknown(given, args);
  const sub = args[1];
  if (sub === undefined || name === 'command' && args.length === 1) return plain ?? `ERR wrong number of arguments for '${name}' command`;
  const command = commands.get(`${name}|${sub.toLowerCase()}`);
  if (command !== undefined) return command;
  if (name === 'debug' && plain !== undefined) return plain;
  return `ERR unknown subcommand '${visible(sub, 128)}'. Try ${name.toUpperCase()} HELP.`;
}

function unknown(given: Bytes, args: readonly Bytes[]): string {
  let shown = '';
  for (const arg of args.slice(1)) {
    if (shown.length >= 128) break;
    shown += `'${visible(arg, 128 - shown.length)}' `;
  }
  return `ERR unknown command '${visible(given, 128)}', with args beginning with: ${shown}`;
}

/** As much of a text as C's `%.*s` prints: it ends at a zero byte. */
function visible(text: Bytes, length: number): string {
  const end = text.indexOf('\0');
  return (end === -1 ? text : text.slice(0, end)).slice(0, length);
}
