import { RdbError } from '../../protocol/rdb/bytes.ts';
import { invalidateAll } from '../clients/tracking.ts';
import { replaceLibraries } from '../commands/functions.ts';
import { whenScriptEnds } from '../lua/running.ts';
import { createLoader, intoMemory } from '../persistence/loader.ts';
import type { ServerState } from '../state.ts';
import { createDatabase, replaceData, touchAllWatchers } from '../store/database.ts';
import type { Bytes } from '../store/value.ts';

/** A snapshot that a master sends, on its way into a keyspace of its own. */
export interface Received {
  /** Takes a piece. Throws an Error for what cannot be read. */
  push(bytes: Buffer): void;
  /** That was all of it. Throws an Error if more should come. */
  finish(): void;
  /** True if it came and could not be taken in: a second one would be no better. */
  refused(): boolean;
  /** Resolves when the data may be replaced: a script that runs comes to its end first. */
  settled(): Promise<void>;
  /** Puts it in the place of all databases and functions. Answers the keys, and the database that the stream is in. Throws, and nothing has changed, for a library that does not load. */
  takeOver(): { readonly keys: number; readonly database: number };
}

/** Makes an empty keyspace that takes a snapshot in. Memory: its data, and the record that is being read. */
export function createReceived(server: ServerState): Received {
  // Those who watch, track or save keys know nothing of these.
  const databases = server.databases.map(({ index, dict }) => createDatabase(index, dict.seed, { touched: undefined, keeper: undefined }));
  const libraries: Bytes[] = [];
  const loader = createLoader(server, (source) => libraries.push(source), () => true, { ...intoMemory(server), databases, keepsExpired: true });
  let problem: unknown;

  const attempt = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      problem = error;
      const place = error instanceof RdbError ? ` (at byte ${error.offset} of them)` : '';
      throw new Error(`The data of the MASTER cannot be taken in: ${error instanceof Error ? error.message : String(error)}${place}. What this server holds is kept. REPLICAOF NO ONE ends the attempts, a server that reads what the master writes can follow it.`, { cause: error });
    }
  };
  const load = (give: () => void): void => attempt(() => {
    give();
    while (loader.step(1024));
  });

  return {
    push: (bytes) => load(() => loader.push(bytes)),
    finish: () => load(() => loader.finish()),
    refused: () => problem !== undefined,
    async settled() {
      while (server.scripting.running !== undefined) await new Promise<void>((resolve) => whenScriptEnds(server, resolve));
    },
    takeOver() {
      attempt(() => replaceLibraries(server, libraries));
      const now = Math.floor(server.clock.now());
      server.databases.forEach((db, index) => {
        const fresh = databases[index];
        if (fresh === undefined) return;
        touchAllWatchers(db, now, fresh);
        replaceData(db, fresh);
      });
      server.expiry.ownKeys.clear();
      invalidateAll(server);
      server.saving.loaded = loader.loaded;
      const { keys, stream: { database } } = loader.loaded;
      return { keys, database: server.databases[database] === undefined ? 0 : database };
    },
  };
}
