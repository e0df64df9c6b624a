import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A lua_State, a C string, a C function: all are 32-bit addresses or table indices. */
export type Address = number;
/** A lua_State: the main one or a coroutine. */
export type Thread = Address;

/** What this server uses of Lua 5.1's C API. Integers are 32 bits wide there. */
export interface LuaApi {
  readonly memory: WebAssembly.Memory;
  readonly __indirect_function_table: WebAssembly.Table;
  __wasm_call_ctors(): void;
  emscripten_stack_init(): void;
  stackSave(): number;
  stackRestore(at: number): void;
  setThrew(threw: number, value: number): void;
  malloc(size: number): Address;
  free(at: Address): void;
  luaL_newstate(): Thread;
  luaopen_base(L: Thread): number;
  luaopen_table(L: Thread): number;
  luaopen_string(L: Thread): number;
  luaopen_math(L: Thread): number;
  luaL_loadbuffer(L: Thread, text: Address, size: number, name: Address): number;
  luaL_where(L: Thread, level: number): void;
  luaL_argerror(L: Thread, index: number, text: Address): number;
  luaL_typerror(L: Thread, index: number, name: Address): number;
  luaL_ref(L: Thread, table: number): number;
  luaL_unref(L: Thread, table: number, ref: number): void;
  lua_newthread(L: Thread): Thread;
  lua_resume(L: Thread, count: number): number;
  lua_yield(L: Thread, count: number): number;
  lua_status(L: Thread): number;
  lua_pcall(L: Thread, args: number, results: number, handler: number): number;
  lua_error(L: Thread): never;
  lua_xmove(from: Thread, to: Thread, count: number): void;
  lua_gettop(L: Thread): number;
  lua_settop(L: Thread, index: number): void;
  lua_checkstack(L: Thread, extra: number): number;
  lua_pushvalue(L: Thread, index: number): void;
  lua_insert(L: Thread, index: number): void;
  lua_remove(L: Thread, index: number): void;
  lua_replace(L: Thread, index: number): void;
  lua_type(L: Thread, index: number): number;
  lua_isnumber(L: Thread, index: number): number;
  lua_toboolean(L: Thread, index: number): number;
  lua_tonumber(L: Thread, index: number): number;
  lua_tolstring(L: Thread, index: number, size: Address): Address;
  lua_topointer(L: Thread, index: number): Address;
  lua_tocfunction(L: Thread, index: number): Address;
  lua_iscfunction(L: Thread, index: number): number;
  lua_tothread(L: Thread, index: number): Thread;
  lua_touserdata(L: Thread, index: number): Address;
  lua_objlen(L: Thread, index: number): number;
  lua_pushnil(L: Thread): void;
  lua_pushboolean(L: Thread, value: number): void;
  lua_pushnumber(L: Thread, value: number): void;
  lua_pushlstring(L: Thread, at: Address, size: number): void;
  lua_pushlightuserdata(L: Thread, at: Address): void;
  lua_pushcclosure(L: Thread, fn: Address, upvalues: number): void;
  lua_pushthread(L: Thread): number;
  lua_createtable(L: Thread, items: number, fields: number): void;
  lua_rawget(L: Thread, index: number): void;
  lua_rawset(L: Thread, index: number): void;
  lua_rawgeti(L: Thread, index: number, n: number): void;
  lua_rawseti(L: Thread, index: number, n: number): void;
  lua_next(L: Thread, index: number): number;
  lua_concat(L: Thread, count: number): void;
  lua_getmetatable(L: Thread, index: number): number;
  lua_setmetatable(L: Thread, index: number): number;
  lua_sethook(L: Thread, hook: Address, mask: number, count: number): number;
  lua_getstack(L: Thread, level: number, record: Address): number;
  lua_getinfo(L: Thread, what: Address, record: Address): number;
  lua_gc(L: Thread, what: number, data: number): number;
}

/** What JavaScript does for the interpreter. */
export interface LuaHost {
  /** Runs the function in a slot of the trampolines; answers how many results it pushed. */
  readonly dispatch: (L: Thread, slot: number) => number;
  /** A count hook. */
  readonly hook: (L: Thread) => void;
  /** True if the memory may grow to so many bytes. */
  readonly mayGrow: (bytes: number) => boolean;
  /** The memory has grown: old views of it are of no use. */
  readonly grown: () => void;
}

/** One instance of the interpreter. */
export interface LuaInstance {
  readonly api: LuaApi;
  /** The C function of a slot, 0 ≤ slot < SLOTS. */
  slot(index: number): Address;
  /** The C function that is the hook. */
  readonly hook: Address;
}

/** How many JavaScript functions Lua may know. */
export const SLOTS = 160;

/** What longjmp throws; nothing else may be caught on the way. */
export const LONGJMP = Infinity;

let modules: { readonly lua: WebAssembly.Module; readonly trampolines: WebAssembly.Module } | undefined;

/** The interpreter's file: beside the bundle, or the package's own where the sources run as they are. */
function interpreterFile(): string {
  const bundled = join(import.meta.dirname, 'lua51.wasm');
  return existsSync(bundled) ? bundled : join(import.meta.dirname, '../../../node_modules/wasmoon-lua5.1/dist/liblua5.1.wasm');
}

