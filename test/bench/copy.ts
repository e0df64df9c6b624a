// Copying a database between two redis-servers, client-side, beside redis-server's own MIGRATE; and comparing the two.
import { randomInt } from 'node:crypto';
import { clone, type CloneDeps, type CloneRequest } from '../../src/core/transfer/clone.ts';
import { compareAll } from '../../src/core/compare/verify.ts';
import { createScanPages } from '../../src/core/transfer/namePages.ts';
import { createReader, type Reader } from '../../src/core/transfer/reader.ts';
import { argument, createRequests, head } from '../../src/core/transfer/requests.ts';
import { createWire, frameText, marks, type Wire } from '../../src/core/transfer/wire.ts';
import type { BenchCase, BenchScope } from '../support/bench/case.ts';
import { elapsed } from '../support/bench/measure.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { replyItems, replyText } from '../support/respReply.ts';
import { createTestSessions, testProfile } from '../support/testSessions.ts';

const BATCH = 10_000;
/** Keys that MIGRATE is given at once. */
const PER_MIGRATE = '1000';
const copyHead = head(5, 'COPY');
const intoOne = Buffer.concat([argument('DB'), argument('1')]);
const everything = { pattern: undefined, types: undefined };

/** What a script does for the key number `i`. */
const contents = [
  { name: 'strings of 64 bytes', keys: 1_000_000, statement: `redis.call('SET', 'key:' .. i, (redis.sha1hex(i) .. redis.sha1hex(-i)):sub(1, 64))` },
  {
    name: 'a mix of types', keys: 200_000, statement: `
    local key, kind, hex = 'key:' .. i, i % 6, redis.sha1hex(i)
    if kind == 0 then redis.call('SET', key, hex, 'EX', 100000 + i)
    elseif kind == 1 then redis.call('HSET', key, 'id', i, 'name', 'name ' .. i, 'token', hex)
    elseif kind == 2 then redis.call('RPUSH', key, i, 'item', hex)
    elseif kind == 3 then redis.call('SADD', key, 'red', hex:sub(1, 6), i)
    elseif kind == 4 then redis.call('ZADD', key, i, 'one', i / 7, hex)
    else redis.call('XADD', key, '*', 'sensor', i) end`,
  },
] as const;

/** Ms that MIGRATE … COPY takes for all keys, page by page of SCAN. */
async function migrate(client: RespClient, target: RedisServer): Promise<number> {
  await target.cli('FLUSHALL');
  return elapsed(async () => {
    let cursor = '0';
    do {
      const [next, names] = replyItems(await client.call(['SCAN', cursor, 'COUNT', PER_MIGRATE]));
      cursor = replyText(next) ?? '0';
      const keys = (names === undefined ? [] : replyItems(names)).map((name) => (name.kind === 'bulk' ? name.bytes : Buffer.alloc(0)));
      if (keys.length === 0) continue;
      const reply = await client.call(['MIGRATE', '127.0.0.1', String(target.port), '', '0', '60000', 'COPY', 'KEYS', ...keys]);
      if (reply.kind !== 'simple') throw new Error(`MIGRATE: ${replyText(reply) ?? reply.kind}`);
    } while (cursor !== '0');
  });
}

/** Ms that COPY … DB 1 takes for all keys in a loop that does nothing else, page by page of SCAN. */
async function copyBarely(wire: Wire): Promise<number> {
  return elapsed(async () => {
    const names = createScanPages(everything, 1000);
    const out = createRequests();
    while (names.put(out)) {
      await wire.send(out.take());
      const page = await names.take(wire);
      for (const name of page) for (const part of [copyHead, name, name, intoOne]) out.put(part);
      await wire.send(out.take());
      await wire.frames(page.length, (frame) => {
        if (frame.mark !== marks.integer) throw new Error(frameText(frame));
      });
    }
  });
}

export async function cases(scope: BenchScope): Promise<readonly BenchCase[]> {
  const all: BenchCase[] = [];
  for (const { name, keys: full, statement } of contents) {
    const keys = scope.quick ? full / 10 : full;
    const [source, target] = [await startRedisServer(), await startRedisServer()] as const;
    const client = await connectResp(source.port);
    const sessions = createTestSessions();
    scope.defer(async () => {
      client.close();
      await sessions.dispose();
      for (const server of [source, target]) await server.stop();
    });
    for (let from = 0; from < keys; from += BATCH) await source.cli('EVAL', `for i = ${from}, ${Math.min(from + BATCH, keys) - 1} do ${statement} end`, '0');
    scope.note(`${keys.toLocaleString('en')} keys, ${name}`);
    const ends = [source, target].map((server) => ({ profile: testProfile(server), database: 0 })) as [CloneRequest['source'], CloneRequest['target']];
    const deps: CloneDeps = { sessions, seeds: [randomInt(2 ** 32), randomInt(2 ** 32)], patience: 60_000, pause: () => Promise.resolve() };
    const never = new AbortController().signal;
    const copy = async (): Promise<number> => {
      await target.cli('FLUSHALL');
      return elapsed(async () => {
        const { copied } = await clone(deps, { source: ends[0], target: ends[1], scope: everything, conflict: 'stop', verify: false }, never, () => undefined);
        if (copied !== keys) throw new Error(`${copied} keys were copied`);
      });
    };
    const emptyOne = (): Promise<string> => source.cli('-n', '1', 'FLUSHDB');
    let isCopy = false;
    all.push(
      { name: `copy, ${name}`, unit: 'ms', better: 'lower', goal: 1, rounds: 3, ours: copy, peer: () => migrate(client, target) },
      {
        name: `compare, ${name}, beside the copy`, unit: 'ms', better: 'lower', goal: 1.2, rounds: 3,
        async ours() {
          // MIGRATE gives keys the time that is left to them, which is another one.
          if (!isCopy) await copy();
          isCopy = true;
          const wires = await Promise.all(ends.map(async ({ profile, database }) => createWire(await sessions.openChannel(profile, database, 'copy'), { where: profile.name, signal: never, patience: 60_000 })));
          const [from, to] = await Promise.all(wires.map((wire) => createReader(wire))) as [Reader, Reader];
          const ms = await elapsed(async () => {
            const { compared, differences } = await compareAll(from, to, createScanPages(everything, 1000), createScanPages(everything, 1000), {
              rename: (key) => key, original: (key) => key, largest: 1e9, large: () => Promise.resolve(undefined), whole: true, seeds: deps.seeds, onProgress: () => undefined,
            });
            if (compared !== keys || differences.length > 0) throw new Error(`${compared} compared, ${differences.length} differ`);
          });
          for (const wire of wires) wire.close();
          return ms;
        },
        peer: copy,
      },
      {
        name: `copy within a server, ${name}, beside a bare loop of COPY`, unit: 'ms', better: 'lower', goal: 1.1, rounds: 3,
        async ours() {
          await emptyOne();
          return elapsed(async () => {
            const { copied, engine } = await clone(deps, { source: ends[0], target: { ...ends[0], database: 1 }, scope: everything, conflict: 'stop', verify: false }, never, () => undefined);
            if (copied !== keys || engine !== 'copy') throw new Error(`${copied} keys were copied by ${engine}`);
          });
        },
        async peer() {
          await emptyOne();
          const wire = createWire(await sessions.openChannel(ends[0].profile, 0, 'copy'), { where: 'the source', signal: never, patience: 60_000 });
          try {
            return await copyBarely(wire);
          } finally {
            wire.close();
          }
        },
      },
    );
  }
  return all;
}
