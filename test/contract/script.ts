import type { Argument } from '../support/respClient.ts';

/**
 * How two replies to one command are compared. Anything but `exact` is an exception that says why it is one:
 * the reply depends on chance, on the time, on memory layout, or on the seeded order of a hash table.
 */
export type Rule =
  | { readonly kind: 'exact' }
  /** The same elements in any order, taken in groups of `width` (2: flat field-value pairs): a hash table was walked. */
  | { readonly kind: 'unordered'; readonly width: number }
  /** Random picks: as many elements, and all of them out of `pool`; `distinct` ones where the count was positive. */
  | { readonly kind: 'among'; readonly pool: ReadonlySet<string>; readonly distinct: boolean }
  /** Numbers that the clock decides: within `slack` of each other, negative ones and all else exactly. */
  | { readonly kind: 'near'; readonly slack: number }
  /** The same RESP types all the way down, texts and numbers may differ (ids, memory figures). */
  | { readonly kind: 'shape' }
  /** INFO-like text: these fields stand in both, and those with `equal` have the same value. */
  | { readonly kind: 'fields'; readonly present: readonly string[]; readonly equal: readonly string[] }
  /** HELP: as many lines, the frame and the lines of syntax equal; what is said about them is our own. */
  | { readonly kind: 'help' }
  /**
   * Texts of ACL: single commands in any order, since Redis walks a hash table over them, without commands of later versions.
   * `anyOrder`: the texts too.
   */
  | { readonly kind: 'words'; readonly anyOrder: boolean }
  /** A map (flat in RESP2): the values of these fields only. */
  | { readonly kind: 'entries'; readonly names: readonly string[] }
  /** An array of maps: as many, and in each the values of these fields only. */
  | { readonly kind: 'each'; readonly names: readonly string[] };

/** One thing to do on both servers. */
export type Step =
  | { readonly do: 'call'; readonly args: readonly Argument[]; readonly rule: Rule }
  /** Bytes as they are, then `replies` replies (or the end of the connection). */
  | { readonly do: 'raw'; readonly bytes: Buffer; readonly replies: number }
  /** A whole iteration: cursor 0 to cursor 0; `args` without the cursor's place filled (`at` is its index). Elements compared as a set. */
  | { readonly do: 'scan'; readonly args: readonly Argument[]; readonly at: number; readonly width: number }
  /** The same, from a second connection that lives as long as the script. */
  | { readonly do: 'other'; readonly args: readonly Argument[]; readonly rule: Rule }
  | Named;

/** A client of a script beside its first one, by a name; its out-of-band messages count as replies. */
export interface Named {
  readonly do: 'on';
  readonly client: string;
  /** Empty: nothing is sent. */
  readonly args: readonly Argument[];
  /** Messages to wait for and to compare. */
  readonly replies: number;
  /** The command blocks: the script goes on when the server shows this client as blocked. */
  readonly blocks: boolean;
  readonly rule: Rule;
}

/** A command sequence; it begins on an empty server and a fresh connection. */
export interface Script {
  readonly name: string;
  /** Commands that the practice server may not have yet (see coverage.ts): without them the script says only that they are unknown. */
  readonly needs?: readonly string[];
  /** Text is one command in redis-cli's notation. */
  readonly steps: readonly (string | Step)[];
}

const EXACT: Rule = { kind: 'exact' };

/** A command whose arguments are given one by one (bytes, long values). */
export function call(...args: readonly Argument[]): Step {
  return { do: 'call', args, rule: EXACT };
}

/** A command on the script's second connection. */
export function other(command: string): Step {
  return { do: 'other', args: splitArguments(command), rule: EXACT };
}

/** A command on the client of that name, and its replies. In every command the word `ID:name` is the ID of the client of that name. */
export function on(client: string, command: string, replies = 1): Step {
  return { do: 'on', client, args: splitArguments(command), replies, blocks: false, rule: EXACT };
}

/** A command on the client of that name that blocks it; `hear` then gets the reply. */
export function begin(client: string, command: string): Step {
  return { do: 'on', client, args: splitArguments(command), replies: 0, blocks: true, rule: EXACT };
}

