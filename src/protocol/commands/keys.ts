import { parseInteger } from '../resp/number.ts';
import type { CommandFact, CommandFlag } from './fact.ts';
import { keySpecsOf, type KeyFlag, type KeySpec } from './keySpecs.ts';
import { searchKeys, wordIn } from './keySearch.ts';

export type { KeyFlag } from './keySpecs.ts';

/** A key name in a call: its position (the command's name is 0) and what is done to the key. */
export interface KeyUse {
  readonly index: number;
  readonly flags: ReadonlySet<KeyFlag>;
}

/** A channel or a pattern of channels in a call, and what for. */
export interface ChannelUse {
  readonly index: number;
  readonly isPattern: boolean;
  readonly action: 'publish' | 'subscribe' | 'unsubscribe';
}

/** What keysOf needs to know of a command. */
type Named = Pick<CommandFact, 'name'> & { readonly flags: { has(flag: CommandFlag): boolean } };

const NONE: readonly never[] = [];

/** True for a command that may have key names among its arguments (not channels). */
export function hasKeys({ name }: Pick<CommandFact, 'name'>): boolean {
  return keySpecsOf(name).some(({ flags }) => !flags.has('not_key'));
}

/**
 * The key names of a call, as Redis finds them for ACLs and COMMAND GETKEYSANDFLAGS; `args` are the whole call, latin1, arity checked.
 * Undefined: the arguments cannot be right, so that there is no telling. Flags are empty where Redis knows none.
 */
export function keysOf(command: Named, args: readonly string[]): readonly KeyUse[] | undefined {
  const specs = keySpecsOf(command.name);
  const only = specs[0];
  if (only === undefined) return NONE;
  // A single key at a fixed place is by far the most common.
  if (specs.length === 1 && isPlain(only) && args.length > only.begin.at) return [{ index: only.begin.at, flags: only.flags }];
  if (!hasKeys(command)) return NONE;
  // Flags that depend on the options are found by a search of the command's own; specifications tell the worst case.
  const varies = specs.some(({ flags }) => flags.has('variable_flags'));
  const found = (varies ? undefined : bySpecs(specs, args)) ?? searchKeys(command.name, args);
  return found.length > 0 || command.flags.has('no_mandatory_keys') ? found : undefined;
}

function isPlain(spec: KeySpec): spec is KeySpec & { readonly begin: { readonly at: number } } {
  const { begin, find, flags } = spec;
  return typeof find === 'object' && find.last === 0 && begin !== undefined && 'at' in begin && !flags.has('variable_flags') && !flags.has('not_key');
}

/** Undefined: a specification is not complete or does not fit the arguments. */
function bySpecs(specs: readonly KeySpec[], args: readonly string[]): readonly KeyUse[] | undefined {
  const uses: KeyUse[] = [];
  for (const { begin, find, flags } of specs) {
    if (begin === undefined || find === undefined) return undefined;
    let first = 'at' in begin ? begin.at : behindWord(begin, args);
    // The word is not there: an option that was not taken.
    if (first === 0) continue;
    let last: number;
    let step = 1;
    if (find === 'counted') {
      const count = parseInteger(args[first] ?? '');
      if (count === undefined || count < 0) return undefined;
      first += 1;
      // A C int.
      last = first + Number(BigInt.asIntN(32, BigInt(count))) - 1;
    } else {
      step = find.step;
      if (find.last >= 0) last = first + find.last;
      else if (find.limit === 0) last = args.length + find.last;
      else last = first + Math.floor((args.length - first) / find.limit) + find.last;
    }
    if (last >= args.length || last < first || flags.has('incomplete')) return undefined;
    for (let index = first; index <= last; index += step) uses.push({ index, flags });
  }
  return uses;
}

/** The position behind the word, or 0. Like Redis's, the search stops short of the last argument, and a backward one of the first. */
function behindWord({ word, from }: { readonly word: string; readonly from: number }, args: readonly string[]): number {
  const start = from > 0 ? from : args.length + from;
  const end = from > 0 ? args.length - 1 : 1;
  const by = start <= end ? 1 : -1;
  for (let index = start; index !== end && index < args.length; index += by) {
    if (wordIn(args[index]) === word) return index + 1;
  }
  return 0;
}

const channelRows: Readonly<Record<string, readonly [action: ChannelUse['action'], isPattern: boolean, last: number]>> = {
  publish: ['publish', false, 1],
  spublish: ['publish', false, 1],
  subscribe: ['subscribe', false, -1],
  ssubscribe: ['subscribe', false, -1],
  psubscribe: ['subscribe', true, -1],
  unsubscribe: ['unsubscribe', false, -1],
  sunsubscribe: ['unsubscribe', false, -1],
  punsubscribe: ['unsubscribe', true, -1],
};

/** The channels of a call, for the channel rights of an ACL (which ask nothing for `unsubscribe`). */
export function channelsOf({ name }: Pick<CommandFact, 'name'>, args: readonly string[]): readonly ChannelUse[] {
  const row = channelRows[name];
  if (row === undefined) return NONE;
  const [action, isPattern, last] = row;
  const end = last < 0 ? args.length : last + 1;
  return Array.from({ length: Math.max(0, end - 1) }, (_, at) => ({ index: at + 1, isPattern, action }));
}
