import { hash } from 'node:crypto';
import { formatDouble } from '../../protocol/resp/number.ts';
import type { Reply, RespVersion } from '../../protocol/resp/reply.ts';
import { shown } from '../commands/support.ts';
import type { Bytes } from '../store/value.ts';
import type { Library } from './libraries/library.ts';
import { pushErrorTable, pushReply } from './replies.ts';
import { LuaType } from './vm.ts';
import type { LuaFunction, Vm } from './vm.ts';
import type { Thread } from './wasm.ts';

/** What a script can ask of the server it runs in. */
export interface ScriptHost {
  readonly version: string;
  /** Runs a command of a script. */
  call(args: readonly Bytes[]): Reply;
  /** What the protocol of the script's client is, set by redis.setresp. */
  resp: RespVersion;
  /** True if the script's user may run the command; undefined for no command. */
  mayCall(args: readonly Bytes[]): boolean | undefined;
  /** Says whether replicas are told what the script writes from now on. */
  tellReplicas(told: boolean): void;
  /** Writes to the server's log; 0 (debug) to 3 (warning). */
  log(level: number, text: Bytes): void;
}

const LEVELS = { LOG_DEBUG: 0, LOG_VERBOSE: 1, LOG_NOTICE: 2, LOG_WARNING: 3 };
const REPLICATION = { REPL_NONE: 0, REPL_AOF: 1, REPL_SLAVE: 2, REPL_REPLICA: 2, REPL_ALL: 3 };

/** SHA-1 of bytes in hexadecimal digits. */
export function sha1hex(bytes: Bytes): string {
  return hash('sha1', Buffer.from(bytes, 'latin1'), 'hex');
}

/** Raises an error as a table, with ERR for its code unless it has one. */
export function raiseTable(vm: Vm, L: Thread, message: Bytes): never {
  pushErrorTable(vm, L, message, false);
  return vm.api.lua_error(L);
}

/** Constants and functions of `redis` that need no client: what a library sees while it is loaded. */
export function loadingRedis(vm: Vm, host: Pick<ScriptHost, 'version' | 'log'>): Library {
  const { api } = vm;
  const [major = 0, minor = 0, patch = 0] = host.version.split('.').map(Number);
  return {
    functions: {
      log(L) {
        const count = api.lua_gettop(L);
        if (count < 2) raiseTable(vm, L, 'ERR redis.log() requires two arguments or more.');
        if (api.lua_isnumber(L, 1) === 0) raiseTable(vm, L, 'ERR First argument must be a number (log level).');
        const level = Math.trunc(api.lua_tonumber(L, 1));
        if (level < 0 || level > 3) raiseTable(vm, L, 'ERR Invalid debug level.');
        const words: Bytes[] = [];
        for (let index = 2; index <= count; index += 1) {
          const word = vm.bytesAt(L, index);
          if (word !== undefined) words.push(word);
        }
        host.log(level, words.join(' '));
        return 0;
      },
    },
    constants: { ...LEVELS, REDIS_VERSION: host.version, REDIS_VERSION_NUM: (major << 16) | (minor << 8) | patch },
  };
}

/** What an interpreter is for; scripts of EVAL have a little more than functions. */
export type EngineKind = 'eval' | 'function';

/** All of `redis`. */
export function redisLibrary(vm: Vm, host: ScriptHost, kind: EngineKind): Library {
  const { api } = vm;
  const basic = loadingRedis(vm, host);

  /** The arguments of a command, or what is wrong with them. */
  const commandArguments = (L: Thread): readonly Bytes[] | string => {
    const count = api.lua_gettop(L);
    if (count === 0) return 'ERR Please specify at least one argument for this redis lib call';
    const args: Bytes[] = [];
    for (let index = 1; index <= count; index += 1) {
      // A number is written so that no digit is lost, which is not how Lua writes it; but it knows the sign of NaN.
      const number = api.lua_type(L, index) === LuaType.number ? api.lua_tonumber(L, index) : NaN;
      const text = Number.isNaN(number) ? vm.bytesAt(L, index) : formatDouble(number);
      if (text === undefined) return 'ERR Lua redis lib command arguments must be strings or integers';
      args.push(text);
    }
    return args;
  };

  const caller = (raises: boolean): LuaFunction => (L) => {
    const args = commandArguments(L);
    if (typeof args === 'string') {
      pushErrorTable(vm, L, args, false);
      return raises ? api.lua_error(L) : 1;
    }
    const reply = host.call(args);
    pushReply(vm, L, reply, host.resp);
    return raises && reply.kind === 'error' ? api.lua_error(L) : 1;
  };

  /** A table with one field, of the text that is the only argument. */
  const oneField = (field: 'err' | 'ok'): LuaFunction => (L) => {
    if (api.lua_gettop(L) !== 1 || api.lua_type(L, 1) !== LuaType.string) {
      pushErrorTable(vm, L, 'ERR wrong number or type of arguments', false);
      return 1;
    }
    const text = vm.bytesAt(L, 1) ?? '';
    if (field === 'ok') {
      api.lua_createtable(L, 0, 1);
      vm.setField(L, 'ok', () => vm.pushBytes(L, text));
    } else {
      // Without a word that could be a code it is an error of the kind ERR.
      const message = shown(text).replace(/^-/, '');
      pushErrorTable(vm, L, message.includes(' ') ? message : `ERR ${message}`, false);
    }
    return 1;
  };

  const evalOnly: Record<string, LuaFunction> = {
    replicate_commands(L) {
      // What it asks for is the only way since 7.0.
      api.lua_pushboolean(L, 1);
      return 1;
    },
    breakpoint(L) {
      // Nobody debugs here.
      api.lua_pushboolean(L, 0);
      return 1;
    },
    debug: () => 0,
  };

  return {
    constants: { ...basic.constants, ...REPLICATION },
    functions: {
      ...basic.functions,
      ...(kind === 'eval' ? evalOnly : {}),
      call: caller(true),
      pcall: caller(false),
      error_reply: oneField('err'),
      status_reply: oneField('ok'),
      sha1hex(L) {
        if (api.lua_gettop(L) !== 1) raiseTable(vm, L, 'ERR wrong number of arguments');
        vm.pushBytes(L, sha1hex(vm.bytesAt(L, 1) ?? ''));
        return 1;
      },
      setresp(L) {
        if (api.lua_gettop(L) !== 1) raiseTable(vm, L, 'ERR redis.setresp() requires one argument.');
        const version = Math.trunc(api.lua_tonumber(L, 1));
        if (version !== 2 && version !== 3) raiseTable(vm, L, 'ERR RESP version must be 2 or 3.');
        host.resp = version;
        return 0;
      },
      set_repl(L) {
        if (api.lua_gettop(L) !== 1) raiseTable(vm, L, 'ERR redis.set_repl() requires two arguments.');
        const flags = Math.trunc(api.lua_tonumber(L, 1));
        if ((flags & ~3) !== 0) raiseTable(vm, L, 'ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.');
        host.tellReplicas((flags & REPLICATION.REPL_REPLICA) !== 0);
        return 0;
      },
      acl_check_cmd(L) {
        const args = commandArguments(L);
        if (typeof args === 'string') return raiseTable(vm, L, args);
        const may = host.mayCall(args);
        if (may === undefined) return raiseTable(vm, L, 'ERR Invalid command passed to redis.acl_check_cmd()');
        api.lua_pushboolean(L, may ? 1 : 0);
        return 1;
      },
    },
  };
}
