import type { Command } from '../state.ts';
import type { Bytes } from '../store/value.ts';

/** Forms of later versions that take more arguments than 7.0 allows: ZRANK key member WITHSCORE (7.2). */
const wider: Readonly<Record<string, (args: readonly Bytes[]) => boolean>> = {
  zrank: withScore,
  zrevrank: withScore,
};

function withScore(args: readonly Bytes[]): boolean {
  return args.length === 4 && args[3]?.toUpperCase() === 'WITHSCORE';
}

/** True if a command takes that many arguments, its name among them. */
export function takesArguments({ name, arity }: Command, args: readonly Bytes[]): boolean {
  return (arity > 0 ? args.length === arity : args.length >= -arity) || wider[name]?.(args) === true;
}
