import { missing, passed, type Check, type Lesson, type Ran } from './lesson.ts';
import { nameOf, scansOf, textOf, walkOf } from './trail.ts';

const GUESTS = 60;
/** Those that stay to the end. */
const LAST = 5;
const stayers = Array.from({ length: LAST }, (_, index) => `guest:${index + 1}`);

const isDrawn = (one: Ran): boolean => nameOf(one) === 'debug' && one.words[1]?.toLowerCase() === 'buckets';

/** The cursors that the table was drawn for. */
function drawn(ran: readonly Ran[]): readonly string[] {
  return ran.filter(isDrawn).map(({ words }) => words[2] ?? '0');
}

const picture: Check = ({ ran }) => (drawn(ran).length > 0 ? passed : missing('nothing'));

/** Half a walk, and the picture of it. */
const halfWay: Check = ({ ran }) => {
  const scan = scansOf(ran).at(-1);
  if (scan === undefined) return missing('nothing');
  if (scan.next === '0') return missing('over');
  return drawn(ran).includes(scan.next) ? passed : missing('draw', scan.next);
};

/** A walk that was under way while the table shrank met a name twice. */
const shrink: Check = async ({ ran, ask }) => {
  const { walk, broken } = walkOf(scansOf(ran));
  const last = walk.at(-1);
  if (last === undefined) return missing('nothing');
  if (Number(await ask('guests', 'DBSIZE')) > LAST) return missing('stay', last.next);
  const names = walk.flatMap(({ items }) => items);
  if (last.next !== '0') return broken === undefined ? missing('on', last.next) : missing('jumped', last.next, broken.cursor);
  if (new Set(names).size < names.length) return passed;
  return walk.length === 1 || new Set(names).size <= LAST ? missing('late') : missing('lucky');
};

/** Two tables were drawn, and drawn again after keys were moved. */
const move: Check = async ({ ran, ask }) => {
  const cursor = scansOf(ran).at(-1)?.next ?? '0';
  if (drawn(ran).length === 0) return missing('nothing');
  if (Number(await ask('guests', 'DBSIZE')) > LAST) return missing('stay');
  const two = ran.findIndex((one) => isDrawn(one) && textOf(one.reply).includes('being moved'));
  if (two === -1) return textOf(ran.findLast(isDrawn)?.reply ?? { kind: 'null' }).includes('in 64 buckets') ? missing('wait', cursor) : missing('at-once');
  const get = ran.findIndex((one, at) => at > two && nameOf(one) === 'get');
  return get !== -1 && ran.slice(get).some(isDrawn) ? passed : missing('still', cursor);
};

/** A walk that was under way while the table grew missed nobody who was there all the time. */
const grow: Check = async ({ ran, ask }) => {
  const { walk, broken } = walkOf(scansOf(ran));
  const last = walk.at(-1);
  if (last === undefined) return missing('nothing');
  if (Number(await ask('guests', 'DBSIZE')) < GUESTS) return missing('few', last.next);
  if (last.next !== '0') return broken === undefined ? missing('on', last.next) : missing('jumped', last.next, broken.cursor);
  if (walk.length === 1) return missing('late');
  const names = new Set(walk.flatMap(({ items }) => items));
  const missed = stayers.filter((name) => !names.has(name));
  return missed.length === 0 ? passed : missing('missed', missed.join(', '));
};

/** Duplicates under rehash: a table that shrinks in the middle of a walk shows names twice, one that grows loses none. */
export const duplicatesLesson: Lesson = {
  id: 'duplicates',
  servers: ['guests'],
  // A guest who stays sits in a bucket that the first page visits, and in one that is visited again once the table is small.
  seed: 4,
  setUp: async (ask) => {
    await ask('guests', 'MSET', ...Array.from({ length: GUESTS }, (_, index) => [`guest:${index + 1}`, 'in the lobby']).flat());
  },
  checks: { picture, half: halfWay, shrink, move, grow },
};
