import { asInteger, asText } from '../connection/reply.ts';
import type { Reply } from '../connection/session.ts';
import { lackOf, namesOf, type Lack, type Pair } from './copies.ts';
import { missing, passed, type Ask, type Check, type Lesson, type Ran, type Verdict } from './lesson.ts';
import { named, scansOf, textOf, textsOf } from './trail.ts';

const BOOKS = 30;
const FIRST = 'original:book:1';
const TITLE = 'Book 1';
const HOURS = 2 * 3_600_000;
/** That SCAN's pattern takes for a class of characters. */
const NEW = 'original:[new]:';
const PREFIX = 'original:';

/** What a copy lacks, in words; passed if nothing. */
function judge({ of, absent, different, forever, otherwise }: Lack): Verdict {
  if (of > 0 && absent.length === of) return missing('none', of);
  if (absent[0] !== undefined) return missing('some', absent.length, of, absent[0]);
  if (different[0] !== undefined) return missing('differs', different[0]);
  if (forever[0] !== undefined) return missing('forever', forever[0]);
  return otherwise[0] === undefined ? passed : missing('time', otherwise[0]);
}

const judgePair = async (ask: Ask, pair: Pair): Promise<Verdict> => judge(await lackOf(ask, pair));
const has = async (ask: Ask, place: string, key: string): Promise<boolean> => asInteger(await ask(place, 'EXISTS', key)) === 1;
const titleIn = async (ask: Ask, place: string): Promise<string> => textOr(await ask(place, 'HGET', FIRST, 'title'));

/** A string; empty for none. */
function textOr(reply: Reply): string {
  return reply === null ? '' : asText(reply);
}

/** Whether a server follows, and its link to the master. */
async function linkOf(ask: Ask, server: string): Promise<string | undefined> {
  const info = asText(await ask(server, 'INFO', 'replication'));
  return /^role:slave/m.test(info) ? /^master_link_status:(\w+)/m.exec(info)?.[1] ?? '' : undefined;
}

/** The first of a number of verdicts that is not there yet. */
async function every(...checks: readonly (() => Promise<Verdict>)[]): Promise<Verdict> {
  for (const check of checks) {
    const verdict = await check();
    if (!verdict.passed) return verdict;
  }
  return passed;
}

/** A copy in database 1, and the original where it was. */
const databases: Check = async ({ ask }) => {
  const there = new Set(await namesOf(ask, 'original'));
  if ((await namesOf(ask, 'original/1')).some((name) => !there.has(name))) return missing('moved');
  return judgePair(ask, { from: 'original', to: 'original/1' });
};

/** An edited copy took the place of the original. */
const swap: Check = async ({ ran, ask }) => {
  if (!named(ran, 'swapdb').some(({ reply }) => textOf(reply) === 'OK')) return missing('nothing');
  const [first, second] = [await titleIn(ask, 'original'), await titleIn(ask, 'original/1')];
  if (first === '') return missing('empty');
  if (first === second) return missing('alike', first);
  return first === TITLE ? missing('back') : passed;
};

const databasesCommand: Check = ({ ask }) => judgePair(ask, { from: 'original', to: 'original/2' });

/** Copies under another prefix, by a loop that does not meet them. */
const prefix: Check = async ({ ran, ask }) => {
  const names = await namesOf(ask, 'original');
  const again = names.filter((name) => name.startsWith('edited:edited:'));
  if (again[0] !== undefined) return missing('again', again.length, again[0]);
  const before = names.find((name) => name.startsWith('edited:original:'));
  if (before !== undefined) return missing('before', before);
  if (!names.some((name) => name.startsWith(PREFIX))) return missing('renamed');
  const last = named(ran, 'eval').at(-1);
  if (last?.reply.kind === 'error') return missing('fault', last.reply.text);
  return judgePair(ask, { from: 'original', to: 'original', which: (name) => name.startsWith(PREFIX), renamed: (name) => `edited:${name.slice(PREFIX.length)}` });
};

