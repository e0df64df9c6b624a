import type { CommandFacts } from '../connection/guard.ts';
import { commandFact, isContainer } from '../../protocol/commands/lookup.ts';
import { keysOf, type KeyFlag } from '../../protocol/commands/keys.ts';

/** A key that a call names. Names are latin1, a character a byte. */
export interface TouchedKey {
  readonly database: number;
  readonly name: string;
  /** False: it is only read. */
  readonly written: boolean;
  /** What it was before makes no difference to what it is then. */
  readonly replaced: boolean;
}

/** What a call of a replication stream does. */
export type Effect =
  /** Nothing that a copy needs: PING, REPLCONF, PUBLISH, SCRIPT. */
  | { readonly kind: 'none' }
  | { readonly kind: 'select'; readonly database: number }
  | { readonly kind: 'begin' } // MULTI
  | { readonly kind: 'commit' } // EXEC
  /** `database` undefined: all of them. */
  | { readonly kind: 'flush'; readonly database: number | undefined }
  | { readonly kind: 'swap'; readonly databases: readonly [number, number] }
  /** Functions of the server. */
  | { readonly kind: 'functions' }
  /** `timed`: a key of it may have an end afterwards that it did not have before, and be over already. */
  | { readonly kind: 'write'; readonly keys: readonly TouchedKey[]; readonly timed: boolean }
  /** A write, and nobody knows to which keys. */
  | { readonly kind: 'unknown' };

/** A call of a stream, latin1. */
export interface Call {
  readonly args: readonly string[];
  /** The database that it ran in. */
  readonly database: number;
  /** The stream's offset behind it. */
  readonly offset: number;
  readonly effect: Effect;
}

const quiet: ReadonlySet<string> = new Set(['ping', 'replconf', 'publish', 'spublish', 'script', 'opinfo', 'debug']);
/** After these a key may end, and earlier than before. */
const timed: ReadonlySet<string> = new Set([
  'expire', 'pexpire', 'expireat', 'pexpireat', 'getex', 'setex', 'psetex', 'restore', 'restore-asking', 'rename', 'renamenx', 'copy', 'move', 'eval', 'evalsha', 'fcall',
]);

function isTimed(name: string, args: readonly string[]): boolean {
  // Of modules and later versions nobody knows.
  if (timed.has(name) || (commandFact(name) === undefined && !isContainer(name))) return true;
  return name === 'set' && args.slice(3).some((word) => /^(ex|px|exat|pxat|keepttl)$/i.test(word));
}

/** Command and subcommand as the table of commands names them. */
export function pathOf(args: readonly string[]): string {
  const name = (args[0] ?? '').toLowerCase();
  return isContainer(name) ? `${name}|${(args[1] ?? '').toLowerCase()}` : name;
}

/**
 * What a call does that was made in `database`. `facts`: what the source's COMMAND says, for commands that the table lacks.
 */
export function effectOf(args: readonly string[], database: number, facts: CommandFacts): Effect {
  const path = pathOf(args);
  const name = path.split('|', 1)[0] ?? '';
  switch (name) {
    case 'select': return { kind: 'select', database: Number(args[1]) };
    case 'multi': return { kind: 'begin' };
    case 'exec': return { kind: 'commit' };
    case 'flushall': return { kind: 'flush', database: undefined };
    case 'flushdb': return { kind: 'flush', database };
    case 'swapdb': return { kind: 'swap', databases: [Number(args[1]), Number(args[2])] };
    case 'function': return { kind: 'functions' };
  }
  if (quiet.has(name)) return { kind: 'none' };
  const keys = keysOfCall(path, args, database, facts);
  return keys === undefined ? { kind: 'unknown' } : { kind: 'write', keys, timed: isTimed(name, args) };
}

function keysOfCall(path: string, args: readonly string[], database: number, facts: CommandFacts): readonly TouchedKey[] | undefined {
  const key = (index: number, flags: ReadonlySet<KeyFlag>, where = database): TouchedKey =>
    ({ database: where, name: args[index] ?? '', written: !flags.has('RO'), replaced: flags.has('OW') || flags.has('RM') });
  const known = commandFact(path);
  if (known === undefined) {
    const fact = facts(path) ?? facts(path.split('|', 1)[0] ?? '');
    if (fact === undefined || fact.keys.first <= 0) return undefined;
    const { first, last, step } = fact.keys;
    const end = last < 0 ? args.length + last : last;
    return Array.from({ length: Math.max(0, Math.floor((end - first) / Math.max(1, step)) + 1) }, (_, at) => key(first + at * Math.max(1, step), new Set()));
  }
  const uses = keysOf(known, args);
  if (uses === undefined || uses.length === 0) return undefined;
  const keys = uses.map(({ index, flags }) => key(index, flags));
  switch (path) {
    // The old value stays in part, or decides.
    case 'set':
      return args.slice(3).some((word) => /^(keepttl|xx)$/i.test(word)) ? keys.map((one) => ({ ...one, replaced: false })) : keys;
    case 'move':
      return [...keys, key(1, new Set(['OW']), Number(args[2]))];
    case 'copy': {
      const at = args.findIndex((word, index) => index > 2 && word.toLowerCase() === 'db');
      return at < 0 ? keys : keys.map((one, index) => (index === 1 ? { ...one, database: Number(args[at + 1]) } : one));
    }
  }
  return keys;
}
