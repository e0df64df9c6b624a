import { asInteger } from '../connection/reply.ts';
import { missing, passed, type Check, type Lesson } from './lesson.ts';
import { named, scansOf, textOf, walkOf } from './trail.ts';

const SMALL = 100;
const LARGE = 600;
/** hash-max-listpack-entries of Redis 7.0. */
const BORDER = 512;
const fields = (count: number): string[] => Array.from({ length: count }, (_, index) => [`field:${index + 1}`, `value ${index + 1}`]).flat();
const scores = (count: number): string[] => Array.from({ length: count }, (_, index) => [String(index * 10), `player:${index + 1}`]).flat();

/** A small hash answers everything, whatever COUNT says. */
const small: Check = ({ ran }) => {
  const scans = scansOf(ran, 'hscan').filter(({ key }) => key === 'small');
  if (scans.length === 0) return missing(scansOf(ran, 'scan').length > 0 ? 'scan' : 'nothing');
  const counted = scans.find(({ options }) => options['COUNT'] !== undefined && Number(options['COUNT']) < SMALL);
  if (counted === undefined) return missing('count');
  return named(ran, 'object').some(({ words, reply }) => words[2] === 'small' && textOf(reply) === 'listpack') ? passed : missing('encoding', counted.items.length / 2);
};

/** A large one is walked by pages. */
const large: Check = async ({ ran, ask }) => {
  const scans = scansOf(ran, 'hscan').filter(({ key }) => key === 'large');
  const { walk, broken } = walkOf(scans);
  const last = walk.at(-1);
  if (last === undefined) return broken === undefined ? missing('nothing') : missing('start', broken.cursor);
  if (last.next !== '0') return broken === undefined ? missing('on', last.next, last.items.length / 2) : missing('jumped', last.next, broken.cursor);
  if (walk.length === 1) return missing('one');
  const found = new Set(walk.flatMap(({ items }) => items.filter((_, at) => at % 2 === 0))).size;
  const length = asInteger(await ask('collections', 'HLEN', 'large'));
  return found < length ? missing('filtered', found, length) : passed;
};

/** One field more, and the encoding changes for good. */
const border: Check = async ({ ran, ask }) => {
  const encoding = textOf({ kind: 'bulk', value: await encodingOf(ask, 'border') });
  const length = asInteger(await ask('collections', 'HLEN', 'border'));
  if (encoding === 'listpack') return missing('still', length);
  if (length > BORDER) return missing('shrink', length);
  const after = scansOf(ran, 'hscan').filter(({ key }) => key === 'border').at(-1);
  if (after === undefined) return missing('look');
  return after.next === '0' ? missing('pages') : passed;
};

/** Members with scores: what comes back is a list of pairs; SSCAN answers members alone. */
const kinds: Check = ({ ran }) => {
  const last = named(ran, 'hscan', 'sscan', 'zscan').at(-1);
  const zset = scansOf(ran, 'zscan').length > 0;
  const set = scansOf(ran, 'sscan').length > 0;
  if (zset && set) return passed;
  if (last?.reply.kind === 'error' && last.reply.text.startsWith('WRONGTYPE')) return missing('wrongtype', (last.words[0] ?? '').toUpperCase(), last.words[1] ?? '');
  return missing(zset ? 'set' : 'zset');
};

async function encodingOf(ask: Parameters<Check>[0]['ask'], key: string): Promise<Buffer> {
  const reply = await ask('collections', 'OBJECT', 'ENCODING', key);
  return Buffer.isBuffer(reply) ? reply : Buffer.alloc(0);
}

/** HSCAN, SSCAN, ZSCAN: small encodings answer everything at once. */
export const collectionsLesson: Lesson = {
  id: 'collections',
  servers: ['collections'],
  seed: 3,
  async setUp(ask) {
    await ask('collections', 'HSET', 'small', ...fields(SMALL));
    await ask('collections', 'HSET', 'border', ...fields(BORDER));
    await ask('collections', 'HSET', 'large', ...fields(LARGE));
    await ask('collections', 'ZADD', 'ranking', ...scores(300));
    await ask('collections', 'SADD', 'tags', ...Array.from({ length: 600 }, (_, index) => `tag:${index}`));
  },
  checks: { small, large, border, kinds },
};
