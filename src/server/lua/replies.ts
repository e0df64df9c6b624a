import { formatDouble } from '../../protocol/resp/number.ts';
import type { Reply, RespVersion } from '../../protocol/resp/reply.ts';
import { NULL, array, bulk, integer } from '../commands/support.ts';
import type { Bytes } from '../store/value.ts';
import { LuaType } from './vm.ts';
import type { Vm } from './vm.ts';
import type { Thread } from './wasm.ts';

/** A message without line ends, as a status or an error has to be. */
const oneLine = (text: Bytes): Bytes => text.replace(/[\r\n]/g, ' ');

/** Pushes an error as scripts know it: `{ err = "CODE message" }`. `counted`: INFO errorstats knows it already. */
export function pushErrorTable(vm: Vm, L: Thread, message: Bytes, counted: boolean): void {
  vm.api.lua_createtable(L, 0, 2);
  vm.setField(L, 'err', () => vm.pushBytes(L, message));
  if (counted) vm.setField(L, 'ignore_error_stats_update', () => vm.api.lua_pushboolean(L, 1));
}

/**
 * Pushes what a command answered as a value of Lua: in RESP2 what a RESP2 client would get, with false for null; in RESP3
 * (after redis.setresp(3)) with tables that name what Lua has no type for.
 */
export function pushReply(vm: Vm, L: Thread, reply: Reply, version: RespVersion): void {
  const { api } = vm;
  const named = (name: string, push: () => void): void => {
    api.lua_createtable(L, 0, 1);
    vm.setField(L, name, push);
  };
  switch (reply.kind) {
    case 'integer':
      api.lua_pushnumber(L, Number(reply.value));
      return;
    case 'latin1':
      vm.pushBytes(L, reply.value);
      return;
    case 'texts':
      return pushReply(vm, L, { kind: reply.as, items: reply.values.map((value) => ({ kind: 'latin1', value })) }, version);
    case 'bulk':
      vm.pushBytes(L, reply.value.toString('latin1'));
      return;
    case 'null':
    case 'nullArray':
      if (version === 3) api.lua_pushnil(L);
      else api.lua_pushboolean(L, 0);
      return;
    case 'simple':
      named('ok', () => vm.pushBytes(L, reply.text));
      return;
    case 'error':
      pushErrorTable(vm, L, reply.text, true);
      return;
    case 'boolean':
      if (version === 3) api.lua_pushboolean(L, reply.value ? 1 : 0);
      else api.lua_pushnumber(L, reply.value ? 1 : 0);
      return;
    case 'double':
      if (version === 3) named('double', () => api.lua_pushnumber(L, reply.text === undefined ? reply.value : Number(reply.text)));
      else vm.pushBytes(L, reply.text ?? formatDouble(reply.value));
      return;
    case 'bigNumber':
      if (version === 3) named('big_number', () => vm.pushBytes(L, reply.text));
      else vm.pushBytes(L, reply.text);
      return;
    case 'verbatim': {
      const text = reply.value.toString('latin1');
      if (version === 2) vm.pushBytes(L, text);
      else {
        named('verbatim_string', () => {
          named('string', () => vm.pushBytes(L, text));
          vm.setField(L, 'format', () => vm.pushBytes(L, reply.format));
        });
      }
      return;
    }
    case 'map':
    case 'set':
      if (version === 3) {
        named(reply.kind, () => pushFields(vm, L, reply, version));
        return;
      }
      break;
    case 'sequence':
      // Attributes come before what they are about, and scripts are not shown them.
      if (reply.items[0]?.kind === 'attribute') return pushReply(vm, L, reply.items.at(-1) as Reply, version);
      break;
    case 'array':
    case 'push':
    case 'attribute':
  }
  vm.room(L, 6);
  const { items } = reply;
  api.lua_createtable(L, items.length, 0);
  for (let index = 0; index < items.length; index += 1) {
    pushReply(vm, L, items[index] as Reply, version);
    api.lua_rawseti(L, -2, index + 1);
  }
}

function pushFields(vm: Vm, L: Thread, { kind, items }: Extract<Reply, { kind: 'map' | 'set' }>, version: RespVersion): void {
  const { api } = vm;
  vm.room(L, 8);
  api.lua_createtable(L, 0, items.length);
  const step = kind === 'map' ? 2 : 1;
  for (let index = 0; index < items.length; index += step) {
    pushReply(vm, L, items[index] as Reply, version);
    if (kind === 'map') pushReply(vm, L, items[index + 1] as Reply, version);
    else api.lua_pushboolean(L, 1);
    api.lua_rawset(L, -3);
  }
}

/** A number as C turns a double into a long long. */
export function toInteger(value: number): Reply {
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return integer(whole === 0 ? 0 : whole);
  return integer(whole >= -(2 ** 63) && whole < 2 ** 63 ? BigInt(whole) : -(2n ** 63n));
}

/** Room that a table's reply has to find on Lua's stack of 8,000: Redis asks for 4, and so answers 8,000 tables in each other; this thread's own stack does not reach so far. */
const ROOM = 6500;

