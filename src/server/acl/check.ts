import type { CommandFact } from '../../protocol/commands/fact.ts';
import { channelsOf, hasKeys, keysOf } from '../../protocol/commands/keys.ts';
import type { KeyFlag } from '../../protocol/commands/keys.ts';
import { commandFact } from '../../protocol/commands/lookup.ts';
import { globMatch } from '../store/glob.ts';
import type { Bytes } from '../store/value.ts';
import type { Selector } from './selector.ts';
import { aclCommand } from './universe.ts';
import type { User } from './user.ts';

/** What a call lacks the right to; `at` is the position of the key or channel, 0 for the command itself. */
export interface Denial {
  readonly reason: 'command' | 'key' | 'channel';
  readonly at: number;
}

/** What a check needs to know of a command that this server has. */
interface Called {
  readonly name: string;
  readonly flags: ReadonlySet<string>;
}

/** Redis tells of the gravest that is lacking: a channel before a key before the command. */
const gravity = { command: 0, key: 1, channel: 2 };

/** Undefined if one of the user's selectors allows all of the call, else what to say of it. */
export function deniedTo(user: User, command: Called, args: readonly Bytes[]): Denial | undefined {
  if (user.unrestricted) return undefined;
  let worst: Denial = { reason: 'command', at: 0 };
  for (const selector of user.selectors) {
    const denial = deniedBySelector(selector, command, args);
    if (denial === undefined) return undefined;
    const more = gravity[denial.reason] - gravity[worst.reason];
    if (more > 0 || (more === 0 && denial.at > worst.at)) worst = denial;
  }
  return worst;
}

/** True if one selector allows the call and the reading of every key there is (SORT's BY and GET). */
export function mayReadEveryKey(user: User, name: string, args: readonly Bytes[]): boolean {
  if (user.unrestricted) return true;
  const readsAll = ({ allKeys, keys }: Selector): boolean => allKeys || keys.some(({ pattern, reads }) => reads && pattern === '*');
  return user.selectors.some((selector) => readsAll(selector) && deniedBySelector(selector, { name, flags: new Set() }, args) === undefined);
}

function deniedBySelector(selector: Selector, command: Called, args: readonly Bytes[]): Denial | undefined {
  // Who is not logged in may call these; so may everybody else.
  if (!selector.allCommands && !command.flags.has('no_auth') && !allowsCommand(selector, command.name, args)) return { reason: 'command', at: 0 };
  const fact = commandFact(command.name);
  if (fact === undefined) return undefined;
  return deniedKey(selector, fact, args) ?? deniedChannel(selector, fact, args);
}

function allowsCommand({ allowed, firstArguments }: Selector, name: string, args: readonly Bytes[]): boolean {
  const command = aclCommand(name);
  if (command === undefined) return false;
  if (allowed[command.id] === 1) return true;
  const first = (args[1] ?? '').split('\0', 1)[0]?.toLowerCase();
  return args.length > 1 && (firstArguments.get(command.id)?.some((word) => word.toLowerCase() === first) ?? false);
}

function deniedKey(selector: Selector, fact: CommandFact, args: readonly Bytes[]): Denial | undefined {
  if (selector.allKeys || !hasKeys(fact)) return undefined;
  const denied = keysOf(fact, args)?.find(({ index, flags }) => !allowsKey(selector, args[index] ?? '', flags));
  return denied === undefined ? undefined : { reason: 'key', at: denied.index };
}

function allowsKey({ keys }: Selector, key: Bytes, flags: ReadonlySet<KeyFlag>): boolean {
  const needsRead = flags.has('access');
  const needsWrite = flags.has('insert') || flags.has('delete') || flags.has('update');
  return keys.some(({ pattern, reads, writes }) => (reads || !needsRead) && (writes || !needsWrite) && globMatch(pattern, key));
}

function deniedChannel({ allChannels, channels }: Selector, fact: CommandFact, args: readonly Bytes[]): Denial | undefined {
  if (allChannels) return undefined;
  const denied = channelsOf(fact, args).find(({ index, isPattern, action }) => action !== 'unsubscribe' && !allowsChannel(channels, args[index] ?? '', isPattern));
  return denied === undefined ? undefined : { reason: 'channel', at: denied.index };
}

/** True if patterns of channels allow a channel. A pattern to subscribe to has to be one of them, letter by letter. */
export function allowsChannel(patterns: readonly Bytes[], channel: Bytes, isPattern: boolean): boolean {
  if (isPattern) return patterns.includes(channel.split('\0', 1)[0] ?? '');
  return patterns.some((pattern) => globMatch(pattern, channel));
}
