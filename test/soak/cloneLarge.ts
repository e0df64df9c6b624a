import { clone, type CloneRequest } from '../../src/core/transfer/clone.ts';
import { seededRandom } from '../support/random.ts';
import { startRedisServer } from '../support/redisServer.ts';
import { connectResp } from '../support/respClient.ts';
import { replyItems, replyText } from '../support/respReply.ts';
import { createTestSessions, testProfile } from '../support/testSessions.ts';

const MEGABYTE = 1024 * 1024;
/** Megabytes of the list: 600 where there is a minute for it. */
const sizeFor = (seconds: number): number => Math.min(600, seconds * 10);
/** Ms that a PING to either server may take meanwhile. */
const LONGEST = 400;
/** Megabytes that this process may grow by. */
const MEMORY = 150;

/**
 * A list of up to 600 MB goes from one server to another: no PING takes long meanwhile on either, the process does not hold it in memory, and
 * both sides have the same digest. Rejects with what is not so.
 */
export async function run({ seed, seconds }: { readonly seed: number; readonly seconds: number }): Promise<{ checks: number }> {
  const random = seededRandom(seed);
  const servers = [await startRedisServer(), await startRedisServer()] as const;
  const clients = await Promise.all(servers.map(({ port }) => connectResp(port)));
  const sessions = createTestSessions();
  try {
    const block = Buffer.from(Array.from({ length: MEGABYTE }, () => random.below(256)));
    for (let index = 0; index < sizeFor(seconds); index += 1) {
      block.writeUInt32LE(index, 0);
      await clients[0]?.call(['RPUSH', 'list', ...Array.from({ length: 16 }, (_, at) => block.subarray((at * MEGABYTE) / 16, ((at + 1) * MEGABYTE) / 16))]);
    }
    const [source, target] = servers.map((server) => ({ profile: testProfile(server), database: 0 })) as [CloneRequest['source'], CloneRequest['target']];
    let longest = 0;
    let over = false;
    const pings = clients.map(async (client) => {
      while (!over) {
        const started = performance.now();
        await client.call(['PING']);
        longest = Math.max(longest, performance.now() - started);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    const before = process.memoryUsage().rss;
    let most = before;
    const report = await clone({ sessions, seeds: [seed, 1], patience: 60_000, pause: () => Promise.resolve() }, { source, target, scope: { pattern: undefined, types: undefined }, conflict: 'stop', verify: true }, new AbortController().signal, () => {
      most = Math.max(most, process.memoryUsage().rss);
    });
    over = true;
    await Promise.all(pings);
    const digests = await Promise.all(clients.map(async (client) => replyText(replyItems(await client.call(['DEBUG', 'DIGEST-VALUE', 'list']))[0])));
    const grown = Math.round((most - before) / MEGABYTE);
    console.log(`longest PING ${Math.round(longest)} ms, ${grown} MB more`);
    if (report.copied !== 1 || report.verification?.differences.length !== 0) throw new Error(`${report.copied} copied, ${String(report.notCopied[0]?.failure.message)}`);
    if (digests[0] !== digests[1]) throw new Error('the lists differ');
    if (longest > LONGEST) throw new Error(`a PING took ${Math.round(longest)} ms`);
    if (grown > MEMORY) throw new Error(`the process grew by ${grown} MB`);
    return { checks: 4 };
  } finally {
    await sessions.dispose();
    for (const client of clients) client.close();
    for (const server of servers) await server.stop();
  }
}
