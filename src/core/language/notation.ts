import type { CommandArgument } from '../../protocol/commands/arguments.ts';

/** Arguments in the notation of Redis's documentation: `key value [NX|XX] [EX seconds|PX milliseconds]`. */
export function notationOf(args: readonly CommandArgument[]): string {
  return args.map(notation).join(' ');
}

function notation(arg: CommandArgument): string {
  const optional = arg.flags.includes('optional');
  const once = inner(arg);
  const word = arg.token === '' ? '""' : arg.token;
  const first = arg.type === 'pure-token' ? (word ?? arg.name) : word === undefined ? once : `${word} ${once}`;
  const again = arg.flags.includes('multiple_token') ? first : once;
  const text = arg.flags.includes('multiple') || arg.flags.includes('multiple_token') ? `${first} [${again} ...]` : first;
  return optional ? `[${text}]` : text;
}

function inner(arg: CommandArgument): string {
  if (arg.type === 'oneof') return arg.parts.map(notation).join('|');
  return arg.type === 'block' ? notationOf(arg.parts) : arg.name;
}
