import { closePayload, payloadBody, payloadVersion } from '../../protocol/rdb/dump.ts';
import { createByteWriter, latin1Kind, putByte, readerOf, takeByte, written } from '../../protocol/rdb/bytes.ts';
import { putString, takeString } from '../../protocol/rdb/primitives.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { monotonic } from '../clock.ts';
import { addLibrary, forgetLibrary, functionEngine, loadLibrary, removeLibrary } from '../lua/libraryLoader.ts';
import type { Shelf } from '../lua/libraryLoader.ts';
import { busyText, killScript, runScript } from '../lua/running.ts';
import type { Library, LibraryFunction } from '../lua/state.ts';
import type { Context, Handler, Handlers, ServerState } from '../state.ts';
import { globMatch } from '../store/glob.ts';
import type { Bytes } from '../store/value.ts';
import { keyCount } from './scripting.ts';
import { NULL, OK, arg, array, bulk, bulkOrNull, bulks, fail, integer, isOption, map, wrongSubcommand } from './support.ts';

/** What begins a library in a dump. */
const FUNCTION_OPCODE = 245;
/** The version of RDB that Redis 7.0 writes. */
const RDB_VERSION = 10;

const call = (readOnly: boolean): Handler => (context, args) => {
  const { server } = context;
  const found = server.scripting.named.get(arg(args, 1).toLowerCase()) ?? fail('ERR Function not found');
  const count = keyCount(args, 'ERR Bad number of keys provided');
  const engine = functionEngine(server);
  // A new interpreter has the same functions under other numbers.
  const { fn, flags, name } = server.scripting.named.get(found.name.toLowerCase()) ?? found;
  return runScript(context, { kind: 'function', engine, fn, title: name, keys: args.slice(3, 3 + count), args: args.slice(3 + count), command: args, flags, readOnly });
};

/** Throws if a library has a function of the same name as one on the shelf that is not in `except`. */
function refuseClash({ named }: Shelf, library: Library, except: readonly Library[]): void {
  for (const { name } of library.functions.values()) {
    const other = named.get(name.toLowerCase());
    if (other !== undefined && !except.includes(other.library)) fail(`ERR Function ${name} already exists`);
  }
}

function load(context: Context, args: readonly Bytes[]): Reply {
  const { server } = context;
  let index = 2;
  let replace = false;
  for (; index < args.length - 1; index += 1) {
    if (!isOption(args[index], 'REPLACE')) return fail(`ERR Unknown option given: ${arg(args, index)}`);
    replace = true;
  }
  const library = install(server, arg(args, index), replace);
  server.dirty += 1;
  return bulk(library.name);
}

/** Loads a library and puts it among others. Throws CommandError; then all is as it was. */
export function install(server: ServerState, code: Bytes, replace: boolean, shelf: Shelf = server.scripting): Library {
  const library = loadLibrary(server, code, (name) => {
    if (!replace && shelf.libraries.has(name)) fail(`ERR Library '${name}' already exists`);
  });
  const old = shelf.libraries.get(library.name);
  try {
    refuseClash(shelf, library, old === undefined ? [] : [old]);
  } catch (error) {
    forgetLibrary(server.scripting.functions, library);
    throw error;
  }
  if (old !== undefined) discard(server, old, shelf);
  addLibrary(shelf, library);
  return library;
}

/** Takes a library away for good. */
function discard({ scripting }: ServerState, library: Library, shelf: Shelf = scripting): void {
  removeLibrary(shelf, library);
  forgetLibrary(scripting.functions, library);
}

function list({ server }: Context, args: readonly Bytes[]): Reply {
  let withCode = false;
  let pattern: Bytes | undefined;
  for (let index = 2; index < args.length; index += 1) {
    if (!withCode && isOption(args[index], 'WITHCODE')) withCode = true;
    else if (pattern === undefined && isOption(args[index], 'LIBRARYNAME')) {
      index += 1;
      pattern = args[index] ?? fail('ERR library name argument was not given');
    } else return fail(`ERR Unknown argument ${arg(args, index)}`);
  }
  const chosen = [...server.scripting.libraries.values()].filter(({ name }) => pattern === undefined || globMatch(pattern.toLowerCase(), name.toLowerCase()));
  return array(chosen.map((library) => map([
    ['library_name', bulk(library.name)],
    ['engine', bulk('LUA')],
    ['functions', array([...library.functions.values()].map(describe))],
    ...(withCode ? ([['library_code', bulk(library.code)]] as const) : []),
  ])));
}

function describe({ name, description, flags }: LibraryFunction): Reply {
  return map([
    ['name', bulk(name)],
    ['description', bulkOrNull(description)],
    ['flags', { kind: 'set', items: [...flags].map((text) => ({ kind: 'simple', text })) }],
  ]);
}

