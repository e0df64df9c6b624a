import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { RdbError } from '../../protocol/rdb/bytes.ts';
import type { StandingClock } from '../clock.ts';
import { monotonic } from '../clock.ts';
import type { ServerState } from '../state.ts';
import type { SourceFile } from './fileContents.ts';
import { noteRecords } from './fileRecords.ts';
import type { FileHeader, FileNotes } from './fileRecords.ts';
import { takeNames, takeWhole } from './fileTaking.ts';
import type { TooLarge } from './fileTaking.ts';
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
export interface FileFacts extends FileHeader, FileNotes {
  /** Where the server's clock stood when the file was opened, ms since the epoch: when the file was written, else when it was last changed. */
  readonly clock: number;
  readonly size: number;
  readonly keys: number;
  /** Keys left out whose time was over already when the file was written. */
  readonly expired: number;
  readonly damage: FileDamage | undefined;
}

/** What came of opening a file. */
export type FileOutcome =
  | { readonly kind: 'opened'; readonly facts: FileFacts }
  | TooLarge
  /** No key of it can be read: it is no dump, or one of a version that is not known. */
  | { readonly kind: 'unreadable'; readonly damage: FileDamage }
  | { readonly kind: 'cancelled' };

/**
 * Takes a file into an empty server. To be looked at as it is: the clock stands at the time when it was written, so no key runs out
 * while one looks; values stay in the file until they are looked into, and the server refuses to write. As a `scratch` copy: all of
 * it is in memory and may be changed, and the clock goes on from that time; the file is left as it is. Reads in slices of some ms.
 * Rejects with the system's error. What was taken in before the damage, or before `signal` was aborted, stays.
 */
export async function openFile(server: ServerState, clock: StandingClock, options: {
  readonly path: string;
  /** Bytes. */
  readonly maxMemory: number;
  readonly scratch: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FileProgress) => void;
}): Promise<FileOutcome> {
  // To open a pipe is to wait for who writes to it. Of a folder the system says what it is.
  const kind = await stat(options.path);
  if (!kind.isFile() && !kind.isDirectory()) return { kind: 'unreadable', damage: { truncated: false, offset: 0, what: 'this is no file, but a pipe or a device' } };
  const file = await open(options.path, 'r');
  if (!options.scratch) server.source = file;
  let inUse = false;
  try {
    const { size, mtimeMs } = await file.stat();
    const outcome = await takeIn(server, clock, file, { fd: file.fd, size, mtimeMs }, options);
    if (outcome.kind === 'opened') {
      inUse = !options.scratch;
      if (options.scratch) clock.go();
    }
    return outcome;
  } finally {
    if (!inUse) {
      server.source = undefined;
      await file.close();
    }
  }
}

async function takeIn(
  server: ServerState, clock: StandingClock, file: FileHandle, source: SourceFile,
  { maxMemory, scratch, signal, onProgress }: Parameters<typeof openFile>[2],
): Promise<FileOutcome> {
  const { size } = source;
  clock.set(source.mtimeMs);
  server.expiry.active = scratch;
  const notes = noteRecords((time) => clock.set(time));
  const taking = (scratch ? takeWhole : takeNames)(server, notes, source, maxMemory);
  let over = taking.tooLarge(0);
  const loader = createLoader(server, () => undefined, (record) => {
    const accepted = notes.accept(record);
    // Nothing is made for keys that would not fit.
    if (record.kind === 'size') over ??= taking.tooLarge(0);
    return accepted && over === undefined;
  }, taking, source.size);
  const slices = createSlices(signal);
  let bytes = 0;
  let told = monotonic();
  /** False at the end, or where it is no use to go on. */
  const piece = Buffer.allocUnsafe(PIECE);
  const readOn = async (): Promise<boolean> => {
    const { bytesRead } = await file.read(piece, 0, PIECE, null);
    slices.begin();
    bytes += bytesRead;
    if (bytesRead === 0) loader.finish();
    else loader.push(piece.subarray(0, bytesRead));
    for (let more = true; more && over === undefined && !signal.aborted;) {
      more = loader.step(RECORDS);
      over ??= taking.tooLarge(bytes - loader.offset());
      if (slices.isOver()) await slices.next();
    }
    if (monotonic() - told > TELL) {
      told = monotonic();
      onProgress({ bytes, size, keys: loader.loaded.keys });
    }
    return bytesRead > 0;
  };
  let damage: FileDamage | undefined;
  try {
    while (over === undefined && !signal.aborted && (await readOn()));
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    damage = { truncated: error.fault === 'truncated', offset: error.offset, what: error.message };
  }
  if (signal.aborted) return { kind: 'cancelled' };
  if (over !== undefined) return over;
  const header = notes.header();
  if (header === undefined) return { kind: 'unreadable', damage: damage ?? { truncated: true, offset: 0, what: 'the file is empty' } };
  return { kind: 'opened', facts: { ...header, ...notes.facts(), clock: clock.now(), size, keys: loader.loaded.keys, expired: loader.loaded.expired, damage } };
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
