import type { CommandArgument } from '../../protocol/commands/arguments.ts';

/**
 * The arguments that may still come behind `words`, in order; of one that was begun, what is missing. Undefined when the words do not
 * fit. A sketch for hints and completion and no judge: any word counts as a number, a key or a value.
 */
export function remainingArguments(args: readonly CommandArgument[], words: readonly string[]): readonly CommandArgument[] | undefined {
  const { used, rest } = take(args, words);
  return used < words.length ? undefined : rest;
}

/** The words (NX, COUNT, a subcommand's) that may come next. */
export function nextTokens(args: readonly CommandArgument[]): readonly string[] {
  const found: string[] = [];
  for (const arg of args) {
    if (arg.token !== undefined && arg.token !== '') found.push(arg.token);
    else if (arg.type === 'oneof') found.push(...arg.parts.flatMap((part) => nextTokens([part])));
    else if (arg.type === 'block') found.push(...nextTokens(arg.parts));
    if (!isOptional(arg)) break;
  }
  return [...new Set(found)];
}

interface Taken {
  /** Words; 0 where the argument is not there. */
  readonly used: number;
  /** What may still come of it. */
  readonly rest: readonly CommandArgument[];
}

const nothing: Taken = { used: 0, rest: [] };
const isOptional = ({ flags }: CommandArgument): boolean => flags.includes('optional');
const repeats = ({ flags }: CommandArgument): boolean => flags.includes('multiple') || flags.includes('multiple_token');

function take(args: readonly CommandArgument[], words: readonly string[]): Taken {
  let used = 0;
  let at = 0;
  while (at < args.length) {
    const arg = args[at] as CommandArgument;
    if (isOptional(arg)) {
      // Redis takes options in any order.
      let end = at;
      while (end < args.length && isOptional(args[end] as CommandArgument)) end += 1;
      const taken = takeOptions(args.slice(at, end), args.slice(end), words.slice(used));
      used += taken.used;
      if (used >= words.length) return { used, rest: [...taken.rest, ...args.slice(end)] };
      at = end;
      continue;
    }
    if (used >= words.length) return { used, rest: args.slice(at) };
    const taken = takeOne(arg, args.slice(at + 1), words.slice(used));
    if (taken.used === 0) return { used, rest: args.slice(at) };
    used += taken.used;
    if (used >= words.length) return { used, rest: [...taken.rest, ...args.slice(at + 1)] };
    at += 1;
  }
  return { used, rest: [] };
}

function takeOptions(options: readonly CommandArgument[], after: readonly CommandArgument[], words: readonly string[]): Taken {
  const needed = after.filter((arg) => !isOptional(arg)).length;
  let left = [...options];
  let used = 0;
  while (used < words.length) {
    const here = words.slice(used);
    // An option without a word of its own takes any: the others are asked first, and what has to come behind must still find one.
    const [named, bare] = [left.filter(hasWord), left.filter((arg) => !hasWord(arg) && here.length > needed)];
    let found: readonly [CommandArgument, Taken] | undefined;
    for (const arg of [...named, ...bare]) {
      const taken = takeOne(arg, [...left.filter((other) => other !== arg), ...after], here);
      if (taken.used > 0) {
        found = [arg, taken];
        break;
      }
    }
    if (found === undefined) return { used, rest: left };
    const [arg, taken] = found;
    used += taken.used;
    left = left.filter((other) => other !== arg);
    if (used >= words.length) return { used, rest: [...taken.rest, ...left] };
  }
  return { used, rest: left };
}

/** True if its first word tells it from any other. */
function hasWord(arg: CommandArgument): boolean {
  if (arg.token !== undefined) return true;
  if (arg.type === 'oneof') return arg.parts.every(hasWord);
  return arg.type === 'block' && arg.parts.length > 0 && hasWord(arg.parts[0] as CommandArgument);
}

function takeOne(arg: CommandArgument, after: readonly CommandArgument[], words: readonly string[]): Taken {
  const first = takeOnce(arg, words);
  if (first.used === 0 || !repeats(arg)) return first;
  // The words that begin what comes behind are not taken for more of the same.
  const stops = new Set(arg.token === undefined && !hasWord(arg) ? after.flatMap((next) => nextTokens([next])).map((word) => word.toUpperCase()) : []);
  const again: CommandArgument = arg.flags.includes('multiple_token') ? arg : { ...arg, token: undefined };
  let { used, rest } = first;
  while (used < words.length && !stops.has((words[used] as string).toUpperCase())) {
    const taken = takeOnce(again, words.slice(used));
    if (taken.used === 0) break;
    used += taken.used;
    rest = taken.rest;
  }
  const more: CommandArgument = { ...again, flags: [...new Set([...again.flags, 'optional' as const])] };
  return { used, rest: rest.length > 0 ? rest : [more] };
}

function takeOnce(arg: CommandArgument, words: readonly string[]): Taken {
  const [word] = words;
  if (word === undefined) return nothing;
  if (arg.token !== undefined) {
    if (word.toUpperCase() !== arg.token.toUpperCase()) return nothing;
    if (arg.type === 'pure-token') return { used: 1, rest: [] };
    const value: CommandArgument = { ...arg, token: undefined, flags: arg.flags.filter((flag) => flag !== 'optional' && flag !== 'multiple_token') };
    if (words.length === 1) return { used: 1, rest: [value] };
    const taken = takeOnce(value, words.slice(1));
    return { used: taken.used === 0 ? 0 : taken.used + 1, rest: taken.rest };
  }
  switch (arg.type) {
    case 'oneof': {
      const parts = [...arg.parts.filter(hasWord), ...arg.parts.filter((part) => !hasWord(part))];
      return parts.map((part) => takeOne(part, [], words)).find(({ used }) => used > 0) ?? nothing;
    }
    case 'block': return take(arg.parts, words);
    default: return { used: 1, rest: [] };
  }
}
