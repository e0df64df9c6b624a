import assert from 'node:assert/strict';
import type { ConnectionProfile } from '../../../../src/core/connection/profile.ts';
import { preflight, type Address, type Preflight } from '../../../../src/core/replicate/preflight.ts';
import { createServer, type PracticeServer } from '../../../../src/server/server.ts';
import { until } from '../../../support/replicationPlay.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { connectResp, type RespClient } from '../../../support/respClient.ts';
import { replyText } from '../../../support/respReply.ts';
import { resp, startScriptedServer, type ScriptedServer } from '../../../support/scriptedServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const never = new AbortController().signal;

describe('before a server is made to follow another one', () => {
  let servers: [RedisServer, RedisServer];
  let practice: PracticeServer;
  let sessions: TestSessions;
  const inProcess = (file?: string): ConnectionProfile => ({ id: `practice${file ?? ''}`, name: 'Practice', endpoint: { kind: 'practice', instance: 'one', ...(file === undefined ? {} : { file }) }, access: file === undefined ? 'read-write' : 'read-only' });
  const addressOf = ({ endpoint }: ConnectionProfile): Address | undefined => (endpoint.kind === 'tcp' ? { host: endpoint.host, port: endpoint.port } : undefined);
  const look = (source: ConnectionProfile, target: ConnectionProfile, address = addressOf(source)): Promise<Preflight> =>
    preflight({ sessions, password: async (id) => sessions.passwords.get(id) }, { source, target, address }, never);
  const refusals = async (...of: Parameters<typeof look>): Promise<Preflight['refusals']> => (await look(...of)).refusals;

  before(async () => {
    servers = await Promise.all([startRedisServer(), startRedisServer()]);
    practice = createServer();
    sessions = createTestSessions({ practice: { connect: async () => practice.connect() } });
  });
  after(async () => {
    await sessions.dispose();
    await practice.close();
    for (const server of servers) await server.stop();
  });

  it('nothing is found between two that suit each other but what it costs, and nothing is written', async () => {
    const [source, target] = servers.map((server) => testProfile(server)) as [ConnectionProfile, ConnectionProfile];
    const { refusals: found, cautions, losses } = await look(source, target);
    assert.deepEqual(found, []);
    assert.deepEqual(cautions.map(({ kind }) => kind), ['forks', 'delay']);
    assert.deepEqual(losses, { databases: [], libraries: 0 });
    for (const server of servers) assert.deepEqual([await server.cli('DBSIZE'), /role:master/.test(await server.cli('INFO', 'replication'))], ['0', true]);
    for (const [from, to] of [[source, inProcess()], [inProcess(), target]] as const) assert.deepEqual(await refusals(from, to), []);
    // A practice server does not fork.
    assert.deepEqual((await look(inProcess(), target)).cautions.map(({ kind }) => kind), ['delay']);
  });

  it('a practice server with fields that expire sends what a server of 7.0 does not read: that would be emptied for nothing', async () => {
    const client = await connectResp((await practice.listen({ port: 0 })).port);
    await client.call(['HSET', 'h', 'f', 'v', 'g', 'w']);
    await client.call(['HPEXPIREAT', 'h', '4102444800000', 'FIELDS', '1', 'f']);
    assert.match(replyText(await client.call(['INFO', 'keyspace'])) ?? '', /db0:keys=1,expires=0,avg_ttl=0,subexpiry=1/);
    assert.deepEqual(await refusals(inProcess(), testProfile(servers[1])), [{ kind: 'format', source: 12, target: 10, family: false }]);
    await client.call(['HPERSIST', 'h', 'FIELDS', '1', 'f']);
    assert.deepEqual(await refusals(inProcess(), testProfile(servers[1])), []);
    await client.call(['FLUSHALL']);
    client.close();
  });

  it('tells what is at the target in all of its databases', async () => {
    await servers[1].cli('SET', 'a', '1');
    await servers[1].cli('-n', '5', 'MSET', 'b', '1', 'c', '1');
    await servers[1].cli('FUNCTION', 'LOAD', "#!lua name=mylib\nredis.register_function('f', function() return 1 end)");
    const { losses } = await look(testProfile(servers[0]), testProfile(servers[1]));
    assert.deepEqual(losses.databases.map(({ index, keys }) => [index, keys]), [[0, 1], [5, 2]]);
    assert.equal(losses.libraries, 1);
    await servers[1].cli('FLUSHALL');
    await servers[1].cli('FUNCTION', 'FLUSH');
  });

  it('a server is not made to follow itself, or one that follows it', async () => {
    assert.deepEqual(await refusals(testProfile(servers[0]), testProfile(servers[0], { id: 'alias' })), [{ kind: 'same-server' }]);
    await servers[1].cli('CONFIG', 'SET', 'repl-diskless-sync-delay', '0');
    await servers[0].cli('REPLICAOF', '127.0.0.1', String(servers[1].port));
    await until(async () => (await servers[0].cli('INFO', 'replication')).includes('master_link_status:up'));
    assert.deepEqual(await refusals(testProfile(servers[0]), testProfile(servers[1])), [{ kind: 'loop' }]);
    // Under another name of the machine it is known by its history.
    assert.deepEqual(await refusals(testProfile(servers[0]), testProfile({ host: 'localhost', port: servers[1].port })), [{ kind: 'loop' }]);
    const { refusals: found, cautions } = await look(testProfile(servers[1]), testProfile(servers[0]));
    assert.deepEqual([found, cautions.map(({ kind }) => kind)], [[], ['already']]);
    const other = await look(inProcess(), testProfile(servers[0]));
    assert.deepEqual(other.cautions.find(({ kind }) => kind === 'follows'), { kind: 'follows', host: '127.0.0.1', port: servers[1].port });
    await servers[0].cli('REPLICAOF', '127.0.0.1', '1');
    await until(async () => (await servers[0].cli('INFO', 'replication')).includes('master_link_status:down'));
    assert.deepEqual(await refusals(testProfile(servers[0]), inProcess()), [{ kind: 'source-cut-off' }]);
    await servers[0].cli('REPLICAOF', 'NO', 'ONE');
  });

  it('a node of a cluster is refused on either side', async () => {
    const cluster = await startRedisServer(['--cluster-enabled', 'yes']);
    try {
      assert.deepEqual(await refusals(testProfile(servers[0]), testProfile(cluster)), [{ kind: 'mode', end: 'target', mode: 'cluster' }]);
      assert.deepEqual(await refusals(testProfile(cluster), testProfile(servers[0])), [{ kind: 'mode', end: 'source', mode: 'cluster' }]);
    } finally {
      await cluster.stop();
    }
  });

  it('users without the permission are refused, with the command that they lack', async () => {
    await servers[0].cli('ACL', 'SETUSER', 'reader', 'on', 'nopass', '~*', '&*', '+@all', '-psync');
    await servers[1].cli('ACL', 'SETUSER', 'writer', 'on', 'nopass', '~*', '&*', '+@all', '-replicaof');
    await servers[1].cli('ACL', 'SETUSER', 'blind', 'on', 'nopass', '~*', '&*', '+@all', '-replicaof', '-acl');
    await servers[1].cli('ACL', 'SETUSER', 'seeing', 'on', 'nopass', '~*', '&*', '+@all', '-acl', '-config');
    const as = (server: RedisServer, username: string): ConnectionProfile => {
      sessions.passwords.set(username, 'any');
      return testProfile(server, { id: username, username });
    };
    const source = testProfile(servers[0], { id: 'plain' });
    assert.deepEqual(await refusals(as(servers[0], 'reader'), testProfile(servers[1])), [{ kind: 'not-allowed', end: 'source', command: 'PSYNC', missing: false }]);
    for (const name of ['writer', 'blind']) assert.deepEqual(await refusals(source, as(servers[1], name)), [{ kind: 'not-allowed', end: 'target', command: 'REPLICAOF', missing: false }]);
    const { refusals: found, cautions } = await preflight({ sessions, password: async () => 'pw' }, { source, target: as(servers[1], 'seeing'), address: addressOf(source) }, never);
    assert.deepEqual([found, cautions.map(({ kind }) => kind)], [[], ['auth-not-settable', 'forks', 'delay']]);
    assert.match(await servers[1].cli('INFO', 'replication'), /role:master/);
  });

  it('TLS has to be the same on both', async () => {
    await servers[1].cli('CONFIG', 'SET', 'tls-replication', 'yes').catch(() => undefined);
    const speaks = (await servers[1].cli('CONFIG', 'GET', 'tls-replication')).endsWith('yes');
    const found = await refusals(testProfile(servers[0]), testProfile(servers[1]));
    assert.deepEqual(found, speaks ? [{ kind: 'tls', wanted: false }] : []);
    await servers[1].cli('CONFIG', 'SET', 'tls-replication', 'no').catch(() => undefined);
  });

  it('files, what is only read, and a practice server for another machine are refused', async () => {
    assert.deepEqual(await refusals(inProcess('/tmp/dump.rdb'), testProfile(servers[1])), [{ kind: 'file', end: 'source' }]);
    assert.deepEqual(await refusals(testProfile(servers[0]), testProfile(servers[1], { id: 'archive', access: 'read-only' })), [{ kind: 'read-only' }]);
  });

  it('a scratch copy of a file is a server as any other', async () => {
    const scratch: ConnectionProfile = { ...inProcess('dump.rdb'), access: 'read-write' };
    assert.deepEqual([await refusals(testProfile(servers[0]), scratch), await refusals(scratch, testProfile(servers[1]))], [[], []]);
  });

  it('databases that the target lacks are told: a replica would end itself over them', async () => {
    const small = await startRedisServer(['--databases', '2']);
    try {
      await servers[0].cli('-n', '5', 'SET', 'x', '1');
      assert.deepEqual(await refusals(testProfile(servers[0]), testProfile(small)), [{ kind: 'databases', highest: 5, count: 2 }]);
      await servers[0].cli('FLUSHALL');
      assert.deepEqual(await refusals(testProfile(servers[0]), testProfile(small)), []);
    } finally {
      await small.stop();
    }
  });

  describe('a target of another version', () => {
    let front: ScriptedServer;
    let link: RespClient;
    let version: string;
    let restores: (footer: number) => Buffer | undefined;

    before(async () => {
      link = await connectResp(servers[1].port);
      front = await startScriptedServer(async (command) => {
        const [name = '', ...args] = command.map((arg) => arg.toString('latin1'));
        if (name.toUpperCase() === 'RESTORE') return restores((command[3] as Buffer).readUInt16LE((command[3] as Buffer).length - 10));
        if (name.toUpperCase() === 'ACL') return resp.simple('OK');
        if (name.toUpperCase() !== 'INFO') return undefined;
        const text = replyText(await link.call(['INFO', ...args])) ?? '';
        return resp.bulk(text.replace(/redis_version:.*/, version));
      });
    });
    after(async () => {
      link.close();
      await front.stop();
    });

    it('is asked whether it reads what the source writes, whatever its version is called', async () => {
      version = 'redis_version:7.0.15';
      restores = (footer) => resp.error(footer > 9 ? 'ERR DUMP payload version or checksum are wrong' : 'ERR Bad data format');
      assert.deepEqual(await refusals(testProfile(servers[0]), testProfile(front)), [{ kind: 'format', source: 10, target: 10, family: false }]);
      restores = () => resp.error('ERR Bad data format');
      version = 'redis_version:6.2.1';
      assert.deepEqual(await refusals(testProfile(servers[0]), testProfile(front, { id: 'b' })), []);
    });

    it('is judged by its version where it cannot be asked', async () => {
      restores = () => resp.error("NOPERM this user has no permissions to run the 'restore' command");
      version = 'redis_version:6.2.1';
      assert.deepEqual(await refusals(testProfile(servers[0]), testProfile(front, { id: 'c' })), [{ kind: 'format', source: 10, target: 9, family: false }]);
      version = 'redis_version:7.2.4\r\nvalkey_version:9.0.0';
      assert.deepEqual(await refusals(testProfile(servers[0]), testProfile(front, { id: 'd' })), []);
      version = 'other:1';
      const { refusals: found, cautions } = await look(testProfile(servers[0]), testProfile(front, { id: 'e' }));
      assert.deepEqual([found, cautions[0]], [[], { kind: 'format-unknown' }]);
    });
  });
});
