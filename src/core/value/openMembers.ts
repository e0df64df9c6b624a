import type { Clock } from '../connection/ports.ts';
import { asInteger, asText } from '../connection/reply.ts';
import type { Session } from '../connection/session.ts';
import { assertNever, Failure, isFailure } from '../failure.ts';
import { abortable } from '../keyspace/cursorPager.ts';
import { displayShort } from '../keyspace/display.ts';
import type { KeyType, PageEnd, ScanCounts, ScanOptions } from '../keyspace/keyspace.ts';
import { l10n } from '../../l10n.ts';
import { hash } from './hash.ts';
import { list } from './list.ts';
import type { MemberRow, Members } from './members.ts';
import type { MemberSource, MemberType, SingleMember } from './memberSource.ts';
import { set } from './set.ts';
import { stream } from './stream.ts';
import { zset } from './zset.ts';

const memberTypes: Readonly<Record<string, MemberType>> = { hash, list, set, stream, zset };

/** A closed block of earlier rows, by their positions. */
interface Fold {
  readonly from: number;
  readonly to: number;
}

/**
 * The members of a key, by pages. Nothing is sent before the first page. `loadMore` throws Failure `wrong-type` for a key
 * without members (a string, a module's type) or of another type by now, `vanished` for one that is gone.
 */
