import { baseFunctions, guarded, refuseAssignment } from './baseLibrary.ts';
import type { ReadOnlyTables } from './baseLibrary.ts';
import { bitLibrary } from './libraries/bit.ts';
import { addNull, cjsonLibrary } from './libraries/cjson.ts';
import { cmsgpackLibrary } from './libraries/cmsgpack.ts';
import { addToTable, pushLibrary } from './libraries/library.ts';
import type { Library } from './libraries/library.ts';
import { mathFunctions } from './libraries/math.ts';
import type { Rand48 } from './libraries/random.ts';
import { clampInt, wideStrings } from './libraries/strings.ts';
import { structLibrary } from './libraries/struct.ts';
import type { Threads } from './threads.ts';
import { GLOBALS } from './vm.ts';
import type { LuaFunction, Vm } from './vm.ts';
import type { Address } from './wasm.ts';

/** What Lua has and Redis takes away. */
const REMOVED = ['dofile', 'loadfile', 'print', 'getfenv', 'setfenv', 'newproxy', 'module', 'require'];

/** The globals of scripts, which no script can change. */
export interface Sandbox {
  /** Sets a global to the value that `push` pushes on the main thread's stack, as Redis does with KEYS and ARGV. */
  setGlobal(name: string, push: () => void): void;
  /** Makes a read-only table of a library and keeps it in the registry; `strict`: what is not there is an error. */
  keepTable(library: Library, strict?: boolean): number;
  /** Lets code see nothing but one table, as `redis`, or all globals again: a library sees little while it is loaded. */
  narrow(table: number | undefined): void;
}

/**
 * Builds the globals. Redis's own Lua knows read-only tables; here such a table is an empty one that stands for the real
 * one by a metatable, and what looks into tables without metamethods (next, rawget, rawset ...) knows of it.
 */
