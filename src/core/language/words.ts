import { cutInline, type InlineLine } from '../../protocol/resp/inline.ts';

/** One argument of a line, and where it stands there (UTF-16 units; `to` behind its closing quote). */
export interface Word {
  /** What is sent: UTF-8 of what was typed, escapes resolved. */
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
}

/** A line cut into arguments, as redis-cli and inline commands are (`cutInline`). */
export interface Line {
  readonly words: readonly Word[];
  readonly fault: InlineLine['fault'];
}

/** Cuts what a person typed. */
export function splitLine(line: string): Line {
  const bytes = Buffer.from(line).toString('latin1');
  const { words, fault } = cutInline(bytes);
  const unit = bytes.length === line.length ? (at: number): number => at : unitsOf(line);
  return {
    words: words.map(({ text, from, to }) => ({ bytes: Buffer.from(text, 'latin1'), from: unit(from), to: unit(to) })),
    fault: fault && { kind: fault.kind, at: unit(fault.at) },
  };
}

/** From positions in the UTF-8 of a line to those in the line. */
function unitsOf(line: string): (at: number) => number {
  const units: number[] = [];
  let unit = 0;
  for (const char of line) {
    units.push(...Array.from({ length: Buffer.byteLength(char) }, () => unit));
    unit += char.length;
  }
  units.push(unit);
  return (at) => units[at] ?? unit;
}
