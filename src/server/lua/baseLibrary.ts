import type { Bytes } from '../store/value.ts';
import { clampInt } from './libraries/strings.ts';
import { LuaType, Status } from './vm.ts';
import type { LuaFunction, Vm } from './vm.ts';
import type { Address, Thread } from './wasm.ts';

/** Read-only tables by their address: what is behind each and what getmetatable answers for it; both kept in the registry. */
export type ReadOnlyTables = Map<Address, { readonly table: number; readonly metatable: number | undefined }>;

const READ_ONLY = 'Attempt to modify a readonly table';
/** How precompiled code begins; Redis takes text only. */
const BYTECODE = '\x1b';

/** Raises what an assignment to a read-only table raises, with the position of the Lua code. */
export function refuseAssignment(vm: Vm): LuaFunction {
  return (L) => vm.raise(L, READ_ONLY);
}

/** The functions of Lua's base library that look into tables without metamethods, or compile. */
export function baseFunctions(vm: Vm, native: (name: string) => Address, tables: ReadOnlyTables, stringMetatable: () => number): Record<string, LuaFunction> {
  const { api } = vm;
  const readOnly = (L: Thread) => tables.get(api.lua_topointer(L, 1));
  /** Puts the real table in the place of a read-only one that is the first argument. */
  const seeThrough = (name: string): LuaFunction => {
    const fn = native(name);
    return (L) => {
      const found = readOnly(L);
      if (found !== undefined) {
        vm.pushKept(L, found.table);
        api.lua_replace(L, 1);
      }
      return vm.callNative(fn, L);
    };
  };
  const nextNative = native('next');
  const next = seeThrough('next');
  const getmetatable = native('getmetatable');
  const unpack = native('unpack');
  const select = native('select');
  const tostring = native('tostring');
  const tonumber = native('tonumber');

  /** Pushes the function that source text compiles to, or nil and what is wrong. */
  const compile = (L: Thread, source: Bytes, name: Bytes): number => {
    if (!source.startsWith(BYTECODE) && vm.load(L, source, name) === Status.ok) return 1;
    if (source.startsWith(BYTECODE)) vm.pushBytes(L, `${name}: bytecode disabled`);
    api.lua_pushnil(L);
    api.lua_insert(L, -2);
    return 2;
  };

  return {
    next,
    rawget: seeThrough('rawget'),
    rawset: guarded(vm, native('rawset'), tables, (L) => api.lua_gettop(L) >= 3),
    setmetatable: guarded(vm, native('setmetatable'), tables, (L) => [LuaType.nil, LuaType.table].some((type) => api.lua_type(L, 2) === type)),
    pairs(L) {
      vm.checkTable(L, 1);
      if (readOnly(L) === undefined) api.lua_pushcclosure(L, nextNative, 0);
      else vm.pushFunction(L, next);
      api.lua_pushvalue(L, 1);
      api.lua_pushnil(L);
      return 3;
    },
    getmetatable(L) {
      const type = api.lua_type(L, 1);
      if (type === LuaType.string) {
        vm.pushKept(L, stringMetatable());
        return 1;
      }
      const found = type === LuaType.table ? readOnly(L) : undefined;
      if (found === undefined) return vm.callNative(getmetatable, L);
      if (found.metatable === undefined) api.lua_pushnil(L);
      else vm.pushKept(L, found.metatable);
      return 1;
    },
    tostring(L) {
      if (api.lua_type(L, 1) !== LuaType.lightUserdata || api.lua_touserdata(L, 1) !== 0) return vm.callNative(tostring, L);
      // cjson.null, as C's library prints a null pointer there.
      vm.pushBytes(L, 'userdata: (nil)');
      return 1;
    },
    tonumber(L) {
      const base = api.lua_type(L, 2) <= LuaType.nil ? 10 : vm.checkInt(L, 2);
      if (base === 10 || base < 2 || base > 36) return vm.callNative(tonumber, L);
      const value = readUnsigned(vm.checkBytes(L, 1), base);
      if (value === undefined) api.lua_pushnil(L);
      else api.lua_pushnumber(L, value);
      return 1;
    },
    unpack(L) {
      clampInt(vm, L, 2);
      clampInt(vm, L, 3);
      return vm.callNative(unpack, L);
    },
    select(L) {
      clampInt(vm, L, 1);
      return vm.callNative(select, L);
    },
    loadstring(L) {
      const source = vm.checkBytes(L, 1);
      return compile(L, source, api.lua_type(L, 2) <= LuaType.nil ? source : vm.checkBytes(L, 2));
    },
    load(L) {
      if (api.lua_type(L, 1) !== LuaType.function) vm.badType(L, 1, 'function');
      const name = api.lua_type(L, 2) <= LuaType.nil ? '=(load)' : vm.checkBytes(L, 2);
      let source = '';
      for (;;) {
        api.lua_settop(L, 1);
        api.lua_pushvalue(L, 1);
        let problem = api.lua_pcall(L, 0, 1, 0) !== Status.ok;
        const type = api.lua_type(L, -1);
        if (!problem && type === LuaType.nil) break;
        const piece = problem ? '' : vm.bytesAt(L, -1);
        if (piece === undefined) {
          vm.pushBytes(L, 'reader function must return a string');
          problem = true;
        }
        if (problem) {
          api.lua_pushnil(L);
          api.lua_insert(L, -2);
          return 2;
        }
        if (piece === undefined || piece === '') break;
        source += piece;
      }
      return compile(L, source, name);
    },
  };
}

/** A number in another base as C's strtoul reads it, in 64 bits: too large ones are the largest, negative ones are counted from above. */
function readUnsigned(text: Bytes, base: number): number | undefined {
  const [, sign = '', prefix = '', digits = ''] = /^[ \t-\r]*([+-]?)(0x(?=[0-9a-f]))?([0-9a-z]+)[ \t-\r]*(?:\0|$)/i.exec(text) ?? [];
  if (digits === '' || (prefix !== '' && base !== 16)) return undefined;
  let value = 0n;
  for (const char of digits) {
    const digit = parseInt(char, 36);
    if (digit >= base) return undefined;
    value = value * BigInt(base) + BigInt(digit);
  }
  if (value >= 2n ** 64n) return 2 ** 64;
  return Number(sign === '-' ? BigInt.asUintN(64, -value) : value);
}

/** A function of C that changes the table that is its first argument, unless that is a read-only one and the other arguments are `fit`. */
export function guarded(vm: Vm, fn: Address, tables: ReadOnlyTables, fit: (L: Thread) => boolean): LuaFunction {
  const { api } = vm;
  return (L) => {
    if (tables.has(api.lua_topointer(L, 1)) && fit(L)) {
      vm.pushBytes(L, READ_ONLY);
      return api.lua_error(L);
    }
    return vm.callNative(fn, L);
  };
}
