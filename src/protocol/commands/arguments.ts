import { syntaxRows } from './syntax.ts';

/** A type as COMMAND DOCS prints it. */
export type ArgumentType = 'string' | 'integer' | 'double' | 'key' | 'pattern' | 'unix-time' | 'pure-token' | 'oneof' | 'block';

/** How often an argument may come: not at all, repeated, repeated together with its token. */
export type ArgumentFlag = 'optional' | 'multiple' | 'multiple_token';

/** One argument of a command, or several that belong together (`block`) or exclude each other (`oneof`). */
export interface CommandArgument {
  readonly name: string;
  readonly type: ArgumentType;
  /** Which key specification of the command tells about this key. */
  readonly keySpec: number | undefined;
  /** The word itself (`pure-token`), or the word in front; may be empty. */
  readonly token: string | undefined;
  readonly since: string | undefined;
  readonly deprecatedSince: string | undefined;
  readonly flags: readonly ArgumentFlag[];
  /** Of `oneof` and `block`. */
  readonly parts: readonly CommandArgument[];
}

const types: Readonly<Record<string, ArgumentType>> = { i: 'integer', d: 'double', p: 'pattern', t: 'unix-time' };
const known = new Map<string, readonly CommandArgument[]>();

/** The arguments of a command by its full lower-case name (`client|kill`), behind that name; expanded when they are first asked for. */
export function argumentsOf(name: string): readonly CommandArgument[] {
  let args = known.get(name);
  if (args === undefined) known.set(name, (args = readSyntax(syntaxRows[name] ?? '')));
  return args;
}

/** Reads the notation of syntax.ts. Throws on what is none. */
export function readSyntax(notation: string): readonly CommandArgument[] {
  let at = 0;

  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(notation);
    if (match === null) return undefined;
    at = pattern.lastIndex;
    return match;
  };
  const list = (separator: string, end: string | undefined): CommandArgument[] => {
    const items = [item()];
    while (notation[at] === separator) {
      at += 1;
      items.push(item());
    }
    if (notation[at] !== end) throw new Error(`cannot read ${notation.slice(at)} in ${notation}`);
    at += 1;
    return items;
  };
  const item = (): CommandArgument => {
    const [, quoted, plain] = take(/(?:'([^']*)'|([A-Z][A-Z0-9-]*))>/y) ?? [];
    const token = quoted ?? plain;
    const called = take(/([a-z][\w/-]*(?::[a-z]{2,})?)=?/y)?.[1];
    const pure = called === undefined || notation[at - 1] === '=' ? take(/'([^']*)'|([A-Z][A-Z0-9-]*)/y) : undefined;
    if (called === undefined && pure === undefined) throw new Error(`cannot read ${notation.slice(at)} in ${notation}`);
    const word = pure?.[1] ?? pure?.[2];
    let type: ArgumentType = pure === undefined ? 'string' : 'pure-token';
    let parts: readonly CommandArgument[] = [];
    if (take(/\(/y) !== undefined) {
      type = 'oneof';
      parts = list('|', ')');
    } else if (take(/\{/y) !== undefined) {
      type = 'block';
      parts = list(' ', '}');
    } else type = types[take(/:([idpt])/y)?.[1] ?? ''] ?? type;
    const keySpec = take(/@(\d)/y)?.[1];
    if (keySpec !== undefined && type === 'string') type = 'key';
    const [, optional, stars] = take(/(\?)?(\*{1,2})?/y) ?? [];
    const flags: ArgumentFlag[] = [];
    if (optional !== undefined) flags.push('optional');
    if (stars !== undefined) flags.push('multiple');
    if (stars === '**') flags.push('multiple_token');
    return {
      name: called ?? word?.toLowerCase() ?? '',
      type,
      keySpec: keySpec === undefined ? undefined : Number(keySpec),
      token: token ?? word,
      since: take(/\^([\d.]+)/y)?.[1],
      deprecatedSince: take(/!([\d.]+)/y)?.[1],
      flags,
      parts,
    };
  };
  return notation === '' ? [] : list(' ', undefined);
}
