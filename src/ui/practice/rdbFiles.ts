import { randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';
import type { Duplex } from 'node:stream';
import * as vscode from 'vscode';
import { cancelled } from '../../core/connection/failures.ts';
import type { PracticeHost } from '../../core/connection/ports.ts';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { damageText } from '../../core/damage.ts';
import { Failure } from '../../core/failure.ts';
import type { FileFacts, FileOutcome, FileProgress } from '../../server/persistence/openFile.ts';
import { startWorker, type WorkerServer } from '../../server/worker/workerHost.ts';
import { formatBytes, formatCount } from '../explorer/labels.ts';
import { maxMemory as memoryAllowed, memoryConfig } from './maxMemory.ts';
import { promptSync } from './practice.ts';

/** What is known of an RDB file that is open. */
export interface OpenFile {
  readonly path: string;
  /** True for a copy that may be changed; the file is not. */
  readonly scratch: boolean;
  readonly facts: FileFacts | undefined;
  /** What its server died of; it is loaded anew when it is connected to again. */
  readonly crash: string | undefined;
}

export interface OpenOptions {
  /** As a copy that may be changed. */
  readonly scratch?: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FileProgress) => void;
}

/** RDB files that are open: each is a connection to a practice server of its own, in a thread of its own; a read-only one unless it is a scratch copy. */
export interface RdbFiles extends Pick<PracticeHost, 'connect'>, vscode.Disposable {
  list(): readonly ConnectionProfile[];
  get(profileId: string): ConnectionProfile | undefined;
  /** True if `instance` of a practice endpoint is a file's. */
  has(instance: string): boolean;
  of(profileId: string): OpenFile | undefined;
  /** Opens a file; one that is open already is read again, as it is now. Throws Failure; leaves nothing behind then. */
  open(path: string, options: OpenOptions): Promise<ConnectionProfile>;
  /** Ends its thread and forgets it. */
  close(profileId: string): Promise<void>;
  /** A file was opened, closed, or its server died. */
  readonly onDidChange: vscode.Event<string>;
}

interface Entry {
  readonly profile: ConnectionProfile;
  readonly path: string;
  readonly scratch: boolean;
  worker: Promise<WorkerServer> | undefined;
  facts: FileFacts | undefined;
  crash: string | undefined;
}

/** Memory of a thread beside its data, and what its garbage may take of that. */
const OVERHEAD = 64 * 2 ** 20;
const GARBAGE = 1 / 4;

/** Makes the host of files; no thread runs before one is opened. */
export function createRdbFiles(context: vscode.ExtensionContext, onCrash: (error: unknown) => void): RdbFiles {
  const entries = new Map<string, Entry>();
  const changed = new vscode.EventEmitter<string>();

  /** Starts the thread and has it read the file. Throws Failure or the system's error; the thread has ended then. */
  async function load(entry: Entry, options: Partial<Pick<OpenOptions, 'signal' | 'onProgress'>> = {}): Promise<WorkerServer> {
    const maxMemory = memoryAllowed();
    const worker = await startWorker({
      entry: join(context.extensionPath, 'dist', 'practiceWorker.cjs'),
      options: { standing: true, config: configOf(entry) },
      maxHeap: maxMemory * (1 + GARBAGE) + OVERHEAD,
    });
    try {
      entry.facts = factsOf(entry.path, await worker.loadFile(entry.path, { maxMemory, scratch: entry.scratch, ...options }), maxMemory);
      entry.crash = undefined;
    } catch (error) {
      await worker.close();
      throw asFailure(entry.path, error);
    }
    worker.onExit(({ expected, error }) => {
      if (expected) return;
      entry.worker = undefined;
      entry.crash = crashText(error);
      onCrash(error);
      changed.fire(entry.profile.id);
    });
    return worker;
  }

  function start(entry: Entry): Promise<WorkerServer> {
    const starting = load(entry);
    entry.worker = starting;
    starting.catch(() => {
      if (entry.worker === starting) entry.worker = undefined;
    });
    return starting;
  }

  async function close(profileId: string): Promise<void> {
    const entry = entries.get(profileId);
    if (entry === undefined) return;
    entries.delete(profileId);
    changed.fire(profileId);
    await (await entry.worker?.catch(() => undefined))?.close();
  }

  return {
    list: () => [...entries.values()].map(({ profile }) => profile),
    get: (profileId) => entries.get(profileId)?.profile,
    has: (instance) => entries.has(instance),
    of: (profileId) => entries.get(profileId),
    async open(path, { scratch = false, ...options }) {
      const id = randomUUID();
      const profile: ConnectionProfile = { id, name: basename(path), endpoint: { kind: 'practice', instance: id, file: path }, access: scratch ? 'read-write' : 'read-only' };
      const entry: Entry = { profile, path, scratch, worker: undefined, facts: undefined, crash: undefined };
      const worker = await load(entry, options);
      entry.worker = Promise.resolve(worker);
      for (const old of [...entries.values()]) if (old.path === path && old.scratch === scratch) await close(old.profile.id);
      entries.set(id, entry);
      changed.fire(id);
      return profile;
    },
    async connect(instance) {
      const entry = entries.get(instance);
      if (entry === undefined) throw new Failure('closed', vscode.l10n.t('This file was closed.'));
      return (await (entry.worker ?? start(entry))).connect() satisfies Duplex;
    },
    close,
    onDidChange: changed.event,
    dispose() {
      for (const { worker } of entries.values()) void worker?.then((running) => running.close()).catch(() => undefined);
      entries.clear();
      changed.dispose();
    },
  };
}

