import assert from 'node:assert/strict';
import { createReplyWriter, encodeReply } from '../../../../src/protocol/resp/encode.ts';
import { addIntegers, formatDouble, parseInteger } from '../../../../src/protocol/resp/number.ts';
import { seededRandom } from '../../../../src/server/random.ts';
import type { Reply, RespVersion } from '../../../../src/protocol/resp/reply.ts';

const encoded = (reply: Reply, version: RespVersion): string => encodeReply(reply, version).toString('latin1');

describe('protocol/resp encoder', () => {
  it('writes each kind in its RESP2 and its RESP3 form', () => {
    const one: Reply = { kind: 'latin1', value: 'a' };
    const two: Reply = { kind: 'integer', value: 2 };
    const cases: readonly (readonly [Reply, string, string])[] = [
      [{ kind: 'null' }, '$-1\r\n', '_\r\n'],
      [{ kind: 'nullArray' }, '*-1\r\n', '_\r\n'],
      [{ kind: 'latin1', value: '\xe9\0' }, '$2\r\n\xe9\0\r\n', '$2\r\n\xe9\0\r\n'],
      [{ kind: 'double', value: 0.1 }, '$19\r\n0.10000000000000001\r\n', ',0.10000000000000001\r\n'],
      [{ kind: 'boolean', value: false }, ':0\r\n', '#f\r\n'],
      [{ kind: 'bigNumber', text: '12' }, '$2\r\n12\r\n', '(12\r\n'],
      [{ kind: 'verbatim', format: 'txt', value: Buffer.from('hi') }, '$2\r\nhi\r\n', '=6\r\ntxt:hi\r\n'],
      [{ kind: 'map', items: [one, two] }, '*2\r\n$1\r\na\r\n:2\r\n', '%1\r\n$1\r\na\r\n:2\r\n'],
      [{ kind: 'set', items: [one] }, '*1\r\n$1\r\na\r\n', '~1\r\n$1\r\na\r\n'],
      [{ kind: 'push', items: [one] }, '*1\r\n$1\r\na\r\n', '>1\r\n$1\r\na\r\n'],
      [{ kind: 'attribute', items: [one, two] }, '', '|1\r\n$1\r\na\r\n:2\r\n'],
      [{ kind: 'texts', as: 'array', values: ['a', ''] }, '*2\r\n$1\r\na\r\n$0\r\n\r\n', '*2\r\n$1\r\na\r\n$0\r\n\r\n'],
      [{ kind: 'texts', as: 'map', values: ['a', 'b'] }, '*2\r\n$1\r\na\r\n$1\r\nb\r\n', '%1\r\n$1\r\na\r\n$1\r\nb\r\n'],
      [{ kind: 'error', text: 'ERR two\r\nlines\n' }, '-ERR two  lines\r\n', '-ERR two  lines\r\n'],
    ];
    for (const [reply, resp2, resp3] of cases) {
      assert.equal(encoded(reply, 2), resp2);
      assert.equal(encoded(reply, 3), resp3);
    }
  });

  it('keeps the order of small and large pieces', () => {
    const writer = createReplyWriter();
    const large = 'x'.repeat(100_000);
    writer.write({ kind: 'array', items: [{ kind: 'latin1', value: 'a' }, { kind: 'latin1', value: large }, { kind: 'bulk', value: Buffer.from(large) }, { kind: 'integer', value: 1 }] }, 2);
    const expected = `*4\r\n$1\r\na\r\n$100000\r\n${large}\r\n$100000\r\n${large}\r\n:1\r\n`;
    assert.equal(writer.size, expected.length);
    assert.equal(Buffer.concat(writer.take()).toString('latin1'), expected);
    assert.equal(writer.size, 0);
    assert.deepEqual(writer.take(), []);
  });

  it('gives out chunks that later writes leave alone', () => {
    const writer = createReplyWriter();
    writer.write({ kind: 'simple', text: 'first' }, 2);
    const [chunk] = writer.take();
    writer.write({ kind: 'simple', text: 'other' }, 2);
    assert.equal(chunk?.toString(), '+first\r\n');
  });

  it('writes several connections\' replies apart from each other, in pieces of any size', () => {
    const random = seededRandom(3);
    const writers = Array.from({ length: 3 }, () => ({ writer: createReplyWriter(), expected: '', chunks: [] as Buffer[] }));
    for (let round = 0; round < 2000; round += 1) {
      const one = writers[Math.floor(random() * 3)];
      if (one === undefined) continue;
      const length = Math.floor(random() ** 6 * 40_000);
      const value = String.fromCharCode(33 + Math.floor(random() * 200)).repeat(length);
      if (random() < 0.5) {
        one.writer.write({ kind: 'latin1', value }, 2);
        one.expected += `$${length}\r\n${value}\r\n`;
      } else if (random() < 0.5) {
        const number = Math.floor((random() - 0.3) * 10 ** Math.floor(random() * 15));
        one.writer.write({ kind: 'integer', value: number }, 2);
        one.expected += `:${number}\r\n`;
      } else {
        one.writer.write({ kind: 'error', text: `${value}\rx` }, 2);
        one.expected += `-${value} x\r\n`;
      }
      if (random() < 0.3) one.chunks.push(...one.writer.take());
    }
    for (const { writer, expected, chunks } of writers) assert.ok(Buffer.concat([...chunks, ...writer.take()]).equals(Buffer.from(expected, 'latin1')));
  });

  it('formats doubles as %.17g', () => {
    const cases: readonly (readonly [number, string])[] = [
      [3, '3'], [-0, '-0'], [1e16, '10000000000000000'], [1e17, '1e+17'], [1e20, '1e+20'], [123456789012345678, '1.2345678901234568e+17'], [0.1, '0.10000000000000001'], [1.5e-5, '1.5e-05'],
      [0.0001, '0.0001'], [5e-324, '4.9406564584124654e-324'], [1.7976931348623157e308, '1.7976931348623157e+308'], [Infinity, 'inf'], [-Infinity, '-inf'], [NaN, 'nan'],
    ];
    for (const [value, text] of cases) assert.equal(formatDouble(value), text);
  });

  it('takes integers only in their one canonical form, within 64 bits', () => {
    const accepted: readonly (readonly [string, number | bigint])[] = [['0', 0], ['-1', -1], ['9007199254740993', 9007199254740993n], ['-9223372036854775808', -(2n ** 63n)]];
    for (const [text, value] of accepted) assert.equal(parseInteger(text), value);
    for (const text of ['', '-', '-0', '01', '+1', ' 1', '1 ', '1.0', '1e3', '9223372036854775808', '0x10']) assert.equal(parseInteger(text), undefined, text);
  });

  it('adds within 64 bits, exactly', () => {
    const max = 2n ** 63n - 1n;
    const cases: readonly (readonly [number | bigint, number | bigint, number | bigint | undefined])[] = [
      [1, -2, -1], [Number.MAX_SAFE_INTEGER, 1, 9007199254740992n], [9007199254740993n, -9, 9007199254740984], [max, 0, max], [max, 1, undefined], [-max, -1, -max - 1n],
      [-max, -2, undefined], [Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -18014398509481982n], [5, -5, 0],
    ];
    for (const [a, b, sum] of cases) assert.equal(addIntegers(a, b), sum);
  });
});
