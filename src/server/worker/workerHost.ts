import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { FileOutcome, FileProgress } from '../persistence/openFile.ts';
import type { SaveProblem } from '../persistence/save.ts';
import type { SampleName, SampleOptions } from '../samples/index.ts';
import type { Trouble } from '../trouble.ts';
import { portStream } from '../transport/portStream.ts';
import type { PracticeStream } from '../transport/socketLike.ts';
import type { FromWorker, ToWorker, WorkerAnswer, WorkerCall, WorkerOptions } from './workerMessages.ts';

/** How a worker ended; `error` is what it died of, and is undefined after `close`. */
export interface WorkerExit {
  readonly expected: boolean;
  readonly error: Error | undefined;
}

/** A practice server in a worker thread, seen from the thread that started it. */
export interface WorkerServer {
  /** A new connection that needs no password; the client's end. After the worker has ended it is closed from the start. */
  connect(): PracticeStream;
  /** Serves a connection whose other end somebody else has; he is asked for the password. */
  serve(port: MessagePort): void;
  /** Calls back when the server wants a connection to one of its `neighbours`: that one is to `serve` the port, or it is to be closed. */
  onDial(callback: (host: string, port: MessagePort) => void): void;
  /** Opens a port, 127.0.0.1 and one chosen by the system unless told otherwise. */
  listen(options?: { readonly host?: string; readonly port?: number }): Promise<{ port: number }>;
  /** Closes the ports, and the connections that came by them. */
  stopListening(): Promise<void>;
  /** Who comes by a port has to give it; '' for none. */
  setPassword(password: string): Promise<void>;
  setTrouble(trouble: Trouble): Promise<void>;
  /** Calls back when the trouble has changed by itself. */
  onTrouble(callback: (trouble: Trouble) => void): void;
  /** Saves what has changed, where there is a `dataFile`. Rejects with the reason. */
  save(): Promise<void>;
  /** Calls back when a save has ended, whoever asked for it; with what went wrong, if anything. */
  onSaved(callback: (problem: SaveProblem | undefined) => void): void;
  /** Puts a sample data set into database 0. */
  loadSample(name: SampleName, options?: SampleOptions): Promise<void>;
  /**
   * Takes a file into a server that was started with `standing` and is empty; commands are answered meanwhile. `maxMemory` in bytes;
   * `scratch`: a copy that may be changed.
   * Rejects with the system's error.
   */
  loadFile(path: string, options: { readonly maxMemory: number; readonly scratch?: boolean; readonly signal?: AbortSignal; readonly onProgress?: (progress: FileProgress) => void }): Promise<FileOutcome>;
  /** Empties every database. */
  reset(): Promise<void>;
  /** Ends connections, port and thread. */
  close(): Promise<void>;
  /** Calls back once when the thread ends, at once if it has. */
  onExit(callback: (exit: WorkerExit) => void): void;
}

interface Pending {
  readonly resolve: (value: WorkerAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

type Progress = Extract<FromWorker, { kind: 'progress' }>['progress'];

/**
 * Starts a practice server in a worker thread. `entry` is the bundled worker, or `worker.ts` itself under a Node that runs it.
 * `maxHeap` (bytes) is where the thread ends for lack of memory, and only the thread. Rejects if the thread cannot start.
 */
export function startWorker(
  { entry, options = {}, maxHeap }: { readonly entry: string | URL; readonly options?: WorkerOptions; readonly maxHeap?: number },
): Promise<WorkerServer> {
  const worker = new Worker(entry, {
    workerData: options, execArgv: [], name: 'keyspace practice server',
    ...(maxHeap === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: Math.ceil(maxHeap / 2 ** 20) } }),
  });
  const pending = new Map<number, Pending>();
  const streams = new Set<PracticeStream>();
  const listeners: ((exit: WorkerExit) => void)[] = [];
  const troubleListeners: ((trouble: Trouble) => void)[] = [];
  const dialListeners: ((host: string, port: MessagePort) => void)[] = [];
  const savedListeners: ((problem: SaveProblem | undefined) => void)[] = [];
  let exit: WorkerExit | undefined;
  let closing = false;
  let failure: Error | undefined;
  let nextCall = 1;

