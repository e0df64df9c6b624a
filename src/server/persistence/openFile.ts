import { open } from 'node:fs/promises';
import { RdbError } from '../../protocol/rdb/bytes.ts';
import type { RdbRecord } from '../../protocol/rdb/parser.ts';
import type { RdbDialect } from '../../protocol/rdb/value.ts';
import type { StandingClock } from '../clock.ts';
import { monotonic } from '../clock.ts';
import type { ServerState } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { createLoader } from './loader.ts';

/** Bytes read at once. */
const PIECE = 256 * 1024;
/** Records taken in between two looks at the time. */
const RECORDS = 16;
/** Longest turn, ms: commands are answered in between. Only a record that takes longer by itself holds them up. */
const SLICE = 8;
/** Ms between two tellings of how far it is. */
const TELL = 100;

/** How far a file is read. */
export interface FileProgress {
  readonly bytes: number;
  readonly size: number;
  readonly keys: number;
}

/** Where a file stops making sense, and what is wrong there; it names the key. */
export interface FileDamage {
  readonly truncated: boolean;
  /** Of the byte from the start of the file. */
  readonly offset: number;
  readonly what: string;
}

/** A file that was taken in, all of it or up to the damage. */
export interface FileFacts {
  readonly dialect: RdbDialect;
  /** Of the format. */
  readonly version: number;
  /** `redis 7.0.15`, `valkey 8.1.0`; undefined where the file does not tell. */
  readonly writer: string | undefined;
  /** When it was written, ms since the epoch; undefined where the file does not tell. */
  readonly savedAt: number | undefined;
  /** Where the server's clock stands, ms since the epoch: when the file was written, else when it was last changed. */
  readonly clock: number;
  readonly size: number;
  readonly keys: number;
  /** Keys left out whose time was over already when the file was written. */
  readonly expired: number;
  /** Libraries of functions, none of which is loaded: that would run what the file holds. */
  readonly libraries: number;
  /** Values left out, by the module that they belong to. */
  readonly modules: readonly { readonly module: string; readonly keys: number }[];
  readonly damage: FileDamage | undefined;
}

/** What came of opening a file. */
export type FileOutcome =
  | { readonly kind: 'opened'; readonly facts: FileFacts }
  /** It would take more memory than it may: the estimate, bytes. */
  | { readonly kind: 'too-large'; readonly estimate: number }
  /** No key of it can be read: it is no dump, or one of a version that is not known. */
  | { readonly kind: 'unreadable'; readonly damage: FileDamage }
  | { readonly kind: 'cancelled' };

/**
 * Bytes of memory that a file is held to take: four times its size, since strings may be compressed and small values are unpacked
 * into objects, and 300 for each key that the file tells of (a damaged file may tell any number, but a key takes 4 bytes at least).
 */
export function estimateMemory(size: number, keys: number): number {
  return size * 4 + Math.min(keys, size / 4) * 300;
}

/**
 * Takes a file into an empty server, to be looked at as it is: the clock stands at the time when it was written, so no key runs out
 * while one looks. Reads in slices of some ms. Rejects with the system's error. What was taken in before the damage, or before
 * `signal` was aborted, stays.
 */
export async function openFile(server: ServerState, clock: StandingClock, options: {
  readonly path: string;
  /** Bytes. */
  readonly maxMemory: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FileProgress) => void;
}): Promise<FileOutcome> {
  const file = await open(options.path, 'r');
  try {
    const { size, mtimeMs } = await file.stat();
    clock.set(mtimeMs);
    const noted = noteRecords(clock, size, options.maxMemory);
    const loader = createLoader(server, () => undefined, noted.accept);
    const slices = createSlices(options.signal);
    let bytes = 0;
    let told = monotonic();
    const readOn = async (): Promise<FileDamage | undefined> => {
      for (;;) {
        const piece = Buffer.allocUnsafe(PIECE);
        const { bytesRead } = await file.read(piece, 0, PIECE, null);
        slices.begin();
        bytes += bytesRead;
        try {
          if (bytesRead === 0) loader.finish();
          else loader.push(piece.subarray(0, bytesRead));
          while (!noted.over() && loader.step(RECORDS)) if (slices.isOver()) await slices.next();
        } catch (error) {
          if (error instanceof RdbError) return { truncated: error.fault === 'truncated', offset: error.offset, what: error.message };
          throw error;
        }
        if (bytesRead === 0 || noted.over() || options.signal.aborted) return undefined;
        if (monotonic() - told > TELL) {
          told = monotonic();
          options.onProgress({ bytes, size, keys: loader.loaded.keys });
        }
      }
    };
    if (noted.over()) return { kind: 'too-large', estimate: noted.estimate() };
    const damage = await readOn();
    if (options.signal.aborted) return { kind: 'cancelled' };
    if (noted.over()) return { kind: 'too-large', estimate: noted.estimate() };
    const header = noted.header();
    if (header === undefined) return { kind: 'unreadable', damage: damage ?? { truncated: true, offset: 0, what: 'the file is empty' } };
    return { kind: 'opened', facts: { ...header, ...noted.facts(), clock: clock.now(), size, keys: loader.loaded.keys, expired: loader.loaded.expired, damage } };
  } finally {
    await file.close();
  }
}

/** Looks at the records on their way, and leaves out what cannot be shown. */
function noteRecords(clock: StandingClock, size: number, maxMemory: number): {
  accept(record: RdbRecord<Bytes>): boolean;
  over(): boolean;
  estimate(): number;
  header(): { version: number; dialect: RdbDialect } | undefined;
  facts(): Pick<FileFacts, 'writer' | 'savedAt' | 'libraries' | 'modules'>;
} {
  let header: { version: number; dialect: RdbDialect } | undefined;
  let writer: string | undefined;
  let savedAt: number | undefined;
  let libraries = 0;
  let keys = 0;
  const modules = new Map<string, number>();
  const estimate = (): number => estimateMemory(size, keys);
  let isOver = estimate() > maxMemory;
  const takeAux = (name: Bytes, value: Bytes): void => {
    if (name === 'redis-ver') writer ??= `redis ${value}`;
    else if (name === 'valkey-ver') writer = `valkey ${value}`;
    else if (name === 'ctime' && /^[1-9]\d{0,11}$/.test(value)) clock.set((savedAt = Number(value) * 1000));
  };
  return {
    accept(record) {
      // Nothing is made for keys that would not fit.
      if (isOver) return false;
      switch (record.kind) {
        case 'header':
          header = { version: record.version, dialect: record.dialect };
          return true;
        case 'aux':
          takeAux(record.name, record.value);
          return true;
        case 'size':
          keys += Number(record.keys);
          isOver = estimate() > maxMemory;
          return !isOver;
        case 'function':
          libraries += 1;
          return false;
        case 'key':
          if (record.value.type !== 'module') return true;
          modules.set(record.value.module, (modules.get(record.value.module) ?? 0) + 1);
          return false;
        case 'database':
        case 'slot':
        case 'moduleAux':
        case 'end':
          return true;
      }
    },
    over: () => isOver,
    estimate,
    header: () => header,
    facts: () => ({ writer, savedAt, libraries, modules: [...modules].map(([module, count]) => ({ module, keys: count })) }),
  };
}

/** Turns of some ms each; `next` lets others have theirs. */
function createSlices(signal: AbortSignal): { begin(): void; isOver(): boolean; next(): Promise<void> } {
  let since = monotonic();
  return {
    begin() {
      since = monotonic();
    },
    isOver: () => signal.aborted || monotonic() - since > SLICE,
    async next() {
      await new Promise((resolve) => setImmediate(resolve));
      since = monotonic();
    },
  };
}
