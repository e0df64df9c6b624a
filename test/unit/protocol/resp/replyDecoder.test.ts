import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeReply } from '../../../../src/protocol/resp/encode.ts';
import { formatDouble } from '../../../../src/protocol/resp/number.ts';
import { createReplyDecoder } from '../../../../src/protocol/resp/replyDecoder.ts';
import { RespError } from '../../../../src/protocol/resp/reply.ts';
import type { Reply } from '../../../../src/protocol/resp/reply.ts';

const seed = 20_261;

/** Every reply in `bytes`, pushed in pieces of the given sizes (the last one repeats). */
function decode(bytes: Buffer, sizes: readonly number[]): Reply[] {
  const decoder = createReplyDecoder();
  const replies: Reply[] = [];
  let position = 0;
  for (let index = 0; position < bytes.length; index += 1) {
    const size = sizes[Math.min(index, sizes.length - 1)] ?? 1;
    decoder.push(bytes.subarray(position, position + size));
    position += size;
    for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) replies.push(reply);
  }
  assert.equal(decoder.held(), 0, 'nothing is left over');
  return replies;
}

/** A double as the encoder writes it and the decoder tells it. */
function written(value: number): Reply {
  const text = formatDouble(value);
  return text === String(value) ? { kind: 'double', value } : { kind: 'double', value, text };
}

const sample: readonly Reply[] = [
  { kind: 'simple', text: 'OK' },
  { kind: 'error', text: 'WRONGTYPE no' },
  { kind: 'integer', value: -7 },
  { kind: 'integer', value: 9223372036854775807n },
  { kind: 'bulk', value: Buffer.from('a\r\nb\0\xff', 'latin1') },
  { kind: 'bulk', value: Buffer.alloc(0) },
  { kind: 'null' },
  { kind: 'double', value: 0.5 },
  { kind: 'double', value: 0.1, text: '0.10000000000000001' },
  { kind: 'double', value: -Infinity, text: '-inf' },
  { kind: 'boolean', value: true },
  { kind: 'bigNumber', text: '-123456789012345678901234567890' },
  { kind: 'verbatim', format: 'txt', value: Buffer.from('some\r\ntext') },
  { kind: 'array', items: [] },
  { kind: 'map', items: [{ kind: 'bulk', value: Buffer.from('k') }, { kind: 'set', items: [{ kind: 'integer', value: 1 }] }] },
  { kind: 'push', items: [{ kind: 'bulk', value: Buffer.from('message') }, { kind: 'array', items: [{ kind: 'null' }, { kind: 'array', items: [] }] }] },
  { kind: 'attribute', items: [{ kind: 'simple', text: 'ttl' }, { kind: 'integer', value: 3600 }] },
];

describe('protocol/resp reply decoder', () => {
  it('reads every kind of RESP3 reply however the bytes are split', () => {
    const bytes = Buffer.concat(sample.map((reply) => encodeReply(reply, 3)));
    assert.deepEqual(decode(bytes, [bytes.length]), sample);
    assert.deepEqual(decode(bytes, [1]), sample);
    for (let cut = 1; cut < bytes.length; cut += 1) assert.deepEqual(decode(bytes, [cut, bytes.length]), sample, `split at ${cut}`);
  });

  it('tells the two nulls of RESP2 apart', () => {
    assert.deepEqual(decode(Buffer.from('$-1\r\n*-1\r\n'), [3]), [{ kind: 'null' }, { kind: 'nullArray' }]);
  });

  it('reads what the encoder wrote, for any nesting and any pieces', () => {
    const { reply } = fc.letrec<{ reply: Reply }>((tie) => ({
      reply: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        fc.uint8Array({ maxLength: 40 }).map((bytes): Reply => ({ kind: 'bulk', value: Buffer.from(bytes) })),
        fc.integer().map((value): Reply => ({ kind: 'integer', value })),
        fc.double({ noNaN: true }).filter((value) => !Object.is(value, -0)).map(written),
        fc.constantFrom<'array' | 'set' | 'push'>('array', 'set', 'push').chain((kind) => fc.array(tie('reply'), { maxLength: 5 }).map((items): Reply => ({ kind, items }))),
      ),
    }));
    fc.assert(
      fc.property(fc.array(reply, { minLength: 1, maxLength: 5 }), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 }), (replies, sizes) => {
        assert.deepEqual(decode(Buffer.concat(replies.map((one) => encodeReply(one, 3))), sizes), replies);
      }),
      { seed, numRuns: 300 },
    );
  });

  it('never crashes or hangs on rubbish: it answers, waits or throws RespError', () => {
    const good = Buffer.concat(sample.map((reply) => encodeReply(reply, 3)));
    let refused = 0;
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.uint8Array({ minLength: 1, maxLength: 3 }), (at, noise) => {
        const bytes = Buffer.from(good);
        bytes.set(noise.slice(0, bytes.length - at), at);
        const decoder = createReplyDecoder({ maxBulk: 1000, maxItems: 1000 });
        try {
          decoder.push(bytes);
          while (decoder.next() !== undefined);
        } catch (error) {
          assert.ok(error instanceof RespError, String(error));
          refused += 1;
        }
        assert.ok(decoder.held() <= bytes.length);
      }),
      { seed, numRuns: 500 },
    );
    assert.ok(refused > 50, `only ${refused} of the mutations were noticed`);
  });

  it('keeps to its limits', () => {
    const refuses = (text: string): void => {
      const decoder = createReplyDecoder({ maxBulk: 10, maxItems: 3, maxDepth: 2, maxLine: 20 });
      decoder.push(Buffer.from(text));
      assert.throws(() => decoder.next(), RespError, text);
    };
    refuses('$11\r\n');
    refuses('*4\r\n');
    refuses('*1\r\n*1\r\n*1\r\n:1\r\n');
    refuses(`+${'x'.repeat(30)}`);
    refuses('$-2\r\n');
    refuses('HTTP/1.1 400\r\n');
    refuses('$2\r\nabcd');
  });

  it('gives back the bytes behind the last reply', () => {
    const decoder = createReplyDecoder();
    decoder.push(Buffer.from('+FULLRESYNC\r\nREDIS0010'));
    assert.deepEqual(decoder.next(), { kind: 'simple', text: 'FULLRESYNC' });
    assert.equal(decoder.rest().toString(), 'REDIS0010');
    assert.equal(decoder.held(), 0);
  });
});
