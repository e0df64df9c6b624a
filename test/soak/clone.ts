import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFailure } from '../../src/core/failure.ts';
import { clone, type CloneReport, type CloneRequest } from '../../src/core/transfer/clone.ts';
import { createJournal, openJournal, type Journal } from '../../src/core/transfer/journal.ts';
import { isLinkFailure } from '../../src/core/transfer/retry.ts';
import { saveRequest } from '../../src/core/transfer/savedRequest.ts';
import { startPractice } from '../contract/practice.ts';
import { differences, printDifferences } from '../support/oracle.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { sampleTypes, sampleValue } from '../support/rdbSamples.ts';
import { startRedisServer } from '../support/redisServer.ts';
import { startRelay } from '../support/relay.ts';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { createTestSessions, testProfile } from '../support/testSessions.ts';

const KEYS = 6000;
/** From which server to which, by their numbers: 0 and 1 are redis-servers, 2 and 3 practice servers. From one to itself: into database 1. */
const pairs = [[0, 1], [0, 2], [2, 0], [2, 3], [0, 0]] as const;
/** Links of a round that are cut; those that come after them live. */
const MOST_CUTS = 200;

async function fill(client: RespClient, random: Random): Promise<number> {
  await client.call(['DEBUG', 'POPULATE', String(KEYS), 'key', '60']);
  let count = KEYS;
  for (let round = 0; round < 20; round += 1) {
    for (const type of sampleTypes) {
      for (const command of sampleValue(random, type, `${type}:${round}`)) await client.call(command);
      if (random.oneIn(3)) await client.call(['PEXPIREAT', `${type}:${round}`, String(4_102_444_800_000 + random.below(1000))]);
      // A listpack keeps no sign of a zero, so that ZADD cannot make a large set that has one.
      if (type === 'zset') await client.call(['ZADD', `${type}:${round}`, '1', 'one']);
      if (type === 'zset') await client.call(['ZREMRANGEBYSCORE', `${type}:${round}`, '0', '0']);
      count += 1;
    }
  }
  return count;
}

/**
 * Clones through links that are cut at random bytes of what servers say, up to 200 of them in a round, on either side; what is given up
 * goes on by its journal. At the end both sides are the same by the oracle, and no copy was taken for a key of the target's own. Rejects
 * with what differs.
 * @param within only from one database of a server to another, which COPY does
 */
export async function run({ seed, seconds, cuts = MOST_CUTS, within = false }: { readonly seed: number; readonly seconds: number; readonly cuts?: number; readonly within?: boolean }): Promise<{ checks: number }> {
  const end = performance.now() + seconds * 1000;
  const random = seededRandom(seed);
  const [real, other] = [await startRedisServer(), await startRedisServer()];
  const practices = [await startPractice(), await startPractice()] as const;
  const ports = [real.port, other.port, await practices[0].port(), await practices[1].port()];
  const clients = await Promise.all(ports.map((port) => connectResp(port)));
  const folder = await mkdtemp(join(tmpdir(), 'keyspace-clone-'));
  try {
    let checks = 0;
    for (let round = 0; round === 0 || performance.now() < end; round += 1) {
      const [from, to] = within ? [0, 0] as const : random.pick(pairs);
      const same = from === to;
      // Of one server the copies are compared with what another one was filled with.
      const [source, target] = [clients[from] as RespClient, clients[same ? 1 : to] as RespClient];
      for (const client of [source, target]) await client.call(['FLUSHALL']);
      const content = random.below(2 ** 31);
      const keys = await fill(source, seededRandom(content));
      if (same) await fill(target, seededRandom(content));
      let cut = 0;
      const cutting = seededRandom(random.below(2 ** 31));
      const cutAfter = (): number => {
        if (cut >= cuts) return Infinity;
        cut += 1;
        return 1 + cutting.below(cutting.pick([300, 10_000, 300_000, 300_000]));
      };
      const relays = [await startRelay(ports[from] ?? 0, { cutAfter }), await startRelay(ports[to] ?? 0, { cutAfter })] as const;
      const sessions = createTestSessions({ timeouts: { backoff: () => 0 } });
      const [first, second] = relays.map((relay, index) => ({ profile: testProfile(relay), database: same ? index : 0 })) as [CloneRequest['source'], CloneRequest['target']];
      const request: CloneRequest = { source: first, target: second, scope: { pattern: undefined, types: undefined }, conflict: random.pick(['stop', 'skip', 'empty']), verify: true, engine: random.pick(['auto', 'auto', 'commands']) };
      const path = join(folder, `${round}.journal`);
      try {
        const report = await persistently(async (journal) => clone({ sessions, seeds: [random.below(2 ** 31), 7], patience: 20_000, pause: () => Promise.resolve(), journal, largest: 20_000 }, request, new AbortController().signal, () => undefined), path, request);
        if (same) for (const command of [['FLUSHDB'], ['SWAPDB', '0', '1']]) await source.call(command);
        // When something was delivered to a consumer is each server's own time.
        const found = (await differences(source, target)).filter(({ kind }) => !same || kind !== 'stream');
        if (same && (request.engine === 'auto') !== (report.engine === 'copy')) throw new Error(`copied by ${report.engine}`);
        if (report.copied !== keys || report.skipped > 0 || report.notCopied.length > 0 || report.verification?.differences.length !== 0) {
          throw new Error(`${keys} keys: ${report.copied} copied, ${report.skipped} skipped, ${report.notCopied.map(({ name, failure }) => `${name.toString()}: ${failure.message}`).join(' ')}, ${report.verification?.differences.map(({ name, kind }) => `${name.toString()} ${kind}`).join(' ') ?? 'not verified'}`);
        }
        if (found.length > 0) throw new Error(printDifferences(found));
        checks += 1 + cut;
      } catch (error) {
        throw new Error(`seed ${seed}, round ${round}, ${String(from)} to ${String(to)}, ${request.conflict}, ${request.engine ?? ''}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      } finally {
        await sessions.dispose();
        for (const relay of relays) await relay.close();
      }
    }
    return { checks };
  } finally {
    for (const client of clients) client.close();
    await Promise.all([real.stop(), other.stop(), ...practices.map((practice) => practice.close()), rm(folder, { recursive: true })]);
  }
}

/** Goes on by the journal as long as links are what ends it. */
async function persistently(work: (journal: Journal) => Promise<CloneReport>, path: string, request: CloneRequest): Promise<CloneReport> {
  let journal = createJournal(path, saveRequest(request), [11, 13]);
  for (;;) {
    try {
      return await work(journal);
    } catch (error) {
      if (!isLinkFailure(error)) throw error;
      await journal.close();
      journal = await openJournal(path).catch((failure: unknown) => {
        // Nothing was written yet.
        if (isFailure(failure, 'file')) return createJournal(path, saveRequest(request), [11, 13]);
        throw failure;
      });
    } finally {
      await journal.close();
    }
  }
}