/** What the client of that name receives without asking for it (again). */
export function hear(client: string, replies = 1): Step {
  return { do: 'on', client, args: [], replies, blocks: false, rule: EXACT };
}

/** A reply that walks a hash table: any order of single elements, or of pairs with `width` 2. */
export function unordered(command: string, width = 1): Step {
  return { do: 'call', args: splitArguments(command), rule: { kind: 'unordered', width } };
}

/** A reply of random elements out of `pool` (words). */
export function among(command: string, pool: string, distinct = false): Step {
  return { do: 'call', args: splitArguments(command), rule: { kind: 'among', pool: new Set(pool.split(' ')), distinct } };
}

/** A reply of time left or a clock time, within `slack` of the other server's. */
export function near(command: string, slack: number): Step {
  return { do: 'call', args: splitArguments(command), rule: { kind: 'near', slack } };
}

/** A reply of which only the types count. */
export function shape(command: string): Step {
  return { do: 'call', args: splitArguments(command), rule: { kind: 'shape' } };
}

/** INFO and CLIENT INFO: fields that have to be there, and those that have to be equal. */
export function fields(command: string, present: string, equal = ''): Step {
  const split = (text: string): string[] => text.split(' ').filter((word) => word !== '');
  return { do: 'call', args: splitArguments(command), rule: { kind: 'fields', present: split(present), equal: split(equal) } };
}

/** The HELP of a container. */
export function help(command: string): Step {
  return { do: 'call', args: splitArguments(command), rule: { kind: 'help' } };
}

/** A map reply of which only these fields are held to each other. */
export function entries(command: string, names: string): Step {
  return { do: 'call', args: splitArguments(command), rule: { kind: 'entries', names: names.split(' ') } };
}

/** Rules of ACL: commands in any order, and with `anyOrder` texts in any order. */
export function words(command: string, anyOrder = false): Step {
  return { do: 'call', args: splitArguments(command), rule: { kind: 'words', anyOrder } };
}

/** An array of maps of which only these fields are held to each other. */
export function each(command: string, names: string): Step {
  return { do: 'call', args: splitArguments(command), rule: { kind: 'each', names: names.split(' ') } };
}

/** A complete SCAN-family iteration; the word CURSOR in the command marks the cursor's place. */
export function scan(command: string, width = 1): Step {
  const args = splitArguments(command);
  return { do: 'scan', args, at: args.findIndex((arg) => arg.toString() === 'CURSOR'), width };
}

/** Bytes on the wire, text as latin1. */
export function raw(text: string | Buffer, replies: number): Step {
  return { do: 'raw', bytes: typeof text === 'string' ? Buffer.from(text, 'latin1') : text, replies };
}

/** A step from redis-cli's notation or as it is. */
export function toStep(step: string | Step): Step {
  return typeof step === 'string' ? call(...splitArguments(step)) : step;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

/** Arguments as redis-cli reads them: words, "..." with \n \r \t \b \a \xHH, '...' with \' only. Throws on an open quote. */
export function splitArguments(line: string): Buffer[] {
  const args: Buffer[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"']+))(?=\s|$)/gy;
  while (pattern.lastIndex < line.trimEnd().length) {
    const from = pattern.lastIndex;
    const match = pattern.exec(line);
    if (match === null) throw new Error(`cannot read the arguments of ${line} from column ${String(from)}`);
    const [, double, single, word] = match;
    if (double !== undefined) args.push(unescapeDouble(double));
    else args.push(Buffer.from(single === undefined ? (word ?? '') : single.replaceAll("\\'", "'")));
  }
  return args;
}

function unescapeDouble(text: string): Buffer {
  const parts = text.match(/\\x[0-9a-fA-F]{2}|\\.|[^\\]+/gs) ?? [];
  return Buffer.concat(
    parts.map((part) => {
      if (/^\\x../.test(part)) return Buffer.from([Number.parseInt(part.slice(2), 16)]);
      if (part.startsWith('\\')) return Buffer.from(ESCAPES[part.slice(1)] ?? part.slice(1));
      return Buffer.from(part);
    }),
  );
}
