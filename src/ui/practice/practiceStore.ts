import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../../core/failure.ts';
import { sampleNames, type SampleName } from '../../server/samples/index.ts';
import { isTaken, releaseLock, takeLock } from './windowLock.ts';

/** A practice server that is found again when the window is opened again. */
export interface Remembered {
  readonly id: string;
  readonly name: string;
  readonly sample: SampleName;
  /** Its data are kept in a file; else the sample is loaded anew. */
  readonly kept: boolean;
}

const key = 'keyspace.practiceServers';
const secretKey = (id: string): string => `keyspace.practicePassword.${id}`;

/** Which practice servers there are, their passwords, and their data files in the extension's storage. */
export interface PracticeStore {
  list(): readonly Remembered[];
  /** Adds or replaces. */
  save(one: Remembered): Promise<void>;
  /** Forgets it with its password and its data file. */
  remove(id: string): Promise<void>;
  password(id: string): Promise<string>;
  setPassword(id: string, password: string): Promise<void>;
  /** Whether there is a file of data already. */
  hasData(id: string): boolean;
  /** The path of the file, for this window alone until `release`. Throws Failure if another window has it. */
  claim(id: string, name: string): string;
  release(id: string): void;
  /** Throws Failure if another window has the file. */
  check(id: string, name: string): void;
  /** Takes the file out of the way; `aside`: under another name, whose path is answered. Throws Failure if another window has it. */
  clear(id: string, name: string, aside: boolean): string;
}

/** Opens what is remembered. */
export function createPracticeStore(context: vscode.ExtensionContext): PracticeStore {
  const folder = (id: string): string => join(context.globalStorageUri.fsPath, 'practice', id);
  const file = (id: string): string => join(folder(id), 'dump.rdb');
  const lock = (id: string): string => join(folder(id), 'window.lock');
  // What another version has written is not taken on trust.
  const list = (): readonly Remembered[] => context.globalState.get<readonly Remembered[]>(key, []).filter(({ sample }) => sampleNames.includes(sample));
  const others = (id: string): Remembered[] => list().filter((one) => one.id !== id);
  const owner = `${String(process.pid)}-${randomUUID()}`;
  const release = (id: string): void => releaseLock(lock(id), owner);
  const inUse = (name: string): Failure =>
    new Failure('closed', vscode.l10n.t('The data of “{0}” are in use in another window. Stop it there, or expose it on a port there and connect to that.', name));
  const check = (id: string, name: string): void => {
    if (isTaken(lock(id), owner)) throw inUse(name);
  };
  const claim = (id: string, name: string): string => {
    mkdirSync(folder(id), { recursive: true });
    if (!takeLock(lock(id), owner)) throw inUse(name);
    // What a window that was killed had saved of, which fills the disk.
    for (const left of readdirSync(folder(id))) if (/^dump\.rdb\.\d+\.tmp$/.test(left)) rmSync(join(folder(id), left), { force: true });
    return file(id);
  };
  return {
    list,
    save: async (one) => context.globalState.update(key, [...others(one.id), one]),
    async remove(id) {
      await context.globalState.update(key, others(id));
      await context.secrets.delete(secretKey(id));
      rmSync(folder(id), { recursive: true, force: true });
    },
    password: async (id) => (await context.secrets.get(secretKey(id))) ?? '',
    setPassword: async (id, password) => (password === '' ? context.secrets.delete(secretKey(id)) : context.secrets.store(secretKey(id), password)),
    hasData: (id) => existsSync(file(id)),
    claim,
    release,
    check,
    clear(id, name, aside) {
      claim(id, name);
      try {
        return takeAway(file(id), aside);
      } finally {
        release(id);
      }
    },
  };
}

function takeAway(file: string, aside: boolean): string {
  if (!aside) {
    rmSync(file, { force: true });
    return '';
  }
  for (let number = 1; ; number += 1) {
    const path = `${file}.damaged-${number.toString()}`;
    if (existsSync(path)) continue;
    renameSync(file, path);
    return path;
  }
}
