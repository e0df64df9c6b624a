// Copying a database between two redis-servers, client-side, beside redis-server's own MIGRATE; and within one, beside a bare loop of COPY.
import { createScanPages } from '../../src/core/transfer/namePages.ts';
import { argument, createRequests, head } from '../../src/core/transfer/requests.ts';
import { createWire, frameText, marks, type Wire } from '../../src/core/transfer/wire.ts';
import type { BenchCase, BenchScope } from '../support/bench/case.ts';
import { allowedMemory, contents, everything, filledPair, peakMemory } from '../support/bench/filledPair.ts';
import { elapsed } from '../support/bench/measure.ts';
import type { RedisServer } from '../support/redisServer.ts';
import type { RespClient } from '../support/respClient.ts';
import { replyItems, replyText } from '../support/respReply.ts';

/** Keys that MIGRATE is given at once. */
const PER_MIGRATE = '1000';
const copyHead = head(5, 'COPY');
const intoOne = Buffer.concat([argument('DB'), argument('1')]);

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
  for (const content of contents) {
    const { keys, source, target, client, sessions, ends, cloneTo, copy } = await filledPair(scope, content);
    const emptyOne = (): Promise<string> => source.cli('-n', '1', 'FLUSHDB');
    all.push(
      { name: `copy, ${content.name}`, unit: 'ms', better: 'lower', goal: 1, rounds: 3, ours: copy, peer: () => migrate(client, target) },
      { name: `memory of the copy, ${content.name}`, unit: 'MB', better: 'lower', goal: 1, rounds: 1, ours: () => peakMemory(copy), peer: allowedMemory(keys) },
      {
        name: `copy within a server, ${content.name}, beside a bare loop of COPY`, unit: 'ms', better: 'lower', goal: 1.1, rounds: 3,
        async ours() {
          await emptyOne();
          return elapsed(async () => {
            const { engine } = await cloneTo({ ...ends[0], database: 1 });
            if (engine !== 'copy') throw new Error(`the keys were copied by ${engine}`);
          });
        },
        async peer() {
          await emptyOne();
          const wire = createWire(await sessions.openChannel(ends[0].profile, 0, 'copy'), { where: 'the source', signal: new AbortController().signal, patience: 60_000 });
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
