import type { LuaFunction, Vm } from '../vm.ts';
import type { Thread } from '../wasm.ts';
import type { Library } from './library.ts';

const double = new Float64Array(1);
/** The halves of `double`, the low one first. */
const words = new Int32Array(double.buffer);

/** BitOp 1.0: operations on 32 bits. Numbers outside are taken modulo 2^32; results are signed. */
export function bitLibrary(vm: Vm): Library {
  const { api } = vm;
  const bits = (L: Thread, index: number): number => {
    // BitOp's own trick: the sum's lowest 32 bits are those of the number rounded to a whole one.
    double[0] = vm.checkNumber(L, index) + 6755399441055744;
    return words[0] as number;
  };
  const answer = (L: Thread, value: number): number => {
    api.lua_pushnumber(L, value | 0);
    return 1;
  };
  const fold = (combine: (a: number, b: number) => number): LuaFunction => (L) => {
    let result = bits(L, 1);
    for (let index = api.lua_gettop(L); index > 1; index -= 1) result = combine(result, bits(L, index));
    return answer(L, result);
  };
  const shift = (move: (value: number, by: number) => number): LuaFunction => (L) => {
    const value = bits(L, 1);
    return answer(L, move(value, bits(L, 2) & 31));
  };
  return {
    functions: {
      tobit: (L) => answer(L, bits(L, 1)),
      bnot: (L) => answer(L, ~bits(L, 1)),
      band: fold((a, b) => a & b),
      bor: fold((a, b) => a | b),
      bxor: fold((a, b) => a ^ b),
      lshift: shift((value, by) => value << by),
      rshift: shift((value, by) => value >>> by),
      arshift: shift((value, by) => value >> by),
      rol: shift((value, by) => (value << by) | (by === 0 ? 0 : value >>> (32 - by))),
      ror: shift((value, by) => (value >>> by) | (by === 0 ? 0 : value << (32 - by))),
      bswap(L) {
        const value = bits(L, 1);
        return answer(L, (value >>> 24) | ((value >>> 8) & 0xff00) | ((value & 0xff00) << 8) | (value << 24));
      },
      tohex(L) {
        const value = bits(L, 1);
        const wanted = api.lua_type(L, 2) === -1 ? 8 : bits(L, 2);
        const upper = wanted < 0;
        const digits = Math.min(8, Math.abs(wanted));
        const text = digits === 0 ? '' : (value >>> 0).toString(16).padStart(8, '0').slice(-digits);
        vm.pushBytes(L, upper ? text.toUpperCase() : text);
        return 1;
      },
    },
  };
}