function stats({ server }: Context): Reply {
  const { running, libraries, named } = server.scripting;
  if (running?.kind === 'eval') return fail(busyText(running));
  return map([
    ['running_script', running === undefined ? NULL : map([
      ['name', bulk(running.title)],
      ['command', bulks(running.command)],
      ['duration_ms', integer(Math.floor(monotonic() - running.startedAt))],
    ])],
    ['engines', map([['LUA', map([['libraries_count', integer(libraries.size)], ['functions_count', integer(named.size)]])]])],
  ]);
}

/** Forgets all libraries, with the interpreter. */
export function clear({ scripting }: ServerState): void {
  scripting.libraries.clear();
  scripting.named.clear();
  scripting.functions = undefined;
}

function flush({ server }: Context, args: readonly Bytes[]): Reply {
  if (args.length > 3) wrongSubcommand(args);
  if (args.length === 3 && !isOption(args[2], 'SYNC') && !isOption(args[2], 'ASYNC')) fail('ERR FUNCTION FLUSH only supports SYNC|ASYNC option');
  clear(server);
  server.dirty += 1;
  return OK;
}

function remove({ server }: Context, args: readonly Bytes[]): Reply {
  const library = server.scripting.libraries.get(arg(args, 2)) ?? fail('ERR Library not found');
  discard(server, library);
  server.dirty += 1;
  return OK;
}

function dump({ server }: Context): Reply {
  const writer = createByteWriter();
  for (const { code } of server.scripting.libraries.values()) {
    putByte(writer, FUNCTION_OPCODE);
    putString(writer, code, server.config.get('rdbcompression') === 'yes');
  }
  return bulk(closePayload(written(writer), RDB_VERSION).toString('latin1'));
}

/** The libraries in a payload of FUNCTION DUMP. Throws CommandError. */
function librariesIn(payload: Buffer): Bytes[] {
  // Without a library there is only the footer.
  if (payload.equals(closePayload(Buffer.alloc(0), RDB_VERSION))) return [];
  const version = payloadVersion(payload);
  if (version === undefined || version > RDB_VERSION) return fail('ERR DUMP payload version or checksum are wrong');
  const body = payloadBody(payload);
  const reader = readerOf(body);
  const codes: Bytes[] = [];
  while (reader.at < body.length) {
    if (takeByte(reader) !== FUNCTION_OPCODE) return fail('ERR given type is not a function');
    try {
      codes.push(takeString(reader, latin1Kind));
    } catch {
      return fail('ERR Failed loading library payload');
    }
  }
  return codes;
}

function restore({ server }: Context, args: readonly Bytes[]): Reply {
  if (args.length > 4) wrongSubcommand(args);
  const policy = (args[3] ?? 'APPEND').toUpperCase();
  if (!['FLUSH', 'APPEND', 'REPLACE'].includes(policy)) {
    fail('ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.');
  }
  const { scripting } = server;
  const shelf: Shelf = { libraries: new Map(), named: new Map() };
  try {
    for (const code of librariesIn(Buffer.from(arg(args, 2), 'latin1'))) install(server, code, false, shelf);
    join(server, shelf, policy);
  } catch (error) {
    // All or nothing.
    for (const library of shelf.libraries.values()) forgetLibrary(scripting.functions, library);
    throw error;
  }
  server.dirty += 1;
  return OK;
}

/** Puts these libraries in the place of all others. Throws CommandError; then all is as it was. */
export function replaceLibraries(server: ServerState, codes: readonly Bytes[]): void {
  const shelf: Shelf = { libraries: new Map(), named: new Map() };
  try {
    for (const code of codes) install(server, code, false, shelf);
  } catch (error) {
    for (const library of shelf.libraries.values()) forgetLibrary(server.scripting.functions, library);
    throw error;
  }
  join(server, shelf, 'FLUSH');
}

/** Puts the libraries of a dump among those of the server, or in their place. Throws CommandError; then all is as it was. */
function join(server: ServerState, shelf: Shelf, policy: string): void {
  const { scripting } = server;
  const added = [...shelf.libraries.values()];
  const replaced = policy === 'FLUSH' ? [...scripting.libraries.values()] : added.flatMap(({ name }) => scripting.libraries.get(name) ?? []);
  if (policy === 'APPEND') for (const { name } of replaced) fail(`ERR Library ${name} already exists`);
  for (const library of added) refuseClash(scripting, library, replaced);
  for (const library of replaced) discard(server, library);
  for (const library of added) addLibrary(scripting, library);
}

/** FCALL FCALL_RO FUNCTION ... */
export const functionCommands: Handlers = {
  fcall: call(false),
  fcall_ro: call(true),
  'function|delete': remove,
  'function|dump': dump,
  'function|flush': flush,
  'function|kill': ({ server }) => {
    killScript(server, 'function');
    return OK;
  },
  'function|list': list,
  'function|load': load,
  'function|restore': restore,
  'function|stats': stats,
};
