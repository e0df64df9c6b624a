import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createServer, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { bundles } from '../bundles.ts';
import { outFolder } from '../paths.ts';
import type { BenchScope } from './case.ts';

const HOST = '127.0.0.1';
const run = promisify(execFile);

/** Builds the practice server as `npm run serve` does, and starts it in a process of its own. It ends with the bench. */
export async function practiceProcess({ defer }: BenchScope): Promise<{ readonly port: number }> {
  const { port, stop } = await startPractice(await buildPractice());
  defer(stop);
  return { port };
}

/** Builds the practice server; the file to start. */
export async function buildPractice(): Promise<string> {
  const { product } = await bundles();
  const outfile = join(outFolder, 'bench', 'serve.cjs');
  await build({ ...product('serve.cjs'), outfile });
  return outfile;
}

/** Starts what `buildPractice` built, with more arguments; resolves once it takes connections, so it has loaded its file by then. */
export async function startPractice(file: string, args: readonly string[] = []): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const port = await freePort();
  const child = spawn(process.execPath, [file, '--port', String(port), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  await new Promise<void>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output = (output + String(chunk)).slice(-4000);
      if (output.includes('Ready to accept connections')) resolve();
    });
    child.once('exit', () => reject(new Error(`the practice server did not start:\n${output}`)));
  });
  return { port, stop };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, HOST);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** One run of redis-benchmark. */
export interface Load {
  /** A test as `-t` names it. */
  readonly test: string;
  /** Requests in all, and requests that a client sends at once. */
  readonly requests: number;
  readonly pipeline: number;
}

/** Requests per second of a server that is empty at the start, as 50 clients of redis-benchmark see it. */
export async function requestsPerSecond(port: number, { test, requests, pipeline }: Load): Promise<number> {
  await run('redis-cli', ['-p', String(port), 'FLUSHALL']);
  const { stdout } = await run('redis-benchmark', ['-p', String(port), '-n', String(requests), '-c', '50', '-P', String(pipeline), '-t', test, '--csv']);
  // The last line: lrange_100 fills its list first, and tells how fast.
  const figure = Number(/^"[^"]*","([\d.]+)"/.exec(stdout.trim().split('\n').at(-1) ?? '')?.[1]);
  if (!(figure > 0)) throw new Error(`redis-benchmark printed no figure for ${test}:\n${stdout}`);
  return figure;
}
