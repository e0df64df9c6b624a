import type { Bytes } from '../../store/value.ts';
import { LuaType } from '../vm.ts';
import type { Vm } from '../vm.ts';
import type { Thread } from '../wasm.ts';
import type { Library } from './library.ts';

const INT_MAX = 2 ** 31 - 1;
const LARGEST_INTEGER = 32;
const NATURAL_ALIGNMENT = 8;
/** Sizes of C types on a 64-bit machine. */
const SIZES: Readonly<Record<string, number>> = { b: 1, B: 1, h: 2, H: 2, l: 8, L: 8, T: 8, f: 4, d: 8, x: 1 };
const INTEGERS = 'bBhHlLTiI';

/** The state of a format while it is read. */
interface Format {
  readonly text: Bytes;
  at: number;
  bigEndian: boolean;
  alignment: number;
}

interface Option {
  readonly code: string;
  readonly size: number;
}

/** struct 0.2: packs values into bytes as C would lay them out. */
export function structLibrary(vm: Vm): Library {
  const { api } = vm;

  const startFormat = (L: Thread): Format => ({ text: vm.checkBytes(L, 1).split('\0')[0] ?? '', at: 0, bigEndian: false, alignment: 1 });

  const count = (L: Thread, format: Format, otherwise: number): number => {
    const digits = /^\d+/.exec(format.text.slice(format.at))?.[0];
    if (digits === undefined) return otherwise;
    format.at += digits.length;
    const value = Number(digits);
    return value > INT_MAX ? vm.raise(L, 'integral size overflow') : value;
  };

  const next = (L: Thread, format: Format): Option => {
    const code = format.text[format.at] ?? '';
    format.at += 1;
    if (code === 'c') return { code, size: count(L, format, 1) };
    if (code !== 'i' && code !== 'I') return { code, size: SIZES[code] ?? 0 };
    const size = count(L, format, 4);
    return size > LARGEST_INTEGER ? vm.raise(L, `integral size ${size} is larger than limit of ${LARGEST_INTEGER}`) : { code, size };
  };

  const padding = (format: Format, at: number, { code, size }: Option): number => {
    if (size === 0 || code === 'c') return 0;
    const step = Math.min(size, format.alignment);
    return (step - (at & (step - 1))) & (step - 1);
  };

  /** What is no value: byte order and alignment. */
  const control = (L: Thread, format: Format, code: string): void => {
    if (code === ' ') return;
    if (code === '>' || code === '<') format.bigEndian = code === '>';
    else if (code === '!') {
      const alignment = count(L, format, NATURAL_ALIGNMENT);
      if (alignment <= 0 || (alignment & (alignment - 1)) !== 0) vm.raise(L, `alignment ${alignment} is not a power of 2`);
      format.alignment = alignment;
    } else vm.badArgument(L, 1, `invalid format option '${code}'`);
  };

  const integerBytes = (value: number, size: number, bigEndian: boolean): Bytes => {
    let rest = Number.isFinite(value) ? BigInt.asUintN(64, BigInt(Math.trunc(value))) : 2n ** 63n;
    let bytes = '';
    for (let index = 0; index < size; index += 1) {
      const byte = String.fromCharCode(Number(rest & 255n));
      bytes = bigEndian ? byte + bytes : bytes + byte;
      rest >>= 8n;
    }
    return bytes;
  };

  const integerFrom = (bytes: Bytes, bigEndian: boolean, signed: boolean): number => {
    let value = 0n;
    for (let index = 0; index < bytes.length; index += 1) {
      value = BigInt.asUintN(64, (value << 8n) | BigInt(bytes.charCodeAt(bigEndian ? index : bytes.length - 1 - index)));
    }
    return Number(signed ? BigInt.asIntN(Math.min(64, bytes.length * 8), value) : value);
  };

  const floatBytes = (value: number, size: number, bigEndian: boolean): Bytes => {
    const bytes = Buffer.alloc(size);
    if (size === 4) bytes.writeFloatLE(value);
    else bytes.writeDoubleLE(value);
    return (bigEndian ? bytes.reverse() : bytes).toString('latin1');
  };

  const floatFrom = (text: Bytes, bigEndian: boolean): number => {
    const bytes = Buffer.from(text, 'latin1');
    if (bigEndian) bytes.reverse();
    return bytes.length === 4 ? bytes.readFloatLE() : bytes.readDoubleLE();
  };

  const pack = (L: Thread): number => {
    const format = startFormat(L);
    let index = 2;
    const parts: Bytes[] = [];
    let total = 0;
    // What follows the arguments is nil in C too: errors name it so.
    api.lua_pushnil(L);
    while (format.at < format.text.length) {
      const option = next(L, format);
      const { code } = option;
      let { size } = option;
      const fill = padding(format, total, option);
      parts.push('\0'.repeat(fill));
      if (INTEGERS.includes(code)) parts.push(integerBytes(vm.checkNumber(L, index++), size, format.bigEndian));
      else if (code === 'x') parts.push('\0');
      else if (code === 'f' || code === 'd') parts.push(floatBytes(vm.checkNumber(L, index++), size, format.bigEndian));
      else if (code === 'c' || code === 's') {
        const text = vm.checkBytes(L, index++);
        if (size === 0) size = text.length;
        if (text.length < size) vm.badArgument(L, index, 'string too short');
        parts.push(code === 's' ? `${text}\0` : text.slice(0, size));
        if (code === 's') size += 1;
      } else control(L, format, code);
      total += fill + size;
    }
    vm.pushBytes(L, parts.join(''));
    return 1;
  };

  const unpack = (L: Thread): number => {
    const format = startFormat(L);
    const data = vm.checkBytes(L, 2);
    let at = api.lua_type(L, 3) <= LuaType.nil ? 0 : Math.trunc(vm.checkNumber(L, 3)) - 1;
    if (!(at >= -(2 ** 63) && at < 2 ** 63)) at = -(2 ** 63);
    if (at === -1) vm.badArgument(L, 3, 'offset must be 1 or greater');
    let values = 0;
    const within = (size: number): void => {
      if (at < 0 || size > data.length || at > data.length - size) vm.badArgument(L, 2, 'data string too short');
    };
    while (format.at < format.text.length) {
      const option = next(L, format);
      const { code } = option;
      let { size } = option;
      at += padding(format, at, option);
      within(size);
      vm.room(L, 2);
      if (INTEGERS.includes(code)) {
        api.lua_pushnumber(L, integerFrom(data.slice(at, at + size), format.bigEndian, code >= 'a'));
        values += 1;
      } else if (code === 'f' || code === 'd') {
        api.lua_pushnumber(L, floatFrom(data.slice(at, at + size), format.bigEndian));
        values += 1;
      } else if (code === 'c') {
        if (size === 0) {
          if (values === 0 || api.lua_isnumber(L, -1) === 0) vm.raise(L, "format 'c0' needs a previous size");
          size = Math.trunc(api.lua_tonumber(L, -1));
          api.lua_settop(L, -2);
          values -= 1;
          if (size < 0) size = INT_MAX;
          within(size);
        }
        vm.pushBytes(L, data.slice(at, at + size));
        values += 1;
      } else if (code === 's') {
        const end = data.indexOf('\0', at);
        if (end === -1) vm.raise(L, 'unfinished string in data');
        vm.pushBytes(L, data.slice(at, end));
        size = end - at + 1;
        values += 1;
      } else if (code !== 'x') control(L, format, code);
      at += size;
    }
    api.lua_pushnumber(L, at + 1);
    return values + 1;
  };

  return {
    functions: {
      pack,
      unpack,
      size(L) {
        const format = startFormat(L);
        let total = 0;
        while (format.at < format.text.length) {
          const option = next(L, format);
          const { code, size } = option;
          total += padding(format, total, option);
          if (code === 's') vm.badArgument(L, 1, "option 's' has no fixed size");
          if (code === 'c' && size === 0) vm.badArgument(L, 1, "option 'c0' has no fixed size");
          if (!/[a-z0-9]/i.test(code)) control(L, format, code);
          total += size;
        }
        api.lua_pushnumber(L, total);
        return 1;
      },
    },
  };
}
