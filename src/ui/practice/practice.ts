import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import * as vscode from 'vscode';
import type { PracticeHost } from '../../core/connection/ports.ts';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { Failure } from '../../core/failure.ts';
import type { SampleName } from '../../server/samples/index.ts';
import { builtInPractice } from '../platform/contributions.ts';
import { startWorker, type WorkerServer } from '../../server/worker/workerHost.ts';

/** The practice server that is always there, in a worker thread of this process, with a sample data set, started on first use; and others beside it. */
export interface Practice extends PracticeHost, vscode.Disposable {
  readonly profile: ConnectionProfile;
  /** Those that were opened beside it, empty at first. They last until they are closed or the window is. */
  list(): readonly ConnectionProfile[];
  /** One was opened or closed, with its id. */
  readonly onDidChange: vscode.Event<string>;
  /** Throws the data away and loads the sample again. */
  reset(): Promise<void>;
}

const builtInSample: SampleName = 'shop';

/** Nobody waits for more replicas to come, as a real server does for five seconds; where the clock stands they would never be over. */
export const promptSync = { 'repl-diskless-sync-delay': '0' } as const;

/** Makes the practice servers' host; no thread runs before the first connect. */
export function createPractice(context: vscode.ExtensionContext, onCrash: (error: unknown) => void): Practice {
  const workers = new Map<string, Promise<WorkerServer>>();
  const changed = new vscode.EventEmitter<string>();
  const opened = new Map<string, ConnectionProfile>();
  let count = 0;
  const samples = new Map<string, SampleName | undefined>([[builtInPractice, builtInSample]]);
  const profile: ConnectionProfile = {
    id: builtInPractice, name: vscode.l10n.t('Practice'), endpoint: { kind: 'practice', instance: builtInPractice }, access: 'read-write',
  };

  function start(instance: string): Promise<WorkerServer> {
    const running = workers.get(instance);
    if (running !== undefined) return running;
    const sample = samples.get(instance);
    const started = startWorker({
      entry: join(context.extensionPath, 'dist', 'practiceWorker.cjs'),
      options: { config: promptSync, ...(sample === undefined ? {} : { sample }) },
    }).then((worker) => {
      worker.onExit(({ expected, error }) => {
        if (workers.get(instance) === started) workers.delete(instance);
        if (!expected) onCrash(error);
      });
      return worker;
    });
    workers.set(instance, started);
    started.catch(() => {
      if (workers.get(instance) === started) workers.delete(instance);
    });
    return started;
  }

  async function connect(instance: string): Promise<Duplex> {
    if (!samples.has(instance)) throw new Failure('closed', vscode.l10n.t('This practice server was closed.'));
    return (await start(instance)).connect();
  }

  async function close(instance: string): Promise<void> {
    const worker = workers.get(instance);
    workers.delete(instance);
    await (await worker)?.close();
  }

  return {
    profile,
    async open(options) {
      // Not one of an earlier window: what is remembered of that (an original, say) is not this one's.
      const instance = `practice-${++count}-${randomUUID()}`;
      samples.set(instance, options.sample);
      await start(instance);
      const opening: ConnectionProfile = { id: instance, name: freeName(options.name), endpoint: { kind: 'practice', instance }, access: 'read-write' };
      opened.set(instance, opening);
      changed.fire(instance);
      return opening;
    },
    connect,
    async close(instance) {
      if (instance !== builtInPractice) samples.delete(instance);
      if (opened.delete(instance)) changed.fire(instance);
      await close(instance);
    },
    list: () => [...opened.values()],
    onDidChange: changed.event,
    reset: () => close(builtInPractice),
    dispose() {
      for (const worker of workers.values()) void worker.then((running) => running.close()).catch(() => undefined);
      workers.clear();
      changed.dispose();
    },
  };

  function freeName(name: string): string {
    const taken = new Set([...opened.values()].map((one) => one.name));
    for (let number = 1; ; number += 1) {
      const free = number === 1 ? name : `${name} (${String(number)})`;
      if (!taken.has(free)) return free;
    }
  }
}
