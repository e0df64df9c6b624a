import { missing, passed, type Check, type Lesson } from './lesson.ts';
import { named, scansOf, textOf, walkOf } from './trail.ts';

const OTHERS = 990;
const VIPS = 10;

/** With MATCH most pages are empty, as the filter comes after the walk. */
const empty: Check = ({ ran }) => {
  const scans = scansOf(ran).filter(({ options }) => options['MATCH'] !== undefined);
  if (scans.length === 0) return missing(scansOf(ran).length > 0 ? 'match' : 'nothing');
  if (scans.some(({ items, next }) => items.length === 0 && next !== '0')) return passed;
  return missing('on', scans.at(-1)?.next ?? '0');
};

/** Every VIP was found, by a walk to its end. */
const all: Check = ({ ran }) => {
  const scans = scansOf(ran).filter(({ options }) => options['MATCH'] !== undefined);
  const { walk, broken } = walkOf(scans);
  const last = walk.at(-1);
  if (last === undefined) return missing('nothing');
  if (last.next !== '0') {
    if (broken !== undefined) return missing('jumped', last.next, broken.cursor);
    return last.items.length === 0 ? missing('empty', last.next) : missing('on', last.next);
  }
  const vips = new Set(walk.flatMap(({ items }) => items).filter((name) => name.startsWith('vip:'))).size;
  if (vips < VIPS) return missing('pattern', vips, VIPS);
  return walk.length > 20 ? missing('calls', walk.length) : passed;
};

/** TYPE is a filter, too. */
const type: Check = ({ ran }) => {
  const scans = scansOf(ran).filter(({ options }) => options['TYPE'] !== undefined);
  const unknown = named(ran, 'scan').find(({ reply }) => reply.kind === 'error');
  if (scans.length === 0) return unknown === undefined ? missing('nothing') : missing('syntax', textOf(unknown.reply));
  const { walk } = walkOf(scans);
  const odd = scans.at(-1)?.options['TYPE'] ?? '';
  if (!/^(hash|string|list|set|zset|stream)$/i.test(odd)) return missing('name', odd);
  const last = walk.at(-1);
  if (last?.next !== '0') return missing('on', last?.next ?? '0');
  return walk.some(({ items }) => items.includes('vip:basket')) ? passed : missing('hash');
};

/** MATCH and TYPE filter after the fact. */
export const filtersLesson: Lesson = {
  id: 'filters',
  servers: ['filters'],
  seed: 5,
  async setUp(ask) {
    await ask('filters', 'MSET', ...Array.from({ length: OTHERS }, (_, index) => [`visitor:${index + 1}`, 'hello']).flat());
    await ask('filters', 'MSET', ...Array.from({ length: VIPS - 1 }, (_, index) => [`vip:${index + 1}`, 'welcome back']).flat());
    await ask('filters', 'HSET', 'vip:basket', 'champagne', '2', 'strawberries', '40');
  },
  checks: { empty, all, type },
};
