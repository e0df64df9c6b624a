import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { PracticeHost } from '../../core/connection/ports.ts';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { Failure } from '../../core/failure.ts';
import type { Lesson } from '../../core/lessons/lesson.ts';
import { configOf } from '../../core/lessons/play.ts';
import { startWorker, type WorkerServer } from '../../server/worker/workerHost.ts';
import { memoryConfig } from './maxMemory.ts';

/**
 * The practice servers of lessons whose pages are open, each in a thread of its own, so that nobody's practice data are touched. Those of one
 * lesson get at each other by name, by no port, and share a dump.rdb.
 */
export interface LessonServers extends Pick<PracticeHost, 'connect'>, vscode.Disposable {
  /** Makes the connections of a lesson known; starts nothing. */
  add(lesson: Lesson, title: string): void;
  /** The connection to a server of a lesson that was added. */
  profile(lesson: Lesson, server: string): ConnectionProfile;
  /** Those that were added. */
  list(): readonly ConnectionProfile[];
  /** The lesson that a connection belongs to. */
  lessonOf(profileId: string): Lesson | undefined;
  has(instance: string): boolean;
  /** Ends the servers of a lesson; the next connect starts empty ones. */
  restart(lesson: Lesson): Promise<void>;
  /** Ends the servers of a lesson and forgets its connections. */
  remove(lesson: Lesson): Promise<void>;
  /** A lesson was added or removed. */
  readonly onDidChange: vscode.Event<void>;
}

interface Entry {
  readonly profile: ConnectionProfile;
  readonly lesson: Lesson;
  readonly server: string;
  worker: Promise<WorkerServer> | undefined;
}

const idOf = (lesson: Lesson, server: string): string => `lesson-${lesson.id}-${server}`;

/** Whether a connection may take what is of another one: a server of a lesson takes what is of the same lesson, where that copies by the extension. */
export function fitsLesson({ lessonOf }: LessonServers, source: string | undefined, target: string): boolean {
  const lesson = lessonOf(target);
  return lesson === undefined || (lesson.commands !== undefined && source !== undefined && lessonOf(source) === lesson);
}

/** Makes the host; no thread runs before the first connect. */
export function createLessonServers(context: vscode.ExtensionContext, onCrash: (error: unknown) => void): LessonServers {
  const entries = new Map<string, Entry>();
  /** Of lessons of which a server runs. */
  const folders = new Map<string, string>();
  /** Ids of lessons whose servers are being ended: a replica that loses its master would have that started anew. */
  const ending = new Set<string>();
  const changed = new vscode.EventEmitter<void>();

  const entryOf = (id: string): Entry => {
    const entry = entries.get(id);
    if (entry === undefined) throw new Failure('closed', vscode.l10n.t('Open the lesson first.'));
    return entry;
  };
  const dumpOf = ({ id }: Lesson): string => {
    const folder = folders.get(id) ?? mkdtempSync(join(tmpdir(), 'keyspace-lesson-'));
    folders.set(id, folder);
    return join(folder, 'dump.rdb');
  };
  const start = (entry: Entry): Promise<WorkerServer> => {
    if (entry.worker !== undefined) return entry.worker;
    const { lesson, server } = entry;
    const forget = (): void => {
      if (entry.worker === started) entry.worker = undefined;
    };
    const started = startWorker({
      entry: join(context.extensionPath, 'dist', 'practiceWorker.cjs'),
      options: {
        config: { ...memoryConfig(), ...configOf(lesson, server) }, seed: lesson.seed + lesson.servers.indexOf(server),
        ...(lesson.servers.length > 1 ? { neighbours: lesson.servers, dumpFile: dumpOf(lesson) } : {}),
      },
    }).then((worker) => {
      worker.onDial((host, port) => {
        const neighbour = entries.get(idOf(lesson, host));
        if (neighbour === undefined || ending.has(lesson.id)) port.close();
        else start(neighbour).then((other) => other.serve(port), () => port.close());
      });
      worker.onExit(({ expected, error }) => {
        forget();
        if (!expected) onCrash(error);
      });
      return worker;
    });
    entry.worker = started;
    started.catch(forget);
    return started;
  };
  const end = async (ended: readonly Entry[]): Promise<void> => {
    const dropped: string[] = [];
    for (const { lesson: { id } } of ended) {
      ending.add(id);
      const folder = folders.get(id);
      if (folder !== undefined) dropped.push(folder);
      folders.delete(id);
    }
    await Promise.all(ended.map(async (entry) => {
      const { worker } = entry;
      entry.worker = undefined;
      await (await worker?.catch(() => undefined))?.close();
    }));
    for (const { lesson } of ended) ending.delete(lesson.id);
    for (const folder of dropped) rmSync(folder, { recursive: true, force: true });
  };
  const entriesOf = (lesson: Lesson): Entry[] => lesson.servers.map((server) => entries.get(idOf(lesson, server))).filter((entry) => entry !== undefined);

  return {
    add(lesson, title) {
      let added = false;
      for (const server of lesson.servers) {
        const id = idOf(lesson, server);
        if (entries.has(id)) continue;
        const name = vscode.l10n.t('Lesson: {0}', lesson.servers.length === 1 ? title : `${title} (${server})`);
        entries.set(id, { profile: { id, name, endpoint: { kind: 'practice', instance: id }, access: 'read-write' }, lesson, server, worker: undefined });
        added = true;
      }
      if (added) changed.fire();
    },
    profile: (lesson, server) => entryOf(idOf(lesson, server)).profile,
    list: () => [...entries.values()].map(({ profile }) => profile),
    lessonOf: (profileId) => entries.get(profileId)?.lesson,
    has: (instance) => entries.has(instance),
    connect: async (instance) => (await start(entryOf(instance))).connect(),
    restart: (lesson) => end(entriesOf(lesson)),
    async remove(lesson) {
      const gone = entriesOf(lesson);
      for (const { profile } of gone) entries.delete(profile.id);
      if (gone.length > 0) changed.fire();
      await end(gone);
    },
    onDidChange: changed.event,
    dispose() {
      // At once: nobody waits for the threads to end, as the process does.
      for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true });
      void end([...entries.values()]).catch(() => undefined);
      entries.clear();
      changed.dispose();
    },
  };
}
