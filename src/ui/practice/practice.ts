import { randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';
import type { Duplex } from 'node:stream';
import * as vscode from 'vscode';
import type { PracticeHost } from '../../core/connection/ports.ts';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { damageText } from '../../core/damage.ts';
import { Failure } from '../../core/failure.ts';
import type { SampleName } from '../../server/samples/index.ts';
import type { SaveProblem } from '../../server/persistence/save.ts';
import { noTrouble, type Trouble } from '../../server/trouble.ts';
import { startWorker, type WorkerServer } from '../../server/worker/workerHost.ts';
import { builtInPractice } from '../platform/contributions.ts';
import { plainText } from '../platform/plainText.ts';
import { memoryConfig } from './maxMemory.ts';
import { createPracticeStore } from './practiceStore.ts';
import { loadUnderProgress } from './loadSample.ts';

/** What is known of a practice server. */
export interface PracticeFacts {
  readonly profile: ConnectionProfile;
  readonly sample: SampleName;
  /** Its data are kept in a file. */
  readonly kept: boolean;
  /** It does not run until it is started. */
  readonly stopped: boolean;
  /** The port of 127.0.0.1 on which others can join; undefined: none. */
  readonly port: number | undefined;
  readonly trouble: Trouble;
  /** Why its data were not saved the last time. */
  readonly unsaved: string | undefined;
}

/** The practice server that is always there, in a worker thread of this process, with a sample data set, started on first use; and others beside it. */
export interface Practice extends PracticeHost, vscode.Disposable {
  readonly profile: ConnectionProfile;
  /** Those beside it. What `open` made lasts until it is closed or the window is; what `create` made is found again. */
  list(): readonly ConnectionProfile[];
  of(id: string): PracticeFacts | undefined;
  /** Something of one has changed: it was opened, closed, stopped, exposed ... With its id. */
  readonly onDidChange: vscode.Event<string>;
  create(options: { readonly name: string; readonly sample: SampleName; readonly kept: boolean }): Promise<ConnectionProfile>;
  /** Throws the data away and loads a sample when it is used next. Answers where a file that was damaged is kept, or ''. */
  reset(id: string, sample: SampleName): Promise<string>;
  /** Saves, if the data are kept, and ends it until `start`. Throws Failure if they cannot be saved: it goes on. */
  stop(id: string): Promise<void>;
  start(id: string): Promise<void>;
  /** Lets others join on 127.0.0.1; port 0 is one that is free, password '' none. Answers the port. Throws Failure. */
  expose(id: string, port: number, password: string): Promise<number>;
  stopExposing(id: string): Promise<void>;
  /** That it was exposed with the last time, or ''. */
  password(id: string): Promise<string>;
  setTrouble(id: string, trouble: Trouble): Promise<void>;
  /** Saves what is kept: the window is about to close. */
  saveAll(): Promise<void>;
}

type Entry = { -readonly [Name in keyof PracticeFacts]: PracticeFacts[Name] } & { worker: Promise<WorkerServer> | undefined; damaged: boolean };

/** Nobody waits for more replicas to come, as a real server does for five seconds; where the clock stands they would never be over. */
export const promptSync = { 'repl-diskless-sync-delay': '0' } as const;
/** When data that are kept are saved: seconds and changes. A window that is killed loses little. */
const savePoints = { save: '60 1 5 1000' } as const;

/** Makes the practice servers' host; no thread runs before the first connect. */
export function createPractice(context: vscode.ExtensionContext, onCrash: (error: unknown) => void): Practice {
  const store = createPracticeStore(context);
  const changed = new vscode.EventEmitter<string>();
  const entries = new Map<string, Entry>();

  function add(id: string, name: string, sample: SampleName, kept: boolean): Entry {
    const profile: ConnectionProfile = { id, name, endpoint: { kind: 'practice', instance: id }, access: 'read-write' };
    const entry: Entry = { profile, sample, kept, stopped: false, port: undefined, trouble: noTrouble, unsaved: undefined, worker: undefined, damaged: false };
    entries.set(id, entry);
    return entry;
  }

  const builtIn = add(builtInPractice, vscode.l10n.t('Practice'), 'shop', false);
  for (const { id, name, sample, kept } of store.list()) add(id, name, sample, kept);

  function entryOf(id: string): Entry {
    const entry = entries.get(id);
    if (entry === undefined) throw new Failure('closed', vscode.l10n.t('This practice server was closed.'));
    return entry;
  }

  function running(entry: Entry): Promise<WorkerServer> {
    if (entry.worker !== undefined) return entry.worker;
    const starting = begin(entry);
    entry.worker = starting;
    starting.then((worker) => worker.onExit(({ expected, error }) => {
      if (entry.worker === starting) entry.worker = undefined;
      if (expected) return;
      if (entry.kept) store.release(entry.profile.id);
      onCrash(error);
    }), () => {
      if (entry.worker === starting) entry.worker = undefined;
    });
    return starting;
  }

  /** Starts the thread with its data, and has it be as it was: exposed, in trouble. */
  async function begin(entry: Entry): Promise<WorkerServer> {
    const { id, name } = entry.profile;
    const isNew = !entry.kept || !store.hasData(id);
    let dataFile: string | undefined;
    let worker: WorkerServer | undefined;
    try {
      dataFile = entry.kept ? store.claim(id, name) : undefined;
      worker = await startWorker({
        entry: join(context.extensionPath, 'dist', 'practiceWorker.cjs'),
        options: { config: { ...promptSync, ...memoryConfig(), ...(entry.kept ? savePoints : {}) }, ...(dataFile === undefined ? {} : { dataFile }) },
      });
      entry.damaged = false;
      if (isNew && entry.sample !== 'empty') await loadUnderProgress(worker, entry.sample, name);
      await settle(entry, worker);
      return worker;
    } catch (error) {
      await worker?.close();
      if (dataFile !== undefined) store.release(id);
      entry.damaged = (error as NodeJS.ErrnoException).code === 'DAMAGED';
      throw entry.kept ? loadFailure(error, name, dataFile, entry.damaged) : error;
    }
  }

  async function settle(entry: Entry, worker: WorkerServer): Promise<void> {
    const { id } = entry.profile;
    worker.onTrouble((trouble) => tell(entry, { trouble }));
    worker.onSaved((problem) => saved(entry, problem));
    if (entry.trouble !== noTrouble) await worker.setTrouble(entry.trouble);
    if (entry.port === undefined) return;
    await worker.setPassword(await store.password(id));
    // Somebody else may have taken it.
    await worker.listen({ port: entry.port }).catch(() => tell(entry, { port: undefined }));
  }

  /** Told once, and by the row until it is saved. */
  function saved(entry: Entry, problem: SaveProblem | undefined): void {
    const before = entry.unsaved;
    const unsaved = problem === undefined ? undefined : saveReason(problem);
    if (unsaved === before) return;
    tell(entry, { unsaved });
    if (before !== undefined || unsaved === undefined) return;
    const message = vscode.l10n.t('The data of “{0}” could not be saved: {1}. They are in memory, and the file holds what was saved before. It is tried again by itself; what is not saved when the window is closed is lost.', entry.profile.name, unsaved);
    void vscode.window.showWarningMessage(plainText(message));
  }

  function tell(entry: Entry, news: Partial<PracticeFacts>): void {
    Object.assign(entry, news);
    if (entries.has(entry.profile.id)) changed.fire(entry.profile.id);
  }

  /** Ends the thread; a server whose data are kept is to be saved before. */
  async function end(entry: Entry): Promise<void> {
    const { worker } = entry;
    entry.worker = undefined;
    await (await worker?.catch(() => undefined))?.close();
    if (entry.kept && worker !== undefined) store.release(entry.profile.id);
  }

  async function save(entry: Entry): Promise<void> {
    if (!entry.kept) return;
    const worker = await entry.worker?.catch(() => undefined);
    await worker?.save().catch((error: unknown) => {
      throw new Failure('closed', vscode.l10n.t('“{0}” goes on: its data could not be saved. {1}', entry.profile.name, saveReason({ text: reason(error), code: (error as NodeJS.ErrnoException).code })));
    });
  }

  function freeName(name: string): string {
    const taken = new Set([...entries.values()].map((one) => one.profile.name));
    for (let number = 1; ; number += 1) {
      const free = number === 1 ? name : `${name} (${String(number)})`;
      if (!taken.has(free)) return free;
    }
  }

  return {
    profile: builtIn.profile,
    async open({ name, sample }) {
      // Not one of an earlier window: what is remembered of that (an original, say) is not this one's.
      const entry = add(`practice-${randomUUID()}`, freeName(name), sample ?? 'empty', false);
      await running(entry);
      changed.fire(entry.profile.id);
      return entry.profile;
    },
    async create({ name, sample, kept }) {
      const entry = add(`practice-${randomUUID()}`, freeName(name), sample, kept);
      await store.save({ id: entry.profile.id, name: entry.profile.name, sample, kept });
      changed.fire(entry.profile.id);
      return entry.profile;
    },
    async connect(instance): Promise<Duplex> {
      const entry = entryOf(instance);
      if (entry.stopped) throw new Failure('closed', vscode.l10n.t('“{0}” is stopped. Start it first.', entry.profile.name));
      return (await running(entry)).connect();
    },
    async close(id) {
      const entry = entries.get(id);
      if (entry === undefined || entry === builtIn) return;
      if (entry.kept) store.check(id, entry.profile.name);
      await end(entry);
      // Another window may have taken it just now.
      if (entry.kept) store.claim(id, entry.profile.name);
      entries.delete(id);
      await store.remove(id);
      changed.fire(id);
    },
    list: () => [...entries.values()].filter((entry) => entry !== builtIn).map(({ profile }) => profile),
    of: (id) => entries.get(id),
    onDidChange: changed.event,
    async reset(id, sample) {
      const entry = entryOf(id);
      if (entry.kept) store.check(id, entry.profile.name);
      const aside = entry.damaged;
      await end(entry);
      const kept = entry.kept && store.hasData(id) ? store.clear(id, entry.profile.name, aside) : '';
      Object.assign(entry, { damaged: false, stopped: false });
      if (store.list().some((one) => one.id === id)) await store.save({ id, name: entry.profile.name, sample, kept: entry.kept });
      tell(entry, { sample, trouble: noTrouble, unsaved: undefined });
      // Who has joined by the port finds it again.
      if (entry.port !== undefined) await running(entry);
      return kept;
    },
    async stop(id) {
      const entry = entryOf(id);
      await save(entry);
      await end(entry);
      tell(entry, { stopped: true, port: undefined, trouble: noTrouble });
    },
    async start(id) {
      const entry = entryOf(id);
      await running(entry);
      tell(entry, { stopped: false });
    },
    async expose(id, port, password) {
      const entry = entryOf(id);
      const worker = await running(entry);
      const before = { port: entry.port, password: entry.port === undefined ? '' : await store.password(id) };
      await worker.stopListening();
      await worker.setPassword(password);
      const exposed = await worker.listen({ port }).catch(async (error: unknown) => {
        // It stays as it was.
        await worker.setPassword(before.password);
        if (before.port !== undefined) await worker.listen({ port: before.port }).catch(() => tell(entry, { port: undefined }));
        throw new Failure('bad-input', vscode.l10n.t('“{0}” cannot listen on port {1} of 127.0.0.1: {2}. Choose another one, or leave it empty.', entry.profile.name, port, reason(error)));
      });
      await store.setPassword(id, password);
      tell(entry, { port: exposed.port });
      return exposed.port;
    },
    async stopExposing(id) {
      const entry = entryOf(id);
      const worker = await entry.worker?.catch(() => undefined);
      await worker?.stopListening();
      await worker?.setPassword('');
      tell(entry, { port: undefined });
    },
    password: (id) => store.password(id),
    async setTrouble(id, trouble) {
      const entry = entryOf(id);
      await (await running(entry)).setTrouble(trouble);
      tell(entry, { trouble });
    },
    async saveAll() {
      await Promise.allSettled([...entries.values()].map(async (entry) => {
        await save(entry);
        if (entry.kept && entry.worker !== undefined) store.release(entry.profile.id);
      }));
    },
    dispose() {
      for (const entry of entries.values()) void end(entry).catch(() => undefined);
      entries.clear();
      changed.dispose();
    },
  };
}

const reason = (error: unknown): string => damageText(error instanceof Error ? error.message : String(error));

/** Why a save failed, in words; what the log says where there are none. */
function saveReason({ text, code = '' }: { readonly text: string; readonly code: string | undefined }): string {
  return code === 'ENOSPC' || code === 'EDQUOT' ? vscode.l10n.t('the disk is full ({0})', code) : damageText(text);
}

/** `path`: undefined where it could not even be taken. */
function loadFailure(error: unknown, name: string, path = 'dump.rdb', damaged = false): Failure {
  if (error instanceof Failure) return error;
  return new Failure('closed', damaged
    ? vscode.l10n.t('“{0}” does not start: its file is damaged at {1}. Nothing is written to it. “Open RDB File…” shows what can be read; “Reset Practice Data…” keeps it aside and begins anew. {2}', name, reason(error), path)
    : vscode.l10n.t('“{0}” does not start: {1} cannot be used. {2}', name, basename(path), reason(error)));
}
