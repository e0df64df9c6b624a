import type { Bytes } from '../store/value.ts';
import { aclCommands, commandsOfCategory, namedCommand } from './universe.ts';
import type { AclCommand } from './universe.ts';

/** A pattern of key names and what may be done to them. */
export interface KeyPattern {
  readonly pattern: Bytes;
  reads: boolean;
  writes: boolean;
}

/** One set of rules: a call is allowed to a user if one of his selectors allows all of it. */
export interface Selector {
  /** True from `+@all` until something is taken away. */
  allCommands: boolean;
  /** True from `+@all` until `-@all`: commands that come with later versions are allowed. */
  future: boolean;
  /** 1 where the command of that id is allowed. */
  allowed: Uint8Array;
  /** By the id of a command that is not allowed: first arguments with which it is all the same. */
  firstArguments: Map<number, Bytes[]>;
  allKeys: boolean;
  keys: KeyPattern[];
  allChannels: boolean;
  channels: Bytes[];
}

export const UNKNOWN_COMMAND = 'Unknown command or category name in ACL';
export const BAD_RULE = 'Syntax error';
const AFTER_ALL_KEYS =
  "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns";
const AFTER_ALL_CHANNELS =
  "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels";
const DEEP_FIRST_ARGUMENT = 'Allowing first-arg of a subcommand is not supported';

/** A selector that allows nothing, or nothing but all channels (acl-pubsub-default). */
export function createSelector(allChannels = false): Selector {
  return {
    allCommands: false, future: false, allowed: new Uint8Array(aclCommands.length), firstArguments: new Map(), allKeys: false, keys: [], allChannels, channels: [],
  };
}

export function copySelector(selector: Selector): Selector {
  return {
    ...selector,
    allowed: selector.allowed.slice(),
    firstArguments: new Map([...selector.firstArguments].map(([id, words]) => [id, [...words]])),
    keys: selector.keys.map((key) => ({ ...key })),
    channels: [...selector.channels],
  };
}

/** As C's isspace, and a zero byte: what no name and no pattern may hold. */
export function hasSpaces(text: Bytes): boolean {
  return /[\0\t-\r ]/.test(text);
}

/** Applies one rule on commands, keys or channels. Answers what is wrong with it, or undefined. */
export function applySelectorRule(selector: Selector, rule: Bytes): string | undefined {
  // Redis reads words as C texts, which end at a zero byte; patterns by their length.
  const word = rule.split('\0', 1)[0] ?? '';
  switch (word.toLowerCase()) {
    case 'allkeys':
    case '~*':
      selector.allKeys = true;
      selector.keys = [];
      return undefined;
    case 'resetkeys':
      selector.allKeys = false;
      selector.keys = [];
      return undefined;
    case 'allchannels':
    case '&*':
      selector.allChannels = true;
      selector.channels = [];
      return undefined;
    case 'resetchannels':
      selector.allChannels = false;
      selector.channels = [];
      return undefined;
    case 'allcommands':
    case '+@all':
      setEverything(selector, true);
      return undefined;
    case 'nocommands':
    case '-@all':
      setEverything(selector, false);
      return undefined;
  }
  switch (word[0]) {
    case '~':
    case '%':
      return addKeyPattern(selector, rule);
    case '&':
      return addChannel(selector, rule.slice(1));
    case '+':
    case '-':
      return word[1] === '@' ? changeCategory(selector, word.slice(2).toLowerCase(), word.startsWith('+')) : changeCommand(selector, word);
    default:
      return BAD_RULE;
  }
}

function setEverything(selector: Selector, allow: boolean): void {
  selector.allowed.fill(allow ? 1 : 0);
  selector.allCommands = allow;
  selector.future = allow;
  selector.firstArguments.clear();
}

function addKeyPattern(selector: Selector, rule: Bytes): string | undefined {
  if (selector.allKeys) return AFTER_ALL_KEYS;
  let [reads, writes] = [true, true];
  let pattern = rule.slice(1);
  if (rule.startsWith('%')) {
    // Each letter once, in any order; Redis does not insist on the `~` behind them.
    const [whole, letters = ''] = /^%(r?w?|wr)(?=~|$)~?/i.exec(rule) ?? [];
    if (whole === undefined || letters === '') return BAD_RULE;
    reads = /r/i.test(letters);
    writes = /w/i.test(letters);
    pattern = rule.slice(whole.length);
  }
  if (hasSpaces(pattern)) return BAD_RULE;
  const known = selector.keys.find((key) => key.pattern === pattern);
  if (known === undefined) selector.keys.push({ pattern, reads, writes });
  else {
    known.reads ||= reads;
    known.writes ||= writes;
  }
  return undefined;
}

function addChannel(selector: Selector, pattern: Bytes): string | undefined {
  if (selector.allChannels) return AFTER_ALL_CHANNELS;
  if (hasSpaces(pattern)) return BAD_RULE;
  if (!selector.channels.includes(pattern)) selector.channels.push(pattern);
  return undefined;
}

function changeCategory(selector: Selector, category: string, allow: boolean): string | undefined {
  const commands = commandsOfCategory.get(category);
  if (commands === undefined) return UNKNOWN_COMMAND;
  for (const command of commands) changeOne(selector, command, allow);
  return undefined;
}

/** Allows or denies a command, and with a container all of its subcommands. */
export function changeOne(selector: Selector, { id, children }: AclCommand, allow: boolean): void {
  selector.firstArguments.delete(id);
  selector.allowed[id] = allow ? 1 : 0;
  for (const child of children) selector.allowed[child] = allow ? 1 : 0;
  if (!allow) selector.allCommands = false;
}

/** `+get`, `-config|get`, `+select|0`. */
function changeCommand(selector: Selector, word: Bytes): string | undefined {
  const name = word.slice(1);
  const bar = name.lastIndexOf('|');
  if (bar === -1 || word.startsWith('-')) {
    const command = namedCommand(name);
    if (command === undefined) return UNKNOWN_COMMAND;
    changeOne(selector, command, word.startsWith('+'));
    return undefined;
  }
  const command = namedCommand(name.slice(0, bar));
  const argument = name.slice(bar + 1);
  if (command === undefined) return UNKNOWN_COMMAND;
  if (command.isSubcommand) return DEEP_FIRST_ARGUMENT;
  if (argument === '') return BAD_RULE;
  if (command.children.length > 0) {
    const sub = namedCommand(name);
    if (sub === undefined) return UNKNOWN_COMMAND;
    changeOne(selector, sub, true);
    return undefined;
  }
  const words = selector.firstArguments.get(command.id) ?? [];
  if (!words.some((one) => one.toLowerCase() === argument.toLowerCase())) words.push(argument);
  selector.firstArguments.set(command.id, words);
  return undefined;
}
