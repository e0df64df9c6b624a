import type { Bytes } from '../../store/value.ts';
import { LuaType } from '../vm.ts';
import type { Vm } from '../vm.ts';
import type { Thread } from '../wasm.ts';
import type { Library } from './library.ts';

/** Tables deeper than this are written as nil. */
const DEEPEST = 16;
const NIL = '\xc0';

/** cmsgpack 0.4: MessagePack for scripts. */
export function cmsgpackLibrary(vm: Vm): Library {
  const { api } = vm;
  /** A 64-bit integer; what it cannot hold is the least one. */
  const whole = (L: Thread, index: number): number => {
    const value = Math.trunc(vm.checkNumber(L, index));
    return value >= -(2 ** 63) && value < 2 ** 63 ? value : -(2 ** 63);
  };
  const offsetArgument = (L: Thread, index: number): number => (api.lua_type(L, index) <= LuaType.nil ? 0 : whole(L, index));
  /** As C's `%d` prints it: the low 32 bits. */
  const low = (value: number): string => BigInt.asIntN(32, BigInt(value)).toString();

  /** Pushes up to `limit` values (0 with offset 0: all there are); for a part, first where the rest begins. */
  const unpackFrom = (L: Thread, limit: number, offset: number): number => {
    const text = vm.checkBytes(L, 1);
    const all = limit === 0 && offset === 0;
    if (offset < 0 || limit < 0) vm.raise(L, `Invalid request to unpack with offset of ${low(offset)} and limit of ${text.length}.`);
    if (offset > text.length) vm.raise(L, `Start offset ${low(offset)} greater than input length ${text.length}.`);
    api.lua_settop(L, 1);
    const bytes = Buffer.from(text, 'latin1');
    let at = offset;
    let count = 0;
    while (at < bytes.length && (all || count < limit)) {
      const end = decode(vm, L, bytes, at);
      if (end === 'short') vm.raise(L, 'Missing bytes in input.');
      if (end === 'bad') vm.raise(L, 'Bad data format in input.');
      at = end;
      count += 1;
    }
    if (all) return count;
    vm.room(L, 1);
    api.lua_pushnumber(L, at === bytes.length ? -1 : at);
    api.lua_insert(L, 2);
    return count + 1;
  };

  return {
    functions: {
      pack(L) {
        const count = api.lua_gettop(L);
        if (count === 0) vm.badArgument(L, 0, 'MessagePack pack needs input.');
        const parts: Bytes[] = [];
        for (let index = 1; index <= count; index += 1) {
          vm.room(L, 1);
          api.lua_pushvalue(L, index);
          encode(vm, L, parts, 0);
          api.lua_settop(L, count);
        }
        vm.pushBytes(L, parts.join(''));
        return 1;
      },
      unpack: (L) => unpackFrom(L, 0, 0),
      unpack_one: (L) => unpackFrom(L, 1, offsetArgument(L, 2)),
      unpack_limit(L) {
        const limit = whole(L, 2);
        return unpackFrom(L, limit, offsetArgument(L, 3));
      },
    },
    constants: {
      _NAME: 'cmsgpack', _VERSION: 'lua-cmsgpack 0.4.0', _COPYRIGHT: 'Copyright (C) 2012, Salvatore Sanfilippo', _DESCRIPTION: 'MessagePack C implementation for Lua',
    },
  };
}

/** A tag followed by an unsigned number of `size` bytes. */
function tagged(tag: number, value: number, size: number): Bytes {
  let bytes = '';
  let rest = value;
  for (let index = 0; index < size; index += 1) {
    bytes = String.fromCharCode(rest % 256) + bytes;
    rest = Math.floor(rest / 256);
  }
  return String.fromCharCode(tag) + bytes;
}

function encodeNumber(value: number): Bytes {
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) return encodeInteger(value);
  const bytes = Buffer.alloc(9);
  if (Math.fround(value) === value) {
    bytes[0] = 0xca;
    bytes.writeFloatBE(value, 1);
    return bytes.toString('latin1', 0, 5);
  }
  bytes[0] = 0xcb;
  bytes.writeDoubleBE(value, 1);
  return bytes.toString('latin1');
}

function encodeInteger(value: number): Bytes {
  if (value >= 0) {
    if (value <= 0x7f) return tagged(value, 0, 0);
    if (value <= 0xff) return tagged(0xcc, value, 1);
    if (value <= 0xffff) return tagged(0xcd, value, 2);
    return value <= 0xffffffff ? tagged(0xce, value, 4) : tagged(0xcf, value, 8);
  }
  if (value >= -32) return tagged(256 + value, 0, 0);
  if (value >= -128) return tagged(0xd0, 256 + value, 1);
  if (value >= -32768) return tagged(0xd1, 65536 + value, 2);
  if (value >= -(2 ** 31)) return tagged(0xd2, 2 ** 32 + value, 4);
  const bytes = Buffer.alloc(9, 0xd3);
  bytes.writeBigInt64BE(BigInt(value), 1);
  return bytes.toString('latin1');
}

function header(length: number, small: number, most: number, tags: readonly (number | undefined)[]): Bytes {
  const [one, two, four] = tags;
  if (length <= most) return tagged(small + length, 0, 0);
  if (one !== undefined && length <= 0xff) return tagged(one, length, 1);
  return length <= 0xffff ? tagged(two ?? 0, length, 2) : tagged(four ?? 0, length, 4);
}

