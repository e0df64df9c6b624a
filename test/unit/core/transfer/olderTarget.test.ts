import assert from 'node:assert/strict';
import { isFailure } from '../../../../src/core/failure.ts';
import { clone, type CloneReport, type CloneRequest } from '../../../../src/core/transfer/clone.ts';
import { createServer, type PracticeServer } from '../../../../src/server/server.ts';
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
  let older: PracticeServer;
  let sessions: TestSessions;
  let to: RespClient;
  const run = (source: number, target: number): Promise<CloneReport> => clone({ sessions, seeds: [1, 2], patience: 10_000, pause: () => Promise.resolve() }, {
    source: { profile: testProfile({ port: source }), database: 0 }, target: { profile: testProfile({ port: target }), database: 0 },
    scope: { pattern: undefined, types: undefined }, conflict: 'stop', verify: true,
  }, new AbortController().signal, () => undefined);
  const port = async (): Promise<number> => (await older.listen()).port;

  beforeEach(async () => {
    older = createServer({ random: () => 0.5, newestRdb: 9 });
    sessions = createTestSessions();
    to = await connectResp(await port());
  });
  afterEach(async () => {
    to.close();
    await sessions.dispose();
    await older.close();
  });

  it('gets every value across, to the oracle\'s satisfaction, and says what this format cannot tell of streams', async () => {
    const source = await startRedisServer();
    const from = await connectResp(source.port);
    try {
      const random = seededRandom(11);
      for (let round = 0; round < 3; round += 1) for (const type of sampleTypes) for (const command of sampleValue(random, type, `${type}:${String(round)}\0*`)) assert.notEqual((await from.call(command)).kind, 'error');
      for (const command of [['XADD', 'waiting', '1-1', 'a', 'b'], ['XADD', 'waiting', '2-1', 'a', 'b'], ['XGROUP', 'CREATE', 'waiting', 'g', '0'], ['XREADGROUP', 'GROUP', 'g', 'ann', 'STREAMS', 'waiting', '>'], ['XDEL', 'waiting', '1-1']]) await from.call(command);
      const own = await from.call(['DUMP', 'hash:0\0*']);
      assert.ok(own.kind === 'bulk');
      assert.match(printReply(await to.call(['RESTORE', 'k', '0', own.bytes])), /version or checksum/);
      const report = await run(source.port, await port());
      assert.deepEqual([report.notCopied, report.copied], [[], 3 * sampleTypes.length + 1]);
      assert.ok((report.forms['re-encoded'] ?? 0) > 0, JSON.stringify(report.forms));
      const told = new Map((report.verification?.differences ?? []).map(({ name, kind }) => [name.toString('latin1'), kind]));
      assert.deepEqual([...told].filter(([name, kind]) => !/^(stream:|waiting)/.test(name) || !/^(stream|groups)$/.test(kind)), []);
      const found = (await differences(from, to)).filter(({ kind }) => kind !== 'digest');
      assert.deepEqual(found.filter(({ kind, key }) => kind !== 'stream' || !told.has(key.replaceAll('\\x00', '\0'))), []);
      // All but the counters is there: entries, groups, and what waits in them.
      assert.deepEqual(found.filter(({ first, second }) => counted(first) !== counted(second)), []);
    } finally {
      from.close();
      await source.stop();
    }
  });

  it('makes hashes whose fields expire by commands; one of 7.0, which has no such fields, gets all others, and they are named', async () => {
    const newer = createServer();
    const real = await startRedisServer();
    const { port: source } = await newer.listen();
    const [from, other] = [await connectResp(source), await connectResp(real.port)];
    try {
      for (const command of [['SET', 's', 'x'], ['HSET', 'plain', 'a', '1'], ['HSET', 'fields', 'a', '1', 'b', '2', 'c', '3'], ['HPEXPIREAT', 'fields', '4102444800123', 'FIELDS', '1', 'b'], ['PEXPIREAT', 'fields', '4102444800999']]) assert.notEqual((await from.call(command)).kind, 'error');
      const report = await run(source, await port());
      assert.deepEqual([report.copied, report.notCopied, report.forms.commands, report.verification?.differences], [3, [], 1, []]);
      for (const question of [['HPEXPIRETIME', 'fields', 'FIELDS', '3', 'a', 'b', 'c'], ['HGETALL', 'fields'], ['PEXPIRETIME', 'fields']]) assert.deepEqual(await to.call(question), await from.call(question), question[0]);
      const lost = await run(source, real.port);
      assert.deepEqual([lost.copied, lost.notCopied.map(({ name, failure }) => `${name.toString()} ${failure.kind}`), lost.verification?.differences.map(({ name, kind }) => `${name.toString()} ${kind}`)], [2, ['fields unsupported'], ['fields missing']]);
      await from.call(['DEL', 'fields']);
      assert.deepEqual(await differences(from, other), []);
    } finally {
      for (const client of [from, other]) client.close();
      await newer.close();
      await real.stop();
    }
  });
});

/** What the oracle says of a stream, without what RDB 9 has no place for. */
function counted(text: string): string {
  return text.replace(/\b(?:entries-added|max-deleted-entry-id|recorded-first-entry-id|entries-read|lag)=(?:bulk "[^"]*"|null \$|integer \d+) ?/g, '');
}
