import { monotonic } from '../clock.ts';
import { install } from '../commands/functions.ts';
import type { ServerState } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { codeOf, systemError } from '../systemError.ts';
import { loadFromFile, startFile } from './files.ts';
import type { FileInTheMaking } from './files.ts';
import type { Loaded } from './loader.ts';
import { startSnapshot } from './snapshot.ts';

/** What INFO persistence tells of files. */
export interface Saving {
  /** S since the epoch. */
  lastAt: number;
  /** False: the last one failed. */
  lastOk: boolean;
  /** S; -1: there was none. */
  lastTook: number;
  /** When a save point last asked for one, ms since the epoch. */
  triedAt: number;
  /** Since the start. */
  count: number;
  /** The save that is going on. */
  background: BackgroundSave | undefined;
  /** What came out of the last file that was loaded. */
  loaded: Loaded;
  /** Told how each save ended. */
  onEnd: ((problem: SaveProblem | undefined) => void) | undefined;
}

/** Why a save failed. */
export interface SaveProblem {
  /** As the log has it. */
  readonly text: string;
  /** The system's, as `ENOSPC`; '' for none. */
  readonly code: string;
}

/** Nothing saved yet; a new server counts as saved just now. */
export function createSaving(now: number): Saving {
  return { lastAt: Math.floor(now / 1000), lastOk: true, lastTook: -1, triedAt: 0, count: 0, background: undefined, loaded: { keys: 0, expired: 0, empty: 0, stream: { id: '', offset: -1, database: 0 } }, onEnd: undefined };
}

/** The libraries of functions, as files hold them. */
export function librarySources({ scripting }: ServerState): readonly Bytes[] {
  return [...scripting.libraries.values()].map(({ code }) => code);
}

/** Bytes after which a piece of the file is written. */
const PIECE = 1024 * 1024;
/** How long a save in the background holds the thread at once, ms. */
const SLICE = 5;
/** Time after which a save point asks again after a save that failed, ms. */
const RETRY = 5000;

function succeed(server: ServerState, startedAt: number, changes: number): void {
  const { saving, clock } = server;
  saving.lastOk = true;
  saving.lastAt = Math.floor(clock.now() / 1000);
  saving.lastTook = Math.floor((clock.now() - startedAt) / 1000);
  saving.count += 1;
  server.dirty -= changes;
  saving.onEnd?.(undefined);
}

/** `step`: where of writing it failed, as Redis calls it; undefined for the beginning. */
function complain({ saving, outside }: ServerState, error: unknown, step?: 'rdbSaveRio' | 'fsync'): void {
  saving.lastOk = false;
  const text = `${step === undefined ? 'Failed opening the temp RDB file for saving' : `Write error saving DB on disk(${step})`}: ${systemError(error)}`;
  outside.log('warning', text);
  saving.onEnd?.({ text, code: codeOf(error) });
}

/**
 * Saves at once: nothing else happens meanwhile, and a save in the background is given up for it. False if that failed; the log
 * says why. `path` comes from `outside.dataFile`.
 */
export function save(server: ServerState, path: string): boolean {
  stopBackgroundSave(server);
  const startedAt = server.clock.now();
  let file: FileInTheMaking | undefined;
  let at: 'rdbSaveRio' | 'fsync' | undefined;
  const snapshot = startSnapshot(server, librarySources(server));
  try {
    const started = (file = startFile(path));
    at = 'rdbSaveRio';
    while (snapshot.step(() => snapshot.held() > PIECE)) snapshot.drain((piece) => started.write(piece));
    snapshot.drain((piece) => started.write(piece));
    at = 'fsync';
    started.finish();
  } catch (error) {
    snapshot.stop();
    file?.abandon();
    complain(server, error, at);
    return false;
  }
  succeed(server, startedAt, server.dirty);
  server.outside.log('notice', 'DB saved on disk');
  return true;
}

/** A save that goes on while commands are served. */
export interface BackgroundSave {
  /** Ms since the epoch. */
  readonly startedAt: number;
  /** Writes some more; false when there is no more. A server without timers is stepped by its tests. */
  readonly step: () => boolean;
  /** Leaves nothing behind. */
  readonly abandon: () => void;
}

/** Starts to save what is there now, in slices between commands. Only while there is no other. */
export function saveInBackground(server: ServerState, path: string): void {
  const { saving, outside } = server;
  const startedAt = server.clock.now();
  const changes = server.dirty;
  let file: FileInTheMaking;
  try {
    file = startFile(path);
  } catch (error) {
    return complain(server, error);
  }
  const snapshot = startSnapshot(server, librarySources(server));
  const abandon = (): void => {
    saving.background = undefined;
    snapshot.stop();
    file.abandon();
  };
  const step = (): boolean => {
    const since = monotonic();
    try {
      const more = snapshot.step(() => monotonic() - since > SLICE || snapshot.held() > PIECE);
      snapshot.drain((piece) => file.write(piece));
      if (more) return true;
    } catch (error) {
      abandon();
      complain(server, error, 'rdbSaveRio');
      return false;
    }
    file.finishLater((error) => {
      if (saving.background !== background) return;
      saving.background = undefined;
      if (error !== undefined) {
        file.abandon();
        return complain(server, error, 'fsync');
      }
      succeed(server, startedAt, changes);
      outside.log('notice', 'Background saving terminated with success');
    });
    return false;
  };
  const background: BackgroundSave = { startedAt, step, abandon };
  saving.background = background;
  outside.log('notice', `Background saving started by pid ${process.pid}`);
  const turn = (): void => {
    if (saving.background === background && step()) setImmediate(turn);
  };
  if (server.timers) setImmediate(turn);
}

/** Gives up a save in the background, and a snapshot for replicas. */
export function stopBackgroundSave({ saving, replication }: ServerState): void {
  saving.background?.abandon();
  replication.job?.abandon();
}

/** Loads a file into a server that is empty. Throws RdbError or the system's error. */
export function load(server: ServerState, path: string): Loaded {
  return (server.saving.loaded = loadFromFile(server, path, (code) => void install(server, code, false)));
}

/** Saves where a save point says that it is time: so many changes, so many seconds after the last one. */
export function saveIfDue(server: ServerState): void {
  const { saving, outside, config, clock } = server;
  if (outside.dataFile === undefined || server.dirty === 0 || saving.background !== undefined || server.replication.job !== undefined) return;
  const words = config.get('save').split(' ').map(Number);
  const since = Math.floor(clock.now() / 1000) - saving.lastAt;
  // One that failed is tried again after a while, not ten times a second.
  if (!saving.lastOk && clock.now() - saving.triedAt < RETRY) return;
  for (let index = 0; index + 1 < words.length; index += 2) {
    const [seconds, changes] = [words[index] as number, words[index + 1] as number];
    if (server.dirty < changes || since <= seconds) continue;
    outside.log('notice', `${changes} changes in ${seconds} seconds. Saving...`);
    saving.triedAt = clock.now();
    saveInBackground(server, outside.dataFile());
    return;
  }
}
