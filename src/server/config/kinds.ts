import type { Bytes } from '../store/value.ts';
import { formatMemory, parseMemory } from './memory.ts';

/** A value read: in the form of CONFIG GET, or the text of what is wrong with it. */
export type Read = { readonly value: Bytes } | { readonly error: string };

/** What the whole of a parameter's value may be. */
export type Kind =
  /** Any text. `check` answers what is wrong with one; `unset` ones are left out of a rewritten file while they are empty. */
  | { readonly type: 'text'; readonly unset?: boolean; readonly check?: (value: Bytes) => string | undefined }
  | { readonly type: 'flag'; readonly check?: (value: Bytes) => string | undefined }
  | { readonly type: 'number'; readonly min: bigint; readonly max: bigint; readonly unit: 'none' | 'memory' | 'percent' | 'octal' }
  /** One of the words; `many`: several of them, all but the first, which stands for none. */
  | { readonly type: 'choice'; readonly choices: readonly string[]; readonly many?: (chosen: ReadonlySet<string>) => string | undefined }
  | WordsKind;

/** A value of several words, which a file may give over several lines. */
export interface WordsKind {
  readonly type: 'words';
  /** It is one word after all, which is kept in a form of its own. */
  readonly single?: true;
  /** Reads the words of one directive; `loaded`: the file is being read and has given this parameter before, so that lines may add up. */
  readonly read: (words: readonly Bytes[], current: Bytes, state: { readonly loading: boolean; readonly loaded: boolean }) => Read;
  /** The lines of a rewritten file, without the name; those that are `plain` are only written over a line that is there. */
  readonly lines: (value: Bytes, initial: Bytes) => readonly { readonly text: Bytes; readonly plain: boolean }[];
}

export const INT = 2n ** 31n - 1n;
export const UINT = 2n ** 32n - 1n;
export const LONG = 2n ** 63n - 1n;
export const ULONG = 2n ** 64n - 1n;

/** Reads a value of any kind but `words`. */
export function readValue(kind: Exclude<Kind, WordsKind>, words: readonly Bytes[]): Read {
  const value = words[0] ?? '';
  switch (kind.type) {
    case 'text':
      return checked(value, kind.check);
    case 'flag': {
      const lower = value.toLowerCase();
      return lower === 'yes' || lower === 'no' ? checked(lower, kind.check) : { error: "argument must be 'yes' or 'no'" };
    }
    case 'choice':
      return readChoice(kind, words);
    case 'number':
      return readNumber(kind, value);
  }
}

function checked(value: Bytes, check: ((value: Bytes) => string | undefined) | undefined): Read {
  const error = check?.(value);
  return error === undefined ? { value } : { error };
}

function readChoice({ choices, many }: Extract<Kind, { type: 'choice' }>, words: readonly Bytes[]): Read {
  const wanted = words.map((word) => word.toLowerCase());
  if (wanted.length === 0 || wanted.some((word) => !choices.includes(word)) || (many === undefined && wanted.length !== 1)) {
    return { error: `argument(s) must be one of the following: ${choices.join(', ')}` };
  }
  if (many === undefined) return { value: wanted[0] ?? '' };
  const chosen = new Set(wanted);
  const error = many(chosen);
  if (error !== undefined) return { error };
  // The first one is no option, but that there is none.
  const options = choices.slice(1).filter((choice) => chosen.has(choice));
  return { value: options.length === 0 ? (choices[0] ?? '') : options.join(' ') };
}

function readNumber({ min, max, unit }: Extract<Kind, { type: 'number' }>, text: Bytes): Read {
  let value: bigint | undefined;
  if (unit === 'percent' && /^\d+%$/.test(text)) {
    const percent = BigInt(text.slice(0, -1));
    if (percent > 100n) return { error: 'percentage argument must be less or equal to 100' };
    return { value: `${percent}%` };
  }
  if (unit === 'memory' || unit === 'percent') {
    const bytes = parseMemory(text);
    if (bytes === undefined) return { error: unit === 'memory' ? 'argument must be a memory value' : 'argument must be a memory or percent value' };
    // C keeps it in a signed variable, unless the parameter is an unsigned one.
    value = max > LONG && unit === 'memory' ? bytes : BigInt.asIntN(64, bytes);
  } else if (unit === 'octal') {
    if (!/^[0-7]{1,21}$/.test(text)) return { error: "argument couldn't be parsed as an octal number" };
    value = BigInt(`0o${text}`);
  } else {
    if (!/^(0|-?[1-9]\d{0,18})$/.test(text)) return { error: "argument couldn't be parsed into an integer" };
    value = BigInt(text);
    if (value > LONG || value < -LONG - 1n) return { error: "argument couldn't be parsed into an integer" };
  }
  if (unit !== 'percent' && (value < min || value > max)) {
    const shown = (bound: bigint): string => (unit === 'octal' ? bound.toString(8) : bound.toString());
    return { error: `argument must be between ${shown(min)} and ${shown(max)} inclusive` };
  }
  // Redis keeps a percentage as a negative amount, and so shows an amount that wrapped.
  if (unit === 'percent' && value < 0n) return { value: `${-value}%` };
  return { value: unit === 'octal' ? value.toString(8) : value.toString() };
}

/** The value as a rewritten file has it behind the name. */
export function writeValue(kind: Exclude<Kind, WordsKind>, value: Bytes, quote: (text: Bytes) => Bytes): Bytes {
  if (kind.type === 'text') return quote(value);
  if (kind.type === 'number' && (kind.unit === 'memory' || kind.unit === 'percent') && !value.endsWith('%')) return formatMemory(BigInt(value));
  return value;
}
