import assert from 'node:assert/strict';
import { describeBytes, hexDump, renderCollection } from '../../../../src/core/value/text.ts';

describe('describeBytes', () => {
  it('tells JSON, text and bytes apart', () => {
    const cases: readonly (readonly [string | Buffer, string])[] = [
      ['{"a":12345678901234567890}', 'json'], ['[1]', 'json'], ['12', 'plaintext'], ['{not json', 'plaintext'], ['', 'plaintext'],
      ['tab\tand\r\nlines', 'plaintext'], ['ünïcode 😀', 'plaintext'], [Buffer.from([0xff, 0xfe]), 'hex'], ['nul\0', 'hex'], ['\u001b[31mred', 'hex'],
    ];
    for (const [value, language] of cases) assert.equal(describeBytes(Buffer.from(value)), language, String(value));
  });
});

describe('hexDump', () => {
  it('shows offset, bytes and ASCII, sixteen a line', () => {
    assert.equal(
      hexDump(Buffer.from('0123456789abcdef\x00\xff', 'latin1'), 0x100),
      '00000100  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n' +
        '00000110  00 ff                                             |..|\n',
    );
  });
});

describe('renderCollection', () => {
  it('gives a member a line, whatever is in it', () => {
    const text = renderCollection([
      { kind: 'field', field: Buffer.from('a\nb'), value: Buffer.from([0xff]) },
      { kind: 'scored', member: Buffer.from('m'), score: '1.50' },
      { kind: 'range', id: 0, first: '0', last: '1', size: 2, rows: [{ kind: 'item', index: 0, value: Buffer.from('x') }, { kind: 'item', index: 1, value: Buffer.from('y') }] },
      { kind: 'entry', id: '1-1', fields: [[Buffer.from('f'), Buffer.from('v')]] },
    ]);
    assert.equal(text, 'a\\nb: \\xff\n1.50  m\n0: x\n1: y\n1-1\n  f: v\n');
  });

  it('cuts values of megabytes: a page of them would be longer than a text may be', () => {
    const text = renderCollection(Array.from({ length: 10 }, (_, at) => ({ kind: 'field', field: Buffer.from(String(at)), value: Buffer.alloc(1 << 20, at) })));
    assert.ok(text.length < 1 << 18, `${text.length} characters`);
    assert.match(text, /^0: (\\x00)+[^\n]{0,4}…\n/);
  });
});
