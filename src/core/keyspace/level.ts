import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Found } from './found.ts';
import type { KeyRow, Level, PageEnd, ScanCounts, ScanOptions } from './keyspace.ts';
import type { NameScan } from './nameScan.ts';
import { type Entry, entryId, isNamespace, type OpenNamespace } from './namespaces.ts';
import { createShownRows, type SingleRow } from './shownRows.ts';

/** What a level needs of the keyspace that it belongs to. */
export interface LevelDeps {
  readonly found: Found;
  readonly options: () => ScanOptions;
  /** The database's scan. */
  readonly database: () => NameScan;
  /** A scan of its own for a namespace; undefined where the database's serves it. */
  readonly createScan: (prefix: Buffer) => NameScan | undefined;
  /** True if every name below the prefix is known. */
  readonly isComplete: (prefix: Buffer) => boolean;
  /** Learns the types of keys; names that are gone are dropped. Throws Failure. */
  readonly learnTypes: (indices: readonly number[]) => Promise<void>;
}

/** A Level with what the keyspace does to it. */
export interface KeyLevel extends Level {
  /** Its own cursor, once it has one. */
  readonly scan: NameScan | undefined;
  /** True once a page was loaded. */
  readonly loaded: boolean;
  /** Shows an entry that was just written, wherever the pages are. */
  showEntry(entry: Entry): void;
  /** Own cursor at its start again. */
  renewScan(scan: NameScan): void;
  /** After names have gone: shows whole pages again, for at least as many rows as there were. */
  topUp(rows: number): void;
  /** Keys of the open block. */
  shownKeys(): number[];
}

/** Names split in one turn of the loop: some 10 ms. */
const slice = 25_000;

