import assert from 'node:assert/strict';
import { encodeRequest } from '../../../../src/protocol/resp/encode.ts';
import { bufferArgument, createRequestDecoder, latin1Argument } from '../../../../src/protocol/resp/requestDecoder.ts';
import { RespError } from '../../../../src/protocol/resp/reply.ts';
import { seededRandom } from '../../../../src/server/random.ts';

function decode(bytes: Buffer, size: number): string[][] {
  const decoder = createRequestDecoder(latin1Argument);
  const requests: string[][] = [];
  for (let position = 0; position < bytes.length; position += size) {
    decoder.push(bytes.subarray(position, position + size));
    for (let request = decoder.next(); request !== undefined; request = decoder.next()) requests.push(request);
  }
  assert.equal(decoder.held(), 0);
  assert.equal(decoder.consumed(), bytes.length);
  return requests;
}

/** The text of the error that a request gives. */
function refusal(text: string, unauthenticated = false): string {
  const decoder = createRequestDecoder(latin1Argument, { unauthenticated });
  decoder.push(Buffer.from(text, 'latin1'));
  try {
    decoder.next();
  } catch (error) {
    assert.ok(error instanceof RespError);
    return error.message;
  }
  return 'accepted';
}

describe('protocol/resp request decoder', () => {
  it('reads arrays and inline commands however the bytes are split', () => {
    const bytes = Buffer.concat([
      encodeRequest(['SET', Buffer.from('k\r\n\0\xff', 'latin1'), '']),
      Buffer.from('PING\r\n'),
      Buffer.from('\r\n*0\r\n*-1\r\n'),
      Buffer.from('set "a\\x41\\n" \'b c\'\n'),
      encodeRequest(['GET', 'x'.repeat(300)]),
    ]);
    const expected = [['SET', 'k\r\n\0\xff', ''], ['PING'], ['set', 'aA\n', 'b c'], ['GET', 'x'.repeat(300)]];
    for (let size = 1; size <= bytes.length; size += 1) assert.deepEqual(decode(bytes, size), expected, `pieces of ${size}`);
  });

  it("refuses what Redis refuses, in Redis's words", () => {
    assert.equal(refusal('*abc\r\n'), 'Protocol error: invalid multibulk length');
    assert.equal(refusal('*2147483648\r\n'), 'Protocol error: invalid multibulk length');
    assert.equal(refusal('*1\r\nPING\r\n'), "Protocol error: expected '$', got 'P'");
    assert.equal(refusal('*1\r\n$-1\r\n'), 'Protocol error: invalid bulk length');
    assert.equal(refusal('*1\r\n$99999999999\r\n'), 'Protocol error: invalid bulk length');
    assert.equal(refusal('set "a\r\n'), 'Protocol error: unbalanced quotes in request');
    assert.equal(refusal('x'.repeat(70_000)), 'Protocol error: too big inline request');
    assert.equal(refusal(`*${'1'.repeat(70_000)}`), 'Protocol error: too big mbulk count string');
    assert.equal(refusal(`*1\r\n$${'1'.repeat(70_000)}`), 'Protocol error: too big bulk count string');
    assert.equal(refusal('*11\r\n', true), 'Protocol error: unauthenticated multibulk length');
    assert.equal(refusal('*1\r\n$16385\r\n', true), 'Protocol error: unauthenticated bulk length');
    assert.equal(refusal('*11\r\n'), 'accepted');
  });

  it('reads a damaged request as a whole as it does byte by byte, to the same error', () => {
    const random = seededRandom(7);
    const below = (limit: number): number => Math.floor(random() * limit);
    const outcome = (bytes: Buffer, size: number): unknown[] => {
      const decoder = createRequestDecoder(latin1Argument, { maxArguments: 20, maxBulk: 300 });
      const seen: unknown[] = [];
      try {
        for (let position = 0; position < bytes.length; position += size) {
          decoder.push(bytes.subarray(position, position + size));
          for (let request = decoder.next(); request !== undefined; request = decoder.next()) seen.push(request);
        }
      } catch (error) {
        assert.ok(error instanceof RespError);
        return [...seen, error.message];
      }
      return [...seen, decoder.consumed()];
    };
    const lengths = [0, 1, 3, 4, 5, 8, 9, 17, 300, 301];
    for (let round = 0; round < 3000; round += 1) {
      const requests = Array.from({ length: 1 + below(3) }, () => encodeRequest(Array.from({ length: 1 + below(5) }, () => 'abc'.charAt(below(3)).repeat(lengths[below(10)] ?? 0))));
      const bytes = Buffer.concat(requests);
      const heads = [...bytes.keys()].filter((at) => bytes[at] === 36 || bytes[at] === 42);
      if (below(3) > 0) bytes.write('\r\n$*09-a \0'.charAt(below(10)), Math.min(bytes.length - 1, (heads[below(heads.length)] ?? 0) + below(5)));
      assert.deepEqual(outcome(bytes, bytes.length), outcome(bytes, 1), JSON.stringify(bytes.toString('latin1')));
    }
  });

  it('holds no more than what arrived, whatever length was announced', () => {
    const decoder = createRequestDecoder(latin1Argument);
    decoder.push(Buffer.from('*1000000000\r\n$536870912\r\n'));
    assert.equal(decoder.next(), undefined);
    decoder.push(Buffer.from('abc'));
    assert.equal(decoder.next(), undefined);
    assert.equal(decoder.held(), 3);
  });

  it('refuses a request whose arguments come without an end', () => {
    const decoder = createRequestDecoder(latin1Argument, { maxRequest: 10_000 });
    decoder.push(Buffer.from('*2147483647\r\n'));
    const pushMore = (): void => {
      for (let count = 0; count < 1000; count += 1) {
        decoder.push(Buffer.from('$0\r\n\r\n'));
        assert.equal(decoder.next(), undefined);
      }
    };
    assert.throws(pushMore, (error) => error instanceof RespError && error.message === 'Protocol error: too big request');
  });

  it('copies arguments that must outlive their chunk', () => {
    const chunk = encodeRequest(['GET', 'key']);
    const decoder = createRequestDecoder(bufferArgument);
    decoder.push(chunk);
    const request = decoder.next();
    chunk.fill(0);
    assert.deepEqual(request, [Buffer.from('GET'), Buffer.from('key')]);
  });
});
