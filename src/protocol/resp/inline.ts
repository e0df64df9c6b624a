/** One argument of a line: what it means, and where it stands (`to`: behind its closing quote). */
export interface InlineWord {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** A line cut into arguments. */
export interface InlineLine {
  readonly words: readonly InlineWord[];
  /** A quote that is not closed (at the quote), or something that follows a closed one without a blank (at what follows). */
  readonly fault: { readonly kind: 'open' | 'glued'; readonly at: number } | undefined;
}

const blank = /[ \n\r\t\v\f]/;
/** Vertical tabs and form feeds part arguments only where one has ended. */
const parting = /[ \n\r\t]/;
const meant: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

/**
 * Cuts an inline command (or a line of redis-cli) as Redis's sdssplitargs does: blanks between arguments, `"..."` with
 * \n \r \t \b \a \xHH escapes, `'...'` with \' only. The text holds one byte per character. Of a line with a fault the words are
 * those before it and what there is of the faulty one.
 */
export function cutInline(line: string): InlineLine {
  const words: InlineWord[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && blank.test(line[at] as string)) at += 1;
    if (at >= line.length) return { words, fault: undefined };
    const from = at;
    let text = '';
    let quote: { readonly mark: string; readonly at: number } | undefined;
    let closed = false;
    while (at < line.length && !closed && (quote !== undefined || !parting.test(line[at] as string))) {
      const char = line[at] as string;
      if (quote === undefined && (char === '"' || char === "'")) {
        quote = { mark: char, at };
        at += 1;
      } else if (char === quote?.mark) {
        quote = undefined;
        closed = true;
        at += 1;
      } else {
        const [byte, length] = byteAt(line, at, quote?.mark);
        text += byte;
        at += length;
      }
    }
    words.push({ text, from, to: at });
    if (quote !== undefined) return { words, fault: { kind: 'open', at: quote.at } };
    if (closed && at < line.length && !blank.test(line[at] as string)) return { words, fault: { kind: 'glued', at } };
  }
}

/** The byte at `at`, and how many characters stand for it. */
function byteAt(line: string, at: number, quote: string | undefined): readonly [string, number] {
  const next = line[at + 1];
  if (line[at] === '\\' && next !== undefined) {
    if (quote === '"') {
      const hex = next === 'x' ? /^[0-9a-fA-F]{2}/.exec(line.slice(at + 2, at + 4))?.[0] : undefined;
      return hex === undefined ? [meant[next] ?? next, 2] : [String.fromCharCode(parseInt(hex, 16)), 4];
    }
    if (quote === "'" && next === "'") return [next, 2];
  }
  return [line[at] as string, 1];
}

/** The arguments of an inline command, of which a NUL ends the line. Undefined for a line with a fault. */
export function splitInline(line: string): string[] | undefined {
  const end = line.indexOf('\0');
  const { words, fault } = cutInline(end < 0 ? line : line.slice(0, end));
  return fault === undefined ? words.map(({ text }) => text) : undefined;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x07': '\\a', '\b': '\\b' };

/** Bytes, one per character, in double quotes as Redis shows them to people: what is not printable ASCII is escaped. `splitInline` reads it. */
export function quoteInline(text: string): string {
  return `"${text.replace(/["\\]|[^ -~]/g, (char) => escapes[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
}
