import type { Reply } from '../protocol/resp/reply.ts';
import { CommandError } from './commands/support.ts';
import type { Command, Context, ServerState } from './state.ts';
import type { Bytes } from './store/value.ts';

/** Counts an error reply by its code, as INFO errorstats shows it. */
export function countError(server: ServerState, text: string): void {
  const code = text.slice(0, text.indexOf(' ') === -1 ? undefined : text.indexOf(' '));
  server.statistics.errors += 1;
  server.statistics.perError.set(code, (server.statistics.perError.get(code) ?? 0) + 1);
}

/** Runs a command that may run, counts it and keeps the slow log. A fault in a handler becomes an error reply. */
export function runCommand(context: Context, command: Command, args: readonly Bytes[]): Reply {
  const { server } = context;
  const started = performance.now();
  const reply = attempt(context, command, args);
  const microseconds = Math.floor((performance.now() - started) * 1000);
  const { statistics } = server;
  statistics.commands += 1;
  let counts = statistics.perCommand.get(command.name);
  if (counts === undefined) statistics.perCommand.set(command.name, (counts = { calls: 0, usec: 0, rejected: 0, failed: 0 }));
  counts.calls += 1;
  counts.usec += microseconds;
  if (reply.kind === 'error') {
    counts.failed += 1;
    countError(server, reply.text);
  }
  if (microseconds >= 1000) noteSlow(context, command, args, microseconds);
  return reply;
}

function attempt(context: Context, command: Command, args: readonly Bytes[]): Reply {
  try {
    return command.handler(context, args);
  } catch (error) {
    if (error instanceof CommandError) return { kind: 'error', text: error.message };
    return { kind: 'error', text: `ERR internal error in '${command.name}': ${error instanceof Error ? error.message : String(error)}` };
  }
}

function noteSlow(context: Context, command: Command, args: readonly Bytes[], microseconds: number): void {
  const { server, session } = context;
  const limit = server.config.number('slowlog-log-slower-than');
  if (limit < 0 || microseconds < limit || command.flags.has('skip_slowlog')) return;
  const shown = args.slice(0, 32).map((text) => (text.length > 128 ? `${text.slice(0, 128)}... (${text.length - 128} more bytes)` : text));
  server.slowlog.unshift({ id: server.nextSlowlogId, time: Math.floor(context.now / 1000), microseconds, args: shown, address: session.address, name: session.name });
  server.nextSlowlogId += 1;
  server.slowlog.length = Math.min(server.slowlog.length, server.config.number('slowlog-max-len'));
}
