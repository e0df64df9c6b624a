import { parentPort, workerData } from 'node:worker_threads';
import { standingClock } from '../clock.ts';
import { openFile } from '../persistence/openFile.ts';
import { seededRandom } from '../random.ts';
import { createServer } from '../server.ts';
import { setTrouble } from '../trouble.ts';
import { portStream } from '../transport/portStream.ts';
import { connectTo } from '../outgoing.ts';
import { keepInFile } from './dataFile.ts';
import type { DataFile } from './dataFile.ts';
import { dialNeighbours } from './neighbours.ts';
import type { FromWorker, ToWorker, WorkerAnswer, WorkerCall, WorkerOptions } from './workerMessages.ts';

/* The entry of the worker thread: a practice server whose connections come through message ports. */

const parent = parentPort;
if (parent === null) throw new Error('this file is the entry of a worker thread');
const options = workerData as WorkerOptions;
const say = (message: FromWorker): void => parent.postMessage(message);

const clock = options.standing === true ? standingClock() : undefined;
const server = createServer({
  monitorSpan: 10,
  ...(clock === undefined ? {} : { clock }),
  ...(options.config === undefined ? {} : { config: options.config }),
  ...(options.seed === undefined ? {} : { random: seededRandom(options.seed) }),
});
/** Calls that can be cancelled. */
const running = new Map<number, AbortController>();
let connections = 0;
let dataFile: DataFile | undefined;
server.state.trouble.onChange = (trouble) => say({ kind: 'trouble', trouble });

async function run(id: number, call: WorkerCall): Promise<WorkerAnswer> {
  switch (call.method) {
    case 'listen': {
      const { port } = await server.listen({
        ...(call.host === undefined ? {} : { host: call.host }),
        ...(call.port === undefined ? {} : { port: call.port }),
      });
      return port;
    }
    case 'stopListening':
      await server.stopListening();
      return 0;
    case 'setPassword':
      server.state.config.set([['requirepass', Buffer.from(call.password).toString('latin1')]]);
      return 0;
    case 'setTrouble':
      setTrouble(server.state, call.trouble);
      return 0;
    case 'save':
      dataFile?.save();
      return 0;
    case 'loadSample':
      return await cancellable(id, async (signal) => {
        await server.loadSample(call.name, { signal, onProgress: (progress) => say({ kind: 'progress', id, progress }) });
        dataFile?.changed();
        return 0;
      });
    case 'loadFile':
      return await loadFile(id, call);
    case 'reset':
      server.reset();
      dataFile?.changed();
      return 0;
    case 'close':
      await server.close();
      return 0;
  }
}

function loadFile(id: number, { path, maxMemory, scratch }: Extract<WorkerCall, { method: 'loadFile' }>): Promise<WorkerAnswer> {
  if (clock === undefined) throw new Error('only a server whose clock stands shows a file');
  return cancellable(id, (signal) => openFile(server.state, clock, { path, maxMemory, scratch, signal, onProgress: (progress) => say({ kind: 'progress', id, progress }) }));
}

async function cancellable(id: number, work: (signal: AbortSignal) => Promise<WorkerAnswer>): Promise<WorkerAnswer> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    return await work(controller.signal);
  } finally {
    running.delete(id);
  }
}

parent.on('message', (message: ToWorker) => {
  if (message.kind === 'connect') {
    connections += 1;
    server.serve(portStream(message.port, 'server'), `worker:${connections}`, message.own);
    return;
  }
  if (message.kind === 'cancel') return running.get(message.id)?.abort();
  const { id, call } = message;
  run(id, call).then(
    (value) => say({ kind: 'result', id, value }),
    (error: unknown) => say({ kind: 'failure', id, message: error instanceof Error ? error.message : String(error), code: (error as NodeJS.ErrnoException).code }),
  );
});

async function begin(): Promise<void> {
  const { neighbours, dumpFile } = options;
  if (dumpFile !== undefined) server.state.outside = { ...server.state.outside, dataFile: () => dumpFile };
  if (neighbours !== undefined) {
    const connect = dialNeighbours(neighbours, (host, port) => parent?.postMessage({ kind: 'dial', host, port } satisfies FromWorker, [port]), connectTo);
    server.state.outside = { ...server.state.outside, connect };
  }
  if (options.dataFile !== undefined) dataFile = keepInFile(server.state, options.dataFile, (problem) => say({ kind: 'saved', problem }));
  if (options.sample !== undefined) await server.loadSample(options.sample);
}

// The whole server is built before it says so: no connection meets half a sample.
begin().then(
  () => say({ kind: 'ready' }),
  (error: unknown) => say({ kind: 'failed', message: error instanceof Error ? error.message : String(error), code: (error as NodeJS.ErrnoException).code }),
);
