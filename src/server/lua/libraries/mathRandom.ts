import type { LuaFunction, Vm } from '../vm.ts';
import type { Rand48 } from './random.ts';

/** math.random and math.randomseed over Redis's generator: the same numbers in every script and on every machine. */
export function randomFunctions(vm: Vm, random: Rand48): Record<'random' | 'randomseed', LuaFunction> {
  const { api } = vm;
  return {
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