export function createLevel(deps: LevelDeps, prefix: Buffer): KeyLevel {
  const { found, options } = deps;
  const { namespaces, store } = found;
  /** Position in the order of discovery up to which children are shown. */
  let shownTo = 0;
  /** Children that were gone when a page came to them: no row stands for them, should they come back. */
  let passed: Entry[] = [];
  /** `found.returns` when `passed` was last looked through. */
  let returns = 0;
  let end: PageEnd | undefined;
  let scan: NameScan | undefined;
  let loading: Promise<readonly KeyRow[]> | undefined;

  const shown = createShownRows({
    version: () => found.version,
    maxRows: () => options().maxRows,
    descending: () => options().sort === 'descending',
    isAlive: namespaces.isAlive,
    isNamespace,
    compare: (a, b) => namespaces.compare(a, b, prefix.length),
    nameOf: (entry) => (isNamespace(entry) ? namespaces.prefixOf(entryId(entry)) : store.get(entryId(entry))),
    row,
  });

  function row(entry: Entry, previous: SingleRow | undefined): SingleRow {
    const id = entryId(entry);
    if (isNamespace(entry)) {
      const count = namespaces.countOf(id);
      const whole = previous?.kind === 'namespace' ? previous.prefix : namespaces.prefixOf(id);
      const total = deps.isComplete(whole);
      if (previous?.kind === 'namespace' && previous.count === count && previous.total === total) return previous;
      return { kind: 'namespace', prefix: whole, segment: whole.subarray(prefix.length, whole.length - options().delimiter.length), count, total };
    }
    const type = found.typeOf(id);
    if (previous?.kind === 'key' && previous.type === type) return previous;
    const name = previous?.kind === 'key' ? previous.name : store.get(id);
    return { kind: 'key', name, segment: name.subarray(prefix.length), type };
  }

  /** This level's children, if it and all above it are known; opened, but not yet split. */
  function openSteps(): OpenNamespace[] {
    const steps: OpenNamespace[] = [];
    for (const boundary of namespaces.boundaries(prefix)) {
      const id = namespaces.idOf(prefix.subarray(0, boundary));
      if (id < 0) return steps;
      const opened = namespaces.open(id);
      steps.push(opened);
      // What is below it may be among the names that it has not split yet.
      if (boundary < prefix.length && namespaces.idOf(prefix) < 0) opened.split(Infinity);
    }
    return steps;
  }

  function children(): OpenNamespace | undefined {
    if (prefix.length === 0) return namespaces.root;
    const id = namespaces.idOf(prefix);
    return id < 0 || !namespaces.isOpen(id) ? undefined : namespaces.open(id);
  }

  /** Opens the level slice by slice: a bucket of a million names must not hold the loop. */
  async function openSliced(): Promise<void> {
    for (const step of openSteps()) while (!step.split(slice)) await nextTurn();
  }

  function openNow(): OpenNamespace | undefined {
    const known = children();
    if (known !== undefined) return known;
    for (const step of openSteps()) step.split(Infinity);
    return children();
  }

  /** Takes children that are not shown yet, in order of discovery, until the page is full. */
  function take(page: Entry[], pageSize: number): void {
    const list = openNow();
    if (list === undefined) return;
    takeReturned(page, pageSize);
    for (; page.length < pageSize && shownTo < list.length; shownTo++) {
      const entry = list.at(shownTo);
      if (namespaces.isAlive(entry)) page.push(entry);
      else passed.push(entry);
    }
  }

  function takeReturned(page: Entry[], pageSize: number): void {
    if (returns === found.returns) return;
    const left: Entry[] = [];
    for (const entry of passed) (page.length < pageSize && namespaces.isAlive(entry) ? page : left).push(entry);
    passed = left;
    if (page.length < pageSize) returns = found.returns;
  }

  function hasUnshown(): boolean {
    const list = children();
    if (list === undefined) return found.countBelow(prefix) > 0;
    if (returns !== found.returns && passed.some(namespaces.isAlive)) return true;
    for (let at = shownTo; at < list.length; at++) if (namespaces.isAlive(list.at(at))) return true;
    return false;
  }

  function scanToUse(): NameScan {
    if (prefix.length === 0) return deps.database();
    scan ??= deps.createScan(prefix);
    return scan ?? deps.database();
  }

  async function load(signal: AbortSignal | undefined): Promise<readonly KeyRow[]> {
    const { pageSize, budget } = options();
    const page: Entry[] = [];
    await openSliced();
    take(page, pageSize);
    let result: PageEnd = 'page';
    let failure: { readonly error: unknown } | undefined;
    if (page.length < pageSize && !deps.isComplete(prefix)) {
      const wanted = (): number => {
        take(page, pageSize);
        return deps.isComplete(prefix) ? 0 : pageSize - page.length;
      };
      try {
        result = await scanToUse().run({ wanted, budget, signal });
        take(page, pageSize);
      } catch (error) {
        failure = { error };
      }
    }
    // After a cancel or a failure the server is left alone: the next page learns these types as well.
    if (failure === undefined && result !== 'cancelled') {
      try {
        await deps.learnTypes(untyped(page));
      } catch (error) {
        failure = { error };
      }
    }
    // One that was gone when its type was asked for keeps a place, too: locks and caches come back.
    const rows = shown.add(page);
    found.touch();
    if (failure !== undefined) throw failure.error;
    end = result !== 'cancelled' && deps.isComplete(prefix) && !hasUnshown() ? 'end' : result === 'end' ? 'page' : result;
    return rows;
  }

  function untyped(page: readonly Entry[]): number[] {
    return [...page, ...shown.open].filter((entry) => !isNamespace(entry) && !found.isTyped(entryId(entry)) && namespaces.isAlive(entry)).map(entryId);
  }

  function scanned(): number | undefined {
    const database = deps.database();
    if (deps.isComplete(prefix)) return 1;
    if (scan?.started !== true) return database.started ? database.scanned : 0;
    if (!database.started) return scan.scanned;
    return scan.scanned === undefined || database.scanned === undefined ? scan.scanned ?? database.scanned : Math.max(scan.scanned, database.scanned);
  }

  function counts(): ScanCounts {
    return {
      shown: shown.size,
      found: found.countBelow(prefix),
      scanned: scanned(),
      complete: deps.isComplete(prefix),
      restarted: (scan ?? deps.database()).restarted,
      end,
    };
  }

  return {
    prefix,
    get rows() {
      return shown.rows;
    },
    get counts() {
      return counts();
    },
    get loading() {
      return loading !== undefined;
    },
    get hasMore() {
      return !deps.isComplete(prefix) || hasUnshown();
    },
    loadMore(signal) {
      loading ??= load(signal).finally(() => {
        loading = undefined;
      });
      return loading;
    },
    get scan() {
      return scan;
    },
    get loaded() {
      return end !== undefined || shown.size > 0;
    },
    showEntry(entry) {
      const list = openNow();
      const at = list?.find(entry, shownTo) ?? -1;
      const back = passed.indexOf(entry);
      if (back >= 0) passed.splice(back, 1);
      else if (list !== undefined && at >= 0) list.swap(at, shownTo++);
      else return;
      shown.add([entry]);
    },
    renewScan(fresh) {
      scan = fresh;
    },
    topUp(rows) {
      const { pageSize } = options();
      const missing = Math.max(1, Math.ceil(rows / pageSize)) * pageSize - shown.size;
      const page: Entry[] = [];
      if (missing > 0) take(page, missing);
      shown.add(page);
    },
    shownKeys: () => shown.open.filter((entry) => !isNamespace(entry)).map(entryId),
  };
}
