import { randomBytes } from 'node:crypto';
import { open, realpath, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';

/** A file that comes into being under a temporary name beside its own, and takes its own when it is complete. */
export interface TargetFile {
  /** Bytes so far. */
  readonly size: number;
  /** Takes bytes; nobody may write into them again. Resolves when more may come: at most some MB are held. Throws Failure `file`. */
  write(bytes: Buffer): Promise<void>;
  /** Puts all of it on the disk and gives it its name, replacing what had it. Throws Failure `file`; `discard` then. */
  commit(): Promise<void>;
  /** Removes what was written. What had the name stays as it was. Does nothing after `commit`. */
  discard(): Promise<void>;
}

/** Bytes that are written in one go. */
const BLOCK = 1024 * 1024;

/** Creates the temporary file, which those may read who may read what had the name. Throws Failure `file` where that is not possible. */
export async function createTarget(path: string): Promise<TargetFile> {
  const final = await realpath(path).catch(() => path);
  const temporary = join(dirname(final), `.${basename(final)}.${randomBytes(6).toString('hex')}.part`);
  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw fileFailure(error, path);
    }
  };
  const before = await stat(final).catch(() => undefined);
  // Told now, not after all has been fetched.
  if (before?.isDirectory() === true) throw fileFailure({ code: 'EISDIR' }, path);
  const handle: FileHandle = await guarded(open(temporary, 'wx'));
  // Who may not read what is replaced may not read what replaces it.
  if (before !== undefined) await handle.chmod(before.mode & 0o777).catch(() => undefined);
  let held: Buffer[] = [];
  let heldSize = 0;
  let size = 0;
  let writing: Promise<void> = Promise.resolve();
  let state: 'open' | 'closed' | 'done' = 'open';

  const flush = async (): Promise<void> => {
    const block = held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held, heldSize);
    held = [];
    heldSize = 0;
    // One block is written while the next is gathered.
    await writing;
    writing = handle.appendFile(block);
    // It is heard at the next block, or at the end.
    writing.catch(() => undefined);
  };

  return {
    get size() {
      return size;
    },
    async write(bytes) {
      held.push(bytes);
      heldSize += bytes.length;
      size += bytes.length;
      if (heldSize >= BLOCK) await guarded(flush());
    },
    async commit() {
      await guarded(flush());
      await guarded(writing);
      await guarded(handle.sync());
      state = 'closed';
      await guarded(handle.close());
      await guarded(rename(temporary, final));
      state = 'done';
      await syncFolder(dirname(final));
    },
    async discard() {
      if (state === 'done') return;
      if (state === 'open') {
        state = 'closed';
        await writing.catch(() => undefined);
        await handle.close().catch(() => undefined);
      }
      await unlink(temporary).catch(() => undefined);
    },
  };
}

/** Makes a rename last, where the system lets a folder be opened for that (Windows does not, and needs none). */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // The file is whole and has its name.
  }
}

/** Turns an error of the file system into a Failure. */
export function fileFailure(error: unknown, path: string): Failure {
  if (error instanceof Failure) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new Failure('file', l10n.t('There is no room left for {0}: the disk is full ({1}). Nothing was saved. Make room, or choose another place.', path, code));
    case 'EFBIG':
      return new Failure('file', l10n.t('{0} has become larger than the file system or a limit of the process allows ({1}). Nothing was saved. Choose another place.', path, code));
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new Failure('file', l10n.t('{0} cannot be written: that is not allowed there ({1}). Nothing was saved. Choose another place.', path, code));
    case 'ENOENT':
    case 'ENOTDIR':
      return new Failure('file', l10n.t('{0} cannot be written: there is no such folder. Nothing was saved. Choose another place.', path));
    case 'EISDIR':
      return new Failure('file', l10n.t('{0} is a folder. Nothing was saved. Choose another name.', path));
    default:
      return new Failure('file', l10n.t('{0} could not be written{1}. Nothing was saved.', path, code === '' ? '' : ` (${code})`));
  }
}
