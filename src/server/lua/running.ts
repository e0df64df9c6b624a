import type { Reply } from '../../protocol/resp/reply.ts';
import { sendDeferred } from '../clients/afterReply.ts';
import { serveReady } from '../run/blocking.ts';
import { monotonic } from '../clock.ts';
import { NO_REPLY, fail } from '../commands/support.ts';
import type { LogLevel } from '../outside.ts';
import { countError, countUnblocked } from '../run/run.ts';
import { endUnit } from '../replication/propagate.ts';
import { MASTER_DOWN, isObeyed, refusesStale, refusesWrites } from '../replication/state.ts';
import type { Command, Context, ServerState, Session } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { callFromScript, mayCall } from './call.ts';
import { createEngine } from './engine.ts';
import type { Engine, Progress } from './engine.ts';
import type { EngineKind, ScriptHost } from './redisLibrary.ts';
import type { Running, ScriptFlags } from './state.ts';

/** A script runs so long before everything else on this thread has its turn, ms. */
const SLICE = 10;
/** Memory of one interpreter, bytes; an allocation beyond it is an error in the script. */
const MEMORY_LIMIT = 512 * 1024 * 1024;
/** An interpreter of EVAL that has become larger is made anew: it cannot give memory back. */
const LARGE = 64 * 1024 * 1024;
/** Commands of a script between two looks at the clock. */
const CALLS = 16;
/** Ms that the code of a library may run while it is loaded. */
const LOAD_TIMEOUT = 500;
/** And that of a turn of a script that cannot pause, ms. */
const STUCK = 10_000;

const BUSY_EVAL = 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.';
const BUSY_FUNCTION = 'BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.';

const KILLED = 'ERR Script killed by user with SCRIPT KILL...';

/** How a call is to be run. */
export interface Call {
  readonly kind: EngineKind;
  readonly engine: Engine;
  readonly fn: number;
  readonly title: Bytes;
  readonly keys: readonly Bytes[];
  readonly args: readonly Bytes[];
  readonly command: readonly Bytes[];
  /** Undefined for a script that says nothing of itself. */
  readonly flags: ScriptFlags | undefined;
  /** Called as EVAL_RO or FCALL_RO. */
  readonly readOnly: boolean;
}

const levels: readonly LogLevel[] = ['debug', 'verbose', 'notice', 'warning'];

/** Makes an interpreter for a server. */
export function engineFor(server: ServerState, kind: EngineKind): Engine {
  const { scripting } = server;
  const host: ScriptHost = {
    version: server.config.version,
    resp: 2,
    call(args) {
      const { running } = scripting;
      if (running === undefined) return { kind: 'error', text: 'ERR redis.call/pcall can only be called inside a script invocation' };
      running.context.session.version = host.resp;
      running.calls += 1;
      if (running.calls % CALLS === 0) running.engine.threads.look();
      return callFromScript(server, running, args);
    },
    mayCall: (args) => (scripting.running === undefined ? undefined : mayCall(server, scripting.running, args)),
    tellReplicas(told) {
      if (scripting.running !== undefined) scripting.running.told = told;
    },
    log: (level, text) => server.outside.log(levels[level] ?? 'debug', text),
  };
  return createEngine({
    host,
    kind,
    random: scripting.random,
    memoryLimit: MEMORY_LIMIT,
    elapsed: monotonic,
    slice: SLICE,
    interrupt: (turn) => tooLong(scripting.running !== undefined, turn),
  });
}

/**
 * The error that ends a script which has held the thread for `turn` ms without a pause. That happens only where Lua cannot pause
 * (in a comparator, a metamethod, a callback of gsub): Redis lets it run until SCRIPT KILL, which could not be heard here.
 */
export function tooLong(runs: boolean, turn: number): Bytes | undefined {
  if (!runs) return turn > LOAD_TIMEOUT ? 'ERR FUNCTION LOAD timeout' : undefined;
  return turn > STUCK ? `ERR the script was ended: it ran for ${STUCK / 1000} seconds where it can be neither paused nor killed (a comparator, a metamethod, a callback of gsub)` : undefined;
}

