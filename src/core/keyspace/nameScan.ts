import type { Clock } from '../connection/ports.ts';
import { asBytes, asInteger, asText } from '../connection/reply.ts';
import type { Arg, Reply, Session } from '../connection/session.ts';
import { isFailure } from '../failure.ts';
import { abortable, createCursorPager, type CursorPager } from './cursorPager.ts';
import { compileGlob, escapeGlob, hasGlob, literalPrefix } from './glob.ts';
import type { KeyFilter } from './keyspace.ts';
import { readTypes } from './keyTypes.ts';

const star = Buffer.from('*');

/** What finds names: a cursor, or one question for an exact name. */
export type NameScan = Pick<CursorPager, 'run' | 'started' | 'complete' | 'restarted' | 'scanned' | 'received'>;

/** How SCAN is asked for the names below a prefix. */
export interface ScanPlan {
  readonly match: Buffer | undefined;
  /** What MATCH could not say as well. */
  readonly test: ((name: Buffer) => boolean) | undefined;
}

/** True for a pattern that a scan can be narrowed by. */
const narrows = (pattern: Buffer | undefined): pattern is Buffer => pattern !== undefined && pattern.length > 0 && !pattern.equals(star);

/** The one name that the filter's pattern means, if it has no glob character. */
export function exactName({ pattern }: KeyFilter): Buffer | undefined {
  return pattern !== undefined && pattern.length > 0 && !hasGlob(pattern) ? literalPrefix(pattern) : undefined;
}

/** True if a filter lets a name in, as far as its name says. */
export function filterTest({ pattern }: KeyFilter): (name: Buffer) => boolean {
  return narrows(pattern) ? compileGlob(pattern) : () => true;
}

/**
 * The plan for a namespace (or the database: an empty prefix). Undefined where the database's own scan finds only names
 * below the prefix: a second cursor would do the same again.
 */
export function planScan({ pattern }: KeyFilter, prefix: Buffer): ScanPlan | undefined {
  if (prefix.length === 0) return { match: narrows(pattern) ? pattern : undefined, test: undefined };
  const match = Buffer.concat([escapeGlob(prefix), star]);
  if (!narrows(pattern)) return { match, test: undefined };
  const literal = literalPrefix(pattern);
  if (startsWith(literal, prefix)) return undefined;
  const onlyTail = startsWith(prefix, literal) && Buffer.concat([escapeGlob(literal), star]).equals(pattern);
  return { match, test: onlyTail ? undefined : compileGlob(pattern) };
}

/** True if `bytes` begins with `prefix`. */
export function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  return bytes.length >= prefix.length && bytes.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;
}

interface ScanDeps {
  readonly session: Session;
  readonly clock: Clock;
  readonly filter: KeyFilter;
  readonly maxCount: () => number;
  readonly found: (name: Buffer) => void;
}

/**
 * A scan by SCAN … MATCH … COUNT … TYPE. A server that does not know TYPE (before 6.0, some proxies) is scanned without,
 * and each batch is asked for its types.
 */
export function createNameScan({ session, clock, filter, maxCount, found }: ScanDeps, { match, test }: ScanPlan): CursorPager {
  let typeOption = filter.type !== undefined;
  const take = (name: Buffer): void => {
    if (test === undefined || test(name)) found(name);
  };

  async function takeOfType(elements: readonly Reply[]): Promise<void> {
    const names = elements.map(asBytes);
    const types = await readTypes(session, names);
    for (const [at, name] of names.entries()) if (types[at] === filter.type) take(name);
  }

  return createCursorPager({
    session,
    clock,
    maxCount,
    command(cursor, count) {
      const command: Arg[] = ['SCAN', cursor];
      if (match !== undefined) command.push('MATCH', match);
      command.push('COUNT', String(count));
      if (typeOption && filter.type !== undefined) command.push('TYPE', filter.type);
      return command;
    },
    accept(elements) {
      if (filter.type !== undefined && !typeOption) return takeOfType(elements);
      for (const element of elements) take(asBytes(element));
      return undefined;
    },
    recover(error) {
      const refused = isFailure(error, 'server') || isFailure(error, 'unsupported') || isFailure(error, 'bad-input');
      if (!typeOption || !refused) return false;
      typeOption = false;
      return true;
    },
  });
}

/** Looks one name up: EXISTS, or TYPE under a type filter. It is complete after one answer. */
export function createExactLookup({ session, filter, found }: Pick<ScanDeps, 'session' | 'filter' | 'found'>, name: Buffer): NameScan {
  let complete = false;
  let received = 0;
  let asking: Promise<void> | undefined;

  async function ask(): Promise<void> {
    const exists = filter.type === undefined
      ? asInteger(await session.send(['EXISTS', name])) > 0
      : asText(await session.send(['TYPE', name])) === filter.type;
    if (exists) {
      found(name);
      received++;
    }
    complete = true;
  }

  return {
    get started() {
      return complete;
    },
    get complete() {
      return complete;
    },
    restarted: false,
    get scanned() {
      return complete ? 1 : undefined;
    },
    get received() {
      return received;
    },
    async run({ signal, onCall }) {
      if (complete) return 'end';
      if (signal?.aborted === true) return 'cancelled';
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      if (!(await abortable(asking, signal))) return 'cancelled';
      onCall?.();
      return 'end';
    },
  };
}
