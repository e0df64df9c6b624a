/** Types as Redis's TYPE names them; a module's type is any other string. */
export type KeyType = 'string' | 'hash' | 'list' | 'set' | 'zset' | 'stream' | (string & {});

/** What of a database is looked at. A pattern without glob characters is looked up exactly (EXISTS), not scanned. */
export interface KeyFilter {
  readonly pattern?: Buffer;
  readonly type?: KeyType;
}

/** Settings that shape paging; see the design's "Paging, exactly". */
export interface ScanOptions {
  /** Rows a page adds. */
  readonly pageSize: number;
  /** Ms one page may scan for. */
  readonly budget: number;
  /** Upper bound of COUNT. */
  readonly maxCount: number;
  /** Bytes between the segments of a name; empty: no namespaces. */
  readonly delimiter: Buffer;
  /** Rows that may stand under a node before earlier ones fold into a range row. */
  readonly maxRows: number;
  /** Byte order of rows; namespaces stand before keys either way. Absent: ascending. */
  readonly sort?: 'ascending' | 'descending';
}

/** Why a page ended. */
export type PageEnd = 'page' | 'budget' | 'cancelled' | 'end';

/** Scanned, found and shown are three numbers. */
export interface ScanCounts {
  /** Rows under this node, those folded included. */
  readonly shown: number;
  /** Names (or elements) known, shown or not. */
  readonly found: number;
  /** Part of the database (or collection) that the cursor has passed, 0 to 1; undefined when the server's cursors do not tell. */
  readonly scanned: number | undefined;
  /** True once a cursor came back to 0: only then is `found` the total. */
  readonly complete: boolean;
  /** The iteration began again because another server process answers now. */
  readonly restarted: boolean;
  /** Why the last page ended; undefined before the first. */
  readonly end: PageEnd | undefined;
}

/** A row under a database or namespace. */
export type KeyRow =
  | {
      readonly kind: 'namespace';
      /** The whole prefix with its delimiter: every name under it starts with these bytes. */
      readonly prefix: Buffer;
      readonly segment: Buffer;
      /** Names known under it. */
      readonly count: number;
      /** False: more may exist, the count is shown as "12,400+". */
      readonly total: boolean;
    }
  | { readonly kind: 'key'; readonly name: Buffer; readonly segment: Buffer; readonly type: KeyType | undefined }
  | {
      /** Earlier rows, folded. */
      readonly kind: 'range';
      readonly id: number;
      readonly first: Buffer;
      readonly last: Buffer;
      /** Length of `rows`, without making them. */
      readonly size: number;
      /** Made when asked for. */
      readonly rows: readonly KeyRow[];
    };

/** What is shown under a database or a namespace, and the pager that fills it. */
export interface Level {
  readonly prefix: Buffer;
  readonly rows: readonly KeyRow[];
  readonly counts: ScanCounts;
  /** True while a load runs; a second load joins it. */
  readonly loading: boolean;
  /** True until everything known is shown and the cursor is at its end. */
  readonly hasMore: boolean;
  /**
   * Shows one more page: names already found first, then a scan until the page is full, the cursor is 0 or the budget is over.
   * Resolves with the rows that were not there before, in display order. A cancelled load keeps what it found. Throws Failure.
   */
  loadMore(signal?: AbortSignal): Promise<readonly KeyRow[]>;
}

/** The names of one database as far as they are known, under one filter. */
export interface Keyspace {
  readonly filter: KeyFilter;
  readonly counts: ScanCounts;
  /** The level below `prefix` (empty: the root). The same object for the same prefix. */
  level(prefix: Buffer): Level;
  /** Runs the database's cursor to 0, adding names, not rows. Throws Failure; a cancelled scan keeps what it found. */
  scanEverything(options: { readonly signal: AbortSignal; readonly onProgress?: (counts: ScanCounts) => void }): Promise<ScanCounts>;
  /** Scans again until as many names are found as before; the old rows stay until then. */
  refresh(signal?: AbortSignal): Promise<void>;
  /** After our own write: `name` exists now (and holds a `type`, where it is known), or does not. Ignored where the filter excludes it. */
  note(name: Buffer, exists: boolean, type?: KeyType): void;
}
