import type { Reply } from '../../protocol/resp/reply.ts';
import type { Ran } from './lesson.ts';

/** A SCAN, HSCAN, SSCAN or ZSCAN that was answered. */
export interface ScanCall {
  /** Lower case. */
  readonly name: string;
  /** Of HSCAN, SSCAN and ZSCAN. */
  readonly key: string | undefined;
  readonly cursor: string;
  /** The cursor that came back. */
  readonly next: string;
  readonly items: readonly string[];
  /** By their names in capitals: COUNT, MATCH, TYPE. */
  readonly options: Readonly<Record<string, string | undefined>>;
}

/** The name of a command, in lower case. */
export function nameOf({ words }: Ran): string {
  return (words[0] ?? '').toLowerCase();
}

/** Those that have this name. */
export function named(ran: readonly Ran[], ...names: readonly string[]): readonly Ran[] {
  return ran.filter((one) => names.includes(nameOf(one)));
}

/** What was scanned, in order; faults are left out. */
export function scansOf(ran: readonly Ran[], name = 'scan'): readonly ScanCall[] {
  return named(ran, name).flatMap(({ words, reply }) => {
    if (reply.kind !== 'array') return [];
    const [next, items] = reply.items;
    if (next === undefined || items === undefined) return [];
    const [key, cursor, from] = name === 'scan' ? [undefined, words[1] ?? '', 2] : [words[1] ?? '', words[2] ?? '', 3];
    const options: Record<string, string> = {};
    for (let at = from; at + 1 < words.length; at += 2) options[(words[at] ?? '').toUpperCase()] = words[at + 1] ?? '';
    return [{ name, key, cursor, next: textOf(next), items: textsOf(items), options }];
  });
}

/** A string or integer as text, one character a byte; empty for anything else. */
export function textOf(reply: Reply): string {
  switch (reply.kind) {
    case 'bulk': return reply.value.toString('latin1');
    case 'simple':
    case 'error': return reply.text;
    case 'integer': return String(reply.value);
    default: return '';
  }
}

/** The texts of an array, empty for anything else. */
export function textsOf(reply: Reply): readonly string[] {
  return 'items' in reply ? reply.items.map(textOf) : [];
}

/**
 * The walk that was begun last: from cursor 0 on, each call with the cursor that the one before answered. `broken` is the first call
 * after it that has another cursor.
 */
export function walkOf(scans: readonly ScanCall[]): { readonly walk: readonly ScanCall[]; readonly broken: ScanCall | undefined } {
  const start = scans.findLastIndex(({ cursor }) => cursor === '0');
  if (start === -1) return { walk: [], broken: scans.at(-1) };
  const walk: ScanCall[] = [];
  for (const scan of scans.slice(start)) {
    if (walk.length > 0 && scan.cursor !== walk.at(-1)?.next) return { walk, broken: scan };
    walk.push(scan);
  }
  return { walk, broken: undefined };
}
