import { randomBytes, randomInt } from 'node:crypto';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import type { CloneRequest } from '../../core/transfer/clone.ts';
import { createJournal, openJournal, readJournalRequest, type Journal } from '../../core/transfer/journal.ts';
import { isSavedRequest, saveRequest, type SavedRequest } from '../../core/transfer/savedRequest.ts';
import { isFailure } from '../../core/failure.ts';

/** A clone that came to no end, of this window or of another one that is closed. */
export interface Interrupted {
  readonly path: string;
  readonly request: SavedRequest;
}

/** Clones that are kept beyond a window: those that came to no end, and what the last ones were. */
export interface Clones {
  /** A journal for a clone that begins. */
  begin(request: CloneRequest): Promise<Journal>;
  /** Those that were interrupted, the latest first. */
  interrupted(): Promise<readonly Interrupted[]>;
  /** The journal of one of them, to be gone on with: it belongs to this window then. Rejects with Failure. */
  take(one: Interrupted): Promise<Journal>;
  /** Those that nobody was told of yet; they count as told. */
  untold(): Promise<readonly Interrupted[]>;
  /** Keeps what was cloned, for later verification. */
  remember(request: CloneRequest): Promise<void>;
  /** The latest first. */
  remembered(): readonly SavedRequest[];
}

const MOST_REMEMBERED = 10;
const rememberedKey = 'keyspace.clones';
const toldKey = 'keyspace.clonesTold';
/** The process that has it, and something random. */
const fileName = /^(\d+)-[0-9a-f]+\.journal$/;

export function createClones({ globalState, globalStorageUri }: vscode.ExtensionContext): Clones {
  const folder = join(globalStorageUri.fsPath, 'clones');
  /** Names of files that this window writes. */
  const own = new Set<string>();

  const nameIt = (): string => {
    const name = `${process.pid}-${randomBytes(8).toString('hex')}.journal`;
    own.add(name);
    return name;
  };
  const owned = (journal: Journal, name: string): Journal => ({
    ...journal,
    async close() {
      await journal.close();
      own.delete(name);
    },
  });
  const interrupted = async (): Promise<readonly Interrupted[]> => {
    const names = await readdir(folder).catch(() => []);
    const found: (Interrupted & { readonly changed: number })[] = [];
    for (const name of names) {
      const pid = Number(fileName.exec(name)?.[1]);
      if (Number.isNaN(pid) || own.has(name)) continue;
      const path = join(folder, name);
      try {
        const changed = (await stat(path)).mtimeMs;
        if (pid !== process.pid && isRunning(pid, changed)) continue;
        found.push({ path, request: await readJournalRequest(path), changed });
      } catch (error) {
        // It is over by now, or a file of another version.
        if (!isFailure(error, 'file') && !isGone(error)) throw error;
      }
    }
    return found.sort((a, b) => b.changed - a.changed);
  };

  return {
    interrupted,
    async begin(request) {
      await mkdir(folder, { recursive: true });
      const name = nameIt();
      return owned(createJournal(join(folder, name), saveRequest(request), [randomInt(2 ** 32), randomInt(2 ** 32)]), name);
    },
    async take({ path }) {
      const name = nameIt();
      const taken = join(folder, name);
      await rename(path, taken);
      return owned(await openJournal(taken), name);
    },
    async untold() {
      const told = globalState.get<readonly string[]>(toldKey, []);
      const all = await interrupted();
      const untold = all.filter(({ path }) => !told.includes(path));
      if (untold.length > 0) await globalState.update(toldKey, all.map(({ path }) => path));
      return untold;
    },
    async remember(request) {
      const saved = saveRequest(request);
      const others = remembered(globalState).filter((one) => JSON.stringify(one) !== JSON.stringify(saved));
      await globalState.update(rememberedKey, [saved, ...others].slice(0, MOST_REMEMBERED));
    },
    remembered: () => remembered(globalState),
  };
}

function remembered(state: vscode.Memento): readonly SavedRequest[] {
  return state.get<readonly unknown[]>(rememberedKey, []).filter(isSavedRequest);
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** True if the window that wrote the file is still there: numbers of processes come again only after the machine was started anew. */
function isRunning(pid: number, changed: number): boolean {
  if (changed < Date.now() - uptime() * 1000) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
