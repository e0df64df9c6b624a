import { fail } from '../commands/support.ts';
import type { ServerState } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import type { Engine } from './engine.ts';
import { loadingRedis, raiseTable } from './redisLibrary.ts';
import { engineFor } from './running.ts';
import { BAD_NAME, isLibraryName, libraryHeader, scriptFlags } from './shebang.ts';
import type { Library, LibraryFunction, Scripting } from './state.ts';
import { LuaType } from './vm.ts';
import type { Thread } from './wasm.ts';

const CHUNK = '@user_function';

/** An interpreter of functions with what libraries see while they are loaded. */
interface Loader {
  readonly engine: Engine;
  /** The table that is `redis` then, in the registry. */
  readonly table: number;
  /** The library that is being loaded. */
  target: Library | undefined;
}

const loaders = new WeakMap<Engine, Loader>();

/**
 * Compiles and runs a library's code; the server does not know the library yet. `check` may refuse the name before anything
 * runs. Throws CommandError.
 */
export function loadLibrary(server: ServerState, code: Bytes, check: (name: Bytes) => void): Library {
  const { name, body } = libraryHeader(code);
  check(name);
  const { scripting } = server;
  if (scripting.functions?.broken === true) reloadAll(server);
  const engine = (scripting.functions ??= engineFor(server, 'function'));
  return loadInto(server, engine, name, code, body);
}

function loadInto(server: ServerState, engine: Engine, name: Bytes, code: Bytes, body: Bytes): Library {
  const loader = loaderOf(server, engine);
  const fn = engine.compile(body, CHUNK);
  if (typeof fn !== 'number') return fail(`ERR Error compiling function: ${fn.error}`);
  const library: Library = { name, code, functions: new Map() };
  loader.target = library;
  const problem = engine.load(fn, loader.table);
  loader.target = undefined;
  if (!engine.broken) engine.threads.vm.forget(fn);
  if (problem !== undefined) {
    forgetLibrary(engine, library);
    fail(`ERR Error registering functions: ${problem}`);
  }
  if (library.functions.size === 0) fail('ERR No functions registered');
  return library;
}

/** A new interpreter in place of a broken one, with all libraries as they were when they were loaded. */
function reloadAll(server: ServerState): void {
  const { scripting } = server;
  const engine = engineFor(server, 'function');
  scripting.functions = engine;
  scripting.named.clear();
  for (const { code } of [...scripting.libraries.values()]) {
    const { name, body } = libraryHeader(code);
    addLibrary(scripting, loadInto(server, engine, name, code, body));
  }
}

/** The interpreter of functions, made anew if it broke. */
export function functionEngine(server: ServerState): Engine {
  if (server.scripting.functions?.broken === true) reloadAll(server);
  return (server.scripting.functions ??= engineFor(server, 'function'));
}

/** Libraries that go together: those of the server, or those of a dump that is being read. */
export type Shelf = Pick<Scripting, 'libraries' | 'named'>;

/** Makes a library's functions known. */
export function addLibrary({ libraries, named }: Shelf, library: Library): void {
  libraries.set(library.name, library);
  for (const found of library.functions.values()) named.set(found.name.toLowerCase(), found);
}

/** Takes a library away; its functions stay in the interpreter until `forgetLibrary`. */
export function removeLibrary({ libraries, named }: Shelf, library: Library): void {
  libraries.delete(library.name);
  for (const { name } of library.functions.values()) named.delete(name.toLowerCase());
}

/** Lets the interpreter forget a library's functions. */
export function forgetLibrary(engine: Engine | undefined, library: Library): void {
  if (engine === undefined || engine.broken) return;
  for (const { fn } of library.functions.values()) engine.threads.vm.forget(fn);
}

function loaderOf(server: ServerState, engine: Engine): Loader {
  const known = loaders.get(engine);
  if (known !== undefined) return known;
  const { vm } = engine.threads;
  const basic = loadingRedis(vm, { version: server.config.version, log: () => undefined });
  const table = engine.sandbox.keepTable({ ...basic, functions: { ...basic.functions, register_function: (L) => register(loader, L) } }, true);
  const loader: Loader = { engine, table, target: undefined };
  loaders.set(engine, loader);
  return loader;
}

