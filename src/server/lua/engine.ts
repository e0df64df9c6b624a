import type { Bytes } from '../store/value.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import type { Rand48 } from './libraries/random.ts';
import { redisLibrary } from './redisLibrary.ts';
import type { EngineKind, ScriptHost } from './redisLibrary.ts';
import { replyFrom } from './replies.ts';
import { createSandbox } from './sandbox.ts';
import type { Sandbox } from './sandbox.ts';
import { createThreads } from './threads.ts';
import type { Outcome, Threads, ThreadsOptions } from './threads.ts';
import { LuaType, Status } from './vm.ts';
import type { Vm } from './vm.ts';
import type { Thread } from './wasm.ts';

/** What a script has come to: nothing yet, or its reply. */
export type Progress = 'paused' | Reply;

/** An interpreter with Redis's libraries and the functions that were compiled in it. */
export interface Engine {
  readonly threads: Threads;
  readonly sandbox: Sandbox;
  /** True once it can be used no more; what was compiled in it is lost. */
  readonly broken: boolean;
  /** Runs a library's code, which sees nothing but `table` as `redis`; what is wrong with it, if something is. */
  load(fn: number, table: number): Bytes | undefined;
  /** Compiles a script; its name for `run`, or what is wrong with it. */
  compile(source: Bytes, chunk: string): number | { readonly error: Bytes };
  /**
   * Calls a function with two tables of texts, which are the globals KEYS and ARGV or its arguments. `title` names it in
   * errors. Answers `paused` after a slice of time if it may; then go on with `goOn`.
   */
  run(fn: number, keys: readonly Bytes[], args: readonly Bytes[], title: Bytes, asGlobals: boolean): Progress;
  goOn(): Progress;
  /** Ends what is paused by an error where it stands; the reply is that error, unless the script had nothing left to do. */
  kill(error: Bytes): Reply;
}

export interface EngineOptions extends Omit<ThreadsOptions, 'interrupt'> {
  readonly host: ScriptHost;
  readonly kind: EngineKind;
  /** Of math.random; the server has one. */
  readonly random: Rand48;
  readonly interrupt?: ThreadsOptions['interrupt'];
}

type ErrorReply = Extract<Reply, { kind: 'error' }>;

/** lua_gc's number for a full collection. */
const COLLECT = 2;

