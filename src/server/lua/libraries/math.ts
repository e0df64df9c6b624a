import type { LuaFunction, Vm } from '../vm.ts';
import type { Address } from '../wasm.ts';
import { clampInt } from './strings.ts';
import type { Rand48 } from './random.ts';

/** Functions of two numbers whose arguments C, on the machines of Redis, looks at from the last to the first: errors tell. */
const OF_TWO = ['atan2', 'fmod', 'ldexp', 'mod', 'pow'];

/** What of Lua's math library is another in Redis: math.random and math.randomseed are over Redis's own generator. */
export function mathFunctions(vm: Vm, native: (name: string) => Address, random: Rand48): Record<string, LuaFunction> {
  const { api } = vm;
  const ofTwo = OF_TWO.map((name): [string, LuaFunction] => {
    const fn = native(name);
    return [name, (L) => {
      vm.checkNumber(L, 2);
      if (name === 'ldexp') clampInt(vm, L, 2);
      return vm.callNative(fn, L);
    }];
  });
  return {
    ...Object.fromEntries(ofTwo),
    random(L) {
      const share = (random.next() % 0x7fffffff) / 0x7fffffff;
      const count = api.lua_gettop(L);
      if (count > 2) vm.raise(L, 'wrong number of arguments');
      if (count === 0) api.lua_pushnumber(L, share);
      else {
        const low = count === 1 ? 1 : vm.checkInt(L, 1);
        const high = vm.checkInt(L, count);
        if (low > high) vm.badArgument(L, count, 'interval is empty');
        api.lua_pushnumber(L, Math.floor(share * ((high - low + 1) | 0)) + low);
      }
      return 1;
    },
    randomseed(L) {
      random.seed(vm.checkInt(L, 1));
      return 0;
    },
  };
}
