import { asInteger } from '../connection/reply.ts';
import { missing, passed, type Check, type Lesson } from './lesson.ts';
import { named, nameOf, scansOf, textOf, textsOf, walkOf } from './trail.ts';

const KEYS = 100_000;

/** KEYS was run, and what it took was looked up. */
const slow: Check = ({ ran }) => {
  const keys = ran.findLastIndex((one) => nameOf(one) === 'keys');
  if (keys === -1) return missing('nothing');
  const log = ran.slice(keys).find((one) => nameOf(one) === 'slowlog' && one.words[1]?.toLowerCase() === 'get');
  if (log === undefined) return missing('log');
  return 'items' in log.reply && log.reply.items.length > 0 ? passed : missing('quick');
};

/** The same question by SCAN: no call takes long. */
const pages: Check = ({ ran }) => {
  if (named(ran, 'keys').length > 0 && scansOf(ran).length === 0) return missing('keys');
  const { walk } = walkOf(scansOf(ran));
  const last = walk.at(-1);
  if (last === undefined) return missing('nothing');
  const large = walk.find(({ options }) => Number(options['COUNT'] ?? 10) > 10_000);
  if (large !== undefined) return missing('large', large.options['COUNT'] ?? '');
  return walk.length >= 3 || last.next === '0' ? passed : missing('on', last.next);
};

/** Who needs the names kept a set of them. */
const index: Check = async ({ ran, ask }) => {
  const kept = await ask('keys', 'TYPE', 'index:open-orders');
  if (!Buffer.isBuffer(kept) || kept.toString() === 'none') return missing('nothing');
  if (kept.toString() !== 'set') return missing('type', kept.toString());
  if (asInteger(await ask('keys', 'SCARD', 'index:open-orders')) < 3) return missing('few');
  const read = named(ran, 'sscan', 'smembers').some(({ words, reply }) => words[1] === 'index:open-orders' && (nameOfCursor(reply) || textsOf(reply).length > 0));
  return read ? passed : missing('read');
};

/** True for a page of SSCAN. */
function nameOfCursor(reply: Parameters<typeof textsOf>[0]): boolean {
  return reply.kind === 'array' && reply.items[0] !== undefined && /^\d+$/.test(textOf(reply.items[0]));
}

/** Why KEYS hurts. */
export const keysLesson: Lesson = {
  id: 'keys',
  servers: ['keys'],
  seed: 7,
  async setUp(ask) {
    await ask('keys', 'DEBUG', 'POPULATE', String(KEYS), 'order');
    // Longer than a millisecond is slow here.
    await ask('keys', 'CONFIG', 'SET', 'slowlog-log-slower-than', '1000');
    await ask('keys', 'SLOWLOG', 'RESET');
  },
  measured: true,
  checks: { slow, pages, index },
};
