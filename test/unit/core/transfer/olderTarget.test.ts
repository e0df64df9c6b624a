import assert from 'node:assert/strict';
import { isFailure } from '../../../../src/core/failure.ts';
import { clone, type CloneReport, type CloneRequest } from '../../../../src/core/transfer/clone.ts';
import { createServer } from '../../../../src/server/server.ts';
import { differences } from '../../../support/oracle.ts';
import { sampleTypes, sampleValue } from '../../../support/rdbSamples.ts';
import { seededRandom } from '../../../support/random.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { connectResp, type RespClient } from '../../../support/respClient.ts';
import { printReply, type Reply } from '../../../support/respReply.ts';
import { resp, startScriptedServer, type ScriptedServer } from '../../../support/scriptedServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

/** As raw RESP2. */
function encoded(reply: Reply): Buffer {
  switch (reply.kind) {
    case 'simple': return resp.simple(reply.text);
    case 'error': return resp.error(reply.text);
    case 'integer': return resp.integer(reply.text);
    case 'bulk': return resp.bulk(reply.bytes);
    case 'null': return reply.form === '*' ? Buffer.from('*-1\r\n') : resp.nil;
    case 'array': return resp.array(reply.items.map(encoded));
    default: throw new Error(reply.kind);
  }
}

/** What an older server says of a payload, if it does not take it. */
type Refusal = (payload: Buffer) => string | undefined;

const version = (payload: Buffer): number => payload.readUInt16LE(payload.length - 10);
const refusals = {
  'older-footer': (payload) => (version(payload) > 9 ? 'ERR DUMP payload version or checksum are wrong' : undefined),
  // Types from 16 on are of Redis 7.0.
  're-encoded': (payload) => (version(payload) > 9 ? 'ERR DUMP payload version or checksum are wrong' : (payload[0] as number) >= 16 ? 'ERR Bad data format' : undefined),
  'commands': () => "ERR unknown command 'RESTORE', with args beginning with: ",
} as const satisfies Readonly<Record<string, Refusal>>;
type Form = keyof typeof refusals;

