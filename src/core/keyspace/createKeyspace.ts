import type { Clock } from '../connection/ports.ts';
import type { Session } from '../connection/session.ts';
import { createFound } from './found.ts';
import type { KeyFilter, Keyspace, KeyType, ScanCounts, ScanOptions } from './keyspace.ts';
import { readTypes } from './keyTypes.ts';
import { createLevel, type KeyLevel } from './level.ts';
import { createExactLookup, createNameScan, exactName, filterTest, type NameScan, planScan, startsWith } from './nameScan.ts';
import { refreshNames } from './refresh.ts';

/** Ms between two progress reports. */
const progressEvery = 100;

/**
 * The names of the session's database under a filter. Nothing is sent before a level loads. The delimiter is taken as it
 * is now: names are grouped by it as they are found.
 */
export function createKeyspace(session: Session, filter: KeyFilter, options: ScanOptions | (() => ScanOptions), clock: Clock): Keyspace {
  const currentOptions = typeof options === 'function' ? options : (): ScanOptions => options;
  const { delimiter } = currentOptions();
  const found = createFound(delimiter, filter.type);
  const levels = new Map<string, KeyLevel>();
  const letsIn = filterTest(filter);
  const exact = exactName(filter);
  const scanDeps = {
    session, clock, filter,
    maxCount: () => currentOptions().maxCount,
    found: (name: Buffer) => void found.add(name),
  };
  let database = createDatabaseScan();
  let refreshing: Promise<void> | undefined;

  function createDatabaseScan(): NameScan {
    if (exact !== undefined) return createExactLookup(scanDeps, exact);
    return createNameScan(scanDeps, planScan(filter, delimiter.subarray(0, 0)) ?? { match: undefined, test: undefined });
  }

  function createOwnScan(prefix: Buffer): NameScan | undefined {
    const plan = exact === undefined ? planScan(filter, prefix) : undefined;
    return plan === undefined ? undefined : createNameScan(scanDeps, plan);
  }

  function isComplete(prefix: Buffer): boolean {
    if (database.complete) return true;
    for (const own of levels.values()) if (own.scan?.complete === true && startsWith(prefix, own.prefix)) return true;
    return false;
  }

  async function learnTypes(indices: readonly number[]): Promise<void> {
    if (filter.type !== undefined || indices.length === 0) return;
    const types = await readTypes(session, indices.map((index) => found.store.get(index)));
    for (const [at, index] of indices.entries()) {
      const type: KeyType | undefined = types[at];
      if (type === 'none') found.drop(index);
      else found.setType(index, type);
    }
  }

  const levelDeps = {
    found, isComplete, learnTypes,
    options: (): ScanOptions => ({ ...currentOptions(), delimiter }),
    database: () => database,
    createScan: createOwnScan,
  };

  function level(prefix: Buffer): KeyLevel {
    const id = prefix.toString('latin1');
    const known = levels.get(id);
    if (known !== undefined) return known;
    const created = createLevel(levelDeps, Buffer.from(prefix));
    levels.set(id, created);
    return created;
  }

  const root = level(delimiter.subarray(0, 0));

  return {
    filter,
    get counts() {
      return root.counts;
    },
    level,
    async scanEverything({ signal, onProgress }): Promise<ScanCounts> {
      let reported = clock.elapsed();
      const onCall = (): void => {
        if (clock.elapsed() - reported < progressEvery) return;
        reported = clock.elapsed();
        onProgress?.(root.counts);
      };
      const end = await database.run({ wanted: () => Infinity, signal, onCall });
      found.touch();
      const counts = { ...root.counts, end };
      onProgress?.(counts);
      return counts;
    },
    refresh(signal) {
      refreshing ??= refreshNames({
        found, filter, session, signal, options: currentOptions, createDatabaseScan, createOwnScan, learnTypes,
        levels: () => [...levels.values()],
        database: () => database,
        setDatabase(scan) {
          database = scan;
        },
      }).finally(() => {
        refreshing = undefined;
      });
      return refreshing;
    },
    note(name, exists, type) {
      const known = found.store.indexOf(name);
      if (!exists) {
        if (known >= 0) found.drop(known);
        return;
      }
      if (!letsIn(name) || (filter.type !== undefined && type !== undefined && type !== filter.type)) return;
      const index = found.add(name);
      if (type !== undefined) found.setType(index, type);
      for (const { parent, entry } of found.entriesOf(index)) {
        const under = levels.get(parent.toString('latin1'));
        if (under?.loaded === true) under.showEntry(entry);
      }
    },
  };
}