export function openMembers(session: Session, key: Buffer, type: KeyType, options: ScanOptions | (() => ScanOptions), clock: Clock): Members {
  const currentOptions = typeof options === 'function' ? options : (): ScanOptions => options;
  const memberType = Object.hasOwn(memberTypes, type) ? memberTypes[type] : undefined;
  let source = memberType === undefined ? undefined : newSource(memberType);
  let length = 0;
  let shown = 0;
  let folds: Fold[] = [];
  let end: PageEnd | undefined;
  let loading: Promise<readonly MemberRow[]> | undefined;
  let refreshing: Promise<void> | undefined;
  let cached: { readonly source: MemberSource; readonly version: number; readonly shown: number; readonly rows: readonly MemberRow[] } | undefined;

  function newSource(of: MemberType): MemberSource {
    return of.createSource({ session, key, clock, maxCount: () => currentOptions().maxCount, pageSize: () => currentOptions().pageSize });
  }

  function known(): { readonly of: MemberType; readonly source: MemberSource } {
    if (memberType === undefined || source === undefined) throw new Failure('wrong-type', l10n.t('A key of the type {0} has no members to list.', type));
    return { of: memberType, source };
  }

  /** Learns the length, and whether the key still is what it was. */
  async function check(of: MemberType, from: MemberSource): Promise<void> {
    const [actual, count] = await session.sendAll([['TYPE', key], [of.lengthCommand, key]]);
    // TYPE may not be permitted; the length says most of it.
    if (actual !== undefined && !isFailure(actual)) {
      const name = asText(actual);
      if (name === 'none') throw gone();
      if (name !== type) throw new Failure('wrong-type', l10n.t('The key is of the type {0} by now, not {1}. Refresh to see it.', name, type));
    }
    if (isFailure(count)) throw count;
    const now = asInteger(count);
    // A stream may be empty; no other collection is.
    if (now === 0 && type !== 'stream') throw gone();
    length = now;
    from.noteLength(now);
  }

  /** Checks the key and reads on, in one go; then both are known. */
  async function read(from: MemberSource, of: MemberType, wanted: () => number, budget: number | undefined, signal: AbortSignal | undefined): Promise<PageEnd> {
    const checking = abortable(check(of, from), signal);
    const reading = from.run({ wanted, signal, ...(budget === undefined ? {} : { budget }) });
    const [checked, result] = await Promise.allSettled([checking, reading]);
    // That the key has gone says more than what reading it came to.
    if (checked.status === 'rejected') throw checked.reason;
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  }

  async function load(signal: AbortSignal | undefined): Promise<readonly MemberRow[]> {
    const { of, source: from } = known();
    const { pageSize, budget } = currentOptions();
    const before = shown;
    let result: PageEnd;
    try {
      result = await read(from, of, () => before + pageSize - from.rows.length, budget, signal);
    } finally {
      // A refresh may have put another walk in its place.
      if (from === source) show(Math.min(from.rows.length, before + pageSize));
    }
    if (from !== source) return [];
    end = result !== 'cancelled' && from.complete && shown === from.rows.length ? 'end' : result === 'end' ? 'page' : result;
    return from.rows.slice(before, shown);
  }

  /** Shows rows up to a position; earlier ones fold if there would be too many. */
  function show(to: number): void {
    const { maxRows } = currentOptions();
    const from = folds.at(-1)?.to ?? 0;
    if (shown > from && folds.length + to - from > maxRows) folds.push({ from, to: shown });
    shown = to;
    // A list that has become shorter.
    folds = folds.filter((fold) => fold.from < to).map((fold) => ({ from: fold.from, to: Math.min(fold.to, to) }));
  }

  function rows(): readonly MemberRow[] {
    if (source === undefined) return [];
    if (cached?.source === source && cached.version === source.version && cached.shown === shown) return cached.rows;
    const all = source.rows;
    const openFrom = folds.at(-1)?.to ?? 0;
    const now = [...folds.map((fold, id) => rangeRow(all, fold, id)), ...all.slice(openFrom, shown)];
    cached = { source, version: source.version, shown, rows: now };
    return now;
  }

  /** The refreshed walk replaces the old one once it has come as far. */
  async function readAgain(signal: AbortSignal | undefined): Promise<void> {
    const { of, source: old } = known();
    const fresh = newSource(of);
    const { budget, pageSize } = currentOptions();
    const target = Math.max(old.rows.length, pageSize);
    const result = await read(fresh, of, () => target - fresh.rows.length, undefined, signal);
    if (result === 'page' && old.complete) await fresh.run({ wanted: () => Infinity, budget, signal });
    if (signal?.aborted === true) return;
    source = fresh;
    show(Math.min(fresh.rows.length, Math.ceil(Math.max(shown, 1) / pageSize) * pageSize));
    end = fresh.complete && shown === fresh.rows.length ? 'end' : 'page';
  }

  return {
    key,
    get rows() {
      return rows();
    },
    get counts(): ScanCounts {
      return {
        shown,
        found: source?.rows.length ?? 0,
        scanned: source?.scanned,
        complete: source?.complete ?? true,
        restarted: source?.restarted ?? false,
        end,
      };
    },
    get length() {
      return length;
    },
    get loading() {
      return loading !== undefined;
    },
    get hasMore() {
      return source !== undefined && (!source.complete || shown < source.rows.length);
    },
    loadMore(signal) {
      loading ??= load(signal).finally(() => {
        loading = undefined;
      });
      return loading;
    },
    refresh(signal) {
      refreshing ??= readAgain(signal).finally(() => {
        refreshing = undefined;
      });
      return refreshing;
    },
  };
}

const gone = (): Failure => new Failure('vanished', l10n.t('This key no longer exists: it has expired or was deleted.'));

function rangeRow(all: readonly SingleMember[], { from, to }: Fold, id: number): MemberRow {
  return {
    kind: 'range', id, size: to - from, first: titleOf(all[from]), last: titleOf(all[to - 1]),
    get rows() {
      return all.slice(from, to);
    },
  };
}

/** Characters of a name that a range row shows. */
const maxTitle = 200;

function titleOf(row: SingleMember | undefined): string {
  switch (row?.kind) {
    case 'field':
      return displayShort(row.field, maxTitle);
    case 'member':
    case 'scored':
      return displayShort(row.member, maxTitle);
    case 'item':
      return String(row.index);
    case 'entry':
      return row.id;
    case undefined:
      return '';
    default:
      return assertNever(row);
  }
}