export function createSandbox(threads: Threads, random: Rand48): Sandbox {
  const { vm } = threads;
  const { api } = vm;
  const L = vm.main;
  const tables: ReadOnlyTables = new Map();
  const refuse = refuseAssignment(vm);
  const missing: LuaFunction = (thread) => vm.raise(thread, `Script attempted to access nonexistent global variable '${vm.bytesAt(thread, 2) ?? '(null)'}'`);
  let stringMetatable = 0;

  /** Replaces the table on top by a read-only one; `metatable` is what getmetatable answers. */
  const protect = (metatable?: number): void => {
    const table = vm.keep(L);
    api.lua_createtable(L, 0, 0);
    tables.set(api.lua_topointer(L, -1), { table, metatable });
    api.lua_createtable(L, 0, 2);
    vm.setField(L, '__index', () => vm.pushKept(L, table));
    vm.setField(L, '__newindex', () => vm.pushFunction(L, refuse));
    api.lua_setmetatable(L, -2);
  };

  /** Makes it an error to look for what the table on top lacks. */
  const beStrict = (): void => {
    api.lua_createtable(L, 0, 1);
    vm.setField(L, '__index', () => vm.pushFunction(L, missing));
    api.lua_setmetatable(L, -2);
  };

  api.luaopen_base(L);
  api.luaopen_table(L);
  api.luaopen_string(L);
  api.luaopen_math(L);
  api.lua_settop(L, 0);
  api.lua_pushvalue(L, GLOBALS);
  for (const name of REMOVED) vm.setField(L, name, () => api.lua_pushnil(L));
  addToTable(vm, L, { functions: { ...baseFunctions(vm, nativeOf(vm), tables, () => stringMetatable), ...threads.base } });

  const libraries: Readonly<Record<string, () => void>> = {
    coroutine: () => amend(vm, 'coroutine', () => threads.coroutine),
    math: () => amend(vm, 'math', (native) => mathFunctions(vm, native, random)),
    string: () => amend(vm, 'string', (native) => wideStrings(vm, native)),
    table: () => amend(vm, 'table', (native) => tableFunctions(vm, native, tables)),
    bit: () => pushLibrary(vm, L, bitLibrary(vm)),
    cjson: () => {
      pushLibrary(vm, L, cjsonLibrary(vm));
      addNull(vm, L);
    },
    cmsgpack: () => pushLibrary(vm, L, cmsgpackLibrary(vm)),
    struct: () => pushLibrary(vm, L, structLibrary(vm)),
  };
  for (const [name, push] of Object.entries(libraries)) {
    vm.setField(L, name, () => {
      push();
      protect();
    });
  }

  // Strings find the library that everybody sees; what getmetatable answers for them is read-only too.
  vm.rawField(L, 1, 'string');
  const strings = vm.keep(L);
  vm.pushBytes(L, '');
  api.lua_getmetatable(L, -1);
  vm.setField(L, '__index', () => vm.pushKept(L, strings));
  protect();
  stringMetatable = vm.keep(L);
  api.lua_settop(L, 1);

  // The globals: an error for what is not there, and read-only like the rest.
  api.lua_createtable(L, 0, 1);
  vm.setField(L, '__index', () => vm.pushFunction(L, missing));
  api.lua_pushvalue(L, -1);
  api.lua_setmetatable(L, 1);
  protect();
  const metatable = vm.keep(L);
  api.lua_pushvalue(L, 1);
  const globals = vm.keep(L);
  protect(metatable);
  const visible = vm.keep(L);
  vm.pushKept(L, globals);
  vm.setField(L, '_G', () => vm.pushKept(L, visible));
  vm.pushKept(L, visible);
  api.lua_replace(L, GLOBALS);
  api.lua_settop(L, 0);

  return {
    setGlobal(name, push) {
      vm.pushKept(L, globals);
      vm.setField(L, name, push);
      api.lua_settop(L, -2);
    },
    keepTable(library, strict = false) {
      pushLibrary(vm, L, library);
      if (strict) beStrict();
      protect();
      return vm.keep(L);
    },
    narrow(table) {
      vm.pushKept(L, visible);
      api.lua_getmetatable(L, -1);
      vm.setField(L, '__index', () => {
        if (table === undefined) vm.pushKept(L, globals);
        else {
          api.lua_createtable(L, 0, 1);
          vm.setField(L, 'redis', () => vm.pushKept(L, table));
          beStrict();
        }
      });
      api.lua_settop(L, -3);
    },
  };
}

/** The C function in a field of the table on top of the main thread. */
function nativeOf(vm: Vm): (name: string) => Address {
  return (name) => {
    vm.rawField(vm.main, -1, name);
    const fn = vm.api.lua_tocfunction(vm.main, -1);
    vm.api.lua_settop(vm.main, -2);
    return fn;
  };
}

/** Pushes the library of a name, which stands in the table at index 1, with some functions replaced. */
function amend(vm: Vm, name: string, functions: (native: (name: string) => Address) => Readonly<Record<string, LuaFunction>>): void {
  vm.rawField(vm.main, 1, name);
  addToTable(vm, vm.main, { functions: functions(nativeOf(vm)) });
}

function tableFunctions(vm: Vm, native: (name: string) => Address, tables: ReadOnlyTables): Record<string, LuaFunction> {
  const concat = native('concat');
  const remove = native('remove');
  const insert = guarded(vm, native('insert'), tables, (L) => vm.api.lua_gettop(L) === 2 || vm.api.lua_gettop(L) === 3);
  return {
    insert(L) {
      // A position that C cuts to an int would be the least one here, and the loop down to it takes minutes.
      if (vm.api.lua_gettop(L) === 3) clampInt(vm, L, 2);
      return insert(L);
    },
    remove(L) {
      clampInt(vm, L, 2);
      return vm.callNative(remove, L);
    },
    concat(L) {
      clampInt(vm, L, 3);
      clampInt(vm, L, 4);
      return vm.callNative(concat, L);
    },
  };
}
