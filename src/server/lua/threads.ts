import type { Bytes } from '../store/value.ts';
import { Hook, LuaType, Status, createVm } from './vm.ts';
import type { LuaFunction, Place, Vm } from './vm.ts';
import type { Thread } from './wasm.ts';

/**
 * Coroutines and pcall by coroutines, so that a script may stop anywhere between two instructions, let the event loop turn
 * and go on. Lua 5.1 cannot yield across a C call, and pcall and coroutine.resume are C calls; so each of them runs its
 * function in a coroutine, and when the hook pauses the innermost one, they yield too and are finished later by `goOn`.
 * Within a metamethod, an iterator, a comparator of table.sort or a callback of gsub the script cannot pause and runs on.
 */
export interface Threads {
  readonly vm: Vm;
  /**
   * Calls the function `args` below the top of `thread('new')`. `paused`: go on with `goOn`. `done`: its results are on
   * `thread('last')`'s stack. `failed`: the error is on top there, and the stack is as it was when it happened.
   */
  start(args: number, mayPause: boolean): Outcome;
  goOn(): Outcome;
  /**
   * Raises an error in the call that is paused, at once and then at every new line of the coroutine, so that no pcall saves it:
   * as Redis kills a script.
   */
  stop(error: Bytes): Outcome;
  /** Forgets the call that is paused. */
  abandon(): void;
  /** The thread for the next call, or the one of the last. */
  thread(which: 'new' | 'last'): Thread;
  /** Where the code was that raised the error of a thread, or that is paused, as Redis's error handler finds it. */
  position(): Place | undefined;
  /** To be called now and then by what takes long: the script pauses soon if its time is over. */
  look(): void;
  /** What stands for Lua's own functions of these names. */
  readonly base: Readonly<Record<'pcall' | 'xpcall', LuaFunction>>;
  readonly coroutine: Readonly<Record<'resume' | 'running' | 'status' | 'wrap' | 'yield', LuaFunction>>;
}

/** How a call stands. */
export type Outcome = 'paused' | 'done' | 'failed';

export interface ThreadsOptions {
  readonly memoryLimit: number;
  /** Ms, for slices of time. */
  readonly elapsed: () => number;
  /** A script runs so long before it pauses, ms. */
  readonly slice: number;
  /** Called by the hook and by `look`. A text ends the script with that error, whatever it catches (for a code that cannot pause). */
  readonly interrupt?: (running: number) => Bytes | undefined;
}

type Kind = 'script' | 'pcall' | 'xpcall' | 'resume' | 'wrap';

/** A call of a coroutine that has not ended. */
interface Frame {
  readonly kind: Kind;
  readonly thread: Thread;
  /** The handler of xpcall, kept in the registry: a thread that yields loses sight of its arguments. */
  readonly handler?: number;
}

/** Instructions between two looks at the clock: some 0.1 ms. */
const HOOK_EVERY = 20_000;
/** The pseudo-index of a function's first upvalue: the coroutine of coroutine.wrap. */
const UPVALUE = -10003;
const YIELD_ACROSS = 'attempt to yield across metamethod/C-call boundary';