describe('a clone to a target that refuses payloads', () => {
  let servers: [RedisServer, RedisServer];
  let clients: [RespClient, RespClient];
  let front: ScriptedServer;
  let sessions: TestSessions;
  const links = new Map<number, Promise<RespClient>>();
  let refuse: Refusal;
  /** Called before each command for the target. */
  let meanwhile: (command: string) => Promise<unknown>;

  const run = (more: Partial<CloneRequest> = {}): Promise<CloneReport> => clone({ sessions, seeds: [1, 2], patience: 10_000, pause: () => Promise.resolve() }, {
    source: { profile: testProfile(servers[0]), database: 0 }, target: { profile: testProfile(front), database: 0 },
    scope: { pattern: undefined, types: undefined }, conflict: 'stop', verify: true, ...more,
  }, new AbortController().signal, () => undefined);

  before(async () => {
    servers = await Promise.all([startRedisServer(), startRedisServer()]);
    clients = await Promise.all(servers.map(({ port }) => connectResp(port))) as [RespClient, RespClient];
    sessions = createTestSessions();
    const order = new Map<number, Promise<unknown>>();
    front = await startScriptedServer((command, client) => {
      const [name = ''] = command.map((arg) => arg.toString('latin1').toUpperCase());
      const link = links.get(client) ?? connectResp(servers[1].port);
      links.set(client, link);
      const answer = async (): Promise<Buffer> => {
        await meanwhile(name);
        const error = name === 'RESTORE' ? refuse(command[3] as Buffer) : undefined;
        return error === undefined ? encoded(await (await link).call(command)) : resp.error(error);
      };
      const answered = (order.get(client) ?? Promise.resolve()).then(answer);
      order.set(client, answered);
      return answered;
    });
  });
  beforeEach(async () => {
    meanwhile = () => Promise.resolve();
    for (const client of clients) await client.call(['FLUSHALL']);
    await servers[1].cli('CONFIG', 'SET', 'maxmemory', '0');
  });
  after(async () => {
    await sessions.dispose();
    await front.stop();
    for (const client of [...clients, ...(await Promise.all(links.values()))]) client.close();
    for (const server of servers) await server.stop();
  });

  for (const form of Object.keys(refusals) as Form[]) {
    it(`writes values of every type in another form: ${form}`, async () => {
      refuse = refusals[form];
      const random = seededRandom(9);
      const calls = async (...commands: readonly (readonly (string | Buffer)[])[]): Promise<void> => {
        for (const command of commands) assert.notEqual((await clients[0].call(command)).kind, 'error', String(command[0]));
      };
      for (let round = 0; round < 3; round += 1) for (const type of sampleTypes) await calls(...sampleValue(random, type, `${type}:${String(round)}\r\n\0*`));
      await calls(['SET', '', 'x', 'PXAT', '4102444800123'], ['XADD', 'waiting', '1-1', 'a', 'b'], ['XADD', 'waiting', '2-1', 'a', 'b'], ['XGROUP', 'CREATE', 'waiting', 'g', '0'],
        ['XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'waiting', '>'], ['XDEL', 'waiting', '1-1'], ['PEXPIREAT', 'waiting', '4102444800123']);
      const report = await run();
      assert.deepEqual([report.copied, report.notCopied], [3 * sampleTypes.length + 2, []]);
      assert.ok((report.forms[form] ?? 0) > 0, JSON.stringify(report.forms));
      if (form !== 're-encoded') {
        assert.deepEqual(report.verification?.differences, []);
        assert.deepEqual(await differences(...clients), []);
        return;
      }
      // A format of before 7.0 cannot tell how much a stream has seen, and that is not hidden.
      const told = (report.verification?.differences ?? []).map(({ name, kind }) => `${kind} ${name.toString('latin1')}`).sort();
      assert.ok(told.includes('stream waiting') && told.every((one) => /^(stream|groups) (stream|waiting)/.test(one)), told.join());
      const found = (await differences(...clients)).filter(({ kind }) => kind !== 'digest').map(({ key }) => key);
      assert.ok(found.length <= told.length && found.every((key) => /^(stream|waiting)/.test(key)), found.join());
    });

    it(`treats keys that are there as was chosen: ${form}`, async () => {
      refuse = refusals[form];
      await servers[0].cli('HSET', 'k', 'f', 'new');
      await servers[1].cli('HSET', 'k', 'f', 'old');
      await assert.rejects(run(), (error) => isFailure(error, 'exists'));
      assert.deepEqual([(await run({ conflict: 'skip' })).skipped, await servers[1].cli('HGET', 'k', 'f')], [1, 'old']);
      assert.deepEqual([(await run({ conflict: 'replace' })).copied, await servers[1].cli('HGET', 'k', 'f')], [1, 'new']);
    });
  }

  it('keeps the value that was to be replaced where commands are refused', async () => {
    refuse = refusals.commands;
    await servers[0].cli('SET', 'k', 'new');
    await servers[1].cli('SET', 'k', 'old');
    await servers[1].cli('CONFIG', 'SET', 'maxmemory', '1');
    await assert.rejects(run({ conflict: 'replace' }), (error) => isFailure(error, 'server') && /out of memory/.test(error.message));
    assert.equal(await servers[1].cli('GET', 'k'), 'old');
  });

  it('overwrites nothing that comes while it looks whether there is something', async () => {
    refuse = refusals.commands;
    await servers[0].cli('SET', 'k', 'theirs');
    meanwhile = async (name) => (name === 'MULTI' ? servers[1].cli('SET', 'k', 'mine') : undefined);
    assert.equal((await run({ conflict: 'skip' })).skipped, 1);
    assert.equal(await servers[1].cli('GET', 'k'), 'mine');
  });
});

describe('a clone to a server of RDB 9', () => {
  it('gets every value across, to the oracle\'s satisfaction', async () => {
    const source = await startRedisServer();
    const older = createServer({ random: () => 0.5, newestRdb: 9 });
    const { port } = await older.listen();
    const sessions = createTestSessions();
    const [from, to] = await Promise.all([connectResp(source.port), connectResp(port)]);
    try {
      const random = seededRandom(11);
      for (const type of sampleTypes.filter((one) => one !== 'stream')) for (const command of sampleValue(random, type, `${type}\0*`)) assert.notEqual((await from.call(command)).kind, 'error');
      const own = await from.call(['DUMP', 'hash\0*']);
      assert.ok(own.kind === 'bulk');
      assert.match(printReply(await to.call(['RESTORE', 'k', '0', own.bytes])), /version or checksum/);
      const report = await clone({ sessions, seeds: [1, 2], patience: 10_000, pause: () => Promise.resolve() }, {
        source: { profile: testProfile(source), database: 0 }, target: { profile: testProfile({ port }), database: 0 },
        scope: { pattern: undefined, types: undefined }, conflict: 'stop', verify: true,
      }, new AbortController().signal, () => undefined);
      assert.deepEqual([report.notCopied, report.verification?.differences], [[], []]);
      assert.ok((report.forms['re-encoded'] ?? 0) > 0, JSON.stringify(report.forms));
      assert.deepEqual(await differences(from, to), []);
    } finally {
      from.close();
      to.close();
      await sessions.dispose();
      await older.close();
      await source.stop();
    }
  });
});