/** A name within a value was changed as well. */
const names: Check = async ({ ask }) => {
  const [original, copy] = [textOr(await ask('original', 'HGET', FIRST, 'next')), await ask('original', 'HGET', 'edited:book:1', 'next')];
  if (original !== 'original:book:2') return missing('original', original);
  if (copy === null) return missing('gone');
  const next = asText(copy);
  if (next === 'edited:book:2') return passed;
  return next.startsWith(PREFIX) ? missing('points', next) : missing('other', next);
};

/** A pattern in which brackets are brackets. */
const glob: Check = ({ ran }) => {
  const found = [
    ...scansOf(ran).filter(({ options }) => options['MATCH'] !== undefined).map(({ items }) => items),
    ...named(ran, 'keys').map(({ reply }) => textsOf(reply)),
  ];
  const last = found.at(-1);
  if (last === undefined) return missing('nothing');
  if (found.some((items) => items.length === 2 && items.every((name) => name.startsWith(NEW)))) return passed;
  if (last.length === 0) return missing('empty');
  const wrong = last.find((name) => !name.startsWith(NEW));
  return wrong === undefined ? missing('part', last.length) : missing('wrong', wrong);
};

const prefixCommand: Check = ({ ask }) =>
  judgePair(ask, { from: 'original', to: 'original', which: (name) => name.startsWith(PREFIX), renamed: (name) => `checked:${name.slice(PREFIX.length)}` });

/** One key by DUMP and RESTORE with its time, two by MIGRATE, which left them where they were. */
const instance: Check = async ({ ran, ask }) => {
  const key = 'original:offer';
  const [original, copy] = [asInteger(await ask('original', 'PTTL', key)), asInteger(await ask('copy', 'PTTL', key))];
  const last = named(ran, 'restore').findLast(({ server }) => server === 'copy');
  if (copy === -2) {
    if (last === undefined) return missing('nothing');
    const answer = textOf(last.reply);
    // What ends too early may have ended by now.
    if (last.reply.kind !== 'error') return missing(last.words.some((word) => word.toLowerCase() === 'absttl') ? 'past' : 'seconds');
    return /DUMP payload|Bad data/.test(answer) ? missing('payload') : missing('fault', answer);
  }
  if (copy === -1) return missing(last?.reply.kind === 'error' && last.reply.text.startsWith('BUSYKEY') ? 'busy' : 'zero');
  if (copy > original + 1000) return missing('absolute', copy);
  // The learner needs a while between reading the time and using it, but not an hour.
  if (copy < original / 2) return missing('seconds');
  const books = [FIRST, 'original:book:2'];
  for (const book of books) if (!(await has(ask, 'original', book))) return missing('moved', book);
  for (const book of books) if (!(await has(ask, 'copy', book))) return missing('migrate', book);
  return passed;
};

const instanceCommand: Check = ({ ask }) => judgePair(ask, { from: 'original', to: 'copy/1' });

const ok = (ran: readonly Ran[], server: string, name: string, word?: string): readonly Ran[] =>
  named(ran, name).filter((one) => one.server === server && one.reply.kind !== 'error' && (word === undefined || one.words[1]?.toLowerCase() === word));

/** A file of one moment, loaded by the other server, with every database. */
const dump: Check = async ({ ran, ask }) => {
  const late = 'original:late';
  if (ok(ran, 'original', 'save').length + ok(ran, 'original', 'bgsave').length === 0) return missing('save');
  if (!(await has(ask, 'original', late))) return missing('late');
  const reload = ok(ran, 'copy', 'debug', 'reload').at(-1);
  if (reload === undefined) return missing('reload');
  if (await has(ask, 'copy', late)) return missing('after');
  if (!reload.words.some((word) => word.toLowerCase() === 'nosave')) return missing('own');
  return every(
    () => judgePair(ask, { from: 'original', to: 'copy', which: (name) => name !== late }),
    () => judgePair(ask, { from: 'original/1', to: 'copy/1' }),
  );
};

