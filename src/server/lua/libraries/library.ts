import type { LuaFunction, Vm } from '../vm.ts';
import type { Thread } from '../wasm.ts';

/** A library of scripts: what its table holds. Numbers and texts are constants. */
export interface Library {
  readonly functions: Readonly<Record<string, LuaFunction>>;
  readonly constants?: Readonly<Record<string, number | string>>;
}

/** Pushes a new table with a library's functions and constants. */
export function pushLibrary(vm: Vm, L: Thread, { functions, constants = {} }: Library): void {
  vm.api.lua_createtable(L, 0, Object.keys(functions).length + Object.keys(constants).length);
  addToTable(vm, L, { functions, constants });
}

/** Puts a library's functions and constants into the table on top. */
export function addToTable(vm: Vm, L: Thread, { functions, constants = {} }: Library): void {
  for (const [name, fn] of Object.entries(functions)) vm.setField(L, name, () => vm.pushFunction(L, fn));
  for (const [name, value] of Object.entries(constants)) {
    vm.setField(L, name, () => (typeof value === 'number' ? vm.api.lua_pushnumber(L, value) : vm.pushBytes(L, value)));
  }
}
