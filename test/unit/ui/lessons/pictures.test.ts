import assert from 'node:assert/strict';
import { drawBuckets, type BucketWords } from '../../../../src/ui/lessons/pictures/drawBuckets.ts';
import { drawLatency } from '../../../../src/ui/lessons/pictures/drawLatency.ts';
import { figure } from '../../../../src/ui/lessons/pictures/svg.ts';
import type { BucketPicture, BucketTable } from '../../../../src/core/lessons/buckets.ts';

const words: BucketWords = { heading: 'heading', been: 'been', next: 'next', again: 'again', answered: 'answered', notAnswered: 'waits', twice: 'twice', emptied: 'old', filled: 'new' };
const table = (size: number, ...names: readonly (readonly [number, string])[]): BucketTable => ({ size, buckets: new Map(names.map(([bucket, name]) => [bucket, [name]])) });
const draw = (picture: Partial<BucketPicture> & Pick<BucketPicture, 'tables'>): string => drawBuckets({ kind: 'buckets', cursor: 0, answered: new Map(), ...picture }, words).body;
/** The texts of a picture, in their order. */
const texts = (svg: string): readonly string[] => [...svg.matchAll(/<text[^>]*>(?:<title>([^<]*)<\/title>)?([^<]*)/g)].map(([, title, text]) => title ?? text ?? '');

describe('pictures of lessons', () => {
  it('draw buckets in the order of the walk', () => {
    const numbers = texts(draw({ tables: [table(16)] })).filter((text) => /^\d{1,2}$/.test(text)).map(Number);
    assert.deepEqual(numbers, [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15]);
  });

  it('draw what is joined below what it is joined to, whichever is the larger', () => {
    const shrinks = texts(draw({ tables: [table(8), table(4)] })).filter((text) => /^\d$/.test(text)).map(Number);
    assert.deepEqual(shrinks, [0, 2, 1, 3, 0, 4, 2, 6, 1, 5, 3, 7]);
    // Numbers are bold, their bits are not.
    const numbers = (first: number, second: number): number => [...draw({ tables: [table(first), table(second)] }).matchAll(/bold[^>]*>\d+</g)].length;
    for (const [first, second] of [[4, 8], [4, 256], [128, 8], [64, 4], [4, 64]] as const) assert.equal(numbers(first, second), first + second);
  });

  it('mark names that were answered more than once, and say what the signs mean', () => {
    const svg = draw({ tables: [table(4, [0, 'anna'], [1, 'ben'], [3, 'cleo'])], cursor: 6, answered: new Map([['anna', 2], ['ben', 1]]) });
    assert.deepEqual(texts(svg).filter((text) => /^(×\d|been|next|again|answered|waits|twice|old|new)$/.test(text)), ['×2', 'been', 'again', 'answered', 'waits', 'twice']);
  });

  it('say of a name that is very long what can be read of it', () => {
    const { body } = drawBuckets({ kind: 'buckets', tables: [table(4, [0, 'x'.repeat(10_000_000)])], cursor: 0, answered: new Map() }, words);
    assert.ok(body.length < 20_000, String(body.length));
  });

  it('take no name for markup, and show bytes and controls as what they are', () => {
    const nasty = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '&amp;', '\u0000\u001b[31m', '\u00ff\u00fe', 'x'.repeat(10_000)];
    const { width, height, body } = drawBuckets({ kind: 'buckets', tables: [table(8, ...nasty.map((name, at) => [at, name] as const))], cursor: 0, answered: new Map([[nasty[0] ?? '', 2]]) }, words);
    const html = figure({ width, height, body, says: nasty.join(), text: nasty.join('\n'), textTitle: '<b>' });
    assert.doesNotMatch(html, /<(script|img|b)\b|&amp;(?!amp)/);
    assert.ok(![...body].some((char) => char.charCodeAt(0) < 0x20));
    assert.ok(texts(body).some((text) => text.includes('\\x1b')));
  });

  it('plot waits on one scale of ms, the longest of those that the command held up named', () => {
    const told = { heading: 'heading', axis: 'axis', ms: String, title: ({ command }: { command: string }) => command, longest: (ms: number) => `longest ${ms}` };
    const run = { command: '<KEYS>', calls: 1, cut: false, from: 30, to: 55, waits: [{ at: 0, ms: 25 }, { at: 29, ms: 0.2 }, { at: 32, ms: 23 }, { at: 80, ms: 0.1 }] };
    const { body } = drawLatency([run, { ...run, command: 'SCAN', waits: [{ at: 31, ms: 0.5 }] }], told);
    assert.deepEqual(texts(body).filter((text) => /longest|[A-Z]/.test(text)), ['&#60;KEYS&#62;', 'longest 23', 'SCAN', 'longest 0.5']);
    assert.doesNotMatch(body, /NaN|Infinity|<KEYS/);
    assert.doesNotMatch(drawLatency([{ ...run, to: 30, waits: [] }], told).body, /NaN|Infinity/);
  });

  it('have no colour of their own', () => {
    const svg = draw({ tables: [table(8, [0, 'a']), table(4, [1, 'b'])], cursor: 3, answered: new Map([['a', 2]]) });
    for (const [, style = ''] of svg.matchAll(/style="([^"]*)"/g)) for (const [, color = ''] of style.matchAll(/(?:fill|stroke):([^;]*)/g)) assert.match(color, /^(none|var\(--vscode-.*\))$/);
    assert.doesNotMatch(svg, /#[0-9a-f]{3}|rgb/i);
  });
});
