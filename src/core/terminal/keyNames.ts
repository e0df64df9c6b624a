import { isUtf8 } from 'node:buffer';
import type { Clock } from '../connection/ports.ts';
import type { Command, Reply } from '../connection/session.ts';
import { displayName } from '../keyspace/display.ts';
import { escapeGlob } from '../keyspace/glob.ts';
import { quoteInline } from '../../protocol/resp/inline.ts';
import type { KeyPlace, Quote } from '../language/keyPlace.ts';

/** Names that were found. */
export interface FoundNames {
  readonly names: readonly Buffer[];
  /** The keyspace was walked to its end: there are no others. */
  readonly whole: boolean;
}

/** Names that are looked at in one step. */
const COUNT = '1000';
/** Most steps, names, and ms of one search. */
const LIMITS = { steps: 20, names: 100, ms: 400 } as const;
/** Most names, and bytes of one, that are shown whatever a server answers. */
const SHOWN = { names: 1000, bytes: 256 } as const;

/** Looks for names that begin with `prefix`, by a few steps of SCAN: a large keyspace is not walked to its end. Throws Failure. */
export async function findNames(prefix: Buffer, ask: (command: Command) => Promise<Reply>, clock: Clock): Promise<FoundNames> {
  const until = clock.elapsed() + LIMITS.ms;
  const match = prefix.length === 0 ? [] : ['MATCH', Buffer.concat([escapeGlob(prefix), Buffer.from('*')])];
  const found = new Map<string, Buffer>();
  let cursor = '0';
  let whole = true;
  for (let step = 0; step < LIMITS.steps && found.size < LIMITS.names && clock.elapsed() <= until; step += 1) {
    const reply = await ask(['SCAN', cursor, ...match, 'COUNT', COUNT]);
    const [next, names] = Array.isArray(reply) ? (reply as readonly Reply[]) : [];
    if (!Array.isArray(names)) break;
    for (const name of names as readonly Reply[]) {
      if (!Buffer.isBuffer(name)) continue;
      if (name.length > SHOWN.bytes || found.size >= SHOWN.names) whole = false;
      else found.set(name.toString('latin1'), name);
    }
    cursor = String(next);
    if (cursor === '0') return { names: sorted(found), whole };
  }
  return { names: sorted(found), whole: false };
}

/**
 * Names as they are typed: bare where every one of them can be, or in the quotes that stand there where those can hold them, else in double
 * quotes, as redis-cli shows and reads them. Where there may be others, and where they part within an escape, one more entry ends in `…`:
 * nothing is put in beyond what all of them begin with.
 */
export function typedNames({ names, whole }: FoundNames, { prefix, quote }: Pick<KeyPlace, 'prefix' | 'quote'>): readonly string[] {
  const mark = markFor(names, quote);
  const typed = names.map((name) => `${typedName(name, mark)} `);
  const upTo = (common: Buffer): string => (mark === undefined ? common.toString() : typedName(common, mark).slice(0, -1));
  if (typed.length === 0) return [];
  if (!whole) return [...typed, `${upTo(prefix)}…`];
  // As long as no text is longer than the bytes that they share, no escape is cut.
  return mark !== undefined && names.length > 1 ? [...typed, `${upTo(commonStart(names))}…`] : typed;
}

/** One name as it is typed where `quote` stands already; it may begin with the other one. */
export function nameIn(name: Buffer, quote: Quote | undefined): string {
  return typedName(name, markFor([name], quote));
}

/** What all of the names can stand in, where `quote` stands already. */
function markFor(names: readonly Buffer[], quote: Quote | undefined): Quote | undefined {
  if (quote === undefined) return names.every(isPlain) ? undefined : '"';
  return quote === "'" && names.every(isLiteral) ? "'" : '"';
}

function typedName(name: Buffer, mark: Quote | undefined): string {
  if (mark === '"') return quoteInline(name.toString('latin1'));
  return mark === undefined ? name.toString() : `'${name.toString().replaceAll("'", "\\'")}'`;
}

/** True for a name that is one word as it is, and is seen as it is. */
function isPlain(name: Buffer): boolean {
  return name.length > 0 && isSeen(name) && !/[\s"'\\]/.test(name.toString());
}

/** True for a name that single quotes can hold, and that is seen as it is in them; one that ends in a backslash would keep them open. */
function isLiteral(name: Buffer): boolean {
  return isSeen(name) && !name.toString().endsWith('\\');
}

/** True for text that holds nothing that one does not see, a backslash aside. */
function isSeen(name: Buffer): boolean {
  if (!isUtf8(name)) return false;
  const text = name.toString().replaceAll('\\', '');
  return displayName(Buffer.from(text)) === text;
}

function commonStart(names: readonly Buffer[]): Buffer {
  const [first = Buffer.alloc(0), ...others] = names;
  let length = first.length;
  for (const other of others) {
    let at = 0;
    while (at < length && first[at] === other[at]) at += 1;
    length = at;
  }
  return first.subarray(0, length);
}

function sorted(found: ReadonlyMap<string, Buffer>): readonly Buffer[] {
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
}
