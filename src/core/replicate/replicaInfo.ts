import type { Info } from './infoAsker.ts';

/** What a server says of the master that it follows (INFO replication and persistence). */
export interface ReplicaInfo {
  readonly host: string;
  readonly port: number;
  /** The link is up, and has been since all data were put in place. */
  readonly up: boolean;
  /** Its data are on their way. Bytes; `total` undefined while the master has not told it, and where it does not (diskless). */
  readonly transfer: { readonly read: number; readonly total: number | undefined } | undefined;
  readonly loading: { readonly bytes: number; readonly total: number | undefined } | undefined;
  /** The name of the history that it is in, and how far it has applied that. */
  readonly history: string;
  readonly applied: number;
}

/** The sections that are needed for it. */
export const replicaSections = ['replication', 'persistence'] as const;

/** Reads it; undefined for a server that follows nobody. */
export function replicaInfo(info: Info): ReplicaInfo | undefined {
  if (info.get('role') !== 'slave') return undefined;
  const total = numberOf(info, 'master_sync_total_bytes') ?? 0;
  const loading = info.get('loading') === '1' || info.get('async_loading') === '1';
  const loadingTotal = numberOf(info, 'loading_total_bytes') ?? 0;
  return {
    host: info.get('master_host') ?? '',
    port: Number(info.get('master_port')),
    up: info.get('master_link_status') === 'up',
    transfer: info.get('master_sync_in_progress') === '1'
      // Before 6.2 only what is left is told.
      ? { read: Math.max(0, numberOf(info, 'master_sync_read_bytes') ?? total - (numberOf(info, 'master_sync_left_bytes') ?? total)), total: total > 0 ? total : undefined }
      : undefined,
    loading: loading ? { bytes: numberOf(info, 'loading_loaded_bytes') ?? 0, total: loadingTotal > 0 ? loadingTotal : undefined } : undefined,
    history: info.get('master_replid') ?? '',
    applied: numberOf(info, 'slave_repl_offset') ?? 0,
  };
}

/** What a server says of the stream that its replicas get (INFO replication and stats). */
export interface MasterInfo {
  readonly history: string;
  readonly offset: number;
  /** Full synchronisations that it has granted, to anybody. */
  readonly syncs: number | undefined;
}

/** The sections that are needed for it. */
export const masterSections = ['replication', 'stats'] as const;

/** Reads it. */
export function masterInfo(info: Info): MasterInfo {
  return { history: info.get('master_replid') ?? '', offset: numberOf(info, 'master_repl_offset') ?? 0, syncs: numberOf(info, 'sync_full') };
}

function numberOf(info: Info, name: string): number | undefined {
  const text = info.get(name);
  return text === undefined || text === '' ? undefined : Number(text);
}
