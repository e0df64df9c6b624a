import type { Bytes } from '../../store/value.ts';
import type { Vm } from '../vm.ts';
import type { Thread } from '../wasm.ts';
import { readNumber } from './number.ts';

/** Options of cjson.decode. */
export interface JsonDecoding {
  decodeDepth: number;
  /** Takes hexadecimal numbers, NaN and infinity. */
  decodeInvalid: boolean;
}

/** `error`: its text is in `value`. */
type TokenType = 'T_OBJ_BEGIN' | 'T_OBJ_END' | 'T_ARR_BEGIN' | 'T_ARR_END' | 'T_STRING' | 'T_NUMBER' | 'T_BOOLEAN' | 'T_NULL' | 'T_COLON' | 'T_COMMA' | 'T_END' | 'error';

interface Token {
  readonly type: TokenType;
  /** Where it begins, or where the error is, from 0. */
  readonly at: number;
  readonly value: string | number | boolean;
}

const MARKS: Readonly<Record<string, TokenType>> = {
  '{': 'T_OBJ_BEGIN', '}': 'T_OBJ_END', '[': 'T_ARR_BEGIN', ']': 'T_ARR_END', ':': 'T_COLON', ',': 'T_COMMA', '\0': 'T_END', '': 'T_END',
};

const WORDS: readonly (readonly [string, TokenType, boolean])[] = [['true', 'T_BOOLEAN', true], ['false', 'T_BOOLEAN', false], ['null', 'T_NULL', false]];

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t',
};

/** What JSON itself does not take for a number though strtod does. */
const INVALID_NUMBER = /\+|-?(?:0[x0-9]|inf|nan)/iy;

/** Pushes the value that JSON text describes. Raises where it is none. */
export function decodeJson(vm: Vm, L: Thread, text: Bytes, options: JsonDecoding): void {
  const { api } = vm;
  if (text.length >= 2 && (text[0] === '\0' || text[1] === '\0')) vm.raise(L, 'JSON parser does not support UTF-16 or UTF-32');
  let at = 0;

  const faulty = (value: string): Token => ({ type: 'error', at, value });

  const stringToken = (start: number): Token => {
    let value = '';
    at += 1;
    for (;;) {
      let end = at;
      for (let code = text.charCodeAt(end); code !== 34 && code !== 92 && code !== 0 && end < text.length; code = text.charCodeAt(end)) end += 1;
      value += text.slice(at, end);
      at = end;
      const char = text[at] ?? '\0';
      if (char === '"') {
        at += 1;
        return { type: 'T_STRING', at: start, value };
      }
      if (char === '\0') return faulty('unexpected end of string');
      const escape = text[at + 1] ?? '';
      if (escape === 'u') {
        const found = unicodeEscape(text, at);
        if (found === undefined) return faulty('invalid unicode escape code');
        value += Buffer.from(found.text).toString('latin1');
        at += found.length;
        continue;
      }
      const plain = ESCAPES[escape];
      if (plain === undefined) return faulty('invalid escape code');
      value += plain;
      at += 2;
    }
  };

  const numberToken = (start: number): Token => {
    const found = readNumber(text, at);
    if (found === undefined) return faulty('invalid number');
    at = found.end;
    return { type: 'T_NUMBER', at: start, value: found.value };
  };

  const next = (): Token => {
    while (' \t\n\r'.includes(text[at] ?? 'x')) at += 1;
    const start = at;
    const char = text[at] ?? '';
    const mark = MARKS[char];
    if (mark !== undefined) {
      // The text ends at a zero byte, as C's does.
      if (mark !== 'T_END') at += 1;
      return { type: mark, at: start, value: false };
    }
    if (char === '"') return stringToken(start);
    INVALID_NUMBER.lastIndex = at;
    const invalid = INVALID_NUMBER.test(text);
    if (char === '-' || (char >= '0' && char <= '9')) return invalid && !options.decodeInvalid ? faulty('invalid number') : numberToken(start);
    for (const [word, type, value] of WORDS) {
      if (!text.startsWith(word, at)) continue;
      at += word.length;
      return { type, at: start, value };
    }
    return invalid && options.decodeInvalid ? numberToken(start) : faulty('invalid token');
  };

  const unexpected = (wanted: string, token: Token): never =>
    vm.raise(L, `Expected ${wanted} but found ${token.type === 'error' ? String(token.value) : token.type} at character ${token.at + 1}`);

  const descend = (depth: number): void => {
    if (depth > options.decodeDepth || api.lua_checkstack(L, 5) === 0) {
      vm.raise(L, `Found too many nested data structures (${depth}) at character ${at}`);
    }
  };

  const pushObject = (depth: number): void => {
    descend(depth);
    api.lua_createtable(L, 0, 0);
    let token = next();
    if (token.type === 'T_OBJ_END') return;
    for (;;) {
      if (token.type !== 'T_STRING') unexpected('object key string', token);
      vm.pushBytes(L, token.value as string);
      token = next();
      if (token.type !== 'T_COLON') unexpected('colon', token);
      pushValue(next(), depth);
      api.lua_rawset(L, -3);
      token = next();
      if (token.type === 'T_OBJ_END') return;
      if (token.type !== 'T_COMMA') unexpected('comma or object end', token);
      token = next();
    }
  };

  const pushArray = (depth: number): void => {
    descend(depth);
    api.lua_createtable(L, 0, 0);
    let token = next();
    if (token.type === 'T_ARR_END') return;
    for (let index = 1; ; index += 1) {
      pushValue(token, depth);
      api.lua_rawseti(L, -2, index);
      token = next();
      if (token.type === 'T_ARR_END') return;
      if (token.type !== 'T_COMMA') unexpected('comma or array end', token);
      token = next();
    }
  };

  const pushValue = (token: Token, depth: number): void => {
    switch (token.type) {
      case 'T_STRING':
        return vm.pushBytes(L, token.value as string);
      case 'T_NUMBER':
        return api.lua_pushnumber(L, token.value as number);
      case 'T_BOOLEAN':
        return api.lua_pushboolean(L, token.value === true ? 1 : 0);
      case 'T_NULL':
        return api.lua_pushlightuserdata(L, 0);
      case 'T_OBJ_BEGIN':
        return pushObject(depth + 1);
      case 'T_ARR_BEGIN':
        return pushArray(depth + 1);
      default:
        return unexpected('value', token);
    }
  };

  pushValue(next(), 0);
  const last = next();
  if (last.type !== 'T_END') unexpected('the end', last);
}

/** The character of `\uXXXX`, or of a pair of them, and the length of the escape. */
function unicodeEscape(text: Bytes, at: number): { readonly text: string; readonly length: number } | undefined {
  const unit = (from: number): number => {
    const digits = text.slice(from + 2, from + 6);
    return text[from] === '\\' && text[from + 1] === 'u' && /^[0-9a-f]{4}$/i.test(digits) ? parseInt(digits, 16) : -1;
  };
  const high = unit(at);
  if (high === -1) return undefined;
  if ((high & 0xf800) !== 0xd800) return { text: String.fromCharCode(high), length: 6 };
  const low = unit(at + 6);
  if ((high & 0x400) !== 0 || low === -1 || (low & 0xfc00) !== 0xdc00) return undefined;
  return { text: String.fromCharCode(high, low), length: 12 };
}
