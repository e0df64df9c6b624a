import type { MessagePort } from 'node:worker_threads';
import type { SampleName } from '../samples/index.ts';

/** What a practice server in a worker thread is started with; it must survive a structured clone. */
export interface WorkerOptions {
  /** Parameters as in redis.conf. */
  readonly config?: Readonly<Record<string, string>>;
  /** Makes the server repeatable: run ID, hash seed, sample data. */
  readonly seed?: number;
  /** Loaded before the server is ready. */
  readonly sample?: SampleName;
}

/** Requests to the worker that have an answer. */
export type WorkerCall =
  | { readonly method: 'listen'; readonly host: string | undefined; readonly port: number | undefined }
  | { readonly method: 'loadSample'; readonly name: SampleName }
  | { readonly method: 'reset' }
  | { readonly method: 'close' };

export type ToWorker =
  | { readonly kind: 'connect'; readonly port: MessagePort }
  | { readonly kind: 'call'; readonly id: number; readonly call: WorkerCall };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'result'; readonly id: number; readonly value: number }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string; readonly code: string | undefined };