/** Makes an interpreter for EVAL or for functions; about 1 ms. */
export function createEngine({ host, kind, random, ...options }: EngineOptions): Engine {
  const threads = createThreads(options);
  const { vm } = threads;
  const { api } = vm;
  const sandbox = createSandbox(threads, random);
  let broken = false;
  let title: Bytes = '';

  const full = sandbox.keepTable(redisLibrary(vm, host, kind));
  sandbox.setGlobal('redis', () => vm.pushKept(vm.main, full));
  if (kind === 'eval') sandbox.setGlobal('__redis__err__handler', () => vm.pushFunction(vm.main, errorHandler(vm)));

  /** What a call has come to; an exception that ran through the interpreter is an error too. */
  const progress = (step: () => Outcome): Progress => {
    try {
      const outcome = step();
      if (outcome === 'paused') return 'paused';
      const L = threads.thread('last');
      if (outcome === 'failed') {
        const reply = failure(L);
        // Lua 5.1 does not look for garbage when an allocation fails.
        if (reply.text.includes('not enough memory')) api.lua_gc(vm.main, COLLECT, 0);
        return reply;
      }
      // Redis takes one value; the others are let go.
      api.lua_settop(L, 1);
      const reply = replyFrom(vm, L, host.resp);
      api.lua_settop(L, 0);
      return reply;
    } catch (error) {
      broken = true;
      const reason = error instanceof RangeError ? 'stack overflow' : error instanceof Error ? error.message : String(error);
      return { kind: 'error', text: `ERR Error running script ${title}, ${reason.slice(0, 100)}` };
    }
  };

  /** The error on top as Redis writes it for the client. */
  const failure = (L: Thread, placed = true): ErrorReply => {
    const place = placed ? threads.position() : undefined;
    const where = place === undefined ? '' : ` script: ${title}, on ${place.source}:${place.line}.`;
    const type = api.lua_type(L, -1);
    if (type === LuaType.table) {
      vm.rawField(L, -1, 'err');
      const message = vm.bytesAt(L, -1);
      api.lua_settop(L, -2);
      vm.rawField(L, -1, 'ignore_error_stats_update');
      const counted = api.lua_toboolean(L, -1) !== 0;
      // redis-server 7.0.15 crashes of an error without a text.
      return { kind: 'error', text: `${oneLine(message ?? 'ERR unknown error')}${where}`, counted };
    }
    const message = describe(vm, L);
    if (message === 'not enough memory') return { kind: 'error', text: `ERR Error running script ${title}, ${message}` };
    return { kind: 'error', text: `ERR ${oneLine(message)}${where}` };
  };

  const pushList = (L: Thread, texts: readonly Bytes[]): void => {
    api.lua_createtable(L, texts.length, 0);
    for (let index = 0; index < texts.length; index += 1) {
      vm.pushBytes(L, texts[index] as Bytes);
      api.lua_rawseti(L, -2, index + 1);
    }
  };

  return {
    threads,
    sandbox,
    get broken() {
      return broken || vm.broken;
    },
    compile(source, chunk) {
      const L = vm.main;
      // Redis takes no precompiled code.
      const status = source.startsWith('\x1b') ? Status.syntax : vm.load(L, source, chunk);
      if (status === Status.ok) return vm.keep(L);
      const error = source.startsWith('\x1b') ? `${chunk}: bytecode disabled` : (vm.bytesAt(L, -1) ?? '');
      api.lua_settop(L, 0);
      return { error };
    },
    run(fn, keys, args, name, asGlobals) {
      title = name;
      host.resp = 2;
      return progress(() => {
        const L = threads.thread('new');
        api.lua_settop(L, 0);
        if (asGlobals) {
          sandbox.setGlobal('KEYS', () => pushList(vm.main, keys));
          sandbox.setGlobal('ARGV', () => pushList(vm.main, args));
        }
        vm.pushKept(L, fn);
        if (asGlobals) return threads.start(0, true);
        pushList(L, keys);
        pushList(L, args);
        return threads.start(2, true);
      });
    },
    load(fn, table) {
      sandbox.narrow(table);
      try {
        const L = threads.thread('new');
        api.lua_settop(L, 0);
        vm.pushKept(L, fn);
        const outcome = threads.start(0, false);
        const last = threads.thread('last');
        if (outcome === 'failed') return failure(last, false).text;
        api.lua_settop(last, 0);
        return undefined;
      } catch (error) {
        broken = true;
        return `ERR ${error instanceof Error ? error.message : String(error)}`;
      } finally {
        if (!broken) sandbox.narrow(undefined);
      }
    },
    goOn: () => progress(() => threads.goOn()),
    kill: (error) => progress(() => threads.stop(error)) as Reply,
  };
}

const oneLine = (text: Bytes): Bytes => text.replace(/[\r\n]/g, ' ');

/** The value on top as tostring writes it. */
function describe(vm: Vm, L: Thread): Bytes {
  switch (vm.api.lua_type(L, -1)) {
    case LuaType.nil:
      return 'nil';
    case LuaType.boolean:
      return vm.api.lua_toboolean(L, -1) === 0 ? 'false' : 'true';
    case LuaType.function:
      return 'function';
    default:
      return vm.bytesAt(L, -1) ?? 'userdata';
  }
}

/** Redis's own error handler, which it leaves among the globals: makes a table of an error, with where it happened. */
function errorHandler(vm: Vm): (L: Thread) => number {
  const { api } = vm;
  return (L) => {
    api.lua_settop(L, 1);
    if (api.lua_type(L, 1) !== LuaType.table) {
      const message = describe(vm, L);
      api.lua_settop(L, 0);
      api.lua_createtable(L, 0, 3);
      vm.setField(L, 'err', () => vm.pushBytes(L, `ERR ${message}`));
    }
    const place = vm.place(L, 1);
    if (place !== undefined) {
      vm.setField(L, 'source', () => vm.pushBytes(L, place.source));
      vm.setField(L, 'line', () => api.lua_pushnumber(L, place.line));
    }
    return 1;
  };
}

