import type { Bytes } from '../store/value.ts';
import { LONGJMP, SLOTS, instantiateLua } from './wasm.ts';
import type { Address, LuaApi, Thread } from './wasm.ts';

/** Pseudo-indices. */
export const REGISTRY = -10000;
export const GLOBALS = -10002;

/** What lua_type answers. */
export const LuaType = {
  none: -1, nil: 0, boolean: 1, lightUserdata: 2, number: 3, string: 4, table: 5, function: 6, userdata: 7, thread: 8,
} as const;

/** What lua_resume, lua_pcall and luaL_loadbuffer answer. */
export const Status = { ok: 0, yield: 1, runtime: 2, syntax: 3, memory: 4, handler: 5 } as const;

/** When a hook comes; to be added. */
export const Hook = { line: 4, count: 8 } as const;

/** Offsets in a lua_State of Lua 5.1 in 32 bits. */
const C_CALLS = 52;
const BASE_C_CALLS = 54;
const HOOK_COUNT = 64;
/** Offsets in a lua_Debug, and its size. */
const DEBUG = { what: 12, source: 16, currentLine: 20, size: 120 } as const;

/** A function that Lua calls: takes its arguments from the stack, pushes results and answers how many. */
export type LuaFunction = (L: Thread) => number;

/** Where a function on the stack of a thread is, as debug.getinfo tells. */
export interface Place {
  /** `@user_script`. */
  readonly source: Bytes;
  /** -1 where there are no lines. */
  readonly line: number;
  /** True for a function of C (or JavaScript). */
  readonly native: boolean;
}

/**
 * An interpreter with JavaScript's view of its stack and memory. Everything that takes a thread works on the top of its
 * stack; strings are bytes as latin1 text. `raise` leaves by an exception that belongs to Lua: nothing may catch it.
 */
export interface Vm {
  readonly api: LuaApi;
  /** The main thread. */
  readonly main: Thread;
  /** True once the interpreter can be used no more: an exception ran through it. */
  readonly broken: boolean;
  pushBytes(L: Thread, value: Bytes): void;
  /** The text of a string or a number (which becomes a string in its place), or undefined. */
  bytesAt(L: Thread, index: number): Bytes | undefined;
  /** Pushes a JavaScript function, with as many upvalues from the top. */
  pushFunction(L: Thread, fn: LuaFunction, upvalues?: number): void;
  /** Sets `table[name]` of the table on top to the value that `push` pushes. */
  setField(L: Thread, name: string, push: () => void): void;
  /** Pushes `table[name]` without metamethods, for a table at `index`. */
  rawField(L: Thread, index: number, name: string): void;
  /** Takes the value on top and keeps it; the number is its name. */
  keep(L: Thread): number;
  pushKept(L: Thread, ref: number): void;
  forget(ref: number): void;
  /** Raises an error with the position of the Lua code that called. */
  raise(L: Thread, message: Bytes): never;
  /** Raises `bad argument #n to 'f' (message)`. */
  badArgument(L: Thread, index: number, message: Bytes): never;
  /** Raises `bad argument #n to 'f' (type expected, got ...)`. */
  badType(L: Thread, index: number, expected: string): never;
  /** The argument as luaL_checklstring takes it. */
  checkBytes(L: Thread, index: number): Bytes;
  checkNumber(L: Thread, index: number): number;
  /** The argument as a C int. */
  checkInt(L: Thread, index: number): number;
  checkTable(L: Thread, index: number): void;
  /** Makes sure of room for so many values, or raises. */
  room(L: Thread, count: number): void;
  /** Compiles; leaves the function or the message on top. */
  load(L: Thread, source: Bytes, name: string): number;
  /** Calls a C function as it is. */
  callNative(fn: Address, L: Thread): number;
  /** The function `level` calls below the top of a thread's stack, also of one that died of an error. */
  place(L: Thread, level: number): Place | undefined;
  /** True while nothing in C stands between the thread's resume and the code that runs: it may yield. */
  canYield(L: Thread): boolean;
  /** Lets a coroutine count its calls of C on from those of its parent. */
  inheritDepth(L: Thread, from: Thread): void;
  /** The hook comes at the next instruction of the thread. */
  hookSoon(L: Thread): void;
  /** Sets when the hook comes in a thread and in those that it makes: at lines, or after so many instructions. */
  setHook(L: Thread, mask: number, count: number): void;
  /** The memory that the interpreter has taken for its objects, bytes. */
  memoryUsed(): number;
  /** The memory that the process has given, bytes. */
  memoryTaken(): number;
}

