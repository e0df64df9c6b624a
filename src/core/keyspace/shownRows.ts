import type { KeyRow } from './keyspace.ts';
import type { Entry } from './namespaces.ts';

type Range = Extract<KeyRow, { kind: 'range' }>;
export type SingleRow = Exclude<KeyRow, Range>;

/** The rows under one node: closed blocks of earlier ones, each a range row, and an open block in display order. */
export interface ShownRows {
  /** Range rows, then the open block. The same array while nothing changed. */
  readonly rows: readonly KeyRow[];
  /** Rows, those folded included. */
  readonly size: number;
  /** Entries of the open block, those that are gone included. */
  readonly open: readonly Entry[];
  /** Shows a page of entries, folding earlier rows if there would be too many. Returns its rows in display order. */
  add(entries: readonly Entry[]): readonly KeyRow[];
}

export interface ShownRowsOptions {
  /** Changes whenever a name does. */
  version(): number;
  maxRows(): number;
  descending(): boolean;
  isAlive(entry: Entry): boolean;
  /** Ascending order of two entries; namespaces first. */
  compare(a: Entry, b: Entry): number;
  isNamespace(entry: Entry): boolean;
  /** The row of an entry: `previous` itself where that still says the same. */
  row(entry: Entry, previous: SingleRow | undefined): SingleRow;
  /** The bytes a range row shows for an entry. */
  nameOf(entry: Entry): Buffer;
}

/** `entries` are ordered as long as `descending` is what they were ordered by. */
interface Block {
  readonly id: number;
  entries: Entry[];
  descending: boolean;
  /** Rows made before, to hand out again. */
  made: Map<Entry, SingleRow>;
  range: Range | undefined;
  /** What `range` was made for: first entry, last entry. */
  ends: readonly [Entry, Entry] | undefined;
}

export function createShownRows(options: ShownRowsOptions): ShownRows {
  const folded: Block[] = [];
  let blocks = 0;
  let open = newBlock([]);
  let cached: { readonly version: number; readonly descending: boolean; readonly rows: readonly KeyRow[]; readonly size: number } | undefined;

  function newBlock(entries: Entry[]): Block {
    return { id: blocks++, entries, descending: options.descending(), made: new Map(), range: undefined, ends: undefined };
  }

  /** Display order: namespaces stand first whatever the order of names. */
  function order(a: Entry, b: Entry): number {
    const ascending = options.compare(a, b);
    return options.descending() && options.isNamespace(a) === options.isNamespace(b) ? -ascending : ascending;
  }

  function ordered(block: Block): readonly Entry[] {
    if (block.descending !== options.descending()) {
      block.entries.sort(order);
      block.descending = options.descending();
    }
    return block.entries;
  }

  function rowsOf(block: Block): readonly SingleRow[] {
    const made = new Map<Entry, SingleRow>();
    const rows: SingleRow[] = [];
    for (const entry of ordered(block)) {
      if (!options.isAlive(entry)) continue;
      const row = options.row(entry, block.made.get(entry));
      made.set(entry, row);
      rows.push(row);
    }
    block.made = made;
    return rows;
  }

  function rangeOf(block: Block): Range | undefined {
    const entries = ordered(block);
    const first = entries.find(options.isAlive);
    const last = entries.findLast(options.isAlive);
    if (first === undefined || last === undefined) return undefined;
    let size = 0;
    for (const entry of entries) if (options.isAlive(entry)) size++;
    if (block.range?.size === size && block.ends?.[0] === first && block.ends[1] === last) return block.range;
    block.ends = [first, last];
    block.range = {
      kind: 'range', id: block.id, first: options.nameOf(first), last: options.nameOf(last), size,
      get rows() {
        return rowsOf(block);
      },
    };
    return block.range;
  }

  function current(): { readonly rows: readonly KeyRow[]; readonly size: number } {
    const version = options.version();
    const descending = options.descending();
    if (cached?.version === version && cached.descending === descending) return cached;
    const ranges = folded.map(rangeOf).filter((range) => range !== undefined);
    const single = rowsOf(open);
    const size = ranges.reduce((sum, range) => sum + range.size, single.length);
    cached = { version, descending, rows: [...ranges, ...single], size };
    return cached;
  }

  /** Puts ordered entries between ordered entries. */
  function merge(a: readonly Entry[], b: readonly Entry[]): Entry[] {
    const merged: Entry[] = [];
    let next = 0;
    for (const entry of a) {
      for (let other = b[next]; other !== undefined && order(other, entry) < 0; other = b[++next]) merged.push(other);
      merged.push(entry);
    }
    for (; next < b.length; next++) merged.push(b[next] as Entry);
    return merged;
  }

  return {
    get rows() {
      return current().rows;
    },
    get size() {
      return current().size;
    },
    get open() {
      return open.entries;
    },
    add(entries) {
      if (entries.length === 0) return [];
      cached = undefined;
      const page = entries.toSorted(order);
      // What is gone keeps its place, should it come back, but is no row.
      const alive = open.entries.reduce((sum, entry) => sum + (options.isAlive(entry) ? 1 : 0), 0);
      if (alive > 0 && folded.length + alive + page.length > options.maxRows()) {
        // The rows of a range are made again when it is opened.
        open.made = new Map();
        folded.push(open);
        open = newBlock(page);
      } else {
        open.entries = merge(ordered(open), page);
      }
      const added = new Set(page);
      rowsOf(open);
      return open.entries.filter((entry) => added.has(entry)).flatMap((entry) => open.made.get(entry) ?? []);
    },
  };
}