/** Runs a script for a client. Its reply, or none yet: one that takes longer goes on in turns and delivers the reply later. */
export function runScript(context: Context, call: Call): Reply {
  const { server, session } = context;
  const { flags, engine } = call;
  const noWrites = flags?.has('no-writes') === true;
  if (refusesStale(server) && flags === undefined) fail(MASTER_DOWN);
  if (refusesStale(server) && !flags?.has('allow-stale')) {
    fail("MASTERDOWN Link with MASTER is down, replica-serve-stale-data is set to 'no' and 'allow-stale' flag is not set on the script.");
  }
  if (flags !== undefined && !noWrites) {
    if (refusesWrites(server) && !isObeyed(session)) fail('READONLY Can not run script with write flag on readonly replica');
    if (call.readOnly) fail('ERR Can not execute a script with write flag using *_ro command.');
    if (server.memory.outOfMemory && !flags.has('allow-oom')) {
      fail("OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'");
    }
  }
  // All that the session is, but its database and protocol are the script's own.
  const own = Object.create(session) as Session;
  Object.assign(own, { database: session.database, version: 2, address: 'lua', transaction: undefined });
  const running: Running = {
    kind: call.kind,
    engine,
    caller: session,
    context: { server, session: own, database: context.database, now: context.now, mayBlock: false },
    title: call.title,
    command: call.command,
    readOnly: call.readOnly || noWrites,
    allowOom: flags?.has('allow-oom') === true,
    startedAt: monotonic(),
    calls: 0,
    call: undefined,
    wrote: false,
    told: true,
    killed: false,
    timedOut: false,
    // CLIENT REPLY SKIP is over when the reply comes.
    deliver: session.replies === 'skipping' ? () => undefined : (reply) => session.deliver(reply),
  };
  server.scripting.running = running;
  const progress = engine.run(call.fn, call.keys, call.args, call.title, call.kind === 'eval');
  if (progress !== 'paused') {
    leave(server, running);
    return progress;
  }
  setImmediate(() => goOn(server, running));
  return NO_REPLY;
}

function leave({ scripting }: ServerState, { engine }: Running): void {
  scripting.running = undefined;
  if (engine === scripting.evals && (engine.broken || engine.threads.vm.memoryTaken() > LARGE)) scripting.evals = undefined;
}

/** The next slice of a script that takes long. */
function goOn(server: ServerState, running: Running): void {
  const { scripting } = server;
  if (scripting.running !== running) return;
  server.current = running.caller;
  const progress: Progress = running.killed ? running.engine.kill(KILLED) : running.engine.goOn();
  server.current = undefined;
  if (progress === 'paused') {
    const threshold = server.config.number('busy-reply-threshold');
    if (!running.timedOut && threshold > 0 && monotonic() - running.startedAt >= threshold) {
      running.timedOut = true;
      server.outside.log('warning', `Slow script detected: still in execution after ${Math.round(monotonic() - running.startedAt)} milliseconds.`);
      release(server);
    }
    setImmediate(() => goOn(server, running));
    return;
  }
  leave(server, running);
  const failed = progress.kind === 'error';
  if (failed && progress.counted !== true) countError(server, progress.text);
  if (running.call !== undefined) countUnblocked({ ...running.context, session: running.caller }, running.call, monotonic() - running.startedAt - running.call.ms, failed);
  server.current = running.caller;
  running.deliver(progress);
  server.current = undefined;
  // What follows within EXEC may be a script again.
  if (scripting.running !== undefined) return;
  endUnit(server);
  running.caller.wroteUntil = server.replication.offset;
  sendDeferred(server, running.caller);
  serveReady(server);
  release(server);
}

function release({ scripting }: ServerState): void {
  const { held } = scripting;
  scripting.held = [];
  for (const callback of held) callback();
}

/** True while a script runs that others have to wait for, and its own client in any case. */
export function waitsForScript({ scripting }: ServerState, session: Session): boolean {
  const { running } = scripting;
  // One that is killed ends at its next slice.
  return running !== undefined && (!running.timedOut || running.killed || running.caller === session);
}

/** Calls back when `waitsForScript` may have changed. */
export function whenScriptEnds({ scripting }: ServerState, callback: () => void): void {
  scripting.held.push(callback);
}

/** The error of a command while a script runs too long; undefined if none does or the command is allowed. */
export function busyError({ scripting }: ServerState, command: Command): string | undefined {
  if (scripting.running === undefined || command.flags.has('allow_busy')) return undefined;
  return busyText(scripting.running);
}

/** What a client hears of a script that runs too long. */
export function busyText({ kind }: Running): string {
  return kind === 'eval' ? BUSY_EVAL : BUSY_FUNCTION;
}

/** SCRIPT KILL and FUNCTION KILL. Throws CommandError. */
export function killScript({ scripting }: ServerState, kind: EngineKind): void {
  const { running } = scripting;
  if (running === undefined) return fail('NOTBUSY No scripts in execution right now.');
  if (running.wrote) {
    fail('UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.');
  }
  if (running.kind !== kind) fail(busyText(running));
  running.killed = true;
}

/** Tells INFO of scripts, functions and what their interpreters take. */
export function showScripting({ scripting, memory }: ServerState): void {
  const { figures } = memory;
  const used = (engine: Engine | undefined): number => (engine === undefined || engine.broken ? 0 : engine.threads.vm.memoryUsed());
  figures.set('used_memory_vm_eval', () => used(scripting.evals));
  figures.set('used_memory_vm_functions', () => used(scripting.functions));
  figures.set('number_of_cached_scripts', () => scripting.scripts.size);
  figures.set('number_of_functions', () => scripting.named.size);
  figures.set('number_of_libraries', () => scripting.libraries.size);
}

/** Lets go of a script that is under way, without a reply: the server ends. */
export function abandonScript({ scripting }: ServerState): void {
  scripting.running?.engine.threads.abandon();
  scripting.running = undefined;
  scripting.held = [];
}
