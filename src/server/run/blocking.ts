import type { Reply } from '../../protocol/resp/reply.ts';
import { sendDeferred } from '../clients/afterReply.ts';
import { CommandError, NO_REPLY } from '../commands/support.ts';
import { monotonic } from '../clock.ts';
import { endUnit, propagateCall, streams } from '../replication/propagate.ts';
import { countError, countUnblocked } from './run.ts';
import type { Command, Context, ServerState, Session } from '../state.ts';
import type { Database } from '../store/database.ts';
import type { Bytes } from '../store/value.ts';

/** What a client that blocks waits for. */
export interface WaitOptions {
  readonly keys: readonly Bytes[];
  /** Ms since the epoch; 0: for ever. */
  readonly deadline: number;
  readonly timedOut: Reply | (() => Reply);
  /** Takes what it waits for from a key that became ready. Undefined: there is nothing for it. Throws CommandError. */
  readonly serve: (key: Bytes) => Reply | undefined;
  /** It waits for the end of CLIENT PAUSE, and its command will run then. */
  readonly postponed?: boolean;
}

/** A blocked client. */
export interface Wait extends WaitOptions {
  readonly context: Context;
  /** Where its keys are. */
  readonly database: Database;
  timer: NodeJS.Timeout | undefined;
  /** What blocked; set once it has run. */
  call: BlockedCall | undefined;
}

/** A call that waits for its answer. */
export interface BlockedCall {
  readonly command: Command;
  readonly args: readonly Bytes[];
  /** What it took until it blocked. */
  readonly ms: number;
}

/** Longest delay of a timer, ms. */
const LONGEST = 2 ** 31 - 1;

/** The clients that wait for the keys of a database, each key's in the order in which they came. */
function waiting(db: Database): Map<Bytes, Set<Wait>> {
  return db.awaited as Map<Bytes, Set<Wait>>;
}

/** Makes the client wait; its reply comes later. Only where `context.mayBlock`. */
export function block(context: Context, options: WaitOptions): Reply {
  const wait: Wait = { ...options, context, database: context.database, timer: undefined, call: undefined };
  const { session, server } = context;
  session.wait = wait;
  server.waits.add(wait);
  for (const key of wait.keys) {
    const queue = waiting(wait.database).get(key) ?? new Set();
    queue.add(wait);
    waiting(wait.database).set(key, queue);
  }
  arm(server, wait);
  return NO_REPLY;
}

function arm(server: ServerState, wait: Wait): void {
  if (!server.timers || wait.deadline === 0) return;
  const left = Math.max(1, Math.ceil(wait.deadline - server.clock.now()) + 1);
  wait.timer = setTimeout(() => {
    timeOutWaits(server);
    if (server.waits.has(wait)) arm(server, wait);
  }, Math.min(left, LONGEST));
  wait.timer.unref();
}

/** Lets a client wait no more, without a reply. */
export function releaseWait(session: Session, server: ServerState): void {
  const { wait } = session;
  if (wait === undefined) return;
  session.wait = undefined;
  server.waits.delete(wait);
  clearTimeout(wait.timer);
  for (const key of wait.keys) {
    const queue = waiting(wait.database).get(key);
    queue?.delete(wait);
    if (queue?.size === 0) waiting(wait.database).delete(key);
  }
}

/** Ends a wait with a reply that took `ms` to make; the client goes on with its next command. `failed`: the call counts as one that failed. */
export function endWait(wait: Wait, reply: Reply, ms = 0, failed = reply.kind === 'error'): void {
  const { session, server } = wait.context;
  if (session.wait !== wait) return;
  releaseWait(session, server);
  if (wait.call !== undefined) countUnblocked(wait.context, wait.call, ms, failed);
  if (reply.kind === 'error') countError(server, reply.text);
  session.deliver(reply);
}

/** What a client hears at the end of its time. */
export function timedOutReply({ timedOut }: Wait): Reply {
  return typeof timedOut === 'function' ? timedOut() : timedOut;
}

/** Answers those whose time is over. */
export function timeOutWaits(server: ServerState): void {
  const now = server.clock.now();
  for (const wait of server.waits) {
    if (wait.deadline === 0 || wait.deadline >= now) continue;
    // Redis neither logs such a call nor counts how long it took.
    wait.call = undefined;
    endWait(wait, timedOutReply(wait));
  }
}

/**
 * Serves the clients whose keys became ready, as Redis does after each command or transaction: key by key in the order in
 * which they became so, and for each key first come, first served.
 */
export function serveReady(server: ServerState): void {
  // What a script does is seen as a whole.
  if (server.waits.size === 0 || server.scripting.running !== undefined) return;
  // Nor is anyone served before DEBUG SLEEP is over: what is past its time by then is gone.
  if (server.asleepUntil > server.clock.now()) return;
  for (const db of server.databases) {
    // Serving one may make another key ready (BLMOVE): the set grows while it is walked.
    for (const key of db.ready) {
      db.ready.delete(key);
      for (const wait of [...(waiting(db).get(key) ?? [])]) serve(wait, key);
    }
  }
}

function serve(wait: Wait, key: Bytes): void {
  const { context } = wait;
  context.now = Math.floor(context.server.clock.now());
  const { server } = context;
  server.serving = context.session;
  const started = monotonic();
  try {
    const { dirty } = server;
    const reply = wait.serve(key);
    if (reply !== undefined && wait.call !== undefined && streams(server)) {
      propagateCall(context, wait.database, wait.call.command, wait.call.args, reply, dirty);
    }
    if (reply !== undefined) endWait(wait, reply, monotonic() - started);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    endWait(wait, { kind: 'error', text: error.message }, monotonic() - started);
  } finally {
    server.serving = undefined;
    endUnit(server);
    context.session.wroteUntil = server.replication.offset;
    if (server.deferred.length > 0) sendDeferred(server, context.session);
  }
}

/** Sends away all who wait for keys: the server follows a master now, and what they wait for may never come. */
export function releaseBlocked(server: ServerState): void {
  for (const wait of [...server.waits]) {
    if (wait.postponed === true) continue;
    endWait(wait, { kind: 'error', text: 'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)' });
    wait.context.session.end();
  }
}
