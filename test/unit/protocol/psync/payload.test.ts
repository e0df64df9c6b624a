import assert from 'node:assert/strict';
import { createSyncReader } from '../../../../src/protocol/psync/payload.ts';

const mark = 'ab'.repeat(20);

/** What comes out of bytes that come in pieces of `size`: replies and ends as words, the dump as one. */
function read(text: string, size: number): { readonly told: string[]; readonly dump: string; readonly rest: string } {
  const bytes = Buffer.from(text, 'latin1');
  const reader = createSyncReader();
  const told: string[] = [];
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    reader.push(bytes.subarray(at, at + size));
    for (let event = reader.next(); event !== undefined; event = reader.next()) {
      if (event.kind === 'bytes') parts.push(Buffer.from(event.bytes));
      else told.push(event.kind === 'reply' ? event.text : event.kind === 'begin' ? `begin ${event.size}` : event.kind);
    }
  }
  return { told, dump: Buffer.concat(parts).toString('latin1'), rest: reader.rest().toString('latin1') };
}

describe('the reader of a full synchronisation', () => {
  for (const size of [1, 3, 41, 1000]) {
    it(`takes replies, keepalives and a dump of a known length, in pieces of ${size}`, () => {
      assert.deepEqual(read('+OK\r\n-ERR no\r\n\n\n\n+FULLRESYNC x 1\r\n\n$5\r\n\n\r\0\xff$*1\r\n$4\r\nPING\r\n', size),
        { told: ['+OK', '-ERR no', '+FULLRESYNC x 1', 'begin 5', 'end'], dump: '\n\r\0\xff$', rest: '*1\r\n$4\r\nPING\r\n' });
    });

    it(`finds the mark wherever it is cut, and not where only its beginning stands, in pieces of ${size}`, () => {
      const dump = `REDIS0010 ${mark.slice(0, 39)} abab ${mark.slice(0, 20)}x`;
      assert.deepEqual(read(`\n$EOF:${mark}\r\n${dump}${mark}*1`, size), { told: ['begin undefined', 'end'], dump, rest: '*1' });
    });
  }

  it('takes an empty dump', () => {
    assert.deepEqual(read('$0\r\n', 9), { told: ['begin 0', 'end'], dump: '', rest: '' });
    assert.deepEqual(read(`$EOF:${mark}\r\n${mark}`, 9), { told: ['begin undefined', 'end'], dump: '', rest: '' });
  });

  it('refuses what is neither a reply nor a dump', () => {
    for (const text of ['HTTP/1.1 400\r\n', '$-1\r\n', '$EOF:short\r\n', 'x'.repeat(70_000)]) assert.throws(() => read(text, 70_000));
  });
});
