import { splitInline } from '../../protocol/resp/inline.ts';
import { fail } from '../commands/support.ts';
import type { Bytes } from '../store/value.ts';
import type { ScriptFlags } from './state.ts';

/** What a script or function may say of itself. */
export const scriptFlags: readonly string[] = ['no-writes', 'allow-oom', 'allow-stale', 'no-cluster', 'allow-cross-slot-keys'];

/** A text's first line, or undefined if that does not end. */
function firstLine(text: Bytes): string | undefined {
  const end = text.indexOf('\n');
  return end === -1 ? undefined : text.slice(0, end);
}

/** The flags in a script's `#!lua` line, or undefined without one. Throws CommandError. */
export function shebangOf(body: Bytes): ScriptFlags | undefined {
  if (!body.startsWith('#!')) return undefined;
  const line = firstLine(body);
  if (line === undefined) return fail('ERR Invalid script shebang');
  const words = splitInline(line);
  if (words === undefined) return fail('ERR Invalid engine in script shebang');
  if (words[0] !== '#!lua') fail(`ERR Unexpected engine in script shebang: ${words[0] ?? ''}`);
  const flags = new Set<string>();
  for (const word of words.slice(1)) {
    if (!word.startsWith('flags=')) fail(`ERR Unknown lua shebang option: ${word}`);
    if (word === 'flags=') continue;
    for (const flag of word.slice(6).split(',')) {
      if (!scriptFlags.includes(flag)) fail(`ERR Unexpected flag in script shebang: ${flag}`);
      flags.add(flag);
    }
  }
  return flags;
}

/** Engine, name and the rest of a library's code. Throws CommandError. */
export function libraryHeader(code: Bytes): { readonly engine: string; readonly name: Bytes; readonly body: Bytes } {
  if (!code.startsWith('#!')) fail('ERR Missing library metadata');
  const words = splitInline(firstLine(code) ?? '"');
  if (words === undefined) return fail('ERR Invalid library metadata');
  const [first = '', ...options] = words;
  let name: Bytes | undefined;
  for (const option of options) {
    if (!/^name=/i.test(option)) fail(`ERR Invalid metadata value given: ${option}`);
    if (name !== undefined) fail('ERR Invalid metadata value, name argument was given multiple times');
    name = option.slice(5);
  }
  if (name === undefined) return fail('ERR Library name was not given');
  if (!isLibraryName(name)) fail(BAD_NAME);
  const engine = first.slice(2);
  if (engine.toLowerCase() !== 'lua') fail(`ERR Engine '${engine}' not found`);
  return { engine, name, body: code.slice(code.indexOf('\n')) };
}

export const BAD_NAME = 'ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long';

/** True for a name that a library or a function may have. */
export function isLibraryName(name: Bytes): boolean {
  return /^[A-Za-z0-9_]+$/.test(name);
}
