import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { ServerState } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { createLoader } from './loader.ts';
import type { Loaded } from './loader.ts';
import { saveAll } from './saver.ts';

/** Bytes read at once. */
const PIECE = 1024 * 1024;
/** Records taken in between two looks at the file. */
const RECORDS = 1024;

/** Functions are no keys: how they are listed and taken in is told by those who have them. */
export interface Libraries {
  readonly sources: () => readonly Bytes[];
  readonly load: (source: Bytes) => void;
}

/** Writes the data set to a file: under another name first, so that a file of that name is whole at any time. Throws the system's error. */
export function saveToFile(server: ServerState, path: string, libraries: Libraries): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w');
  try {
    saveAll(server, libraries.sources(), (piece) => {
      for (let at = 0; at < piece.length;) at += writeSync(file, piece, at);
    });
    fsyncSync(file);
  } catch (error) {
    closeSync(file);
    rmSync(temporary, { force: true });
    throw error;
  }
  closeSync(file);
  renameSync(temporary, path);
}

/** Takes a file into the databases. Throws RdbError for one that is damaged (what came before the damage is in), or the system's error. */
export function loadFromFile(server: ServerState, path: string, libraries: Libraries): Loaded {
  const file = openSync(path, 'r');
  try {
    const loader = createLoader(server, libraries.load);
    for (;;) {
      const piece = Buffer.allocUnsafe(PIECE);
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
