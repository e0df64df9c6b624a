/**
 * Splits an inline command (or a line of redis-cli) as Redis's sdssplitargs does: blanks between arguments, `"..."` with
 * \n \r \t \b \a \xHH escapes, `'...'` with \' only. The text holds one byte per character.
 * Undefined when quotes are unbalanced or a closing quote is followed by something other than a blank.
 */
export function splitInline(line: string): string[] | undefined {
  const args: string[] = [];
  let index = 0;
  for (;;) {
    while (index < line.length && isBlank(line[index])) index += 1;
    if (index >= line.length) return args;
    let current = '';
    let quote = '';
    for (;;) {
      const char = line[index];
      if (char === undefined || char === '\0') {
        if (quote !== '') return undefined;
        if (char === '\0') return [...args, current];
        break;
      }
      if (quote === '"') {
        if (char === '\\' && line[index + 1] === 'x' && /^[0-9a-fA-F]{2}$/.test(line.slice(index + 2, index + 4))) {
          current += String.fromCharCode(parseInt(line.slice(index + 2, index + 4), 16));
          index += 3;
        } else if (char === '\\' && index + 1 < line.length) {
          index += 1;
          current += unescape(line[index] ?? '');
        } else if (char === '"') {
          if (index + 1 < line.length && !isBlank(line[index + 1])) return undefined;
          index += 1;
          break;
        } else current += char;
      } else if (quote === "'") {
        if (char === '\\' && line[index + 1] === "'") {
          index += 1;
          current += "'";
        } else if (char === "'") {
          if (index + 1 < line.length && !isBlank(line[index + 1])) return undefined;
          index += 1;
          break;
        } else current += char;
        // Vertical tabs and form feeds part arguments only where one has ended.
      } else if (' \n\r\t'.includes(char)) break;
      else if (char === '"' || char === "'") quote = char;
      else current += char;
      index += 1;
    }
    args.push(current);
  }
}

function isBlank(char: string | undefined): boolean {
  return char !== undefined && ' \n\r\t\v\f'.includes(char);
}

function unescape(char: string): string {
  switch (char) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\x07';
    default:
      return char;
  }
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x07': '\\a', '\b': '\\b' };

/** Bytes, one per character, in double quotes as Redis shows them to people: what is not printable ASCII is escaped. `splitInline` reads it. */
export function quoteInline(text: string): string {
  return `"${text.replace(/["\\]|[^ -~]/g, (char) => escapes[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
}
