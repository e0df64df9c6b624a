import assert from 'node:assert/strict';
import { clone, type CloneProgress, type CloneReport, type CloneRequest } from '../../../../src/core/transfer/clone.ts';
import { compareLargeKeys, type KeyAt } from '../../../../src/core/compare/large.ts';
import type { Session } from '../../../../src/core/connection/session.ts';
import { isFailure } from '../../../../src/core/failure.ts';
import { differences, untilEqual } from '../../../support/oracle.ts';
import { startPractice } from '../../../contract/practice.ts';
import { sampleTypes, sampleValue } from '../../../support/rdbSamples.ts';
import { seededRandom } from '../../../support/random.ts';
import { startRedisServer } from '../../../support/redisServer.ts';
import { connectResp, type Argument, type RespClient } from '../../../support/respClient.ts';
import { replyItems, replyText } from '../../../support/respReply.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

interface Side {
  readonly port: number;
  readonly client: RespClient;
  stop(): Promise<void>;
}

const starts = {
  async redis(): Promise<Side> {
    const server = await startRedisServer();
    const client = await connectResp(server.port);
    return { port: server.port, client, stop: async () => { client.close(); await server.stop(); } };
  },
  async practice(): Promise<Side> {
    const server = await startPractice();
    const port = await server.port();
    const client = await connectResp(port);
    return { port, client, stop: async () => { client.close(); await server.close(); } };
  },
};

const pause = (): Promise<void> => Promise.resolve();
const everything = { pattern: undefined, types: undefined };

