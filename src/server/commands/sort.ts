import type { Reply } from '../../protocol/resp/reply.ts';
import { mayReadEveryKey } from '../acl/check.ts';
import { notify } from '../events.ts';
import type { Context, Handlers } from '../state.ts';
import { eachItem, pushBack } from '../store/chunked.ts';
import { makeList } from '../store/listValue.ts';
import { setMembers } from '../store/setValue.ts';
import type { Bytes, Value } from '../store/value.ts';
import { convertZset, zsetSize, zsetSlice } from '../store/zsetValue.ts';
import {
  SYNTAX, WRONG_TYPE, ZERO, arg, array, bulkOrNull, changed, discard, fail, fieldValue, integer, isOption, lookupRead, numberArg, parseFloatStrict, shown, store,
} from './support.ts';

interface SortOptions {
  readonly descending: boolean;
  readonly alpha: boolean;
  readonly start: number;
  readonly count: number;
  readonly by: Bytes | undefined;
  readonly get: readonly Bytes[];
  readonly target: Bytes | undefined;
}

/** `everyKey`: the client may read every key, so that patterns may name them. */
function parseOptions(args: readonly Bytes[], readOnly: boolean, everyKey: boolean): SortOptions {
  let [descending, alpha, start, count] = [false, false, 0, -1];
  let by: Bytes | undefined;
  let target: Bytes | undefined;
  const get: Bytes[] = [];
  for (let index = 2; index < args.length; index += 1) {
    const next = args[index + 1];
    if (isOption(args[index], 'ASC')) descending = false;
    else if (isOption(args[index], 'DESC')) descending = true;
    else if (isOption(args[index], 'ALPHA')) alpha = true;
    else if (isOption(args[index], 'LIMIT') && index + 2 < args.length) {
      start = numberArg(arg(args, index + 1));
      count = numberArg(arg(args, index + 2));
      index += 2;
    } else if (next === undefined) fail(SYNTAX);
    else {
      if (!readOnly && isOption(args[index], 'STORE')) target = next;
      else if (isOption(args[index], 'BY')) {
        if (!everyKey && hasStar(next)) fail('ERR BY option of SORT denied due to insufficient ACL permissions.');
        by = next;
      } else if (isOption(args[index], 'GET')) {
        if (!everyKey) fail('ERR GET option of SORT denied due to insufficient ACL permissions.');
        get.push(next);
      }
      else fail(SYNTAX);
      index += 1;
    }
  }
  return { descending, alpha, start, count, by, get, target };
}

/** True for a pattern that names a key for each element. */
function hasStar(pattern: Bytes): boolean {
  return shown(pattern).includes('*');
}

/** The elements in their own order. */
function elementsOf(context: Context, value: Value | undefined): Bytes[] {
  if (value === undefined) return [];
  if (value.type === 'list') return [...eachItem(value.items)];
  if (value.type === 'set') return setMembers(value);
  if (value.type !== 'zset') return fail(WRONG_TYPE);
  // Redis turns a sorted set into a skiplist to sort it, and leaves it one.
  convertZset(value, context.server.environment);
  return zsetSlice(value, 0, zsetSize(value) - 1).map(({ member }) => member);
}

/** What a BY or GET pattern stands for: `#` the element, `name*` a string, `name*->field` a field of a hash. */
function lookupPattern(context: Context, pattern: Bytes, element: Bytes): Bytes | undefined {
  if (pattern === '#') return element;
  // C's strchr and strstr, which stop at a zero byte.
  const text = pattern.split('\0', 1)[0] ?? '';
  const star = text.indexOf('*');
  if (star === -1) return undefined;
  const arrow = text.indexOf('->', star + 1);
  const dereferenced = arrow !== -1 && arrow + 2 < text.length;
  const key = pattern.slice(0, star) + element + pattern.slice(star + 1, dereferenced ? arrow : undefined);
  const value = lookupRead(context, key);
  if (dereferenced) return value?.type === 'hash' ? fieldValue(context, value, pattern.slice(arrow + 2)) : undefined;
  return value?.type === 'string' ? value.data : undefined;
}

