import { join } from 'node:path';
import * as vscode from 'vscode';
import type { PracticeHost } from '../../core/connection/ports.ts';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { Failure } from '../../core/failure.ts';
import type { Lesson } from '../../core/lessons/lesson.ts';
import { lessonConfig } from '../../core/lessons/play.ts';
import { startWorker, type WorkerServer } from '../../server/worker/workerHost.ts';

/** The practice servers of lessons, each in a thread of its own, so that nobody's practice data are touched. */
export interface LessonServers extends Pick<PracticeHost, 'connect'>, vscode.Disposable {
  /** Makes the connections of a lesson known; starts nothing. */
  add(lesson: Lesson, title: string): void;
  /** The connection to a server of a lesson that was added. */
  profile(lesson: Lesson, server: string): ConnectionProfile;
  /** Those that were added. */
  list(): readonly ConnectionProfile[];
  has(instance: string): boolean;
  /** Ends the servers of a lesson; the next connect starts empty ones. */
  restart(lesson: Lesson): Promise<void>;
  /** A lesson was added. */
  readonly onDidChange: vscode.Event<void>;
}

interface Entry {
  readonly profile: ConnectionProfile;
  readonly seed: number;
  worker: Promise<WorkerServer> | undefined;
}

const idOf = (lesson: Lesson, server: string): string => `lesson-${lesson.id}-${server}`;

/** Makes the host; no thread runs before the first connect. */
export function createLessonServers(context: vscode.ExtensionContext, onCrash: (error: unknown) => void): LessonServers {
  const entries = new Map<string, Entry>();
  const changed = new vscode.EventEmitter<void>();

  const entryOf = (id: string): Entry => {
    const entry = entries.get(id);
    if (entry === undefined) throw new Failure('closed', vscode.l10n.t('Open the lesson first.'));
    return entry;
  };
  const start = (entry: Entry): Promise<WorkerServer> => {
    if (entry.worker !== undefined) return entry.worker;
    const forget = (): void => {
      if (entry.worker === started) entry.worker = undefined;
    };
    const started = startWorker({ entry: join(context.extensionPath, 'dist', 'practiceWorker.cjs'), options: { config: lessonConfig, seed: entry.seed } }).then((worker) => {
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

  return {
    add(lesson, title) {
      let added = false;
      for (const [at, server] of lesson.servers.entries()) {
        const id = idOf(lesson, server);
        if (entries.has(id)) continue;
        const name = vscode.l10n.t('Lesson: {0}', lesson.servers.length === 1 ? title : `${title} (${server})`);
        entries.set(id, { profile: { id, name, endpoint: { kind: 'practice', instance: id }, access: 'read-write' }, seed: lesson.seed + at, worker: undefined });
        added = true;
      }
      if (added) changed.fire();
    },
    profile: (lesson, server) => entryOf(idOf(lesson, server)).profile,
    list: () => [...entries.values()].map(({ profile }) => profile),
    has: (instance) => entries.has(instance),
    connect: async (instance) => (await start(entryOf(instance))).connect(),
    async restart(lesson) {
      for (const server of lesson.servers) {
        const entry = entryOf(idOf(lesson, server));
        const worker = entry.worker;
        entry.worker = undefined;
        await (await worker)?.close();
      }
    },
    onDidChange: changed.event,
    dispose() {
      for (const { worker } of entries.values()) void worker?.then((running) => running.close()).catch(() => undefined);
      entries.clear();
      changed.dispose();
    },
  };
}
