import { isUtf8 } from 'node:buffer';
import type { CommandLogEntry } from './ports.ts';
import type { Arg, Command } from './session.ts';

/** The last commands that were sent. */
export interface CommandLog {
  add(entry: CommandLogEntry): void;
  /** Oldest first. */
  entries(): readonly CommandLogEntry[];
  /** Calls `listener` for every entry from now on; the result ends that. */
  onEntry(listener: (entry: CommandLogEntry) => void): () => void;
  clear(): void;
}

/** Makes a log that keeps the last `capacity` entries. */
export function createCommandLog(capacity: number): CommandLog {
  let ring: CommandLogEntry[] = [];
  let start = 0;
  const listeners = new Set<(entry: CommandLogEntry) => void>();
  return {
    add(entry) {
      if (ring.length < capacity) {
        ring.push(entry);
      } else if (capacity > 0) {
        ring[start] = entry;
        start = (start + 1) % capacity;
      }
      for (const listener of [...listeners]) listener(entry);
    },
    entries: () => [...ring.slice(start), ...ring.slice(0, start)],
    onEntry(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear() {
      ring = [];
      start = 0;
    },
  };
}

const MAX_TEXT = 200;
const MAX_ARGUMENT = 80;
const HIDDEN = '******';

function word(command: Command, index: number): string {
  const arg = command[index];
  if (arg === undefined || arg.length > 64) return '';
  return (typeof arg === 'string' ? arg : arg.toString('latin1')).toLowerCase();
}

const secretSetting = /pass|auth|secret|token|credential/;
/** Names that may stand after another's secret and be shown: any other word there may be the rest of a password without quotes. */
const secretNames: ReadonlySet<string> = new Set(['requirepass', 'masterauth', 'masteruser', 'tls-key-file-pass', 'tls-client-key-file-pass', 'auth-pass', 'auth-user', 'sentinel-pass', 'sentinel-user']);

/** The positions of a command's arguments that hold secrets. */
export function secretPositions(command: Command): ReadonlySet<number> {
  const hidden = new Set<number>();
  const name = word(command, 0);
  const sub = word(command, 1);
  /** After each AUTH (one value) and AUTH2 (user, then password). */
  const afterAuth = (from: number, skip: number): void => {
    for (let index = from; index < command.length; index += 1) {
      const token = word(command, index);
      if (token === 'auth') hidden.add(index + 1 + skip);
      if (token === 'auth2') hidden.add(index + 2);
    }
  };
  /** The value after a name that speaks of a secret, and what follows it but for other such names. */
  const settings = (from: number): void => {
    let secret = false;
    for (let index = from; index < command.length; index += 1) {
      if (secret && (hidden.has(index) || !secretNames.has(word(command, index)))) hidden.add(index);
      if (!hidden.has(index) && secretSetting.test(word(command, index))) {
        secret = true;
        hidden.add(index + 1);
      }
    }
  };
  // Two arguments are user and password; more are a password with spaces that nobody put in quotes.
  if (name === 'auth') for (let index = command.length === 3 ? 2 : 1; index < Math.max(2, command.length); index += 1) hidden.add(index);
  if (name === 'hello') afterAuth(1, 1);
  if (name === 'migrate') afterAuth(1, 0);
  if (name === 'config' && sub === 'set') settings(2);
  if (name === 'sentinel') settings(2);
  if (name === 'module' && sub === 'loadex') settings(2);
  if (name === 'acl' && sub === 'setuser') {
    for (let index = 3; index < command.length; index += 1) {
      // >password <password #hash !hash; the rest of a rule list names commands, keys and channels.
      if (/^[><#!]/.test(firstCharacter(command[index]))) hidden.add(index);
    }
  }
  return hidden;
}

function firstCharacter(arg: Arg | undefined): string {
  if (arg === undefined || arg.length === 0) return '';
  return typeof arg === 'string' ? arg.charAt(0) : arg.toString('latin1', 0, 1);
}

/** True if an error reply to this command might repeat a secret. */
export function holdsSecret(command: Command): boolean {
  return secretPositions(command).size > 0;
}

/** The command in one line: escaped as redis-cli does, cut at about 200 characters, secrets replaced by asterisks. */
export function describeCommand(command: Command): string {
  const hidden = secretPositions(command);
  let text = '';
  for (let index = 0; index < command.length; index += 1) {
    const arg = command[index];
    if (arg === undefined) continue;
    const shown = hidden.has(index) ? HIDDEN : describeArgument(arg);
    const joined = text === '' ? shown : `${text} ${shown}`;
    if (joined.length > MAX_TEXT) return `${text} … (${command.length - index} more)`;
    text = joined;
  }
  return text;
}

/** One argument: bare if it is plain, else quoted and escaped; beyond 80 characters cut, with its size. */
export function describeArgument(arg: Arg): string {
  const size = typeof arg === 'string' ? Buffer.byteLength(arg) : arg.length;
  const head = textOf(typeof arg === 'string' ? arg.slice(0, MAX_ARGUMENT + 1) : arg.subarray(0, MAX_ARGUMENT + 1));
  const cut = size > MAX_ARGUMENT;
  const escaped = escape(cut ? head.slice(0, MAX_ARGUMENT - 16) : head);
  const shown = /^[\x21\x23-\x26\x28-\x5b\x5d-\x7e]+$/.test(escaped) ? escaped : `"${escaped}"`;
  return cut ? `${shown}… (${size} bytes)` : shown;
}

/** UTF-8 where it is that, else one character per byte, marked for escaping by a private code point. */
function textOf(arg: Arg): string {
  if (typeof arg === 'string') return arg;
  // A cut may have split the last character.
  for (let length = arg.length; length > arg.length - 4 && length >= 0; length -= 1) {
    const part = arg.subarray(0, length);
    if (isUtf8(part)) return part.toString('utf8') + binary(arg.subarray(length));
  }
  return binary(arg);
}

const BYTE = 0xf700;

function binary(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes) text += byte < 0x80 ? String.fromCharCode(byte) : String.fromCharCode(BYTE + byte);
  return text;
}

const named: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x07': '\\a', '\b': '\\b' };

function escape(text: string): string {
  // Controls, invisible characters, private ones and separators other than the space would garble or disguise the line.
  return text.replace(/["\\]|[\p{C}\p{Zl}\p{Zp}]|[\p{Zs}&&[^ ]]/gv, (character) => {
    const short = named[character];
    if (short !== undefined) return short;
    const code = character.codePointAt(0) ?? 0;
    if (code >= BYTE && code <= BYTE + 0xff) return `\\x${(code - BYTE).toString(16)}`;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