/** What redis.register_function was given. */
interface Registration {
  name: Bytes | undefined;
  description: Bytes | undefined;
  flags: Set<string>;
  /** Kept in the registry. */
  fn: number | undefined;
}

function register({ engine, target }: Loader, L: Thread): number {
  const { vm } = engine.threads;
  const { api } = vm;
  const refuse = (message: Bytes): never => raiseTable(vm, L, `ERR ${message}`);
  const count = api.lua_gettop(L);
  if (count < 1 || count > 2) refuse('wrong number of arguments to redis.register_function');
  if (target === undefined) return refuse('redis.register_function can only be called on FUNCTION LOAD command');
  const given = count === 1 ? namedArguments(engine, L, refuse) : positional(engine, L, refuse);
  const { name, fn } = given;
  if (name === undefined) return refuse('redis.register_function must get a function name argument');
  if (fn === undefined) return refuse('redis.register_function must get a callback argument');
  const problem = !isLibraryName(name) ? BAD_NAME.slice(4) : hasFunction(target, name) ? 'Function already exists in the library' : undefined;
  if (problem !== undefined) {
    vm.forget(fn);
    refuse(problem);
  }
  const found: LibraryFunction = { name, library: target, description: given.description, flags: given.flags, fn };
  target.functions.set(name, found);
  return 0;
}

/** True for a name that a library has, in any case: redis-server 7.0.15 overlooks the case and crashes afterwards. */
function hasFunction({ functions }: Library, name: Bytes): boolean {
  return [...functions.keys()].some((known) => known.toLowerCase() === name.toLowerCase());
}

function positional({ threads: { vm } }: Engine, L: Thread, refuse: (message: Bytes) => never): Registration {
  const { api } = vm;
  const type = api.lua_type(L, 1);
  if (type !== LuaType.string && type !== LuaType.number) refuse('first argument to redis.register_function must be a string');
  if (api.lua_type(L, 2) !== LuaType.function) refuse('second argument to redis.register_function must be a function');
  const name = vm.bytesAt(L, 1);
  return { name, description: undefined, flags: new Set(), fn: vm.keep(L) };
}

function namedArguments({ threads: { vm } }: Engine, L: Thread, refuse: (message: Bytes) => never): Registration {
  const { api } = vm;
  if (api.lua_type(L, 1) !== LuaType.table) {
    refuse('calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).');
  }
  const given: Registration = { name: undefined, description: undefined, flags: new Set(), fn: undefined };
  const text = (what: string): Bytes => vm.bytesAt(L, -1) ?? refuse(`${what} argument given to redis.register_function must be a string`);
  api.lua_pushnil(L);
  while (api.lua_next(L, 1) !== 0) {
    const key = vm.bytesAt(L, -2) ?? refuse('named argument key given to redis.register_function is not a string');
    if (key === 'function_name') given.name = text('function_name');
    else if (key === 'description') given.description = text('description');
    else if (key === 'callback') {
      if (api.lua_type(L, -1) !== LuaType.function) refuse('callback argument given to redis.register_function must be a function');
      api.lua_pushvalue(L, -1);
      given.fn = vm.keep(L);
    } else if (key === 'flags') {
      if (api.lua_type(L, -1) !== LuaType.table) refuse('flags argument to redis.register_function must be a table representing function flags');
      given.flags = flagsOn(vm, L, refuse);
    } else refuse('unknown argument given to redis.register_function');
    api.lua_settop(L, -2);
  }
  return given;
}

/** The flags in the array on top. */
function flagsOn(vm: Engine['threads']['vm'], L: Thread, refuse: (message: Bytes) => never): Set<string> {
  const { api } = vm;
  const flags = new Set<string>();
  for (let index = 1; ; index += 1) {
    api.lua_rawgeti(L, -1, index);
    const type = api.lua_type(L, -1);
    const flag = type === LuaType.string ? vm.bytesAt(L, -1) : undefined;
    api.lua_settop(L, -2);
    if (type === LuaType.nil) break;
    if (flag === undefined || !scriptFlags.includes(flag)) return refuse('unknown flag given');
    flags.add(flag);
  }
  // Redis lists them in its own order.
  return new Set(scriptFlags.filter((flag) => flags.has(flag)));
}
