import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Session } from '../connection/session.ts';
import { asInteger, asText } from '../connection/reply.ts';
import { isFailure } from '../failure.ts';
import type { Found } from './found.ts';
import type { KeyFilter, ScanOptions } from './keyspace.ts';
import type { KeyLevel } from './level.ts';
import type { NameScan } from './nameScan.ts';

export interface RefreshDeps {
  readonly found: Found;
  readonly filter: KeyFilter;
  readonly session: Session;
  readonly signal: AbortSignal | undefined;
  readonly options: () => ScanOptions;
  readonly levels: () => readonly KeyLevel[];
  readonly database: () => NameScan;
  readonly setDatabase: (scan: NameScan) => void;
  readonly createDatabaseScan: () => NameScan;
  readonly createOwnScan: (prefix: Buffer) => NameScan | undefined;
  readonly learnTypes: (indices: readonly number[]) => Promise<void>;
}

/** Names dropped or looked at in one turn of the loop. */
const slice = 20_000;
const pipeline = 1000;

/**
 * Scans again, from "0", until as many names were seen as were known; then what was not seen is gone (after a whole scan)
 * or is asked for one by one, so that a name a cursor has not come to yet is not taken for deleted. Until then the rows
 * stay as they were, and after a cancel too. Throws Failure.
 */
export async function refreshNames(deps: RefreshDeps): Promise<void> {
  const { found, signal, options } = deps;
  const { store } = found;
  const known = store.size;
  const wasComplete = deps.database().complete;
  store.clearSeen();

  const fresh = deps.createDatabaseScan();
  await fresh.run({ wanted: () => known - store.seen, signal });
  // What was whole is to be whole again, unless the database has grown beyond a page's time; what was empty gets a page.
  const { budget, pageSize } = options();
  if (wasComplete || known === 0) await fresh.run({ wanted: () => (wasComplete ? Infinity : pageSize - store.seen), budget, signal });
  const own = await scanOpenedAgain(deps, fresh);
  if (signal?.aborted === true) return;

  const shown = deps.levels().filter((level) => level.loaded).map((level) => ({ level, rows: level.counts.shown }));
  if (!(await dropUnseen(deps, fresh.complete))) return;
  deps.setDatabase(fresh);
  for (const { level, scan } of own) level.renewScan(scan);
  for (const { level, rows } of shown) level.topUp(rows);
  found.touch();
  await deps.learnTypes(shown.flatMap(({ level }) => level.shownKeys()).filter((index) => store.isPresent(index)));
  found.touch();
}

/** Namespaces that had come further than the database did so by cursors of their own. */
async function scanOpenedAgain({ levels, createOwnScan, options, signal }: RefreshDeps, database: NameScan): Promise<{ level: KeyLevel; scan: NameScan }[]> {
  const renewed: { level: KeyLevel; scan: NameScan }[] = [];
  for (const level of levels()) {
    const old = level.scan;
    const scan = old?.started === true ? createOwnScan(level.prefix) : undefined;
    if (old === undefined || scan === undefined) continue;
    renewed.push({ level, scan });
    const wanted = (): number => (old.complete ? Infinity : old.received - scan.received);
    if (!database.complete) await scan.run({ wanted, budget: options().budget, signal });
  }
  return renewed;
}

/** False if it was cancelled. */
async function dropUnseen(deps: RefreshDeps, whole: boolean): Promise<boolean> {
  const { found, signal } = deps;
  const { store } = found;
  let unseen: number[] = [];
  let work = 0;
  const settle = async (): Promise<void> => {
    const gone = whole ? unseen : await findGone(deps, unseen);
    for (const index of gone) if (!store.wasSeen(index)) found.drop(index);
    unseen = [];
  };
  const { count } = store;
  for (let index = 0; index < count; index++) {
    if (!store.wasSeen(index) && store.isPresent(index)) unseen.push(index);
    if (unseen.length >= pipeline) await settle();
    if (++work % slice === 0) await nextTurn();
    if (signal?.aborted === true && !whole) return false;
  }
  await settle();
  return true;
}

/** Which of the names are gone, by EXISTS (TYPE under a type filter). Where that is not permitted, none is. */
async function findGone({ found, session, filter }: RefreshDeps, indices: readonly number[]): Promise<number[]> {
  if (indices.length === 0) return [];
  const ask = filter.type === undefined ? 'EXISTS' : 'TYPE';
  const replies = await session.sendAll(indices.map((index) => [ask, found.store.get(index)]));
  return indices.filter((_, at) => {
    const reply = replies[at];
    if (reply === undefined || isFailure(reply)) return false;
    return filter.type === undefined ? asInteger(reply) === 0 : asText(reply) !== filter.type;
  });
}
