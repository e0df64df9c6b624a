import { install } from '../commands/functions.ts';
import type { ServerState } from '../state.ts';
import { systemError } from '../systemError.ts';
import { loadFromFile, saveToFile } from './files.ts';
import type { Libraries } from './files.ts';
import type { Loaded } from './loader.ts';

/** What INFO persistence tells of files. */
export interface Saving {
  /** S since the epoch. */
  lastAt: number;
  /** False: the last one failed. */
  lastOk: boolean;
  /** S; -1: there was none. */
  lastTook: number;
  /** Since the start. */
  count: number;
  /** What came out of the last file that was loaded. */
  loaded: Loaded;
}

/** Nothing saved yet; a new server counts as saved just now. */
export function createSaving(now: number): Saving {
  return { lastAt: Math.floor(now / 1000), lastOk: true, lastTook: -1, count: 0, loaded: { keys: 0, expired: 0, empty: 0 } };
}

function librariesOf(server: ServerState): Libraries {
  return { sources: () => [...server.scripting.libraries.values()].map(({ code }) => code), load: (code) => void install(server, code, false) };
}

/**
 * Saves at once, and nothing else happens meanwhile: the file holds one instant. False if that failed; the log says why.
 * `path` comes from `outside.dataFile`.
 */
export function save(server: ServerState, path: string): boolean {
  const { saving, outside, clock } = server;
  const started = clock.now();
  try {
    saveToFile(server, path, librariesOf(server));
  } catch (error) {
    saving.lastOk = false;
    outside.log('warning', `Failed opening the temp RDB file for saving: ${systemError(error)}`);
    return false;
  }
  saving.lastOk = true;
  saving.lastAt = Math.floor(clock.now() / 1000);
  saving.lastTook = Math.floor((clock.now() - started) / 1000);
  saving.count += 1;
  server.dirty = 0;
  outside.log('notice', 'DB saved on disk');
  return true;
}

/** Loads a file into a server that is empty. Throws RdbError or the system's error. */
export function load(server: ServerState, path: string): Loaded {
  return (server.saving.loaded = loadFromFile(server, path, librariesOf(server)));
}

/** Saves where a save point says that it is time: so many changes, so many seconds after the last one. */
export function saveIfDue(server: ServerState): void {
  const { saving, outside, config, clock } = server;
  if (outside.dataFile === undefined || server.dirty === 0) return;
  const words = config.get('save').split(' ').map(Number);
  const since = Math.floor(clock.now() / 1000) - saving.lastAt;
  for (let index = 0; index + 1 < words.length; index += 2) {
    const [seconds, changes] = [words[index] as number, words[index + 1] as number];
    if (server.dirty < changes || since <= seconds) continue;
    outside.log('notice', `${changes} changes in ${seconds} seconds. Saving...`);
    // One that failed is tried again after a while, not ten times a second.
    if (!save(server, outside.dataFile())) saving.lastAt += 5;
    return;
  }
}
