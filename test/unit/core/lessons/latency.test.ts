import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { isFailure } from '../../../../src/core/failure.ts';
import { longestWait, measure, type Laboratory, type LatencyRun } from '../../../../src/core/lessons/latency.ts';
import { openLink } from '../../../../src/core/terminal/link.ts';
import { encodeRequest } from '../../../../src/protocol/resp/encode.ts';
import type { Reply } from '../../../../src/protocol/resp/reply.ts';
import { startWorker, type WorkerServer } from '../../../../src/server/worker/workerHost.ts';

describe('what other clients wait', () => {
  let worker: WorkerServer;
  let laboratory: Laboratory;
  before(async () => {
    worker = await startWorker({ entry: new URL('../../../../src/server/worker/worker.ts', import.meta.url), options: { seed: 1 } });
    laboratory = { clock: { now: () => 0, elapsed: () => performance.now() }, pause: (ms) => pause(ms), open: () => Promise.resolve(worker.connect()) };
    await run('DEBUG', 'POPULATE', '100000', 'order');
  });
  after(() => worker.close());

  const run = async (...words: string[]): Promise<Reply> => {
    const link = openLink(worker.connect(), () => undefined, () => undefined);
    link.channel.write(encodeRequest(words));
    const reply = await link.next(false);
    link.close();
    return reply;
  };
  const measured = async (...words: string[]): Promise<LatencyRun> => {
    const measurement = await measure(laboratory);
    return measurement.finish(words.join(' '), words, await run(...words));
  };

  it('is about as long as the command for who asks while KEYS runs', async () => {
    const keys = await measured('KEYS', 'order:9999*');
    const took = keys.to - keys.from;
    assert.deepEqual([keys.command, keys.calls, keys.cut], ['KEYS order:9999*', 1, false]);
    // Within are the ways there and back; others come again and again, and those in the middle wait for half of it.
    assert.ok(longestWait(keys) > took / 3, `${longestWait(keys)} of ${took} ms`);
    assert.ok(longestWait(keys) <= took + 50);
    assert.ok(keys.waits.some(({ at }) => at < keys.from) && keys.waits.some(({ at }) => at > keys.to));
    for (const { ms } of keys.waits) assert.ok(ms >= 0);
  });

  it('is followed to the end of a walk, the learner\'s page the first', async () => {
    const scan = await measured('SCAN', '0', 'MATCH', 'order:9999*', 'COUNT', '1000');
    // 100,000 keys in 131,072 buckets.
    assert.ok(!scan.cut && scan.calls > 90 && scan.calls < 135, String(scan.calls));
    assert.ok(longestWait(scan) > 0);
    assert.equal((await measured('SCAN', '0', 'COUNT', '1000000')).calls, 1);
  });

  it('is cut short after a while', async () => {
    let now = 0;
    const measurement = await measure({ ...laboratory, clock: { now: () => 0, elapsed: () => (now += 10) } });
    const words = ['SCAN', '0', 'COUNT', '10'];
    const { cut, calls } = await measurement.finish('SCAN 0', words, await run(...words));
    assert.ok(cut && calls > 1);
  });

  it('rejects with what broke, and leaves nothing open', async () => {
    const measurement = await measure(laboratory);
    measurement.close();
    await assert.rejects(measurement.finish('KEYS *', ['KEYS', '*'], { kind: 'array', items: [] }), isFailure);
    const channel = worker.connect();
    const another = await measure({ ...laboratory, open: () => Promise.resolve(channel) });
    const closed = once(channel, 'close');
    another.close();
    await closed;
  });
});