describe('a clone', () => {
  let sessions: TestSessions;
  let sides: Record<'source' | 'target', Side>;
  const request = (more: Partial<CloneRequest> = {}): CloneRequest => ({
    source: { profile: testProfile(sides.source), database: 0 }, target: { profile: testProfile(sides.target), database: 0 },
    scope: everything, conflict: 'stop', verify: true, ...more,
  });
  const run = (more?: Partial<CloneRequest>, onProgress: (progress: CloneProgress) => void = () => undefined): Promise<CloneReport> =>
    clone({ sessions, seeds: [1, 2], patience: 10_000, pause }, request(more), new AbortController().signal, onProgress);
  const fill = async (side: Side, ...commands: readonly (readonly Argument[])[]): Promise<void> => {
    for (const command of commands) assert.notEqual((await side.client.call(command)).kind, 'error', String(command[0]));
  };
  const equal = async (): Promise<void> => assert.deepEqual(await differences(sides.source.client, sides.target.client), []);

  for (const [from, to] of [['redis', 'redis'], ['redis', 'practice'], ['practice', 'redis'], ['practice', 'practice']] as const) {
    describe(`from ${from} to ${to}`, () => {
      before(async () => {
        sessions = createTestSessions();
        sides = { source: await starts[from](), target: await starts[to]() };
      });
      after(async () => {
        await sessions.dispose();
        for (const side of Object.values(sides)) await side.stop();
      });
      beforeEach(async () => {
        for (const side of Object.values(sides)) await fill(side, ['FLUSHALL']);
      });

      for (const engine of ['auto', 'commands'] as const) {
        it(`holds every type in every encoding, with times and in any name (${engine})`, async () => {
          const random = seededRandom(7);
          for (let round = 0; round < 4; round += 1) for (const type of sampleTypes) await fill(sides.source, ...sampleValue(random, type, `${type}:${String(round)}\0*[?\n`));
          await fill(sides.source, ['SET', '', 'empty name'], ['SET', 'ends', 'x', 'PXAT', '4102444800123'], ['HSET', 'h', 'f', 'v'], ['PEXPIREAT', 'h', '4102444800999'],
            ['SET', 'int', '17'], ['SET', 'raw', 'x'.repeat(100)], ['ZADD', 'z', '1', 'a'], ['ZADD', 'skiplist', '1', 'x'.repeat(100)], ['SADD', 'intset', '1', '2'], ['SADD', 'set', 'a', 'b'],
            ['HSET', 'hashtable', 'f', 'x'.repeat(100)], ['RPUSH', 'list', ...Array.from({ length: 300 }, () => 'x'.repeat(100))], ['XADD', 'xs', '1-1', 'a', 'b']);
          const encodings = new Set<string>();
          for (const name of ['ends', 'int', 'raw', 'h', 'hashtable', 'z', 'skiplist', 'intset', 'set', 'list', 'xs']) encodings.add(replyText(await sides.source.client.call(['OBJECT', 'ENCODING', name])) ?? '');
          assert.deepEqual([...encodings].sort(), ['embstr', 'hashtable', 'int', 'intset', 'listpack', 'quicklist', 'raw', 'skiplist', 'stream']);
          const report = await run({ engine });
          const keys = 4 * sampleTypes.length + 12;
          assert.deepEqual([report.notCopied, report.forms, report.skipped], [[], engine === 'auto' ? {} : { commands: keys }, 0]);
          assert.deepEqual(report.verification?.differences, []);
          assert.equal(report.copied, keys);
          await equal();
        });
      }

      it('stops at a key that is there, skips it or replaces it', async () => {
        await fill(sides.source, ['SET', 'k', 'new'], ['SET', 'other', '1']);
        await fill(sides.target, ['SET', 'k', 'old'], ['SET', 'more', '1']);
        await assert.rejects(run(), (error) => isFailure(error, 'exists'));
        const skipping = await run({ conflict: 'skip' });
        assert.deepEqual([skipping.skipped, skipping.verification?.differences.map(({ name, kind }) => `${kind} ${name.toString()}`)], [2, ['extra more']]);
        const replacing = await run({ conflict: 'replace' });
        assert.deepEqual([replacing.copied, replacing.skipped], [2, 0]);
        assert.deepEqual(await run({ conflict: 'empty' }).then(({ verification }) => verification?.differences), []);
        await equal();
      });

      it('gives keys another prefix, within a database too, and takes no copy for an original', async () => {
        await fill(sides.source, ['SET', 'original:[a]', '1'], ['SET', 'original:b', '2', 'PXAT', '4102444800000'], ['SET', 'other', '3']);
        const rewrite = { from: Buffer.from('original:'), to: Buffer.from('edited:') };
        const scope = { pattern: Buffer.from('original:*'), types: undefined };
        const inside = request().source;
        for (const conflict of ['stop', 'replace'] as const) {
          const report = await run({ target: inside, rewrite, scope, conflict });
          assert.deepEqual([report.copied, report.verification?.compared, report.verification?.differences], [2, 2, []]);
        }
        const report = await run({ target: inside, rewrite: { from: Buffer.alloc(0), to: Buffer.from('copy:') } });
        assert.deepEqual([report.copied, report.verification?.differences], [5, []]);
        const again = await run({ target: inside, rewrite: { from: Buffer.alloc(0), to: Buffer.from('copy:') }, conflict: 'replace' });
        assert.deepEqual([again.copied, again.verification?.differences], [5, []]);
        assert.deepEqual(await sides.source.client.call(['DBSIZE']), { kind: 'integer', text: '10' });
        assert.deepEqual(await sides.source.client.call(['PEXPIRETIME', 'copy:edited:b']), { kind: 'integer', text: '4102444800000' });
      });

      it('exchanges a prefix, takes it away and puts it back from server to server', async () => {
        const random = seededRandom(21);
        for (const type of sampleTypes) await fill(sides.source, ...sampleValue(random, type, `original:${type}\r\n*[?]\\`));
        await fill(sides.source, ['SET', Buffer.from('original:\xff\0', 'latin1'), 'x', 'PXAT', '4102444800123'], ['SET', 'original:', 'the prefix itself']);
        const keys = sampleTypes.length + 2;
        const { source, target } = request();
        const other = { profile: target.profile, database: 1 };
        for (const [first, second, ...prefixes] of [[source, other, 'original:', 'edited:'], [other, { ...source, database: 1 }, 'edited:', ''], [{ ...source, database: 1 }, target, '', 'original:']] as const) {
          const [before, after] = prefixes.map((prefix) => Buffer.from(prefix)) as [Buffer, Buffer];
          const report = await run({ source: first, target: second, rewrite: { from: before, to: after }, scope: { pattern: Buffer.from(`${prefixes[0]}*`), types: undefined } });
          assert.deepEqual([report.copied, report.verification?.compared, report.verification?.differences], [keys, keys, []]);
        }
        await fill(sides.target, ['SELECT', '1']);
        const names = await sides.target.client.call(['KEYS', 'edited:*']);
        assert.equal(replyItems(names).length, keys);
        for (const side of Object.values(sides)) await fill(side, ['SELECT', '1'], ['FLUSHDB'], ['SELECT', '0']);
        await equal();
      });

      it('lets keys end on both sides that end while it copies', async () => {
        const [all, lasting] = [1500, 100];
        const names = Array.from({ length: all }, (_, at) => `key ${String(at)}`);
        await Promise.all(names.map((name, at) => sides.source.client.call(at % 3 === 0 ? ['RPUSH', name, 'a', 'b'] : ['SET', name, 'x'])));
        const end = Date.now() + 1500;
        await Promise.all(names.slice(lasting).map((name, at) => sides.source.client.call(['PEXPIREAT', name, String(end - (at % 50))])));
        // After its first keys it waits until their time is over.
        const pastEnd = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, Math.max(0, end + 5 - Date.now())));
        const report = await clone({ sessions, seeds: [1, 2], patience: 10_000, pause: pastEnd, clock: { elapsed: () => 0 } }, request({ rate: { keysPerSecond: 4000 } }), new AbortController().signal, () => undefined);
        assert.ok(report.copied > lasting && report.copied < all, `${String(report.copied)} of ${String(all)}`);
        // None had to be taken away again: their time was copied with them.
        assert.deepEqual([report.notCopied, report.verification?.differences, report.verification?.repaired], [[], [], 0]);
        await untilEqual(sides.source.client, sides.target.client);
        assert.deepEqual(await sides.target.client.call(['DBSIZE']), { kind: 'integer', text: String(lasting) });
      });

      it('takes chosen types or keys only', async () => {
        await fill(sides.source, ['SET', 's', '1'], ['HSET', 'h', 'a', '1'], ['RPUSH', 'l', '1'], ['SADD', 'set', '1']);
        assert.equal((await run({ scope: { pattern: undefined, types: ['hash', 'list'] } })).copied, 2);
        const chosen = await run({ names: [Buffer.from('s'), Buffer.from('gone')] });
        assert.deepEqual([chosen.copied, chosen.vanished, chosen.verification?.differences], [1, 1, []]);
        assert.deepEqual(await sides.target.client.call(['DBSIZE']), { kind: 'integer', text: '3' });
      });
    });
  }

  describe('of large values', () => {
    before(async () => {
      sessions = createTestSessions();
      sides = { source: await starts.redis(), target: await starts.practice() };
    });
    after(async () => {
      await sessions.dispose();
      for (const side of Object.values(sides)) await side.stop();
    });

    it('moves them by pieces to a key of another name, compares them, and puts them in their place', async () => {
      const members = Array.from({ length: 3000 }, (_, index) => `member ${String(index)}`);
      await fill(sides.source,
        ['SETRANGE', 'string', '2500000', 'end'], ['RPUSH', 'list', ...members], ['SADD', 'set', ...members], ['HSET', 'hash', ...members.flatMap((member) => [member, 'v'])],
        ['ZADD', 'zset', ...members.flatMap((member, index) => [index % 7 === 0 ? '-inf' : `${String(index)}.1`, member])], ['PEXPIREAT', 'zset', '4102444800001'], ['SET', 'small', '1']);
      const small = 20_000;
      const options = { sessions, seeds: [1, 2], patience: 10_000, pause, largest: small } as const;
      const never = new AbortController().signal;
      const report = await clone(options, request(), never, () => undefined);
      assert.deepEqual([report.copied, report.notCopied, report.verification?.differences], [6, [], []]);
      await equal();
      assert.deepEqual(await sides.target.client.call(['DBSIZE']), { kind: 'integer', text: '6' });
      const ends = [sides.source, sides.target].map((side) => sessions.acquire(testProfile(side), 0)) as [Session, Session];
      for (const [command, kind] of [
        [['SETRANGE', 'string', '1500000', 'x'], 'value'], [['LSET', 'list', '2999', 'x'], 'value'], [['SADD', 'set', 'more'], 'value'], [['HSET', 'hash', 'member 7', 'w'], 'value'],
        [['ZADD', 'zset', '1', 'member 2'], 'value'], [['PEXPIREAT', 'list', '4102444800000'], 'expiry'], [['DEL', 'hash'], 'missing'], [['SET', 'set', ''], 'type'],
      ] as const) {
        await fill(sides.target, command);
        const [from, to] = ends.map((session) => ({ session, key: Buffer.from(command[1]) })) as [KeyAt, KeyAt];
        assert.equal(await compareLargeKeys(from, to, never), kind, command.join(' '));
        await clone(options, request({ conflict: 'replace' }), never, () => undefined);
        await equal();
        assert.equal(await compareLargeKeys(from, to, never), undefined);
      }
      for (const session of ends) session.release();
    });
  });

  for (const [from, to] of [['redis', 'redis'], ['practice', 'redis']] as const) describe(`of a source that goes on changing, from ${from} to ${to}`, () => {
    before(async () => {
      sessions = createTestSessions();
      sides = { source: await starts[from](), target: await starts[to]() };
    });
    after(async () => {
      await sessions.dispose();
      for (const side of Object.values(sides)) await side.stop();
    });
    beforeEach(async () => {
      for (const side of Object.values(sides)) await fill(side, ['FLUSHALL']);
    });

    it('tells keys that never rest from others', async () => {
      await fill(sides.source, ['DEBUG', 'POPULATE', '2000', 'key', '50']);
      await fill(sides.target, ['SET', 'mine', 'x']);
      let over = false;
      const clients = [await connectResp(sides.source.port), await connectResp(sides.source.port)];
      const writers = clients.map(async (client, index) => {
        for (let times = 0; !over; times += 1) await client.call(['SET', 'key:7', `${String(index)} ${String(times)}`]);
        client.close();
      });
      const report = await run();
      over = true;
      await Promise.all(writers);
      assert.equal(report.verification?.rounds, 4);
      assert.deepEqual(report.verification.differences.map(({ name, kind, moving }) => [name.toString(), kind, moving]).sort(), [['key:7', 'value', true], ['mine', 'extra', undefined]]);
      assert.deepEqual((await run({ conflict: 'replace' })).verification?.differences.map(({ name, moving }) => [name.toString(), moving]), [['mine', undefined]]);
    });

    it('takes over what four clients write meanwhile', async () => {
      const random = seededRandom(11);
      await fill(sides.source, ['DEBUG', 'POPULATE', '20000', 'key', '50']);
      let writing = true;
      let writes = 0;
      const writer = async (): Promise<void> => {
        const client = await connectResp(sides.source.port);
        while (writing) {
          const key = `key:${String(random.below(20_500))}`;
          await client.call(random.pick<readonly Argument[]>([['SET', key, String(random.below(1000))], ['DEL', key], ['APPEND', key, 'x'], ['PEXPIREAT', key, String(4102444800000 + random.below(1000))], ['RENAME', key, `key:${String(random.below(20_500))}`]]));
          writes += 1;
        }
        client.close();
      };
      const writers = [writer(), writer(), writer(), writer()];
      const progress: string[] = [];
      const report = await clone({ sessions, seeds: [1, 2], patience: 10_000, pause }, request(), new AbortController().signal, ({ phase, round }) => {
        progress.push(`${phase} ${String(round)}`);
        // In the second comparison they stop, so that there is an end.
        if (round === 2) writing = false;
      });
      writing = false;
      await Promise.all(writers);
      assert.ok(writes > 100 && (report.verification?.repaired ?? 0) > 0, `${String(writes)} writes`);
      assert.deepEqual(report.verification?.differences, []);
      await equal();
    });
  });
});
