import { splitLine, type Line } from './words.ts';

/** One command of a script. Places in `line` count from `from`. */
export interface Statement {
  /** Where it stands in the script, UTF-16 units; `to` behind its last character. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly line: Line;
}

/** Lines that one quote may join. */
const LONGEST = 1000;

/**
 * The commands of a script: one a line, as one would type them; a quote that is not closed goes on in the next lines. Empty lines and
 * those that begin with # or // are passed over. A quote that is never closed is a fault of its own line alone.
 */
export function splitScript(script: string): readonly Statement[] {
  const rows = rowsOf(script);
  const found: Statement[] = [];
  for (let at = 0; at < rows.length; at += 1) {
    const { from, to } = rows[at] as Row;
    const text = script.slice(from, to);
    if (/^\s*(#|\/\/|$)/.test(text)) continue;
    const first: Statement = { from, to, text, line: splitLine(text) };
    const whole = first.line.fault?.kind === 'open' ? closed(script, rows, at) : { last: at, statement: first };
    found.push(whole?.statement ?? first);
    at = whole?.last ?? at;
  }
  return found;
}

/** The statement at a place, or undefined between two. */
export function statementAt(statements: readonly Statement[], at: number): Statement | undefined {
  return statements.find(({ from, to }) => at >= from && at <= to);
}

interface Row {
  readonly from: number;
  readonly to: number;
}

function rowsOf(script: string): readonly Row[] {
  const rows: Row[] = [];
  for (const { index, 0: row } of script.matchAll(/.*/gm)) if (index > (rows.at(-1)?.to ?? -1)) rows.push({ from: index, to: index + row.length });
  return rows;
}

/** The lines from `first` on, up to the one that closes its quote. */
function closed(script: string, rows: readonly Row[], first: number): { readonly last: number; readonly statement: Statement } | undefined {
  const { from } = rows[first] as Row;
  for (let last = first + 1; last < Math.min(rows.length, first + LONGEST); last += 1) {
    const { to } = rows[last] as Row;
    const text = script.slice(from, to);
    const line = splitLine(text);
    if (line.fault?.kind !== 'open') return { last, statement: { from, to, text, line } };
  }
  return undefined;
}
