import type { CommandFact } from '../../protocol/commands/fact.ts';
import { isContainer } from '../../protocol/commands/lookup.ts';
import { harmless } from './harmless.ts';
import type { Access } from './profile.ts';
import type { Arg, ChannelIntent, Command } from './session.ts';

/** What the door does with a command: let it through, ask the user first, or refuse. */
export type Verdict = 'pass' | 'confirm' | 'refuse';

/** What is known of a command by its full lower-case name (`get`, `config|set`). */
export type CommandFacts = (name: string) => CommandFact | undefined;

/** What a channel may send beyond the rest, because it is what that channel is for. None of it changes data on the server. */
const byIntent: Readonly<Record<ChannelIntent, ReadonlySet<string>>> = {
  terminal: new Set(),
  subscribe: new Set(),
  monitor: new Set(['monitor']),
  copy: new Set(['replconf', 'psync', 'sync']),
  replicate: new Set(['replconf', 'psync']),
};

/** The bytes as the server compares them: ASCII letters in lower case, all others as they are. */
function lower(arg: Arg | undefined): string {
  if (arg === undefined || arg.length > 128) return '';
  const text = (typeof arg === 'string' ? Buffer.from(arg) : arg).toString('latin1');
  // Every command of a copy passes here, and most are ASCII.
  return /[\x80-\xff]/.test(text) ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text.toLowerCase();
}

/** Command and subcommand in lower case, as `container|subcommand` where there is one. */
export function commandPath(command: Command, facts: CommandFacts): string {
  const name = lower(command[0]);
  if (command.length < 2 || name.includes('|')) return name;
  const full = `${name}|${lower(command[1])}`;
  return isContainer(name) || harmless.has(full) || facts(full) !== undefined ? full : name;
}

/** True if the command changes neither data nor the server, as far as server and table tell. */
export function isReading(command: Command, facts: CommandFacts, intent?: ChannelIntent): boolean {
  const name = lower(command[0]);
  // A `|` in the name is no command, and must not be taken for a subcommand's path.
  if (name === '' || name.includes('|')) return false;
  const path = commandPath(command, facts);
  if (harmless.has(path)) return true;
  if (intent !== undefined && byIntent[intent].has(path)) return true;
  const fact = facts(path);
  return fact !== undefined && fact.flags.has('readonly') && !fact.flags.has('write') && !fact.flags.has('admin');
}

/**
 * The guard: may a connection of this access send this command?
 * An allow-list: what neither the server nor the reviewed table calls harmless is a write, unknown commands included.
 */
export function judge(command: Command, access: Access, facts: CommandFacts, intent?: ChannelIntent): Verdict {
  if (access === 'read-write') return 'pass';
  if (isReading(command, facts, intent)) return 'pass';
  return access === 'confirm-writes' ? 'confirm' : 'refuse';
}
