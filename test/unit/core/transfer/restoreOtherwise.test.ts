import assert from 'node:assert/strict';
import { bufferKind } from '../../../../src/protocol/rdb/bytes.ts';
import { decodeDump } from '../../../../src/protocol/rdb/dump.ts';
import { nativeCommands } from '../../../../src/core/transfer/native.ts';
import { differences } from '../../../support/oracle.ts';
import { sampleTypes, sampleValue } from '../../../support/rdbSamples.ts';
import { seededRandom } from '../../../support/random.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { connectResp, type RespClient } from '../../../support/respClient.ts';

describe('values made anew by commands', () => {
  let servers: RedisServer[];
  let clients: RespClient[];
  before(async () => {
    servers = await Promise.all([startRedisServer(), startRedisServer()]);
    clients = await Promise.all(servers.map(({ port }) => connectResp(port)));
  });
  after(async () => {
    for (const client of clients) client.close();
    for (const server of servers) await server.stop();
  });

  it('are equal to those that they were read from, whatever their type', async () => {
    const [source, target] = clients as [RespClient, RespClient];
    const random = seededRandom(5);
    for (let round = 0; round < 12; round += 1) {
      for (const type of sampleTypes) for (const command of sampleValue(random, type, `${type}:${round}`)) await source.call(command);
    }
    await source.call(['XADD', 'emptied', '5-5', 'a', 'b']);
    await source.call(['XGROUP', 'CREATE', 'emptied', 'g', '$']);
    await source.call(['XDEL', 'emptied', '5-5']);
    await source.call(['XGROUP', 'CREATE', 'never', 'g', '0', 'MKSTREAM']);
    // What is pending may be deleted: the first, one in the middle, the last, beyond the last ID by now, or all of a stream.
    for (const [key, ...gone] of [['some', '1-1', '3-1', '5-1'], ['last', '5-1'], ['all', '1-1', '2-1', '3-1', '4-1', '5-1']] as const) {
      for (let ms = 1; ms <= 5; ms += 1) await source.call(['XADD', key, `${ms}-1`, 'a', 'b']);
      for (const group of ['g', 'h']) {
        await source.call(['XGROUP', 'CREATE', key, group, '0']);
        for (const consumer of ['ann', 'bob']) await source.call(['XREADGROUP', 'GROUP', group, consumer, 'COUNT', '3', 'STREAMS', key, '>']);
      }
      for (const id of gone) assert.deepEqual(await source.call(['XDEL', key, id]), { kind: 'integer', text: '1' });
    }
    assert.notEqual((await source.call(['XSETID', 'last', '4-1', 'ENTRIESADDED', '9', 'MAXDELETEDID', '2-0'])).kind, 'error');
    const keys = await source.call(['KEYS', '*']);
    assert.equal(keys.kind, 'array');
    for (const key of keys.kind === 'array' ? keys.items : []) {
      assert.equal(key.kind, 'bulk');
      if (key.kind !== 'bulk') continue;
      const payload = await source.call(['DUMP', key.bytes]);
      if (payload.kind !== 'bulk') assert.fail('no payload');
      for (const command of nativeCommands(key.bytes, decodeDump(payload.bytes, bufferKind), { expireAt: undefined, perCommand: 100 })) {
        const reply = await target.call(command);
        assert.notEqual(reply.kind, 'error', `${String(command[0])} ${JSON.stringify(reply)}`);
      }
    }
    assert.deepEqual(await differences(source, target), []);
  });
});
