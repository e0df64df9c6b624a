import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { differences } from '../support/oracle.ts';
import { follow, inStep, infoOf, startWire, until, write } from '../support/replicationPlay.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { printReply, replyText } from '../support/respReply.ts';
import { startPractice, type Practice } from './practice.ts';

const run = promisify(execFile);
const settings = ['--enable-protected-configs', 'yes', '--repl-diskless-sync-delay', '0', '--repl-backlog-size', '64mb'];

/** Several servers of which each may follow any. */
interface Servers {
  readonly ports: readonly number[];
  readonly clients: readonly RespClient[];
  stop(): Promise<void>;
}

/** `r`: a redis-server, `p`: a practice server. */
async function start(kinds: string): Promise<Servers> {
  const started: readonly (RedisServer | Practice)[] = await Promise.all([...kinds].map((kind) => (kind === 'r' ? startRedisServer(settings) : startPractice())));
  const ports = await Promise.all(started.map((server) => ('stop' in server ? Promise.resolve(server.port) : server.port())));
  const clients = await Promise.all(ports.map((port) => connectResp(port)));
  for (const client of clients) await client.call(['CONFIG', 'SET', 'repl-diskless-sync-delay', '0', 'repl-backlog-size', '64mb']);
  return {
    ports,
    clients,
    async stop() {
      for (const client of clients) client.close();
      await Promise.all(started.map((server) => ('stop' in server ? server.stop() : server.close())));
    },
  };
}

async function isUp(client: RespClient): Promise<boolean> {
  return (await infoOf(client)).get('master_link_status') === 'up';
}

describe('A chain of replicas', () => {
  for (const kinds of ['rpr', 'prp', 'ppp']) {
    it(`has the same data, and goes on where a link is cut (${kinds})`, async () => {
      const servers = await start(kinds);
      const [first, second, third] = servers.clients as [RespClient, RespClient, RespClient];
      const [firstPort = 0, secondPort = 0] = servers.ports;
      const open = (): Promise<RespClient> => connectResp(firstPort);
      await write(open, 1, 30);
      const wires = [await startWire(firstPort), await startWire(secondPort)] as const;
      await follow(second, wires[0].port);
      await follow(third, wires[1].port);
      await write(open, 20, 120, (round) => {
        if (round % 30 === 10) wires[0].cut();
        if (round % 30 === 20) wires[1].cut();
      });
      await until(async () => (await isUp(second)) && (await isUp(third)));
      await inStep(first, second, third);
      const infos = [await infoOf(first), await infoOf(second), await infoOf(third)];
      assert.equal(new Set(infos.map((info) => info.get('master_replid'))).size, 1);
      for (const above of [first, second]) {
        const stats = await infoOf(above, 'stats');
        assert.equal(stats.get('sync_full'), '1');
        assert.ok(Number(stats.get('sync_partial_ok')) > 0);
      }
      for (const wire of wires) wire.close();
      await servers.stop();
    });
  }
});

