import { asInteger } from '../connection/reply.ts';
import { missing, passed, type Check, type Lesson } from './lesson.ts';
import { named, nameOf, scansOf, textOf, walkOf } from './trail.ts';

const DESKS = 120;
/** Every eighth desk stays: a table of 128 buckets that is nearly empty, and not so empty that it shrinks. */
const KEPT = 8;

/** SCAN was run, and not something else in its place. */
const firstPage: Check = ({ ran }) => {
  const [scan] = scansOf(ran).filter(({ cursor }) => cursor === '0');
  if (scan !== undefined) return passed;
  const elsewhere = scansOf(ran).at(-1);
  if (elsewhere === undefined && named(ran, 'keys').length > 0) return missing('keys');
  return elsewhere === undefined ? missing('nothing') : missing('elsewhere', elsewhere.cursor);
};

/** With COUNT 1 a page of none and one of several were met. */
const countIsAHint: Check = ({ ran }) => {
  const ones = scansOf(ran).filter(({ options }) => options['COUNT'] === '1');
  if (ones.length === 0) return missing(scansOf(ran).length === 0 ? 'nothing' : 'count');
  if (!ones.some(({ cursor }) => cursor !== '0')) return missing('same', ones.length);
  const empty = ones.some(({ items, next }) => items.length === 0 && next !== '0');
  const several = ones.some(({ items }) => items.length > 1);
  if (empty && several) return passed;
  return missing(empty ? 'several' : 'empty', ones.at(-1)?.next ?? '0');
};

/** A walk from 0 to 0 met every key. */
const wholeWalk: Check = async ({ ran, ask }) => {
  const { walk, broken } = walkOf(scansOf(ran));
  const last = walk.at(-1);
  if (last === undefined) return broken === undefined ? missing('nothing') : missing('start', broken.cursor);
  if (last.next !== '0') {
    if (broken !== undefined) return missing('jumped', last.next, broken.cursor);
    return last.items.length === 0 ? missing('empty', last.next) : missing('on', last.next);
  }
  const found = new Set(walk.flatMap(({ items }) => items)).size;
  const size = asInteger(await ask('desk', 'DBSIZE'));
  return found < size ? missing('filtered', found, size) : passed;
};

/** A loop in Lua found all keys, by SCAN. */
const findTheBug: Check = async ({ ran, ask }) => {
  const last = named(ran, 'eval').at(-1);
  if (last === undefined) return missing(ran.some((one) => nameOf(one) !== 'eval') ? 'other' : 'nothing');
  const size = asInteger(await ask('desk', 'DBSIZE'));
  if (last.reply.kind === 'error') return /SCRIPT KILL|terminated|killed/i.test(last.reply.text) ? missing('endless') : missing('fault', last.reply.text);
  if (!/\bscan\b/i.test(last.words[1] ?? '')) return missing('cheat');
  const found = textOf(last.reply);
  if (found === '0') return missing('never');
  return found === String(size) ? passed : missing('some', found, size);
};

/** SCAN is not an iterator: COUNT is a hint, pages may be empty, cursor 0 ends. */
export const scanLesson: Lesson = {
  id: 'scan',
  servers: ['desk'],
  // The second and the third page by COUNT 1 tell the story at once: none, one, two.
  seed: 13,
  async setUp(ask) {
    const desks = Array.from({ length: DESKS }, (_, index) => index + 1);
    await ask('desk', 'MSET', ...desks.flatMap((desk) => [`desk:${desk}`, desk % 3 === 0 ? 'gone to lunch' : 'next window, please']));
    await ask('desk', 'DEL', ...desks.filter((desk) => desk % KEPT !== 0).map((desk) => `desk:${desk}`));
  },
  checks: { first: firstPage, count: countIsAHint, whole: wholeWalk, loop: findTheBug },
};
