import { mkdtemp, open, rm, statfs, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';

/** Bytes on their way from a fast writer to a slow reader: the first of them in memory, more of them in files, which go as they are read. */
export interface Spool {
  /** Bytes that were put, and that were taken. */
  readonly put: number;
  readonly taken: number;
  /** Takes bytes; nobody may write into them again. Resolves when more may come. Rejects with Failure `file`: the disk is full. */
  append(bytes: Buffer): Promise<void>;
  /** Makes sure that so many bytes more will find room. Rejects with Failure `file`. */
  expect(bytes: number): Promise<void>;
  /** No more comes. */
  end(): void;
  /** The next bytes, as soon as there are some; undefined after the end, or once it is closed. Rejects with Failure `file`. */
  take(): Promise<Buffer | undefined>;
  /** True once all of it was put and taken, and it was not closed before. */
  readonly complete: boolean;
  /** Closes it for both sides and deletes its files. */
  close(): Promise<void>;
}

export interface SpoolOptions {
  /** Bytes held in memory before they are written. */
  readonly memory?: number;
  /** Bytes of a file. */
  readonly segment?: number;
  /** Free bytes that the disk keeps. */
  readonly reserve?: number;
  /** Free bytes at a folder. */
  readonly free?: (folder: string) => Promise<number>;
}

/** Bytes that are read at once. */
const PIECE = 256 * 1024;
const DEFAULTS = { memory: 1024 * 1024, segment: 32 * 1024 * 1024, reserve: 256 * 1024 * 1024 };

interface Segment {
  readonly path: string;
  readonly file: FileHandle;
  written: number;
  read: number;
}

/**
 * Makes an empty spool, its files in a folder of its own below `parent`. One writer, one reader. What is written is taken in the order in
 * which it came: of the oldest file first, of memory where there is no file.
 */
export async function createSpool(parent: string, options: SpoolOptions = {}): Promise<Spool> {
  const { memory, segment, reserve } = { ...DEFAULTS, ...options };
  const free = options.free ?? freeBytes;
  const folder = await mkdtemp(join(parent, 'keyspace-spool-')).catch((error: unknown) => {
    throw spoolFailure(parent, error);
  });
  const segments: Segment[] = [];
  let held: Buffer[] = [];
  let heldBytes = 0;
  let made = 0;
  let put = 0;
  let taken = 0;
  let closed = false;
  let ended = false;
  let wake: (() => void) | undefined;
  /** Reading and writing take turns. */
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = async <T>(act: () => Promise<T>): Promise<T> => {
    const mine = turn.then(act);
    turn = mine.catch(() => undefined);
    try {
      return await mine;
    } catch (error) {
      throw spoolFailure(parent, error);
    }
  };

  const room = async (bytes: number): Promise<void> => {
    const left = (await free(folder)) - reserve;
    if (left < bytes) throw new Failure('file', l10n.t('There is not enough room on the disk of {0}: {1} MB more are needed for what the source sends, and {2} MB can be used ({3} MB are kept free). Make room, and start again.', parent, megabytes(bytes), megabytes(Math.max(0, left)), megabytes(reserve)));
  };
  const next = async (): Promise<Segment> => {
    await room(segment);
    made += 1;
    const path = join(folder, String(made));
    const one: Segment = { path, file: await open(path, 'wx+', 0o600), written: 0, read: 0 };
    // Without a name it goes with the process, however that ends. Where an open file keeps its name it goes when it is read.
    await unlink(path).catch(() => undefined);
    segments.push(one);
    return one;
  };
  const spill = async (): Promise<void> => {
    if (closed || heldBytes < memory) return;
    const bytes = Buffer.concat(held, heldBytes);
    held = [];
    heldBytes = 0;
    const last = segments.at(-1);
    const into = last === undefined || last.written >= segment ? await next() : last;
    for (let at = 0; at < bytes.length;) at += (await into.file.write(bytes, at, bytes.length - at, into.written + at)).bytesWritten;
    into.written += bytes.length;
  };
  const drop = async (one: Segment): Promise<void> => {
    segments.splice(segments.indexOf(one), 1);
    await one.file.close();
    await rm(one.path, { force: true });
  };
  const fetch = async (): Promise<Buffer | undefined> => {
    if (closed) return undefined;
    const first = segments[0];
    if (first !== undefined) {
      const bytes = Buffer.allocUnsafeSlow(Math.min(PIECE, first.written - first.read));
      const { bytesRead } = await first.file.read(bytes, 0, bytes.length, first.read);
      if (bytesRead === 0) throw new Error('what was written is not there');
      first.read += bytesRead;
      if (first.read === first.written) await drop(first);
      return bytes.subarray(0, bytesRead);
    }
    if (heldBytes === 0) return undefined;
    const bytes = held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held, heldBytes);
    held = [];
    heldBytes = 0;
    return bytes;
  };

  return {
    get put() {
      return put;
    },
    get taken() {
      return taken;
    },
    get complete() {
      return ended && !closed && put === taken;
    },
    end() {
      ended = true;
      wake?.();
    },
    async append(bytes) {
      if (closed || bytes.length === 0) return;
      held.push(bytes);
      heldBytes += bytes.length;
      put += bytes.length;
      wake?.();
      if (heldBytes >= memory) await inTurn(spill);
    },
    expect: (bytes) => inTurn(() => room(bytes)),
    async take() {
      for (;;) {
        const bytes = await inTurn(fetch);
        if (bytes !== undefined) {
          taken += bytes.length;
          return bytes;
        }
        if (closed || (ended && put === taken)) return undefined;
        if (put > taken) continue;
        await new Promise<void>((resolve) => (wake = resolve));
        wake = undefined;
      }
    },
    async close() {
      closed = true;
      wake?.();
      await inTurn(async () => {
        for (const { file } of segments.splice(0)) await file.close();
        await rm(folder, { recursive: true, force: true });
      });
    },
  };
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function megabytes(bytes: number): string {
  return Math.ceil(bytes / 1024 / 1024).toLocaleString('en');
}

function spoolFailure(folder: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? ` (${String(error.code)})` : '';
  return new Failure('file', l10n.t('What the source sends could not be kept in {0}{1}. Make room, or give it another folder for temporary files, and start again.', folder, code), { cause: error });
}
