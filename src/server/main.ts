import { parseArgs } from 'node:util';
import { sampleNames } from './samples/index.ts';
import { createServer } from './server.ts';

/* `npm run serve`: the practice server alone, on 127.0.0.1. */

const usage = `usage: npm run serve -- [--port N] [--sample ${sampleNames.join('|')}] [--requirepass PASSWORD] [--databases N]`;
const values = readArguments();
if (values.help === true) {
  console.log(usage);
  process.exit(0);
}

const port = Number(values.port);
const sample = sampleNames.find((name) => name === values.sample);
if (!Number.isInteger(port) || port < 0 || port > 65535) stop(`--port wants a number from 0 to 65535, not ${values.port}`);
if (values.sample !== undefined && sample === undefined) stop(`--sample knows ${sampleNames.join(', ')}, not ${values.sample}`);

const config: Record<string, string> = {};
if (values.requirepass !== undefined) config['requirepass'] = values.requirepass;
if (values.databases !== undefined) config['databases'] = values.databases;

const server = createServer({ config });
const leave = (): void => {
  void server.close().then(() => process.exit(0));
};
server.state.onShutdown = () => setImmediate(leave);
process.once('SIGINT', leave);
process.once('SIGTERM', leave);

/** Loads, listens and says so. */
async function start(): Promise<void> {
  if (sample !== undefined) await server.loadSample(sample);
  const listening = await server.listen({ port });
  console.log(`Listening on 127.0.0.1:${listening.port}`);
  console.log('Ready to accept connections');
}

start().catch((error: unknown) => stop(`Could not listen on 127.0.0.1:${port}: ${error instanceof Error ? error.message : String(error)}`));

/** The command line; what is wrong with it is said in one line. */
function readArguments(): { readonly port: string; readonly sample?: string; readonly requirepass?: string; readonly databases?: string; readonly help?: boolean } {
  try {
    return parseArgs({
      options: {
        port: { type: 'string', default: '6379' }, sample: { type: 'string' }, requirepass: { type: 'string' }, databases: { type: 'string' }, help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return stop(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

function stop(message: string): never {
  console.error(message);
  process.exit(1);
}