/** True for up to 15 digits, as most weights are: any reader takes them for the same number. */
function isPlain(text: Bytes): boolean {
  if (text.length === 0 || text.length > 15) return false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/** A weight as strtod reads it: blanks may stand before the number, and a text ends at a zero byte. */
function weightOf(text: Bytes): number {
  if (isPlain(text)) return Number(text);
  const start = shown(text);
  if (start === '') return 0;
  const digits = start.replace(/^[ \t\n\v\f\r]+/, '');
  const value = parseFloatStrict(digits);
  // Of a number that is not zero and becomes it, strtod reports ERANGE.
  if (value === undefined || (value === 0 && /^[^eEx]*[1-9]/.test(digits))) return fail("ERR One or more scores can't be converted into double");
  return value;
}

const compareBytes = (a: Bytes, b: Bytes): number => (a < b ? -1 : a > b ? 1 : 0);

/** What strcoll in the C locale sees of a text: only what is before a zero byte counts. */
const collated = (text: Bytes): Bytes => (text.includes('\0') ? text.slice(0, text.indexOf('\0')) : text);

function sorted(context: Context, elements: readonly Bytes[], { alpha, descending, target }: SortOptions, by: Bytes | undefined): Bytes[] {
  const sign = descending ? -1 : 1;
  const told = (element: Bytes): Bytes | undefined => (by === undefined ? element : lookupPattern(context, by, element));
  if (!alpha) {
    // All are looked up, also where one of them is no number.
    const weights = by === undefined ? elements : elements.map(told);
    const rows = elements.map((element, index) => ({ element, weight: weightOf(weights[index] ?? '0') }));
    return rows
      .sort((a, b) => sign * (a.weight === b.weight ? compareBytes(a.element, b.element) : a.weight < b.weight ? -1 : 1))
      .map(({ element }) => element);
  }
  if (by === undefined && (target !== undefined || !elements.some((element) => element.includes('\0')))) {
    // Equal ones cannot be told apart, and V8 compares texts of one byte a character by their bytes.
    const ordered = [...elements].sort();
    return descending ? ordered.reverse() : ordered;
  }
  const rows = elements.map((element) => {
    const weight = told(element);
    return { element, weight: weight === undefined || target !== undefined ? weight : collated(weight) };
  });
  const compare = (a: Bytes | undefined, b: Bytes | undefined): number => (a === undefined || b === undefined ? Number(a !== undefined) - Number(b !== undefined) : compareBytes(a, b));
  return rows.sort((a, b) => sign * compare(a.weight, b.weight)).map(({ element }) => element);
}

function sort(context: Context, args: readonly Bytes[], readOnly: boolean): Reply {
  const options = parseOptions(args, readOnly, mayReadEveryKey(context.session.user, readOnly ? 'sort_ro' : 'sort', args));
  const { get, target } = options;
  const value = lookupRead(context, arg(args, 1));
  const elements = elementsOf(context, value);
  // A pattern without a star says: leave the order alone. What is stored out of a set, or goes to a script, has to have one all the same.
  const constant = options.by !== undefined && !hasStar(options.by);
  const forced = constant && value?.type === 'set' && (target !== undefined || context.server.scripting.running !== undefined);
  const ordered = forced
    ? sorted(context, elements, { ...options, alpha: true }, undefined)
    : !constant
      ? sorted(context, elements, options, options.by)
      : options.descending && value?.type !== 'set'
        ? elements.reverse()
        : elements;
  const start = Math.max(0, options.start);
  const chosen = ordered.slice(start, options.count < 0 ? undefined : start + options.count);
  const results = get.length === 0 ? chosen : chosen.flatMap((element) => get.map((pattern) => lookupPattern(context, pattern, element)));
  if (target === undefined) return array(results.map(bulkOrNull));
  if (results.length === 0) {
    discard(context, target);
    return ZERO;
  }
  const list = makeList();
  for (const result of results) pushBack(list.items, result ?? '');
  store(context, target, list);
  changed(context, target, results.length - 1);
  notify(context, 'list', 'sortstore', target);
  return integer(results.length);
}

/** SORT SORT_RO */
export const sortCommands: Handlers = {
  sort: (context, args) => sort(context, args, false),
  sort_ro: (context, args) => sort(context, args, true),
};
