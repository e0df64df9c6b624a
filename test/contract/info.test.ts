import assert from 'node:assert/strict';
import type { RespClient } from '../support/respClient.ts';
import { replyText } from '../support/respReply.ts';
import { bothServers } from './both.ts';

const text = async (client: RespClient, ...args: string[]): Promise<string> => replyText(await client.call(args)) ?? '';

/** Section headings and field names, in order. */
const names = (info: string): string[] => info.split('\r\n').map((line) => line.replace(/:.*/, '')).filter((line) => line !== '');

/** The value of a field. */
const field = (info: string, name: string): string => new RegExp(`^${name}:(.*)\r$`, 'm').exec(info)?.[1] ?? 'none';

describe('INFO has the fields of redis-server 7.0, in its order', () => {
  const both = bothServers();

  /** Sections whose lines depend on what was done, in the order of a hash table. */
  const dynamic = new Set(['commandstats', 'errorstats', 'latencystats']);

  for (const section of ['server', 'clients', 'memory', 'persistence', 'stats', 'replication', 'cpu', 'modules', 'cluster', 'keyspace']) {
    it(`# ${section}`, async () => {
      assert.deepEqual(names(await text(both.ours, 'INFO', section)), names(await text(both.theirs, 'INFO', section)));
    });
  }

  it('has the sections that are asked for', async () => {
    for (const asked of ['', 'default', 'all', 'everything', 'ALL', 'server everything', 'default commandstats', 'keyspace server', 'module_list', 'nosuch', 'server nosuch', 'sentinel', 'latencystats', 'cluster cluster']) {
      const args = ['INFO', ...asked.split(' ').filter((word) => word !== '')];
      const headings = async (client: RespClient): Promise<string[]> => names(await text(client, ...args)).filter((line) => line.startsWith('#'));
      assert.deepEqual(await headings(both.ours), await headings(both.theirs), asked);
    }
  });

  it('counts calls, errors and rejections alike', async () => {
    const calls = ['SET k 1', 'GET k', 'GET', 'LPUSH k a', 'INCR k', 'NOSUCH', 'EXEC', 'MULTI', 'GET', 'EXEC', 'EVALSHA a', 'XADD k * f v', 'CONFIG GET nosuch', 'CONFIG BOGUS', 'SELECT 99', 'OBJECT ENCODING k', 'AUTH a b c d', 'DEBUG ERROR FOO', 'DEBUG NOSUCH'];
    for (const client of [both.ours, both.theirs]) {
      await client.call(['CONFIG', 'RESETSTAT']);
      for (const call of calls) await client.call(call.split(' '));
    }
    for (const section of dynamic) {
      const [left, right] = await Promise.all([both.ours, both.theirs].map(async (client) => (await text(client, 'INFO', section)).replace(/usec=\d+|usec_per_call=[\d.]+|p[\d.]+=[\d.]+/g, '').split('\r\n').sort()));
      assert.deepEqual(left?.filter((line) => !/info|evalsha/.test(line)), right?.filter((line) => !/info|evalsha/.test(line)), section);
    }
    const [left, right] = [await text(both.ours, 'INFO', 'stats'), await text(both.theirs, 'INFO', 'stats')];
    for (const name of ['total_error_replies', 'keyspace_hits', 'keyspace_misses', 'total_connections_received', 'evicted_keys', 'expired_keys']) assert.equal(field(left, name), field(right, name), name);
  });

  it('tells percentiles as latency-tracking-info-percentiles asks', async () => {
    for (const client of [both.ours, both.theirs]) await client.call(['CONFIG', 'SET', 'latency-tracking-info-percentiles', '0 50.5 100']);
    const shape = async (client: RespClient): Promise<string> => field(await text(client, 'INFO', 'latencystats'), 'latency_percentiles_usec_get').replace(/=[\d.]+/g, '');
    assert.equal(await shape(both.ours), await shape(both.theirs));
    assert.equal(await shape(both.ours), 'p0,p50.5,p100');
    for (const client of [both.ours, both.theirs]) await client.call(['CONFIG', 'SET', 'latency-tracking', 'no', 'latency-tracking-info-percentiles', '50 99 99.9']);
    for (const client of [both.ours, both.theirs]) await client.call(['CONFIG', 'RESETSTAT']);
    for (const client of [both.ours, both.theirs]) await client.call(['GET', 'k']);
    assert.equal(await shape(both.ours), await shape(both.theirs));
    assert.equal(await shape(both.ours), 'none');
  });

  it('tells of what lives in the databases', async () => {
    for (const client of [both.ours, both.theirs]) {
      await client.call(['FLUSHALL']);
      for (const call of ['SET a 1', 'SET b 2 EX 100', 'SELECT 7', 'SET c 3', 'SELECT 0']) await client.call(call.split(' '));
    }
    const lines = async (client: RespClient): Promise<string> => (await text(client, 'INFO', 'keyspace')).replace(/avg_ttl=\d+/g, '');
    assert.equal(await lines(both.ours), await lines(both.theirs));
  });
});
