import assert from 'node:assert/strict';
import { addCrc64, crc64, crc64Bytes, startCrc64 } from '../../../../src/protocol/rdb/crc64.ts';

/** The definition, bit by bit. */
function slowly(bytes: Uint8Array): Buffer {
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ 0x95ac9329ac4bc9b5n : crc >> 1n;
  }
  const result = Buffer.alloc(8);
  result.writeBigUInt64LE(crc);
  return result;
}

describe('crc64', () => {
  it('gives the check value of CRC-64/Jones', () => {
    assert.equal(crc64(Buffer.from('123456789')).readBigUInt64LE().toString(16), 'e9c6d914c4b8d9ca');
  });

  it('agrees with the bit-by-bit definition at every length up to 40, and when it is fed in two pieces', () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, index) => (index * 89 + 200) & 255);
    for (let length = 0; length <= bytes.length; length += 1) {
      const piece = bytes.subarray(0, length);
      assert.deepEqual(crc64(piece), slowly(piece));
      const crc = startCrc64();
      const middle = Math.floor(length / 3);
      addCrc64(crc, piece, 0, middle);
      addCrc64(crc, piece, middle);
      assert.deepEqual(crc64Bytes(crc), slowly(piece));
    }
  });
});
