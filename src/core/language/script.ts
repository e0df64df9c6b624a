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
  const closing = createCloser(script, rows);
  const found: Statement[] = [];
  for (let at = 0; at < rows.length; at += 1) {
    const { from, to } = rows[at] as Row;
    const text = script.slice(from, to);
    if (/^\s*(#|\/\/|$)/.test(text)) continue;
    const first: Statement = { from, to, text, line: splitLine(text) };
    const last = first.line.fault?.kind === 'open' ? closing(at) : undefined;
    if (last === undefined) {
      found.push(first);
      continue;
    }
    at = last;
    const end = rows[last]?.to ?? to;
    const whole = script.slice(from, end);
    found.push({ from, to: end, text: whole, line: splitLine(whole) });
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

/** Behind a row: outside of quotes, in one of these, or where one is closed without a blank behind it. */
type Place = '' | '"' | "'" | 'glued';

/** A walk over rows that was in quotes behind each of them; all that met it at one row go the same way from there. */
interface Walk {
  last: number;
  place: '"' | "'";
}

/** Finds the row that closes the quote which is open behind another one, if one of the `LONGEST` from there does. */
function createCloser(script: string, rows: readonly Row[]): (first: number) => number | undefined {
  // Without it a file in which no quote is ever closed would be walked over for each of its rows.
  const walks = { '"': new Map<number, Walk>(), "'": new Map<number, Walk>() };
  return (first) => {
    const limit = Math.min(rows.length, first + LONGEST);
    const passed: (readonly [number, '"' | "'"])[] = [];
    let walk: Walk | undefined;
    let at = first;
    let place = placeBehind(script, rows[first], '');
    while (place === '"' || place === "'") {
      walk ??= walks[place].get(at);
      if (walk !== undefined && walk.last > at) ({ last: at, place } = walk);
      else passed.push([at, place]);
      if (at + 1 >= limit) break;
      at += 1;
      place = placeBehind(script, rows[at], place);
      if (walk !== undefined && (place === '"' || place === "'")) Object.assign(walk, { last: at, place });
    }
    if (place !== '"' && place !== "'") return at;
    walk ??= { last: at, place };
    for (const [row, mark] of passed) walks[mark].set(row, walk);
    return undefined;
  };
}

/** As `cutInline` reads a row. What a backslash at its end stands before is no quote. */
function placeBehind(script: string, { from, to }: Row = { from: 0, to: 0 }, before: Place): Place {
  let place = before;
  for (let at = from; at < to; at += 1) {
    const char = script[at];
    if (place === '') {
      if (char === '"' || char === "'") place = char;
    } else if (char === place) {
      place = '';
      if (at + 1 < to && !/[ \t\v\f]/.test(script[at + 1] ?? '')) return 'glued';
    } else if (char === '\\' && (place === '"' || script[at + 1] === "'")) at += 1;
  }
  return place;
}