/** True if the keys of the table on top are 1 to n. */
function isArray(vm: Vm, L: Thread): boolean {
  const { api } = vm;
  const top = api.lua_gettop(L);
  let count = 0;
  let max = 0;
  api.lua_pushnil(L);
  while (api.lua_next(L, -2) !== 0) {
    api.lua_settop(L, -2);
    const index = api.lua_type(L, -1) === LuaType.number ? api.lua_tonumber(L, -1) : 0;
    if (index <= 0 || !Number.isInteger(index)) {
      api.lua_settop(L, top);
      return false;
    }
    max = Math.max(max, index);
    count += 1;
  }
  return max === count;
}

/** Adds the value on top and takes it away. */
function encode(vm: Vm, L: Thread, parts: Bytes[], depth: number): void {
  const { api } = vm;
  switch (api.lua_type(L, -1)) {
    case LuaType.string: {
      const text = vm.bytesAt(L, -1) ?? '';
      parts.push(header(text.length, 0xa0, 31, [0xd9, 0xda, 0xdb]), text);
      break;
    }
    case LuaType.boolean:
      parts.push(api.lua_toboolean(L, -1) === 0 ? '\xc2' : '\xc3');
      break;
    case LuaType.number:
      parts.push(encodeNumber(api.lua_tonumber(L, -1)));
      break;
    case LuaType.table:
      if (depth === DEEPEST) parts.push(NIL);
      else encodeTable(vm, L, parts, depth);
      break;
    default:
      parts.push(NIL);
  }
  api.lua_settop(L, -2);
}

function encodeTable(vm: Vm, L: Thread, parts: Bytes[], depth: number): void {
  const { api } = vm;
  vm.room(L, 5);
  if (isArray(vm, L)) {
    const length = api.lua_objlen(L, -1);
    parts.push(header(length, 0x90, 15, [undefined, 0xdc, 0xdd]));
    for (let index = 1; index <= length; index += 1) {
      api.lua_rawgeti(L, -1, index);
      encode(vm, L, parts, depth + 1);
    }
    return;
  }
  const at = parts.push('') - 1;
  let length = 0;
  api.lua_pushnil(L);
  while (api.lua_next(L, -2) !== 0) {
    length += 1;
    api.lua_pushvalue(L, -2);
    encode(vm, L, parts, depth + 1);
    encode(vm, L, parts, depth + 1);
  }
  parts[at] = header(length, 0x80, 15, [undefined, 0xde, 0xdf]);
}

/** Sizes of the number after a tag that has a length or a value there. */
const WIDTH: Readonly<Record<number, number>> = {
  0xcc: 1, 0xcd: 2, 0xce: 4, 0xcf: 8, 0xd0: 1, 0xd1: 2, 0xd2: 4, 0xd3: 8, 0xca: 4, 0xcb: 8, 0xd9: 1, 0xda: 2, 0xdb: 4, 0xdc: 2, 0xdd: 4, 0xde: 2, 0xdf: 4,
};

/** Pushes the value at `at` and answers where it ends, or what is wrong. */
function decode(vm: Vm, L: Thread, bytes: Buffer, at: number): number | 'short' | 'bad' {
  const { api } = vm;
  vm.room(L, 3);
  const tag = bytes[at] as number;
  const width = WIDTH[tag] ?? 0;
  const body = at + 1 + width;
  if (body > bytes.length) return 'short';
  const number = (value: number): number => {
    api.lua_pushnumber(L, value);
    return body;
  };
  const text = (length: number): number | 'short' => {
    if (body + length > bytes.length) return 'short';
    vm.pushBytes(L, bytes.toString('latin1', body, body + length));
    return body + length;
  };
  if (tag <= 0x7f) return number(tag);
  if (tag >= 0xe0) return number(tag - 256);
  if (tag <= 0x8f) return decodeTable(vm, L, bytes, body, tag & 15, true);
  if (tag <= 0x9f) return decodeTable(vm, L, bytes, body, tag & 15, false);
  if (tag <= 0xbf) return text(tag & 31);
  switch (tag) {
    case 0xc0:
      api.lua_pushnil(L);
      return body;
    case 0xc2:
    case 0xc3:
      api.lua_pushboolean(L, tag & 1);
      return body;
    case 0xca:
      return number(bytes.readFloatBE(at + 1));
    case 0xcb:
      return number(bytes.readDoubleBE(at + 1));
    case 0xcf:
      return number(Number(bytes.readBigUInt64BE(at + 1)));
    case 0xd3:
      return number(Number(bytes.readBigInt64BE(at + 1)));
    case 0xd0:
    case 0xd1:
    case 0xd2:
      return number(bytes.readIntBE(at + 1, width));
  }
  if (width === 0) return 'bad';
  const value = bytes.readUIntBE(at + 1, width);
  if (tag <= 0xce) return number(value);
  return tag <= 0xdb ? text(value) : decodeTable(vm, L, bytes, body, value, tag >= 0xde);
}

function decodeTable(vm: Vm, L: Thread, bytes: Buffer, from: number, length: number, isMap: boolean): number | 'short' | 'bad' {
  const { api } = vm;
  api.lua_createtable(L, 0, 0);
  let at = from;
  for (let index = 1; index <= length; index += 1) {
    for (let part = isMap ? 2 : 1; part > 0; part -= 1) {
      if (at >= bytes.length) return 'short';
      const end = decode(vm, L, bytes, at);
      if (typeof end === 'string') return end;
      at = end;
    }
    if (isMap) api.lua_rawset(L, -3);
    else api.lua_rawseti(L, -2, index);
  }
  return at;
}