/** A file may name more databases than servers have. A copy that outgrows what it may take is told so, as by redis-server. */
function configOf({ scratch }: Entry): Readonly<Record<string, string>> {
  return { databases: '1024', ...promptSync, ...(scratch ? memoryConfig() : { 'enable-debug-command': 'no' }) };
}

function crashText(error: NodeJS.ErrnoException | undefined): string {
  return error?.code === 'ERR_WORKER_OUT_OF_MEMORY' ? vscode.l10n.t('it needed more memory than it may have') : error?.message ?? '';
}

function factsOf(path: string, outcome: FileOutcome, maxMemory: number): FileFacts {
  switch (outcome.kind) {
    case 'opened':
      return outcome.facts;
    case 'cancelled':
      throw cancelled();
    case 'too-large':
      throw new Failure('too-large', tooLargeText(basename(path), outcome, maxMemory));
    case 'unreadable':
      if (outcome.damage.truncated) {
        throw new Failure('unsupported', outcome.damage.offset === 0
          ? vscode.l10n.t('{0} is empty: there is nothing to be shown.', basename(path))
          : vscode.l10n.t('{0} is no RDB file, or only the beginning of one: it ends at byte {1}, before any data.', basename(path), formatCount(outcome.damage.offset)));
      }
      throw new Failure('unsupported', vscode.l10n.t('{0} cannot be read, at byte {1}: {2}', basename(path), formatCount(outcome.damage.offset), damageText(outcome.damage.what)));
  }
}

function tooLargeText(name: string, { estimate, of }: Extract<FileOutcome, { kind: 'too-large' }>, maxMemory: number): string {
  const [needed, allowed] = [formatBytes(estimate), formatBytes(maxMemory)];
  switch (of.what) {
    case 'data':
      return vscode.l10n.t('{0} is not opened: as a copy in memory it would take about {1}, and the setting keyspace.practice.maxMemory allows {2}. Open it to be looked at instead, or raise the setting.', name, needed, allowed);
    case 'names':
      return vscode.l10n.t('{0} is not opened: the names of its {1} keys alone would take about {2} of memory, and the setting keyspace.practice.maxMemory allows {3}.', name, formatCount(of.keys), needed, allowed);
    case 'value':
      return of.key === ''
        ? vscode.l10n.t('{0} is not opened: one of its values would take more than {1} of memory together with the names, and the setting keyspace.practice.maxMemory allows {2}.', name, needed, allowed)
        : vscode.l10n.t('{0} is not opened: the value of {1} would take about {2} of memory together with the names, and the setting keyspace.practice.maxMemory allows {3}.', name, of.key, needed, allowed);
  }
}

function asFailure(path: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof Error && 'code' in error && error.code === 'EISDIR') return new Failure('bad-input', vscode.l10n.t('{0} is a folder: choose an RDB file.', basename(path)));
  return new Failure('closed', vscode.l10n.t('{0} could not be opened: {1}', basename(path), error instanceof Error ? error.message : String(error)));
}