/** A file that the extension wrote is open; the best of them counts. */
const dumpCommand: Check = async ({ ask, files }) => {
  const late = 'original:late';
  let best: Lack | undefined;
  for (const file of files) {
    // What was written since the file was saved is not the file's fault.
    const lack = await lackOf(ask, { from: 'original', to: file, which: (name) => name !== late });
    if (best === undefined || lack.absent.length < best.absent.length) best = lack;
  }
  return best === undefined ? missing('file') : judge(best);
};

/** Liberated before it was in sync. */
const early: Check = async ({ ran, ask }) => {
  const news = 'original:today';
  if (!(await has(ask, 'original', news))) return missing('news');
  const orders = named(ran, 'replicaof', 'slaveof').filter(({ server }) => server === 'copy');
  if (!orders.some(({ words }) => words[1]?.toLowerCase() === 'original')) return missing('nothing');
  const link = await linkOf(ask, 'copy');
  if (link !== undefined) return missing('follows', link);
  return await has(ask, 'copy', news) ? missing('patient') : passed;
};

/** Every database of the copy is as that of the original, and it stands on its own. */
async function liberated(ask: Ask): Promise<Verdict> {
  const link = await linkOf(ask, 'copy');
  if (link !== undefined) return missing('follows', link);
  return every(...['', '/1', '/2'].map((database) => () => judgePair(ask, { from: `original${database}`, to: `copy${database}` })));
}

/** Followed until in sync, then liberated: what the copy had is gone. */
const replica: Check = async ({ ran, ask }) => {
  if (!ok(ran, 'copy', 'replicaof', 'original').length && !ok(ran, 'copy', 'slaveof', 'original').length) return missing('nothing');
  if (await linkOf(ask, 'copy') === undefined && await has(ask, 'copy', 'mine')) return missing('early');
  return liberated(ask);
};

const replicaCommand: Check = async ({ ask }) => (await has(ask, 'original', 'original:more') ? liberated(ask) : missing('write'));

/** Five ways to clone: databases, marked keys, a second instance, dump and reload, enslave and liberate. */
export const clonesLesson: Lesson = {
  id: 'clones',
  servers: ['original', 'copy'],
  seed: 21,
  // Less than a real master waits, and long enough to liberate too early.
  config: { 'repl-diskless-sync-delay': '2' },
  async setUp(ask) {
    for (let book = 1; book <= BOOKS; book += 1) {
      await ask('original', 'HSET', `original:book:${book}`, 'title', `Book ${book}`, 'price', String(10 + book), 'next', `original:book:${book % BOOKS + 1}`);
    }
    await ask('original', 'SET', 'original:offer', 'free delivery until tonight', 'PX', String(HOURS));
    await ask('original', 'RPUSH', 'original:shelf', 'original:book:7', 'original:book:3', 'original:book:21');
    for (const name of [`${NEW}1`, `${NEW}2`, 'original:n:1', 'original:e:1']) await ask('original', 'SET', name, 'on the table');
    await ask('copy', 'SET', 'mine', 'written on the copy');
  },
  commands: {
    'databases-command': { kind: 'clone', server: 'original' },
    'prefix-command': { kind: 'clone', server: 'original', prefix: PREFIX },
    'instance-command': { kind: 'clone', server: 'original' },
    'dump-command': { kind: 'clone', server: 'original' },
    'replica-command': { kind: 'clone', server: 'original' },
  },
  checks: {
    databases, swap, 'databases-command': databasesCommand,
    prefix, names, glob, 'prefix-command': prefixCommand,
    instance, 'instance-command': instanceCommand,
    dump, 'dump-command': dumpCommand,
    early, replica, 'replica-command': replicaCommand,
  },
};
