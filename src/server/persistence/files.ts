import { closeSync, fstatSync, fsync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { ServerState } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { createLoader } from './loader.ts';
import type { Loaded } from './loader.ts';

/** Bytes read at once. */
const PIECE = 1024 * 1024;
/** Records taken in between two looks at the file. */
const RECORDS = 1024;

/** A file in the making: under another name until it is whole, so that one of that name is whole at any time. */
export interface FileInTheMaking {
  /** Throws the system's error. */
  write(piece: Uint8Array): void;
  /** On the disk and under its name. Throws the system's error. */
  finish(): void;
  /** As `finish`, without holding up the thread. After `abandon` nothing is done. */
  finishLater(done: (error: Error | undefined) => void): void;
  /** Leaves nothing behind. */
  abandon(): void;
}

/** Starts a file. Throws the system's error. */
export function startFile(path: string): FileInTheMaking {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w');
  let open = true;
  // Once only: the number may be another file's by then.
  const close = (): void => {
    if (open) closeSync(file);
    open = false;
  };
  return {
    write(piece) {
      for (let at = 0; at < piece.length;) at += writeSync(file, piece, at);
    },
    finish() {
      fsyncSync(file);
      close();
      renameSync(temporary, path);
    },
    finishLater(done) {
      fsync(file, (problem) => {
        // Given up meanwhile: the temporary name is another save's by now.
        if (!open) return done(undefined);
        try {
          if (problem !== null) throw problem;
          close();
          renameSync(temporary, path);
        } catch (error) {
          return done(error instanceof Error ? error : new Error(String(error)));
        }
        done(undefined);
      });
    },
    abandon() {
      close();
      rmSync(temporary, { force: true });
    },
  };
}

/** Takes a file into the databases. Throws RdbError for one that is damaged (what came before the damage is in), or the system's error. */
export function loadFromFile(server: ServerState, path: string, loadLibrary: (source: Bytes) => void): Loaded {
  const file = openSync(path, 'r');
  try {
    const loader = createLoader(server, loadLibrary, undefined, undefined, fstatSync(file).size);
    const piece = Buffer.allocUnsafe(PIECE);
    for (;;) {
      const size = readSync(file, piece, 0, PIECE, null);
      if (size === 0) loader.finish();
      else loader.push(piece.subarray(0, size));
      while (loader.step(RECORDS));
      if (size === 0) return loader.loaded;
    }
  } finally {
    closeSync(file);
  }
}
