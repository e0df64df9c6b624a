import { isUtf8 } from 'node:buffer';
import type { Clock } from '../connection/ports.ts';
import type { Command, Reply } from '../connection/session.ts';
import { displayName } from '../keyspace/display.ts';
import { escapeGlob } from '../keyspace/glob.ts';
import { quoteInline } from '../../protocol/resp/inline.ts';
import type { KeyPlace } from '../language/keyPlace.ts';

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
 * Names as they are typed: bare where every one of them can be, else in double quotes, as redis-cli shows and reads them. Where there may
 * be others, and where they part within an escape, one more entry ends in `…`: nothing is put in beyond what all of them begin with.
 */
export function typedNames({ names, whole }: FoundNames, { prefix, quoted }: Pick<KeyPlace, 'prefix' | 'quoted'>): readonly string[] {
  const bare = !quoted && names.every(isPlain);
  const typed = names.map((name) => `${bare ? name.toString() : quoteInline(name.toString('latin1'))} `);
  const upTo = (common: Buffer): string => (bare ? common.toString() : quoteInline(common.toString('latin1')).slice(0, -1));
  if (typed.length === 0) return [];
  const common = commonStart(names);
  if (!whole) return [...typed, `${upTo(prefix)}…`];
  // As long as no text is longer than the bytes that they share, no escape is cut.
  return !bare && names.length > 1 ? [...typed, `${upTo(common)}…`] : typed;
}

/** True for a name that is one word as it is, and is seen as it is. */
function isPlain(name: Buffer): boolean {
  if (name.length === 0 || !isUtf8(name)) return false;
  const text = name.toString();
  return !/[\s"']/.test(text) && displayName(name) === text;
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
