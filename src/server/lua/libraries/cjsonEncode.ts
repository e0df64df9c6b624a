import type { Bytes } from '../../store/value.ts';
import { LuaType } from '../vm.ts';
import type { Vm } from '../vm.ts';
import type { Thread } from '../wasm.ts';
import { formatGeneral } from '../../../protocol/resp/number.ts';

/** Options of cjson.encode. */
export interface JsonEncoding {
  /** A table with few of its numbers as an object instead of an error. */
  sparseConvert: boolean;
  sparseRatio: number;
  sparseSafe: number;
  encodeDepth: number;
  /** NaN and infinity: an error, as they are, or null. */
  encodeInvalid: 'off' | 'on' | 'null';
  /** Significant digits. */
  precision: number;
}

const TYPE_NAMES = ['nil', 'boolean', 'userdata', 'number', 'string', 'table', 'function', 'userdata', 'thread'];

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"', '\\': '\\\\', '/': '\\/', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t',
};

function quote(text: Bytes): string {
  const escaped = text.replace(/[\0-\x1f"\\/\x7f]/g, (char) => ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${escaped}"`;
}

/** The value on top as JSON. Raises what cannot be written. */
export function encodeJson(vm: Vm, L: Thread, options: JsonEncoding): Bytes {
  const { api } = vm;
  const refuse = (type: number, reason: string): never => vm.raise(L, `Cannot serialise ${TYPE_NAMES[type] ?? ''}: ${reason}`);
  const formatNumber = (value: number): string => {
    if (!Number.isFinite(value)) {
      if (options.encodeInvalid === 'off') refuse(LuaType.number, 'must not be NaN or Inf');
      if (options.encodeInvalid === 'null') return 'null';
    }
    return formatGeneral(value, options.precision);
  };
  /** The last index of an array with few holes, or -1 for what is no array. */
  const arrayLength = (): number => {
    let max = 0;
    let items = 0;
    api.lua_pushnil(L);
    while (api.lua_next(L, -2) !== 0) {
      const index = api.lua_type(L, -2) === LuaType.number ? api.lua_tonumber(L, -2) : 0;
      if (index < 1 || !Number.isInteger(index)) {
        api.lua_settop(L, -3);
        return -1;
      }
      max = Math.max(max, index);
      items += 1;
      api.lua_settop(L, -2);
    }
    if (options.sparseRatio > 0 && max > items * options.sparseRatio && max > options.sparseSafe) {
      if (!options.sparseConvert) refuse(LuaType.table, 'excessively sparse array');
      return -1;
    }
    return max;
  };
  const encodeTable = (depth: number): string => {
    if (depth > options.encodeDepth || api.lua_checkstack(L, 5) === 0) vm.raise(L, `Cannot serialise, excessive nesting (${depth})`);
    const length = arrayLength();
    const parts: string[] = [];
    if (length > 0) {
      for (let index = 1; index <= length; index += 1) {
        api.lua_rawgeti(L, -1, index);
        parts.push(encode(depth));
        api.lua_settop(L, -2);
      }
      return `[${parts.join(',')}]`;
    }
    api.lua_pushnil(L);
    while (api.lua_next(L, -2) !== 0) {
      const type = api.lua_type(L, -2);
      if (type === LuaType.number) parts.push(`"${formatNumber(api.lua_tonumber(L, -2))}":${encode(depth)}`);
      else if (type === LuaType.string) parts.push(`${quote(vm.bytesAt(L, -2) ?? '')}:${encode(depth)}`);
      else refuse(type, 'table key must be a number or string');
      api.lua_settop(L, -2);
    }
    return `{${parts.join(',')}}`;
  };
  const encode = (depth: number): string => {
    const type = api.lua_type(L, -1);
    switch (type) {
      case LuaType.string:
        return quote(vm.bytesAt(L, -1) ?? '');
      case LuaType.number:
        return formatNumber(api.lua_tonumber(L, -1));
      case LuaType.boolean:
        return api.lua_toboolean(L, -1) === 0 ? 'false' : 'true';
      case LuaType.table:
        return encodeTable(depth + 1);
      case LuaType.nil:
        return 'null';
      case LuaType.lightUserdata:
        return api.lua_touserdata(L, -1) === 0 ? 'null' : refuse(type, 'type not supported');
      default:
        return refuse(type, 'type not supported');
    }
  };
  return encode(0);
}
