import type { Reply } from '../../protocol/resp/reply.ts';
import { monotonic } from '../clock.ts';
import { CommandError } from '../commands/support.ts';
import { showMonitors, tellMonitors } from '../clients/monitor.ts';
import { sampleLatency } from '../observing/latency/monitor.ts';
import { noteSlow } from '../observing/slowlog.ts';
import type { BlockedCall } from './blocking.ts';
import type { Command, Context, ServerState } from '../state.ts';
import { countLatency, countsOf } from '../observing/statistics.ts';
import type { Bytes } from '../store/value.ts';
import { rememberOwnKeys } from '../expiry/ownKeys.ts';
import { rememberReads } from '../clients/tracking.ts';
import { propagateCall, streams } from '../replication/propagate.ts';

/** Scripts: MONITOR shows them before what they do. */
const scripts = new Set(['eval', 'evalsha', 'eval_ro', 'evalsha_ro', 'fcall', 'fcall_ro']);

/** Counts an error reply by its code, as INFO errorstats shows it. */
export function countError(server: ServerState, text: string): void {
  const code = text.slice(0, text.indexOf(' ') === -1 ? undefined : text.indexOf(' '));
  server.statistics.errors += 1;
  server.statistics.perError.set(code, (server.statistics.perError.get(code) ?? 0) + 1);
}

/** Runs a command that may run, counts it and keeps the slow log. A fault in a handler becomes an error reply. */
export function runCommand(context: Context, command: Command, args: readonly Bytes[]): Reply {
  const { server, session } = context;
  if (server.monitors.size > 0 && scripts.has(command.name)) showMonitors(context, args, session.address);
  const { database } = context;
  const { dirty } = server;
  const started = monotonic();
  const reply = attempt(context, command, args);
  if (streams(server)) propagateCall(context, database, command, args, reply, dirty);
  else if (server.replication.link !== undefined) rememberOwnKeys(context, command, args);
  const ended = monotonic();
  server.ranUntil = ended;
  const ms = ended - started + server.pretended;
  const microseconds = Math.floor(ms * 1000);
  server.pretended = 0;
  if (server.monitors.size > 0) tellMonitors(context, command, args, session.address);
  if (session.tracking !== undefined && command.flags.has('readonly')) rememberReads(context, command, args);
  const { statistics } = server;
  statistics.commands += 1;
  const counts = countsOf(statistics, command.name);
  counts.calls += 1;
  counts.usec += microseconds;
  if (reply.kind === 'error') {
    counts.failed += 1;
    if (reply.counted !== true) countError(server, reply.text);
  }
  const { hot } = server.config;
  if (hot.latencyThreshold > 0) sampleLatency(server, command.flags.has('fast') ? 'fast-command' : 'command', ms);
  // How long one that blocks took is known when it is answered.
  const { wait } = session;
  if (wait !== undefined && wait.call === undefined) {
    wait.call = { command, args, ms };
    return reply;
  }
  const { running } = server.scripting;
  if (running !== undefined && running.caller === session && running.call === undefined) {
    running.call = { command, args, ms };
    return reply;
  }
  if (hot.latencyTracking) countLatency(counts, ms);
  if (hot.slowerThan >= 0 && microseconds >= hot.slowerThan) noteSlow(context, command, args, microseconds);
  return reply;
}

/** Counts a call that blocked, or a script that took turns, now that it has its answer; `ms` is what that took, not how long it waited. */
export function countUnblocked(context: Context, call: BlockedCall, ms: number, failed: boolean): void {
  const { server } = context;
  const counts = countsOf(server.statistics, call.command.name);
  const total = call.ms + ms;
  const microseconds = Math.floor(total * 1000);
  counts.usec += Math.floor(ms * 1000);
  if (failed) counts.failed += 1;
  const { hot } = server.config;
  if (hot.latencyTracking) countLatency(counts, total);
  if (hot.slowerThan >= 0 && microseconds >= hot.slowerThan) noteSlow(context, call.command, call.args, microseconds);
}

function attempt(context: Context, command: Command, args: readonly Bytes[]): Reply {
  try {
    return command.handler(context, args);
  } catch (error) {
    if (error instanceof CommandError) return { kind: 'error', text: error.message };
    return { kind: 'error', text: `ERR internal error in '${command.name}': ${error instanceof Error ? error.message : String(error)}` };
  }
}
