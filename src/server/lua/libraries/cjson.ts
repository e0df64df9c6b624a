import type { Bytes } from '../../store/value.ts';
import { LuaType } from '../vm.ts';
import type { LuaFunction, Vm } from '../vm.ts';
import type { Thread } from '../wasm.ts';
import { decodeJson } from './cjsonDecode.ts';
import type { JsonDecoding } from './cjsonDecode.ts';
import { encodeJson } from './cjsonEncode.ts';
import type { JsonEncoding } from './cjsonEncode.ts';
import { pushLibrary } from './library.ts';
import type { Library } from './library.ts';

const INT_MAX = 2 ** 31 - 1;

/** What can be set; it holds for all scripts that follow. */
interface Settings extends JsonEncoding, JsonDecoding {
  keepBuffer: boolean;
}

/** cjson 2.1: JSON for scripts, with its options. */
export function cjsonLibrary(vm: Vm): Library {
  const { api } = vm;
  const settings: Settings = {
    sparseConvert: false, sparseRatio: 2, sparseSafe: 10, encodeDepth: 1000, encodeInvalid: 'off', precision: 14, decodeDepth: 1000, decodeInvalid: true,
    keepBuffer: true,
  };

  const argumentCount = (L: Thread, most: number): void => {
    const count = api.lua_gettop(L);
    if (count > most) vm.badArgument(L, most + 1, 'found too many arguments');
  };
  const whole = (L: Thread, index: number, low: number, high: number, now: number): number => {
    if (api.lua_type(L, index) <= LuaType.nil) return now;
    const value = vm.checkInt(L, index);
    return value < low || value > high ? vm.badArgument(L, index, `expected integer between ${low} and ${high}`) : value;
  };
  /** One of the texts, or a boolean that stands for `off` or `on`. */
  const choice = (L: Thread, index: number, choices: readonly string[], now: string): string => {
    const type = api.lua_type(L, index);
    if (type <= LuaType.nil) return now;
    if (type === LuaType.boolean) return api.lua_toboolean(L, index) === 0 ? 'off' : 'on';
    const given = vm.checkBytes(L, index);
    return choices.includes(given) ? given : vm.badArgument(L, index, `invalid option '${given}'`);
  };
  const pushChoice = (L: Thread, value: string): void => {
    if (value === 'null') vm.pushBytes(L, value);
    else api.lua_pushboolean(L, value === 'on' ? 1 : 0);
  };
  /** A function that sets a number and answers it. */
  const setting = (name: 'encodeDepth' | 'decodeDepth' | 'precision', high: number): LuaFunction => (L) => {
    argumentCount(L, 1);
    settings[name] = whole(L, 1, 1, high, settings[name]);
    api.lua_pushnumber(L, settings[name]);
    return 1;
  };
  const oneArgument = (L: Thread): void => {
    if (api.lua_gettop(L) !== 1) vm.badArgument(L, 1, 'expected 1 argument');
  };

  const library: Library = {
    functions: {
      encode(L) {
        oneArgument(L);
        vm.pushBytes(L, encodeJson(vm, L, settings));
        return 1;
      },
      decode(L) {
        oneArgument(L);
        const text: Bytes = vm.checkBytes(L, 1);
        decodeJson(vm, L, text, settings);
        return 1;
      },
      encode_sparse_array(L) {
        argumentCount(L, 3);
        settings.sparseConvert = choice(L, 1, ['off', 'on'], settings.sparseConvert ? 'on' : 'off') === 'on';
        settings.sparseRatio = whole(L, 2, 0, INT_MAX, settings.sparseRatio);
        settings.sparseSafe = whole(L, 3, 0, INT_MAX, settings.sparseSafe);
        pushChoice(L, settings.sparseConvert ? 'on' : 'off');
        api.lua_pushnumber(L, settings.sparseRatio);
        api.lua_pushnumber(L, settings.sparseSafe);
        return 3;
      },
      encode_max_depth: setting('encodeDepth', INT_MAX),
      decode_max_depth: setting('decodeDepth', INT_MAX),
      encode_number_precision: setting('precision', 14),
      encode_keep_buffer(L) {
        argumentCount(L, 1);
        settings.keepBuffer = choice(L, 1, ['off', 'on'], settings.keepBuffer ? 'on' : 'off') === 'on';
        pushChoice(L, settings.keepBuffer ? 'on' : 'off');
        return 1;
      },
      encode_invalid_numbers(L) {
        argumentCount(L, 1);
        settings.encodeInvalid = choice(L, 1, ['off', 'on', 'null'], settings.encodeInvalid) as Settings['encodeInvalid'];
        pushChoice(L, settings.encodeInvalid);
        return 1;
      },
      decode_invalid_numbers(L) {
        argumentCount(L, 1);
        settings.decodeInvalid = choice(L, 1, ['off', 'on'], settings.decodeInvalid ? 'on' : 'off') === 'on';
        pushChoice(L, settings.decodeInvalid ? 'on' : 'off');
        return 1;
      },
      new(L) {
        pushLibrary(vm, L, library);
        addNull(vm, L);
        return 1;
      },
    },
    constants: { _NAME: 'cjson', _VERSION: '2.1.0' },
  };
  return library;
}

/** Puts cjson.null into the table on top: a null pointer, which is no value of JSON's otherwise. */
export function addNull(vm: Vm, L: Thread): void {
  vm.setField(L, 'null', () => vm.api.lua_pushlightuserdata(L, 0));
}