/** A module whose exports call `h.dispatch` with their own number: a table of WebAssembly takes no other functions. */
function trampolines(): Uint8Array<ArrayBuffer> {
  const number = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...number(value >>> 7)]);
  const signed = (value: number): number[] => (value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >> 7)]);
  const text = (value: string): number[] => [...number(value.length), ...Buffer.from(value)];
  const list = (items: readonly (readonly number[])[]): number[] => [...number(items.length), ...items.flat()];
  const section = (id: number, body: readonly number[]): number[] => [id, ...number(body.length), ...body];
  const I32 = 0x7f;
  const slots = Array.from({ length: SLOTS }, (_, index) => index);
  return Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, list([[0x60, 2, I32, I32, 1, I32], [0x60, 1, I32, 1, I32], [0x60, 2, I32, I32, 0]])),
    ...section(2, list([[...text('h'), ...text('dispatch'), 0, 0], [...text('h'), ...text('hook'), 0, 2]])),
    ...section(3, list(slots.map(() => [1]))),
    ...section(7, list([[...text('hook'), 0, 1], ...slots.map((slot) => [...text(slot.toString()), 0, ...number(slot + 2)])])),
    ...section(10, list(slots.map((slot) => {
      // No locals; local.get 0, i32.const slot, call 0, end.
      const body = [0, 0x20, 0, 0x41, ...signed(slot), 0x10, 0, 0x0b];
      return [...number(body.length), ...body];
    }))),
  ]);
}

/** Makes an interpreter. The first one reads and compiles the file, which takes some 10 ms. */
export function instantiateLua(host: LuaHost): LuaInstance {
  modules ??= { lua: new WebAssembly.Module(readFileSync(interpreterFile())), trampolines: new WebAssembly.Module(trampolines()) };
  const functions: ((a: number, b: number) => void)[] = [];
  const refuse = (name: string) => (): never => {
    throw new Error(`Lua asked the system for ${name}`);
  };
  const imports: Record<string, Record<string, (...args: number[]) => unknown>> = {};
  for (const { module, name } of WebAssembly.Module.imports(modules.lua)) (imports[module] ??= {})[name] = refuse(name);
  Object.assign(imports['env'] ?? {}, {
    invoke_vii(index: number, a: number, b: number): void {
      const stack = api.stackSave();
      try {
        (functions[index] ??= api.__indirect_function_table.get(index) as (a: number, b: number) => void)(a, b);
      } catch (error) {
        if (error !== LONGJMP) throw error;
        api.stackRestore(stack);
        api.setThrew(1, 0);
      }
    },
    _emscripten_throw_longjmp(): never {
      throw LONGJMP as unknown as Error;
    },
    emscripten_memcpy_js(to: number, from: number, size: number): void {
      new Uint8Array(api.memory.buffer).copyWithin(to, from, from + size);
    },
    emscripten_resize_heap(bytes: number): number {
      const { memory } = api;
      const wanted = bytes >>> 0;
      if (!host.mayGrow(wanted)) return 0;
      // At least an eighth more than there is: the interpreter asks for little at a time.
      const step = Math.max(wanted - memory.buffer.byteLength, memory.buffer.byteLength >>> 3);
      try {
        memory.grow((step + 0xffff) >>> 16);
      } catch {
        return 0;
      }
      host.grown();
      return 1;
    },
    // Seeds of hash tables that this server does not use.
    emscripten_date_now: () => 0,
    _emscripten_get_now_is_monotonic: () => 1,
  });
  Object.assign(imports['wasi_snapshot_preview1'] ?? {}, {
    environ_sizes_get(count: number, size: number): number {
      const view = new DataView(api.memory.buffer);
      view.setUint32(count, 0, true);
      view.setUint32(size, 0, true);
      return 0;
    },
    environ_get: () => 0,
  });
  const api = new WebAssembly.Instance(modules.lua, imports).exports as unknown as LuaApi;
  const entries = new WebAssembly.Instance(modules.trampolines, { h: { dispatch: host.dispatch, hook: host.hook } }).exports as Record<string, unknown>;
  const table = api.__indirect_function_table;
  const base = table.grow(SLOTS + 1);
  for (let slot = 0; slot < SLOTS; slot += 1) table.set(base + slot, entries[slot.toString()]);
  table.set(base + SLOTS, entries['hook']);
  api.emscripten_stack_init();
  api.__wasm_call_ctors();
  return { api, slot: (index) => base + index, hook: base + SLOTS };
}

declare global {
  /** The part of WebAssembly's interface that is used here: the types of Node leave it to those of browsers. */
  namespace WebAssembly {
    class Module {
      private readonly module: never;
      constructor(bytes: Uint8Array);
      static imports(module: Module): { readonly module: string; readonly name: string }[];
    }
    class Instance {
      constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>);
      readonly exports: Readonly<Record<string, unknown>>;
    }
    class RuntimeError extends Error {}
    interface Memory {
      readonly buffer: ArrayBuffer;
      grow(pages: number): number;
    }
    interface Table {
      get(index: number): unknown;
      set(index: number, value: unknown): void;
      grow(by: number): number;
    }
  }
}
