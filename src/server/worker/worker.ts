import { parentPort, workerData } from 'node:worker_threads';
import { seededRandom } from '../random.ts';
import { createServer } from '../server.ts';
import { portStream } from '../transport/portStream.ts';
import type { FromWorker, ToWorker, WorkerCall, WorkerOptions } from './workerMessages.ts';

/* The entry of the worker thread: a practice server whose connections come through message ports. */

const parent = parentPort;
if (parent === null) throw new Error('this file is the entry of a worker thread');
const options = workerData as WorkerOptions;
const say = (message: FromWorker): void => parent.postMessage(message);

const server = createServer({
  ...(options.config === undefined ? {} : { config: options.config }),
  ...(options.seed === undefined ? {} : { random: seededRandom(options.seed) }),
});
let connections = 0;

/** Runs a request; the number it answers is the port, or 0. */
async function run(call: WorkerCall): Promise<number> {
  switch (call.method) {
    case 'listen': {
      const { port } = await server.listen({
        ...(call.host === undefined ? {} : { host: call.host }),
        ...(call.port === undefined ? {} : { port: call.port }),
      });
      return port;
    }
    case 'loadSample':
      await server.loadSample(call.name);
      return 0;
    case 'reset':
      server.reset();
      return 0;
    case 'close':
      await server.close();
      return 0;
  }
}

parent.on('message', (message: ToWorker) => {
  if (message.kind === 'connect') {
    connections += 1;
    server.serve(portStream(message.port, 'server'), `worker:${connections}`);
    return;
  }
  const { id, call } = message;
  run(call).then(
    (value) => say({ kind: 'result', id, value }),
    (error: unknown) => say({ kind: 'failure', id, message: error instanceof Error ? error.message : String(error), code: (error as NodeJS.ErrnoException).code }),
  );
});

// The whole server is built before it says so: no connection meets half a sample.
(options.sample === undefined ? Promise.resolve() : server.loadSample(options.sample)).then(
  () => say({ kind: 'ready' }),
  (error: unknown) => say({ kind: 'failed', message: String(error) }),
);