/** Makes an interpreter whose scripts can pause. */
export function createThreads({ memoryLimit, elapsed, slice, interrupt }: ThreadsOptions): Threads {
  const vm = createVm({ memoryLimit, hook });
  const { api } = vm;
  vm.setHook(vm.main, Hook.count, HOOK_EVERY);
  /** Calls of coroutines that are under way, the script first. */
  const chain: Frame[] = [];
  /** True from when the hook stops the innermost coroutine until `goOn`. */
  let paused = false;
  /** The error that ends the script. */
  let stopping: Bytes | undefined;
  /** True if the runner's hook is not the usual one any more. */
  let hooked = false;
  let stoppedAt: Place | undefined;
  let mayPause = false;
  let sliceStart = 0;
  /** An error to be raised in the thread that goes on, kept in the registry. */
  let pending: number | undefined;
  /** Where that error belongs: at the call, not at the instruction after it. */
  let raisedLate: { readonly thread: Thread; readonly place: Place | undefined } | undefined;
  let runner: { readonly thread: Thread; readonly ref: number } | undefined;

  const thread = (which: 'new' | 'last'): Thread => {
    if (which === 'new' && runner !== undefined && (hooked || api.lua_status(runner.thread) !== Status.ok)) {
      vm.forget(runner.ref);
      runner = undefined;
      hooked = false;
    }
    if (runner === undefined) {
      const made = api.lua_newthread(vm.main);
      runner = { thread: made, ref: vm.keep(vm.main) };
    }
    return runner.thread;
  };

  const raiseTable = (L: Thread, error: Bytes): never => {
    api.lua_createtable(L, 0, 1);
    vm.setField(L, 'err', () => vm.pushBytes(L, error));
    return api.lua_error(L);
  };

  function hook(L: Thread): void {
    if (pending !== undefined) {
      const ref = pending;
      pending = undefined;
      vm.pushKept(L, ref);
      vm.forget(ref);
      api.lua_error(L);
    }
    if (stopping !== undefined) raiseTable(L, stopping);
    const running = elapsed() - sliceStart;
    if (running < slice) return;
    const error = interrupt?.(running);
    if (error !== undefined) {
      // Again at every line, so that pcall does not save it.
      vm.setHook(L, Hook.line, 0);
      hooked = true;
      raiseTable(L, error);
    }
    if (!mayPause || !chain.every((frame) => vm.canYield(frame.thread))) return;
    paused = true;
    // Afterwards the thread stands before the instruction, of which Lua would make the line of the one before.
    stoppedAt = vm.place(L, 0);
    api.lua_yield(L, 0);
  }

  /** Runs or goes on with the innermost coroutine of the chain and, while others wait for it, with those. */
  const run = (first: number): Outcome => {
    sliceStart = elapsed();
    paused = false;
    let args = first;
    try {
      for (;;) {
        const frame = chain.at(-1) as Frame;
        const status = api.lua_resume(frame.thread, args);
        if (paused) return 'paused';
        chain.pop();
        const parent = chain.at(-1);
        if (parent === undefined) return status === Status.ok ? 'done' : status === Status.yield ? yielded(frame.thread) : 'failed';
        args = settle(frame, parent.thread, status, true);
      }
    } catch (error) {
      // Only what broke the interpreter comes here.
      chain.length = 0;
      throw error;
    }
  };

  /** The script itself yielded, which Redis does not allow: coroutine.yield refuses it before. */
  const yielded = (L: Thread): Outcome => {
    api.lua_settop(L, 0);
    vm.pushBytes(L, YIELD_ACROSS);
    return 'failed';
  };

  /** Calls a coroutine from the C function that runs in `parent`, with `args` values on the coroutine's stack. */
  const enter = (frame: Frame, parent: Thread, args: number): number => {
    const { thread: child } = frame;
    vm.inheritDepth(child, parent);
    chain.push(frame);
    const status = api.lua_resume(child, args);
    if (paused) return api.lua_yield(parent, 0);
    chain.pop();
    return settle(frame, parent, status, false);
  };

  /** Pushes on the parent what the function that called the coroutine answers; how many values that is. */
  const settle = ({ kind, thread: child, handler }: Frame, parent: Thread, status: number, later: boolean): number => {
    if (handler !== undefined) {
      vm.pushKept(parent, handler);
      vm.forget(handler);
    }
    if (status === Status.ok || (status === Status.yield && (kind === 'resume' || kind === 'wrap'))) {
      const count = api.lua_gettop(child);
      const flag = kind === 'wrap' ? 0 : 1;
      if (api.lua_checkstack(parent, count + 1) === 0) return failure(parent, kind, 'too many results to resume');
      if (flag === 1) api.lua_pushboolean(parent, 1);
      api.lua_xmove(child, parent, count);
      return count + flag;
    }
    if (kind === 'wrap') {
      raiseLater(parent, child, later);
      return 0;
    }
    api.lua_pushboolean(parent, 0);
    if (kind === 'xpcall') return 1 + handled(parent, child);
    pushError(parent, child);
    if (kind === 'pcall') textOfError(parent);
    return 2;
  };

  /** Redis: what pcall answers of an error table, as redis.call raises it, is its message. */
  const textOfError = (L: Thread): void => {
    if (api.lua_type(L, -1) !== LuaType.table) return;
    vm.rawField(L, -1, 'err');
    if (isText(L, -1)) api.lua_remove(L, -2);
    else api.lua_settop(L, -2);
  };

  const failure = (parent: Thread, kind: Kind, message: Bytes): number => {
    if (kind !== 'wrap') api.lua_pushboolean(parent, 0);
    vm.pushBytes(parent, message);
    return kind === 'wrap' ? 1 : 2;
  };

  const isText = (L: Thread, index: number): boolean => {
    const type = api.lua_type(L, index);
    return type === LuaType.string || type === LuaType.number;
  };

  /** Pushes a copy of the error on top of a dead coroutine. */
  const pushError = (L: Thread, dead: Thread): void => {
    api.lua_pushvalue(dead, -1);
    api.lua_xmove(dead, L, 1);
  };

  /** Calls xpcall's handler, which stands below the flag on top, with the error; it cannot pause. */
  const handled = (parent: Thread, dead: Thread): number => {
    api.lua_pushvalue(parent, -2);
    pushError(parent, dead);
    if (api.lua_pcall(parent, 1, 1, 0) !== Status.ok) {
      api.lua_settop(parent, -2);
      vm.pushBytes(parent, 'error in error handling');
    }
    return 1;
  };

  /** Raises the error of a coroutine that coroutine.wrap calls, in its caller. */
  const raiseLater = (parent: Thread, dead: Thread, later: boolean): void => {
    if (isText(dead, -1)) {
      api.luaL_where(parent, 1);
      pushError(parent, dead);
      api.lua_concat(parent, 2);
    } else pushError(parent, dead);
    if (!later) api.lua_error(parent);
    // The caller has left its C function: the hook raises the error at its next instruction.
    pending = vm.keep(parent);
    raisedLate = { thread: parent, place: vm.place(parent, 1) };
    vm.hookSoon(parent);
  };

  const newCoroutine = (L: Thread, fn: number): Thread => {
    const child = api.lua_newthread(L);
    api.lua_pushvalue(L, fn);
    api.lua_xmove(L, child, 1);
    return child;
  };

  /** Moves the arguments from `from` up to the coroutine that stands below them. */
  const moveArguments = (L: Thread, child: Thread, from: number, to: number): number => {
    const count = to - from + 1;
    if (count <= 0) return 0;
    if (api.lua_checkstack(child, count) === 0) vm.raise(L, 'too many arguments to resume');
    for (let index = from; index <= to; index += 1) api.lua_pushvalue(L, index);
    api.lua_xmove(L, child, count);
    return count;
  };

  /** A function of C cannot be the body of a coroutine that yields, nor can a table that is called. */
  const isLuaFunction = (L: Thread): boolean => api.lua_type(L, 1) === LuaType.function && api.lua_iscfunction(L, 1) === 0;

  /** pcall of what is no Lua function, with its arguments, which cannot pause. */
  const protectedNative = (L: Thread, top: number): number => {
    if (api.lua_pcall(L, top - 1, -1, 0) === Status.ok) {
      vm.room(L, 1);
      api.lua_pushboolean(L, 1);
      api.lua_insert(L, 1);
      return api.lua_gettop(L);
    }
    textOfError(L);
    api.lua_pushboolean(L, 0);
    api.lua_insert(L, -2);
    return 2;
  };

  /** The same for xpcall. */
  const handledNative = (L: Thread): number => {
    api.lua_insert(L, 1);
    const failed = api.lua_pcall(L, 0, -1, 1) !== Status.ok;
    vm.room(L, 1);
    api.lua_pushboolean(L, failed ? 0 : 1);
    api.lua_replace(L, 1);
    return api.lua_gettop(L);
  };

  const protectedCall: LuaFunction = (L) => {
    const top = api.lua_gettop(L);
    if (top === 0) {
      // What Redis's pcall makes of it.
      api.lua_pushboolean(L, 0);
      return 1;
    }
    if (!isLuaFunction(L)) return protectedNative(L, top);
    if (api.lua_checkstack(L, top + 4) === 0) vm.raise(L, 'stack overflow');
    const child = newCoroutine(L, 1);
    return enter({ kind: 'pcall', thread: child }, L, moveArguments(L, child, 2, top));
  };

  const protectedCallWithHandler: LuaFunction = (L) => {
    if (api.lua_type(L, 2) === LuaType.none) vm.badArgument(L, 2, 'value expected');
    api.lua_settop(L, 2);
    if (!isLuaFunction(L)) return handledNative(L);
    const handler = vm.keep(L);
    return enter({ kind: 'xpcall', thread: newCoroutine(L, 1), handler }, L, 0);
  };

  const checkThread = (L: Thread): Thread => {
    const child = api.lua_tothread(L, 1);
    return child === 0 ? vm.badArgument(L, 1, 'coroutine expected') : child;
  };

  const RUNNING = 'running';
  const statusOf = (child: Thread): string => {
    const at = chain.findLastIndex((frame) => frame.thread === child);
    if (at !== -1) return chain.slice(at + 1).every(({ kind }) => kind === 'pcall' || kind === 'xpcall') ? RUNNING : 'normal';
    const status = api.lua_status(child);
    if (status === Status.yield) return 'suspended';
    return status === Status.ok && api.lua_gettop(child) > 0 ? 'suspended' : 'dead';
  };

  const resume = (kind: 'resume' | 'wrap', L: Thread, child: Thread, from: number): number => {
    const state = statusOf(child);
    const top = api.lua_gettop(L);
    if (state !== 'suspended') {
      const message = `cannot resume ${state} coroutine`;
      if (kind === 'wrap') vm.raise(L, message);
      return failure(L, kind, message);
    }
    if (api.lua_checkstack(L, top + 4) === 0) vm.raise(L, 'stack overflow');
    return enter({ kind, thread: child }, L, moveArguments(L, child, from, top));
  };

  const wrapped: LuaFunction = (L) => resume('wrap', L, api.lua_tothread(L, UPVALUE), 1);

  return {
    vm,
    start(args, may) {
      mayPause = may;
      raisedLate = undefined;
      pending = undefined;
      const L = thread('last');
      chain.length = 0;
      chain.push({ kind: 'script', thread: L });
      return run(args);
    },
    goOn: () => run(0),
    stop(error) {
      stopping = error;
      // Redis sets the hook of the coroutine that runs; the others hear of it at their next count. Coroutines of pcall are none to Redis.
      const first = chain.findLastIndex(({ kind }) => kind !== 'pcall' && kind !== 'xpcall');
      for (const { thread: L } of chain.slice(first)) vm.setHook(L, Hook.line, 0);
      const last = chain.at(-1);
      if (last !== undefined) vm.setHook(last.thread, Hook.line | Hook.count, 1);
      try {
        return run(0);
      } finally {
        stopping = undefined;
        hooked = true;
      }
    },
    abandon() {
      for (const { handler } of chain) if (handler !== undefined) vm.forget(handler);
      chain.length = 0;
      paused = false;
      if (pending !== undefined) vm.forget(pending);
      pending = undefined;
      if (runner !== undefined) vm.forget(runner.ref);
      runner = undefined;
    },
    thread,
    position() {
      if (paused) return stoppedAt;
      const L = chain.at(-1)?.thread ?? runner?.thread;
      if (L === undefined) return undefined;
      if (raisedLate?.thread === L) return raisedLate.place;
      const place = vm.place(L, 0);
      return place?.native === true ? (vm.place(L, 1) ?? place) : place;
    },
    look() {
      const frame = chain.at(-1);
      if (frame !== undefined && elapsed() - sliceStart >= slice) vm.hookSoon(frame.thread);
    },
    base: { pcall: protectedCall, xpcall: protectedCallWithHandler },
    coroutine: {
      resume: (L) => resume('resume', L, checkThread(L), 2),
      running(L) {
        // The script itself is no coroutine.
        const frame = chain.findLast(({ kind }) => kind === 'resume' || kind === 'wrap');
        if (frame === undefined) {
          api.lua_pushnil(L);
          return 1;
        }
        api.lua_pushthread(frame.thread);
        if (frame.thread !== L) api.lua_xmove(frame.thread, L, 1);
        return 1;
      },
      status(L) {
        vm.pushBytes(L, statusOf(checkThread(L)));
        return 1;
      },
      wrap(L) {
        if (api.lua_type(L, 1) !== LuaType.function || api.lua_iscfunction(L, 1) !== 0) vm.badArgument(L, 1, 'Lua function expected');
        newCoroutine(L, 1);
        vm.pushFunction(L, wrapped, 1);
        return 1;
      },
      yield(L) {
        const kind = chain.at(-1)?.kind;
        if ((kind !== 'resume' && kind !== 'wrap') || !vm.canYield(L)) {
          vm.pushBytes(L, YIELD_ACROSS);
          return api.lua_error(L);
        }
        return api.lua_yield(L, api.lua_gettop(L));
      },
    },
  };
}