describe('A replica that becomes a master', () => {
  for (const kinds of ['rpr', 'prp', 'rrp', 'prr']) {
    it(`is followed by the old one and the other replica without a snapshot (${kinds})`, async () => {
      const servers = await start(kinds);
      const [first, second, third] = servers.clients as [RespClient, RespClient, RespClient];
      const [firstPort = 0, secondPort = 0] = servers.ports;
      await write(() => connectResp(firstPort), 3, 40);
      await follow(second, firstPort);
      await follow(third, secondPort);
      await inStep(first, second, third);
      const old = await infoOf(first);
      const before = await infoOf(second, 'stats');
      assert.equal(printReply(await second.call(['REPLICAOF', 'NO', 'ONE'])), 'simple "OK"');
      const promoted = await infoOf(second);
      assert.equal(promoted.get('role'), 'master');
      assert.equal(promoted.get('master_replid2'), old.get('master_replid'));
      assert.equal(promoted.get('second_repl_offset'), String(Number(promoted.get('master_repl_offset')) + 1));
      await follow(first, secondPort);
      await write(() => connectResp(secondPort), 50, 60);
      await until(async () => (await isUp(first)) && (await isUp(third)));
      await inStep(second, first, third);
      const after = await infoOf(second, 'stats');
      assert.equal(after.get('sync_full'), before.get('sync_full'));
      assert.equal(Number(after.get('sync_partial_ok')) - Number(before.get('sync_partial_ok')), 2);
      for (const one of [first, third]) assert.equal((await infoOf(one)).get('master_replid'), promoted.get('master_replid'));
      await servers.stop();
    });
  }

  for (const kinds of ['pr', 'rp', 'pp']) {
    it(`takes over by FAILOVER (${kinds})`, async () => {
      const servers = await start(kinds);
      const [first, second] = servers.clients as [RespClient, RespClient];
      const [firstPort = 0, secondPort = 0] = servers.ports;
      await write(() => connectResp(firstPort), 3, 20);
      await follow(second, firstPort);
      for (const call of [['FAILOVER', 'TO', '1.2.3.4', '80'], ['FAILOVER', 'TO', '127.0.0.1', String(secondPort), 'FORCE'], ['FAILOVER', 'ABORT']]) {
        assert.match(replyText(await first.call(call)) ?? '', /^ERR (FAILOVER target HOST and PORT is not a replica\.|FAILOVER with force option requires both a timeout and target HOST and IP\.|No failover in progress\.)$/);
      }
      const fullBefore = (await infoOf(second, 'stats')).get('sync_full');
      assert.equal(printReply(await first.call(['FAILOVER', 'TO', '127.0.0.1', String(secondPort), 'TIMEOUT', '10000'])), 'simple "OK"');
      const writer = await connectResp(firstPort);
      // Held up until it is a replica.
      const refused = writer.call(['SET', 'k', 'v']);
      await until(async () => (await infoOf(second)).get('role') === 'master' && (await isUp(first)));
      assert.match(replyText(await refused) ?? '', /^READONLY/);
      assert.equal((await infoOf(first)).get('master_failover_state'), 'no-failover');
      await write(() => connectResp(secondPort), 9, 20);
      await inStep(second, first);
      assert.equal((await infoOf(second, 'stats')).get('sync_full'), fullBefore);
      writer.close();
      await servers.stop();
    });
  }

  it('gives FAILOVER up when the time is over, or when told to', async () => {
    const servers = await start('pr');
    const [first, second] = servers.clients as [RespClient, RespClient];
    await follow(second, servers.ports[0] ?? 0);
    const pid = Number((await infoOf(second, 'server')).get('process_id') ?? 0);
    process.kill(pid, 'SIGSTOP');
    await first.call(['SET', 'k', 'v']);
    assert.equal(replyText(await first.call(['FAILOVER', 'TIMEOUT', '50'])), 'OK');
    assert.equal((await infoOf(first)).get('master_failover_state'), 'waiting-for-sync');
    assert.match(replyText(await first.call(['FAILOVER'])) ?? '', /^ERR FAILOVER already in progress\.$/);
    assert.match(replyText(await first.call(['REPLICAOF', 'h', '1'])) ?? '', /^ERR REPLICAOF not allowed while failing over\.$/);
    await until(async () => (await infoOf(first)).get('master_failover_state') === 'no-failover');
    assert.equal(replyText(await first.call(['SET', 'k', 'w'])), 'OK');
    assert.equal(replyText(await first.call(['FAILOVER'])), 'OK');
    assert.equal(replyText(await first.call(['FAILOVER', 'ABORT'])), 'OK');
    assert.equal(replyText(await first.call(['SET', 'k', 'x'])), 'OK');
    process.kill(pid, 'SIGCONT');
    await servers.stop();
  });
});

describe('redis-cli as a replica of the practice server', () => {
  let servers: Servers;
  before(async () => {
    servers = await start('pr');
  });
  after(() => servers.stop());

  it('takes a dump that redis-server loads (--rdb)', async () => {
    const [ours, theirs] = servers.clients as [RespClient, RespClient];
    await write(() => connectResp(servers.ports[0] ?? 0), 5, 30);
    const dir = await mkdtemp(join(tmpdir(), 'keyspace-rdb-'));
    await run('redis-cli', ['-p', String(servers.ports[0]), '--rdb', join(dir, 'dump.rdb')]);
    await theirs.call(['CONFIG', 'SET', 'dir', dir]);
    assert.equal(replyText(await theirs.call(['DEBUG', 'RELOAD', 'NOSAVE'])), 'OK');
    await until(async () => (await differences(ours, theirs)).length === 0);
    await rm(dir, { recursive: true });
  });

  it('shows the stream (--replica)', async () => {
    const [ours] = servers.clients as [RespClient];
    const child = execFile('redis-cli', ['-p', String(servers.ports[0]), '--replica']);
    let out = '';
    child.stdout?.on('data', (text: string) => {
      out += text;
    });
    await until(async () => /connected_slaves:[1-9]/.test(replyText(await ours.call(['INFO', 'replication'])) ?? ''));
    await ours.call(['SET', 'shown to', 'redis-cli']);
    await until(() => Promise.resolve(out.includes('"shown to"')));
    child.kill();
  });

  it('is cut off where it takes nothing, by the limit of its class', async () => {
    const [ours] = servers.clients as [RespClient];
    await ours.call(['CONFIG', 'SET', 'client-output-buffer-limit', 'replica 1mb 0 0']);
    const child = execFile('redis-cli', ['-p', String(servers.ports[0]), '--replica']);
    await until(async () => (await infoOf(ours)).get('slave0')?.includes('state=online') === true);
    child.kill('SIGSTOP');
    const value = 'v'.repeat(512 * 1024);
    await until(async () => {
      await ours.call(['SET', 'big', value]);
      return (await infoOf(ours)).get('connected_slaves') === '0';
    });
    await ours.call(['CONFIG', 'SET', 'client-output-buffer-limit', 'replica 256mb 64mb 60']);
    child.kill('SIGKILL');
  });
});
