import assert from 'node:assert/strict';
import { createByteQueue } from '../../../../src/protocol/resp/byteQueue.ts';
import { seededRandom } from '../../../../src/server/random.ts';

describe('protocol/resp byte queue', () => {
  it('gives back the bytes that came, whatever is awaited and however they came', () => {
    const random = seededRandom(11);
    const below = (limit: number): number => Math.floor(random() * limit);
    for (let round = 0; round < 40; round += 1) {
      const queue = createByteQueue();
      const source = Buffer.from(Array.from({ length: 5000 }, () => below(256))).toString('latin1').repeat(round % 8 === 0 ? 1000 : 1);
      let pushed = 0;
      let read = 0;
      while (read < source.length) {
        const wanted = Math.min(source.length - read, 1 + (below(4) === 0 ? below(source.length) : below(50)));
        if (queue.available() < wanted) {
          queue.expect(wanted);
          assert.equal(queue.ready(), false);
        }
        while (!queue.ready()) {
          const chunk = Buffer.from(source.slice(pushed, pushed + 1 + (below(3) === 0 ? below(100_000) : below(300))), 'latin1');
          queue.push(chunk);
          pushed += chunk.length;
          assert.equal(queue.held(), pushed - read);
        }
        assert.equal(queue.buffer.toString('latin1', queue.position, queue.position + wanted), source.slice(read, read + wanted));
        queue.position += wanted;
        read += wanted;
        assert.equal(queue.consumed(), read);
        assert.equal(queue.held(), pushed - read);
      }
    }
  });

  it('finds a line feed once it is there', () => {
    const queue = createByteQueue();
    queue.push(Buffer.from('abc'));
    assert.equal(queue.findLineFeed(), -1);
    queue.position = 2;
    queue.push(Buffer.from('de\nf'));
    assert.equal(queue.findLineFeed(), 3);
    assert.equal(queue.buffer.toString('latin1', queue.position), 'cde\nf');
  });
});
