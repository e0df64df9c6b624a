import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from '../../../src/server/server.ts';
import { noTrouble, setTrouble, type Trouble } from '../../../src/server/trouble.ts';
import { redisOver } from '../../support/practiceServer.ts';

describe('trouble of the practice server', () => {
  it('makes every command wait, one after the other, and no other client', async () => {
    const waits: { ms: number; callback: () => void }[] = [];
    const server = createServer({ cron: false, after: (ms, callback) => waits.push({ ms, callback }) });
    setTrouble(server.state, { ...noTrouble, delay: 100 });
    const [slow, other] = [server.connect(), server.connect()];
    slow.write('INCR a\r\nINCR a\r\n');
    other.write('SET b 1\r\n');
    const step = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    await step();
    assert.deepEqual(waits.map(({ ms }) => ms), [100, 100]);
    let text = '';
    slow.on('data', (data: Buffer) => (text += data.toString()));
    waits[0]?.callback();
    await step();
    assert.equal(text, ':1\r\n');
    assert.equal(waits.length, 3);
    setTrouble(server.state, noTrouble);
    // What waits already still does; what comes later does not.
    waits[2]?.callback();
    slow.write('INCR a\r\n');
    await once(slow, 'data');
    await step();
    assert.equal(text, ':1\r\n:2\r\n:3\r\n');
    assert.equal(waits.length, 3);
    slow.destroy();
    other.destroy();
    await server.close();
  });

  it('cuts the link of the next command only, or of all', async () => {
    const server = createServer({ cron: false });
    const told: Trouble[] = [];
    server.state.trouble.onChange = (trouble) => told.push(trouble);
    const [one, other] = [server.connect(), server.connect()];
    setTrouble(server.state, { ...noTrouble, links: 'next' });
    one.write('SET a 1\r\n');
    await once(one, 'close');
    assert.deepEqual(told, [noTrouble]);
    other.write('EXISTS a\r\n');
    assert.equal(String(await once(other, 'data')), ':0\r\n');
    setTrouble(server.state, { ...noTrouble, links: 'all' });
    await once(other, 'close');
    const late = server.connect();
    late.write('PING\r\n');
    await once(late, 'close');
    setTrouble(server.state, noTrouble);
    const again = server.connect();
    again.write('PING\r\n');
    assert.equal(String(await once(again, 'data')), '+PONG\r\n');
    again.destroy();
    await server.close();
  });

  it('is full, refuses to grow, and is as before afterwards', async () => {
    const server = createServer({ cron: false, config: { maxmemory: '500mb', 'maxmemory-policy': 'allkeys-lru' } });
    const redis = redisOver(() => server.connect());
    await redis.set('there', 'x'.repeat(1000));
    setTrouble(server.state, { ...noTrouble, memoryFull: true });
    await assert.rejects(redis.set('more', 'x'.repeat(1000)), /^ReplyError: OOM command not allowed when used memory > 'maxmemory'\.$/);
    assert.equal((await redis.get('there'))?.length, 1000);
    setTrouble(server.state, { ...noTrouble, memoryFull: true, delay: 1 });
    setTrouble(server.state, noTrouble);
    assert.equal(server.state.config.get('maxmemory'), String(500 * 2 ** 20));
    assert.equal(server.state.config.get('maxmemory-policy'), 'allkeys-lru');
    assert.equal(await redis.set('more', 'x'.repeat(1000)), 'OK');
    redis.disconnect();
    await server.close();
  });
});
