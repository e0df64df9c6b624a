import type { Reply } from '../../protocol/resp/reply.ts';
import { checkCommand } from '../acl/refuse.ts';
import { countError, runCommand } from '../run/run.ts';
import type { Command, Context, Handlers, QueuedCommand } from '../state.ts';
import { findValue, isExpired } from '../store/database.ts';
import type { Watch } from '../store/database.ts';
import type { Bytes } from '../store/value.ts';
import { NO_REPLY, NULL_ARRAY, OK, array, fail } from './support.ts';

/** Forgets all watched keys. */
export function unwatch(context: Context): void {
  const { session, server } = context;
  for (const watched of session.watched) {
    const watchers = server.databases[watched.database]?.watchers;
    const watches = watchers?.get(watched.key);
    watches?.delete(watched);
    if (watches?.size === 0) watchers?.delete(watched.key);
  }
  session.watched.length = 0;
  session.watch.dirty = false;
}

/** Leaves MULTI and forgets all watched keys. */
export function dropTransaction(context: Context): void {
  context.session.transaction = undefined;
  unwatch(context);
}

function watch(context: Context, args: readonly Bytes[]): Reply {
  const { session, database } = context;
  if (session.transaction !== undefined) fail('ERR WATCH inside MULTI is not allowed');
  // Once a watched key has changed there is nothing left to watch for.
  if (session.watch.dirty) return OK;
  for (const key of args.slice(1)) {
    if (session.watched.some((one) => one.database === database.index && one.key === key)) continue;
    const value = findValue(database, key);
    const made: Watch = { flag: session.watch, database: database.index, key, wasExpired: value !== undefined && isExpired(value, context.now) };
    session.watched.push(made);
    const watches = database.watchers.get(key) ?? new Set();
    watches.add(made);
    database.watchers.set(key, watches);
  }
  return OK;
}

/** Why a queued command may not run any more. */
const lacking = {
  command: 'no permission to execute the command or subcommand',
  key: 'no permission to touch the specified keys',
  channel: 'no permission to access one of the channels used as arguments',
};

/** True if a watched key has expired since WATCH. */
function watchedExpired(context: Context): boolean {
  return context.session.watched.some(({ database, key, wasExpired }) => {
    const db = context.server.databases[database];
    const value = db === undefined ? undefined : findValue(db, key);
    return !wasExpired && value !== undefined && isExpired(value, context.now);
  });
}

/** Runs a queued command, if the user's rights still allow it. */
function attempt(context: Context, command: Command, args: readonly Bytes[]): Reply {
  const denial = checkCommand(context, command, args, 'multi');
  if (denial === undefined) return runCommand(context, command, args);
  const text = `NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ${lacking[denial.reason]}`;
  countError(context.server, text);
  return { kind: 'error', text };
}

function exec(context: Context): Reply {
  const { session } = context;
  const { transaction } = session;
  if (transaction === undefined) return fail('ERR EXEC without MULTI');
  const aborted = session.watch.dirty || watchedExpired(context);
  unwatch(context);
  if (transaction.failed || aborted) {
    session.transaction = undefined;
    return transaction.failed ? fail('EXECABORT Transaction discarded because of previous errors.') : NULL_ARRAY;
  }
  // It is still a transaction to what runs now (CLIENT INFO, ACL LOG).
  context.mayBlock = false;
  return runQueued(context, transaction.queue, []);
}

/** Runs the commands after those that have replies. A script among them may take its time: then the rest and the reply come later. */
function runQueued(context: Context, queue: readonly QueuedCommand[], replies: Reply[]): Reply {
  const { session, server } = context;
  for (const { command, args } of queue.slice(replies.length)) {
    const reply = attempt(context, command, args);
    const { running } = server.scripting;
    if (running !== undefined) {
      running.deliver = (late) => {
        const all = runQueued(context, queue, [...replies, late]);
        if (all !== NO_REPLY) session.deliver(all);
      };
      return NO_REPLY;
    }
    replies.push(reply);
  }
  context.mayBlock = true;
  session.transaction = undefined;
  return array(replies);
}

/** MULTI EXEC DISCARD WATCH UNWATCH. */
export const transactionCommands: Handlers = {
  discard: (context) => {
    if (context.session.transaction === undefined) fail('ERR DISCARD without MULTI');
    dropTransaction(context);
    return OK;
  },
  exec,
  multi: (context) => {
    if (context.session.transaction !== undefined) fail('ERR MULTI calls can not be nested');
    context.session.transaction = { queue: [], failed: false };
    return OK;
  },
  unwatch: (context) => {
    unwatch(context);
    return OK;
  },
  watch,
};
