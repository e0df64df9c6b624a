import type { Bytes } from '../../store/value.ts';
import type { LuaFunction, Vm } from '../vm.ts';
import type { Address, Thread } from '../wasm.ts';

/** The largest string that a script may make at once, bytes; proto-max-bulk-len's default. */
const LARGEST = 512 * 1024 * 1024;

const SPECIFIER = /%(?:%|([-+ #0]{0,5})(\d{0,2})(?:\.(\d{0,2}))?([a-zA-Z]))/g;

/**
 * The functions of Lua's string library that count on 64-bit integers: here C's are of 32 bits. They bring the numbers into
 * that range and call the library's own.
 */
export function wideStrings(vm: Vm, native: (name: string) => Address): Record<string, LuaFunction> {
  const { api } = vm;
  const clamped = (name: string, ...positions: readonly number[]): LuaFunction => {
    const fn = native(name);
    return (L) => {
      for (const index of positions) clampIndex(vm, L, index);
      return vm.callNative(fn, L);
    };
  };
  const gsub = native('gsub');
  const format = native('format');
  const char = native('char');
  return {
    sub: clamped('sub', 2, 3),
    byte: clamped('byte', 2, 3),
    find: clamped('find', 3),
    match: clamped('match', 3),
    gsub(L) {
      clampInt(vm, L, 4);
      return vm.callNative(gsub, L);
    },
    char(L) {
      for (let index = api.lua_gettop(L); index > 0; index -= 1) clampInt(vm, L, index);
      return vm.callNative(char, L);
    },
    rep(L) {
      const text = vm.checkBytes(L, 1);
      const count = vm.checkInt(L, 2);
      // Lua itself would copy its way up to the limit for a second before it fails.
      if (count > 0 && text.length * count > LARGEST) {
        vm.pushBytes(L, 'not enough memory');
        return api.lua_error(L);
      }
      vm.pushBytes(L, text.repeat(Math.max(0, count)));
      return 1;
    },
    format(L) {
      const given = vm.bytesAt(L, 1);
      if (given !== undefined && /[diouxX]/.test(given)) formatIntegers(vm, L, given);
      return vm.callNative(format, L);
    },
  };
}

/** Brings a number beyond 32 bits into their range, where it means the same for an index. */
function clampIndex({ api }: Vm, L: Thread, index: number): void {
  if (api.lua_isnumber(L, index) === 0) return;
  const value = api.lua_tonumber(L, index);
  if (Math.abs(value) < 2 ** 31) return;
  // What a 64-bit integer cannot hold is the least one.
  api.lua_pushnumber(L, value > 0 && value < 2 ** 63 ? 2 ** 31 - 1 : 1 - 2 ** 31);
  api.lua_replace(L, index);
}

/** A number beyond 32 bits as C makes an int of it: the low bits. */
export function clampInt({ api }: Vm, L: Thread, index: number): void {
  if (api.lua_isnumber(L, index) === 0) return;
  const value = Math.trunc(api.lua_tonumber(L, index));
  if (Math.abs(value) < 2 ** 31) return;
  api.lua_pushnumber(L, Math.abs(value) < 2 ** 63 ? Number(BigInt.asIntN(32, BigInt(value))) : 0);
  api.lua_replace(L, index);
}

/** Replaces the whole numbers of string.format, in the arguments and the format, by their text. */
function formatIntegers(vm: Vm, L: Thread, given: Bytes): void {
  const { api } = vm;
  const top = api.lua_gettop(L);
  let index = 1;
  const format = given.replace(SPECIFIER, (whole: string, flags: string | undefined, width: string | undefined, precision: string | undefined, code: string | undefined) => {
    if (code === undefined) return whole;
    index += 1;
    // Lua's own function says what is wrong, argument by argument.
    if (!'diouxX'.includes(code) || index > top || api.lua_isnumber(L, index) === 0) return whole;
    const text = formatInteger(api.lua_tonumber(L, index), flags ?? '', Number(width ?? 0), precision, code);
    vm.pushBytes(L, text);
    api.lua_replace(L, index);
    return '%s';
  });
  vm.pushBytes(L, format);
  api.lua_replace(L, 1);
}

/** A double as a 64-bit integer, as x86-64 has it: what does not fit is the least one. */
function wholeBits(value: number): bigint {
  return Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : -(2n ** 63n);
}

/** A whole number of 64 bits as C's printf writes it. */
function formatInteger(value: number, flags: string, width: number, precision: string | undefined, code: string): string {
  const signed = code === 'd' || code === 'i';
  const number = signed ? BigInt.asIntN(64, wholeBits(value)) : value >= 2 ** 63 ? (value < 2 ** 64 ? BigInt(value) : 0n) : BigInt.asUintN(64, wholeBits(value));
  const negative = number < 0n;
  let digits = (negative ? -number : number).toString(code === 'o' ? 8 : code === 'x' || code === 'X' ? 16 : 10);
  let prefix = '';
  if (signed) prefix = negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  else if (flags.includes('#') && number !== 0n) prefix = code === 'o' ? '0' : code === 'u' ? '' : '0x';
  if (precision !== undefined) digits = number === 0n && Number(precision) === 0 ? '' : digits.padStart(Number(precision), '0');
  else if (flags.includes('0') && !flags.includes('-')) digits = digits.padStart(width - prefix.length, '0');
  const text = prefix + digits;
  const padded = flags.includes('-') ? text.padEnd(width) : text.padStart(width);
  return code === 'X' ? padded.toUpperCase() : padded;
}
