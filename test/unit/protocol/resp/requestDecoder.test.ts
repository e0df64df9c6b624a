import assert from 'node:assert/strict';
import { encodeRequest } from '../../../../src/protocol/resp/encode.ts';
import { bufferArgument, createRequestDecoder, latin1Argument } from '../../../../src/protocol/resp/requestDecoder.ts';
import { RespError } from '../../../../src/protocol/resp/reply.ts';

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

  it('holds no more than what arrived, whatever length was announced', () => {
    const decoder = createRequestDecoder(latin1Argument);
    decoder.push(Buffer.from('*1000000000\r\n$536870912\r\n'));
    assert.equal(decoder.next(), undefined);
    decoder.push(Buffer.from('abc'));
    assert.equal(decoder.next(), undefined);
    assert.equal(decoder.held(), 3);
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
