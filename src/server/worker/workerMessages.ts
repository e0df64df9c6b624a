import type { MessagePort } from 'node:worker_threads';
import type { FileOutcome, FileProgress } from '../persistence/openFile.ts';
import type { SaveProblem } from '../persistence/save.ts';
import type { SampleName, SampleProgress } from '../samples/index.ts';
import type { Trouble } from '../trouble.ts';

/** What a practice server in a worker thread is started with; it must survive a structured clone. */
export interface WorkerOptions {
  /** Parameters as in redis.conf. */
  readonly config?: Readonly<Record<string, string>>;
  /** Makes the server repeatable: run ID, hash seed, sample data. */
  readonly seed?: number;
  /** Loaded before the server is ready. */
  readonly sample?: SampleName;
  /** The dump.rdb that the data are loaded from and saved to, when `save` and the end of the server say so; made at the first save. */
  readonly dataFile?: string;
  /** The dump.rdb that SAVE, BGSAVE and DEBUG RELOAD mean; nothing is loaded from it at the start. Several servers may share one. */
  readonly dumpFile?: string;
  /** Names by which other servers of the host are reached, at Redis's port: REPLICAOF original 6379. No port is open for that. */
  readonly neighbours?: readonly string[];
  /** The clock stands still: the server shows a file as it was when it was written. `loadFile` sets it. */
  readonly standing?: boolean;
}

/** Requests to the worker that have an answer. */
export type WorkerCall =
  | { readonly method: 'listen'; readonly host: string | undefined; readonly port: number | undefined }
  /** Ends what `listen` began. */
  | { readonly method: 'stopListening' }
  /** Of who comes by a port; '' for none. */
  | { readonly method: 'setPassword'; readonly password: string }
  | { readonly method: 'setTrouble'; readonly trouble: Trouble }
  /** Saves what has changed. */
  | { readonly method: 'save' }
  | { readonly method: 'loadSample'; readonly name: SampleName }
  /** `maxMemory` in bytes; `scratch`: a copy that may be changed. Only for a server whose clock stands. */
  | { readonly method: 'loadFile'; readonly path: string; readonly maxMemory: number; readonly scratch: boolean }
  | { readonly method: 'reset' }
  | { readonly method: 'close' };

export type ToWorker =
  /** `own`: of the window that has the server; it needs no password, whoever sets one and in whatever way. */
  | { readonly kind: 'connect'; readonly port: MessagePort; readonly own: boolean }
  | { readonly kind: 'call'; readonly id: number; readonly call: WorkerCall }
  /** The call is to end soon; it is answered all the same. */
  | { readonly kind: 'cancel'; readonly id: number };

/** What a call comes to: a port (`listen`), how it went with the file (`loadFile`), or 0. */
export type WorkerAnswer = number | FileOutcome;

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | undefined }
  /** `next` of the trouble has happened. */
  | { readonly kind: 'trouble'; readonly trouble: Trouble }
  /** The server wants a connection to a neighbour, which serves this port. */
  | { readonly kind: 'dial'; readonly host: string; readonly port: MessagePort }
  /** A save has ended, or failed. */
  | { readonly kind: 'saved'; readonly problem: SaveProblem | undefined }
  | { readonly kind: 'result'; readonly id: number; readonly value: WorkerAnswer }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: FileProgress | SampleProgress }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string; readonly code: string | undefined };
