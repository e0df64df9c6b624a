import { existsSync } from 'node:fs';
import { RdbError } from '../../protocol/rdb/bytes.ts';
import { load, save, saveInBackground, type SaveProblem } from '../persistence/save.ts';
import type { ServerState } from '../state.ts';

/** Where the data of a practice server are kept. */
export interface DataFile {
  /** Saves at once what has changed. Throws an Error with the system's reason. */
  save(): void;
  /** Something has changed that no command did: it is saved in the background. */
  changed(): void;
}

/** A file that does not make sense; nothing is written to it. */
export class DamagedFile extends Error {
  readonly code = 'DAMAGED';
  constructor({ offset, message }: RdbError) {
    super(`byte ${offset.toString()}: ${message}`);
    this.name = 'DamagedFile';
  }
}

/**
 * Loads the file, if there is one, into a server that is empty, and has it saved there by the server's save points. Throws DamagedFile or
 * the system's error, and leaves the file alone. `onSaved` is told how each save ended.
 */
export function keepInFile(server: ServerState, path: string, onSaved: (problem: SaveProblem | undefined) => void): DataFile {
  if (existsSync(path)) {
    try {
      load(server, path);
    } catch (error) {
      throw error instanceof RdbError ? new DamagedFile(error) : error;
    }
  }
  let last: SaveProblem | undefined;
  server.outside = { ...server.outside, dataFile: () => path };
  server.saving.onEnd = (problem) => {
    last = problem;
    onSaved(problem);
  };
  return {
    save() {
      if (server.dirty > 0 && !save(server, path)) throw Object.assign(new Error(last?.text), { code: last?.code });
    },
    changed() {
      server.dirty += 1;
      if (server.saving.background === undefined) saveInBackground(server, path);
    },
  };
}