export interface VmOptions {
  /** Bytes that the interpreter may have: beyond that an allocation fails, which is an error in the script. */
  readonly memoryLimit: number;
  /** Called every so many instructions. May yield or raise. */
  readonly hook: (L: Thread) => void;
}

const SCRATCH = 64 * 1024;

/** Makes an interpreter without libraries. */
export function createVm({ memoryLimit, hook }: VmOptions): Vm {
  const functions: LuaFunction[] = [];
  const slots = new Map<LuaFunction, number>();
  const natives: ((L: Thread) => number)[] = [];
  const names = new Map<string, number>();
  let broken = false;
  let heap: Buffer = Buffer.alloc(0);

  /** What passes here is an error of Lua's, a fault of JavaScript's, or the end of this interpreter. */
  const failed = (L: Thread, error: unknown): never => {
    if (error === LONGJMP) throw error as unknown as Error;
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError || broken) {
      broken = true;
      throw error;
    }
    return raise(L, Buffer.from(error instanceof Error ? error.message : String(error)).toString('latin1'));
  };

  const { api, slot, hook: hookAddress } = instantiateLua({
    dispatch(L, index) {
      try {
        return (functions[index] as LuaFunction)(L);
      } catch (error) {
        return failed(L, error);
      }
    },
    hook(L) {
      try {
        hook(L);
      } catch (error) {
        failed(L, error);
      }
    },
    mayGrow: (bytes) => bytes <= memoryLimit,
    grown: () => {
      heap = Buffer.from(api.memory.buffer);
    },
  });
  heap = Buffer.from(api.memory.buffer);
  const main = api.luaL_newstate();
  const scratch = api.malloc(SCRATCH);
  const sizeAt = api.malloc(8);
  const debugAt = api.malloc(DEBUG.size);
  const infoWhat = cText('Sl');

  /** A C string that is never freed. */
  function cText(value: string): Address {
    const at = api.malloc(value.length + 1);
    heap.write(value, at, 'latin1');
    heap[at + value.length] = 0;
    return at;
  }

  function textAt(at: Address): Bytes {
    return heap.toString('latin1', at, heap.indexOf(0, at));
  }

  const pushBytes = (L: Thread, value: Bytes): void => {
    const { length } = value;
    if (length <= 16) {
      for (let index = 0; index < length; index += 1) heap[scratch + index] = value.charCodeAt(index);
      api.lua_pushlstring(L, scratch, length);
      return;
    }
    if (length <= SCRATCH) {
      heap.write(value, scratch, length, 'latin1');
      api.lua_pushlstring(L, scratch, length);
      return;
    }
    const at = api.malloc(length);
    if (at === 0) {
      pushBytes(L, 'not enough memory');
      api.lua_error(L);
    }
    heap.write(value, at, length, 'latin1');
    try {
      api.lua_pushlstring(L, at, length);
    } finally {
      api.free(at);
    }
  };

  const bytesAt = (L: Thread, index: number): Bytes | undefined => {
    const at = api.lua_tolstring(L, index, sizeAt);
    return at === 0 ? undefined : heap.toString('latin1', at, at + heap.readUInt32LE(sizeAt));
  };

  function raise(L: Thread, message: Bytes): never {
    api.luaL_where(L, 1);
    pushBytes(L, message);
    api.lua_concat(L, 2);
    return api.lua_error(L);
  }

  /** A text that C reads, until the next one. */
  const passing = (value: string): Address => {
    const size = Math.min(value.length, SCRATCH - 1);
    heap.write(value, scratch, size, 'latin1');
    heap[scratch + size] = 0;
    return scratch;
  };
  const badArgument = (L: Thread, index: number, message: Bytes): never => api.luaL_argerror(L, index, passing(message)) as never;
  const badType = (L: Thread, index: number, expected: string): never => api.luaL_typerror(L, index, passing(expected)) as never;
  const pushName = (L: Thread, name: string): void => {
    let ref = names.get(name);
    if (ref === undefined) {
      pushBytes(L, name);
      ref = api.luaL_ref(L, REGISTRY);
      names.set(name, ref);
    }
    api.lua_rawgeti(L, REGISTRY, ref);
  };
  const absolute = (L: Thread, index: number): number => (index < 0 && index > REGISTRY ? api.lua_gettop(L) + index + 1 : index);
  const checkNumber = (L: Thread, index: number): number => {
    const value = api.lua_tonumber(L, index);
    return value === 0 && api.lua_isnumber(L, index) === 0 ? badType(L, index, 'number') : value;
  };

  return {
    api,
    main,
    get broken() {
      return broken;
    },
    pushBytes,
    bytesAt,
    pushFunction(L, fn, upvalues = 0) {
      let index = slots.get(fn);
      if (index === undefined) {
        index = functions.push(fn) - 1;
        if (index >= SLOTS) throw new Error('too many functions for Lua');
        slots.set(fn, index);
      }
      api.lua_pushcclosure(L, slot(index), upvalues);
    },
    setField(L, name, push) {
      pushName(L, name);
      push();
      api.lua_rawset(L, -3);
    },
    rawField(L, index, name) {
      const at = absolute(L, index);
      pushName(L, name);
      api.lua_rawget(L, at);
    },
    keep: (L) => api.luaL_ref(L, REGISTRY),
    pushKept: (L, ref) => api.lua_rawgeti(L, REGISTRY, ref),
    forget: (ref) => api.luaL_unref(main, REGISTRY, ref),
    raise,
    badArgument,
    badType,
    checkBytes: (L, index) => bytesAt(L, index) ?? badType(L, index, 'string'),
    checkNumber,
    checkInt(L, index) {
      const value = Math.trunc(checkNumber(L, index));
      return Math.abs(value) < 2 ** 31 ? value : Number.isFinite(value) ? Number(BigInt.asIntN(32, BigInt(value))) : 0;
    },
    checkTable(L, index) {
      if (api.lua_type(L, index) !== LuaType.table) badType(L, index, 'table');
    },
    room(L, count) {
      if (api.lua_checkstack(L, count) === 0) raise(L, 'stack overflow');
    },
    load(L, source, name) {
      const size = source.length;
      const at = api.malloc(size + name.length + 2);
      if (at === 0) {
        pushBytes(L, 'not enough memory');
        return Status.memory;
      }
      heap.write(source, at, size, 'latin1');
      heap.write(`${name}\0`, at + size, 'latin1');
      try {
        return api.luaL_loadbuffer(L, at, size, at + size);
      } finally {
        api.free(at);
      }
    },
    callNative(fn, L) {
      natives[fn] ??= api.__indirect_function_table.get(fn) as (L: Thread) => number;
      return natives[fn](L);
    },
    place(L, level) {
      if (api.lua_getstack(L, level, debugAt) === 0) return undefined;
      api.lua_getinfo(L, infoWhat, debugAt);
      return {
        source: textAt(heap.readUInt32LE(debugAt + DEBUG.source)),
        line: heap.readInt32LE(debugAt + DEBUG.currentLine),
        native: textAt(heap.readUInt32LE(debugAt + DEBUG.what)) === 'C',
      };
    },
    canYield: (L) => heap.readUInt16LE(L + C_CALLS) <= heap.readUInt16LE(L + BASE_C_CALLS),
    inheritDepth(L, from) {
      heap.writeUInt16LE(heap.readUInt16LE(from + C_CALLS), L + C_CALLS);
    },
    hookSoon(L) {
      heap.writeInt32LE(1, L + HOOK_COUNT);
    },
    setHook(L, mask, count) {
      api.lua_sethook(L, hookAddress, mask, count);
    },
    memoryUsed: () => api.lua_gc(main, 3, 0) * 1024 + api.lua_gc(main, 4, 0),
    memoryTaken: () => api.memory.buffer.byteLength,
  };
}
