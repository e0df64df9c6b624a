// dump.rdb of 1,000,000 keys: the practice server, as `npm run serve` starts it, beside redis-server on the same file; and the reader alone.
// A load reads and checks every value, and keeps small ones as the bytes of the file until a command looks at them: redis-server keeps
// its small encodings so all along. What that puts off is in the figure with a look at every key.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readSync } from 'node:fs';
import { copyFile, mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { latin1Kind } from '../../src/protocol/rdb/bytes.ts';
import { createRdbParser } from '../../src/protocol/rdb/parser.ts';
import type { BenchCase, BenchScope } from '../support/bench/case.ts';
import { buildPractice, startPractice } from '../support/bench/loadedServer.ts';
import { elapsed } from '../support/bench/measure.ts';
import { startRedisServer } from '../support/redisServer.ts';
import { openRespClient } from '../support/respClient.ts';

const FILE = 'dump.rdb';
/** Commands, as redis-cli sends them. */
const LOOKS = 'looks';
/** Keys that one script makes. */
const BATCH = 10_000;
/** Ms that a SAVE may take. */
const PATIENCE = 60_000;

/** What a script does for the key number `i`: 64 bytes that do not compress, or one type after the other. */
const contents = {
  'strings of 64 bytes': `redis.call('SET', 'key:' .. i, (redis.sha1hex(i) .. redis.sha1hex(-i)):sub(1, 64))`,
  'a mix of all types': `
    local key, kind, hex = 'key:' .. i, i % 8, redis.sha1hex(i)
    if kind == 0 then redis.call('SET', key, 'user ' .. i .. ' is a user as ' .. hex .. ' is a user')
    elseif kind == 1 then redis.call('SET', key, i, 'EX', 100000 + i)
    elseif kind == 2 then redis.call('HSET', key, 'id', i, 'name', 'name ' .. i, 'mail', hex:sub(1, 8) .. '@example.org', 'age', i % 90, 'token', hex)
    elseif kind == 3 then redis.call('RPUSH', key, i, 'item', hex, -i, 'item ' .. i)
    elseif kind == 4 then redis.call('SADD', key, i, i + 1, i * 3, 7, i % 100)
    elseif kind == 5 then redis.call('SADD', key, 'red', 'green', hex:sub(1, 6), 'blue', hex)
    elseif kind == 6 then redis.call('ZADD', key, i, 'one', i / 7, 'two', -i, hex, 3, 'three')
    else
      redis.call('XADD', key, i + 1 .. '-0', 'sensor', i, 'temperature', i % 40)
      redis.call('XADD', key, i + 1 .. '-1', 'sensor', i, 'temperature', i % 41)
      if i % 16 == 7 then
        redis.call('XGROUP', 'CREATE', key, 'readers', 0)
        redis.call('XREADGROUP', 'GROUP', 'readers', 'alice', 'COUNT', 1, 'STREAMS', key, '>')
      end
    end
    if i % 10000 == 0 then
      for n = 1, 1000 do
        redis.call('HSET', 'hash:' .. i, 'field ' .. n, hex .. n)
        redis.call('ZADD', 'zset:' .. i, n / 3, hex .. n)
        redis.call('RPUSH', 'list:' .. i, hex .. n)
      end
    end`,
} as const;

/** Lets redis-server make a file of so many keys in a folder. */
async function makeFile(folder: string, keys: number, statement: string): Promise<void> {
  const server = await startRedisServer(['--dir', folder]);
  try {
    for (let from = 0; from < keys; from += BATCH) {
      await server.cli('EVAL', `for i = ${from}, ${Math.min(from + BATCH, keys) - 1} do ${statement} end`, '0');
    }
    await server.cli('SAVE');
  } finally {
    await server.stop();
  }
}

/** Ms from the start of a server until it takes connections. */
async function startTime(start: () => Promise<{ stop(): Promise<void> }>): Promise<number> {
  let server: { stop(): Promise<void> } | undefined;
  const ms = await elapsed(async () => {
    server = await start();
  });
  await server?.stop();
  return ms;
}

/** Writes one look at each key. */
async function makeLooks(folder: string, keys: number): Promise<void> {
  const looks = Array.from({ length: keys }, (_, index) => `*3\r\n$6\r\nOBJECT\r\n$8\r\nENCODING\r\n$${`key:${index}`.length}\r\nkey:${index}\r\n`);
  await writeFile(join(folder, LOOKS), looks.join(''));
}

/** Ms from the start of a server until it has shown every key; redis-cli asks, since it takes little time itself. */
async function lookTime(start: () => Promise<{ readonly port: number; stop(): Promise<void> }>, folder: string): Promise<number> {
  const looks = await open(join(folder, LOOKS));
  let server: { readonly port: number; stop(): Promise<void> } | undefined;
  try {
    return await elapsed(async () => {
      server = await start();
      const [code] = await once(spawn('redis-cli', ['-p', String(server.port), '--pipe'], { stdio: [looks.fd, 'ignore', 'inherit'] }), 'exit') as [number];
      if (code !== 0) throw new Error('some key cannot be looked at');
    });
  } finally {
    await server?.stop();
    await looks.close();
  }
}

/** Ms that SAVE of a server takes that has just been started. */
async function saveTime(start: () => Promise<{ readonly port: number; stop(): Promise<void> }>): Promise<number> {
  const server = await start();
  const client = openRespClient(connect(server.port, '127.0.0.1'), PATIENCE);
  try {
    return await elapsed(async () => {
      const reply = await client.call(['SAVE']);
      if (reply.kind !== 'simple') throw new Error(`SAVE: ${reply.kind}`);
    });
  } finally {
    client.close();
    await server.stop();
  }
}

/** Ms that the reader takes for a file, its records only counted. */
function readTime(path: string, keys: number): Promise<number> {
  return elapsed(() => {
    const file = openSync(path, 'r');
    const parser = createRdbParser(latin1Kind);
    let found = 0;
    try {
      for (let size = 1; size > 0;) {
        const piece = Buffer.allocUnsafe(1024 * 1024);
        size = readSync(file, piece, 0, piece.length, null);
        if (size === 0) parser.finish();
        else parser.push(piece.subarray(0, size));
        for (let record = parser.next(); record !== undefined; record = parser.next()) if (record.kind === 'key') found += 1;
      }
    } finally {
      closeSync(file);
    }
    if (found < keys) throw new Error(`${found} keys were read`);
  });
}

export async function cases(scope: BenchScope): Promise<readonly BenchCase[]> {
  const keys = scope.quick ? 100_000 : 1_000_000;
  const rounds = 3;
  const practice = await buildPractice();
  const all: BenchCase[] = [];
  for (const [name, statement] of Object.entries(contents)) {
    const [made, ours, theirs] = await Promise.all(['made', 'ours', 'theirs'].map(async (part) => {
      const folder = await mkdtemp(join(tmpdir(), `keyspace-bench-${part}-`));
      scope.defer(() => rm(folder, { recursive: true, force: true }));
      return folder;
    })) as [string, string, string];
    await makeFile(made, keys, statement);
    await makeLooks(made, keys);
    // Each saves over a file of its own.
    for (const folder of [ours, theirs]) await copyFile(join(made, FILE), join(folder, FILE));
    const { size } = await stat(join(made, FILE));
    scope.note(`${keys.toLocaleString('en')} keys, ${name}: ${(size / 1e6).toFixed(0)} MB`);
    const loadPeer = (): Promise<number> => startTime(() => startRedisServer(['--dir', made]));
    all.push(
      { name: `load, ${name}`, unit: 'ms', better: 'lower', goal: 3, rounds, ours: () => startTime(() => startPractice(practice, ['--dir', made])), peer: loadPeer },
      {
        // No issue asks for it: work that is put off is work all the same.
        name: `load and look at each key, ${name}`, unit: 'ms', better: 'lower', goal: 4, rounds,
        ours: () => lookTime(() => startPractice(practice, ['--dir', made]), made), peer: () => lookTime(() => startRedisServer(['--dir', made]), made),
      },
      { name: `the reader alone, ${name}`, unit: 'ms', better: 'lower', goal: 1.5, rounds, ours: () => readTime(join(made, FILE), keys), peer: loadPeer },
      {
        name: `save, ${name}`, unit: 'ms', better: 'lower', goal: 3, rounds,
        ours: () => saveTime(() => startPractice(practice, ['--dir', ours])), peer: () => saveTime(() => startRedisServer(['--dir', theirs])),
      },
    );
  }
  return all;
}
