import { asInteger } from '../connection/reply.ts';
import { missing, passed, type Ask, type Check, type Lesson } from './lesson.ts';
import { named, textOf } from './trail.ts';

/** Of the sessions, ms. */
const HOURS = 2 * 3_600_000;
/** A copy's time may differ by so much from that of its original, ms. */
const CLOSE = 1000;

const timeOf = async (ask: Ask, key: string): Promise<number> => asInteger(await ask('sessions', 'PTTL', key));

/** A copy by GET and SET was found to have no time. */
const lost: Check = async ({ ran, ask }) => {
  const left = await timeOf(ask, 'copy:1');
  if (left === -2) return missing('nothing');
  if (left !== -1) return missing('has', left);
  const looked = named(ran, 'ttl', 'pttl').some(({ words, reply }) => words[1] === 'copy:1' && textOf(reply) === '-1');
  return looked ? passed : missing('look');
};

/** COPY takes the time along. */
const kept: Check = async ({ ask }) => {
  const [original, copy] = [await timeOf(ask, 'session:1'), await timeOf(ask, 'copy:2')];
  if (copy === -2) return missing('nothing');
  if (copy === -1) return missing('forever');
  return Math.abs(original - copy) <= CLOSE ? passed : missing('other', copy, original);
};

/** RESTORE was told the time, in its unit. */
const restore: Check = async ({ ran, ask }) => {
  const last = named(ran, 'eval').findLast(({ words }) => /\brestore\b/i.test(words[1] ?? ''));
  const [original, copy] = [await timeOf(ask, 'session:1'), await timeOf(ask, 'copy:3')];
  if (last?.reply.kind === 'error') return /BUSYKEY/.test(last.reply.text) ? missing('busy') : missing('fault', last.reply.text);
  if (copy === -2) return missing(last === undefined ? 'nothing' : /\babsttl\b/i.test(last.words[1] ?? '') ? 'past' : 'seconds');
  if (copy === -1) return missing('forever');
  if (copy > original + CLOSE) return missing('absolute', copy);
  return original - copy > CLOSE ? missing('seconds') : passed;
};

/** SET with KEEPTTL. */
const overwrite: Check = async ({ ask }) => {
  const value = await ask('sessions', 'GET', 'session:3');
  const left = await timeOf(ask, 'session:3');
  if (left === -2 || value === null) return missing('gone');
  if (left === -1) return missing('forever');
  return Buffer.isBuffer(value) && value.toString() === 'logged in' ? missing('same') : passed;
};

/** Expiry, and what becomes of it in copies. */
export const expiryLesson: Lesson = {
  id: 'expiry',
  servers: ['sessions'],
  seed: 11,
  async setUp(ask) {
    for (const session of ['session:1', 'session:2', 'session:3']) await ask('sessions', 'SET', session, 'logged in', 'PX', String(HOURS));
  },
  checks: { lost, kept, restore, overwrite },
};
