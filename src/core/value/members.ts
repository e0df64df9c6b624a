import type { ScanCounts } from '../keyspace/keyspace.ts';

/** A row under a key: what HSCAN, SSCAN, ZSCAN, LRANGE or XRANGE returned. */
export type MemberRow =
  | { readonly kind: 'field'; readonly field: Buffer; readonly value: Buffer }
  | { readonly kind: 'member'; readonly member: Buffer }
  | { readonly kind: 'scored'; readonly member: Buffer; /** As the server wrote it. */ readonly score: string }
  | { readonly kind: 'item'; readonly index: number; readonly value: Buffer }
  | { readonly kind: 'entry'; readonly id: string; readonly fields: readonly (readonly [Buffer, Buffer])[] }
  | { readonly kind: 'range'; readonly id: number; readonly first: string; readonly last: string; readonly size: number; readonly rows: readonly MemberRow[] };

/** What is shown under a collection key. The same rules as for a Level of keys. */
export interface Members {
  readonly key: Buffer;
  readonly rows: readonly MemberRow[];
  /** `found` against the collection's length where the server told it (HLEN, SCARD ...). */
  readonly counts: ScanCounts;
  /** HLEN, SCARD, ZCARD, LLEN or XLEN as of the last page. */
  readonly length: number;
  readonly loading: boolean;
  readonly hasMore: boolean;
  loadMore(signal?: AbortSignal): Promise<readonly MemberRow[]>;
  refresh(signal?: AbortSignal): Promise<void>;
}