/** How many parts a reply may still get. */
interface PartsLeft {
  parts: number;
}

/** A table that holds itself twice would double at every level, and nothing can stop that. */
const MOST_PARTS = 2_000_000;

/**
 * The value on top of the stack as a reply, by Redis's rules; it stays there. `version` is the script's own: it tells how
 * booleans are meant. The encoder turns the rest into what the client's version has.
 */
export function replyFrom(vm: Vm, L: Thread, version: RespVersion, left: PartsLeft = { parts: MOST_PARTS }): Reply {
  const { api } = vm;
  left.parts -= 1;
  if (left.parts < 0) return { kind: 'error', text: `ERR the script's reply has more than ${MOST_PARTS} parts` };
  switch (api.lua_type(L, -1)) {
    case LuaType.string:
      return bulk(vm.bytesAt(L, -1) ?? '');
    case LuaType.number:
      return toInteger(api.lua_tonumber(L, -1));
    case LuaType.boolean: {
      const value = api.lua_toboolean(L, -1) !== 0;
      if (version === 3) return { kind: 'boolean', value };
      return value ? integer(1) : NULL;
    }
    case LuaType.table:
      return api.lua_checkstack(L, ROOM) === 0 ? { kind: 'error', text: 'ERR reached lua stack limit' } : fromTable(vm, L, version, left);
    default:
      return NULL;
  }
}

/** `undefined` if the table on top has no field of that name and type. The field's value is on top while `read` runs. */
function field<T>(vm: Vm, L: Thread, name: string, type: number, read: () => T): T | undefined {
  vm.rawField(L, -1, name);
  const found = vm.api.lua_type(L, -1) === type ? read() : undefined;
  vm.api.lua_settop(L, -2);
  return found;
}

function fromTable(vm: Vm, L: Thread, version: RespVersion, left: PartsLeft): Reply {
  const { api } = vm;
  const text = (): Bytes => vm.bytesAt(L, -1) ?? '';
  const found = field(vm, L, 'err', LuaType.string, () => errorFrom(vm, L, text()))
    ?? field(vm, L, 'ok', LuaType.string, (): Reply => ({ kind: 'simple', text: oneLine(text()) }))
    ?? field(vm, L, 'double', LuaType.number, () => doubleFrom(vm, L))
    ?? field(vm, L, 'map', LuaType.table, (): Reply => ({ kind: 'map', items: entries(vm, L, version, true, left) }))
    ?? field(vm, L, 'set', LuaType.table, (): Reply => ({ kind: 'set', items: entries(vm, L, version, false, left) }))
    ?? field(vm, L, 'big_number', LuaType.string, (): Reply => ({ kind: 'bigNumber', text: oneLine(text()) }))
    ?? field(vm, L, 'verbatim_string', LuaType.table, () => verbatimFrom(vm, L));
  if (found !== undefined) return found;
  const items: Reply[] = [];
  for (let index = 1; ; index += 1) {
    api.lua_rawgeti(L, -1, index);
    if (api.lua_type(L, -1) === LuaType.nil) break;
    items.push(replyFrom(vm, L, version, left));
    api.lua_settop(L, -2);
  }
  api.lua_settop(L, -2);
  return array(items);
}

/** An error whose table lies under the top. One that a command gave was counted when it did. */
function errorFrom(vm: Vm, L: Thread, message: Bytes): Reply {
  vm.rawField(L, -2, 'ignore_error_stats_update');
  const counted = vm.api.lua_toboolean(L, -1) !== 0;
  vm.api.lua_settop(L, -2);
  return { kind: 'error', text: oneLine(message), counted };
}

/** The number on top; Lua knows the sign of NaN, which C prints. */
function doubleFrom(vm: Vm, L: Thread): Reply {
  const value = vm.api.lua_tonumber(L, -1);
  return Number.isNaN(value) ? { kind: 'double', value, text: vm.bytesAt(L, -1) ?? '' } : { kind: 'double', value };
}

/** The keys of the table on top, with their values if wanted. */
function entries(vm: Vm, L: Thread, version: RespVersion, values: boolean, left: PartsLeft): Reply[] {
  const { api } = vm;
  const items: Reply[] = [];
  api.lua_pushnil(L);
  while (api.lua_next(L, -2) !== 0) {
    // A copy of the key: turning it into text in its place would confuse lua_next.
    api.lua_pushvalue(L, -2);
    items.push(replyFrom(vm, L, version, left));
    api.lua_settop(L, -2);
    if (values) items.push(replyFrom(vm, L, version, left));
    api.lua_settop(L, -2);
  }
  return items;
}

function verbatimFrom(vm: Vm, L: Thread): Reply | undefined {
  const value = field(vm, L, 'string', LuaType.string, () => vm.bytesAt(L, -1));
  const format = field(vm, L, 'format', LuaType.string, () => vm.bytesAt(L, -1));
  if (value === undefined || format === undefined) return undefined;
  return { kind: 'verbatim', format: format.slice(0, 3), value: Buffer.from(value, 'latin1') };
}