  const post = (message: ToWorker): void => {
    if (message.kind === 'connect') worker.postMessage(message, [message.port]);
    else worker.postMessage(message);
  };
  const call = (request: WorkerCall, { signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: (progress: Progress) => void } = {}): Promise<WorkerAnswer> =>
    new Promise((resolve, reject) => {
      if (exit !== undefined) return reject(new Error('the practice server is not running'));
      const id = nextCall;
      nextCall += 1;
      pending.set(id, { resolve, reject, onProgress });
      post({ kind: 'call', id, call: request });
      const cancel = (): void => {
        if (pending.has(id)) post({ kind: 'cancel', id });
      };
      if (signal?.aborted === true) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
    });

  const server: WorkerServer = {
    connect() {
      const { port1, port2 } = new MessageChannel();
      const stream = portStream(port1, 'client');
      if (exit !== undefined) {
        port2.close();
        stream.destroy();
        return stream;
      }
      streams.add(stream);
      stream.once('close', () => streams.delete(stream));
      post({ kind: 'connect', port: port2, own: true });
      return stream;
    },
    serve(port) {
      if (exit === undefined) post({ kind: 'connect', port, own: false });
      else port.close();
    },
    onDial: (callback) => void dialListeners.push(callback),
    listen: async ({ host, port } = {}) => ({ port: Number(await call({ method: 'listen', host, port })) }),
    stopListening: async () => void (await call({ method: 'stopListening' })),
    setPassword: async (password) => void (await call({ method: 'setPassword', password })),
    setTrouble: async (trouble) => void (await call({ method: 'setTrouble', trouble })),
    onTrouble: (callback) => void troubleListeners.push(callback),
    save: async () => void (await call({ method: 'save' })),
    onSaved: (callback) => void savedListeners.push(callback),
    async loadSample(name, { signal, onProgress } = {}) {
      await call({ method: 'loadSample', name }, {
        ...(signal === undefined ? {} : { signal }),
        onProgress: (progress) => 'of' in progress && onProgress?.(progress),
      });
    },
    async loadFile(path, { maxMemory, scratch = false, signal, onProgress }) {
      const outcome = await call({ method: 'loadFile', path, maxMemory, scratch }, {
        ...(signal === undefined ? {} : { signal }),
        onProgress: (progress) => 'size' in progress && onProgress?.(progress),
      });
      if (typeof outcome === 'number') throw new Error('loadFile was answered with a number');
      return outcome;
    },
    reset: async () => void (await call({ method: 'reset' })),
    async close() {
      if (exit !== undefined) return;
      closing = true;
      // A worker that hangs or dies while it closes is ended all the same.
      await Promise.race([call({ method: 'close' }).catch(() => 0), new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
      await worker.terminate();
    },
    onExit(callback) {
      if (exit === undefined) listeners.push(callback);
      else callback(exit);
    },
  };

  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      switch (message.kind) {
        case 'ready':
          return resolve(server);
        case 'failed':
          failure = Object.assign(new Error(message.message), { code: message.code });
          return void worker.terminate();
        case 'result':
          pending.get(message.id)?.resolve(message.value);
          pending.delete(message.id);
          return;
        case 'trouble':
          for (const listener of troubleListeners) listener(message.trouble);
          return;
        case 'dial':
          if (dialListeners.length === 0) message.port.close();
          for (const listener of dialListeners) listener(message.host, message.port);
          return;
        case 'saved':
          for (const listener of savedListeners) listener(message.problem);
          return;
        case 'progress':
          pending.get(message.id)?.onProgress?.(message.progress);
          return;
        case 'failure':
          pending.get(message.id)?.reject(Object.assign(new Error(message.message), { code: message.code }));
          pending.delete(message.id);
          return;
      }
    });
    worker.on('error', (error) => {
      failure = error instanceof Error ? error : new Error(String(error));
    });
    worker.on('exit', () => {
      const error = failure ?? (closing ? undefined : new Error('the practice server ended unexpectedly'));
      exit = { expected: closing, error };
      for (const { reject: refuse } of pending.values()) refuse(error ?? new Error('the practice server was closed'));
      pending.clear();
      for (const stream of streams) stream.destroy();
      for (const listener of listeners.splice(0)) listener(exit);
      reject(error ?? new Error('the practice server was closed'));
    });
  });
}
