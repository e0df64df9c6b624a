import { asInteger, asText } from '../connection/reply.ts';
import type { Reply } from '../connection/session.ts';
import { isFailure } from '../failure.ts';
import { missing, passed, type Ask, type Check, type Lesson, type Ran } from './lesson.ts';
import { named, nameOf, textOf } from './trail.ts';

const KEYS = 100;
/** What is overwritten while the replica is held up. */
const CHANGED = 'key:1';

/** How far both are, and the link if it is one of those two; the original is asked first, so what it has written until then is what the replica has to have. */
async function stateOf(ask: Ask): Promise<{ readonly link: string | undefined; readonly written: number; readonly applied: number }> {
  const field = (info: string, name: string): string | undefined => new RegExp(`^${name}:([^\\r\\n]*)`, 'm').exec(info)?.[1];
  const original = asText(await ask('original', 'INFO', 'replication'));
  const replica = asText(await ask('replica', 'INFO', 'replication'));
  const [written, applied] = [Number(field(original, 'master_repl_offset')), Number(field(replica, 'slave_repl_offset') ?? 0)];
  return { link: field(replica, 'master_host') === 'original' ? field(replica, 'master_link_status') : undefined, written, applied };
}

const on = (ran: readonly Ran[], server: string, ...names: readonly string[]): readonly Ran[] => named(ran, ...names).filter((one) => one.server === server);
const numbersOf = (ran: readonly Ran[]): readonly number[] => ran.filter(({ reply }) => reply.kind === 'integer').map(({ reply }) => Number(textOf(reply)));

/** Equal sizes before it began, and a link that came up. */
const sizes: Check = async ({ ran, ask }) => {
  for (const server of ['original', 'replica']) if (on(ran, server, 'dbsize').length === 0) return missing('count', server);
  const { link } = await stateOf(ask);
  if (link === undefined) return missing('follow');
  if (link !== 'up') return missing('down', link);
  return on(ran, 'replica', 'info').some(({ reply }) => /^master_link_status:up/m.test(textOf(reply))) ? passed : missing('look');
};

/** As many keys on both, and other data. */
const offsets: Check = async ({ ran, ask }) => {
  const { link, written, applied } = await stateOf(ask);
  if (link !== 'up') return missing('link');
  const [here, there] = [await ask('original', 'GET', CHANGED), await ask('replica', 'GET', CHANGED)];
  if (Buffer.isBuffer(here) && Buffer.isBuffer(there) && here.equals(there)) {
    return missing(on(ran, 'replica', 'client').some(({ words }) => words[1]?.toLowerCase() === 'pause') ? 'write' : 'pause');
  }
  for (const server of ['original', 'replica']) if (on(ran, server, 'dbsize').length === 0) return missing('size', server);
  for (const server of ['original', 'replica']) if (on(ran, server, 'info').length === 0) return missing('info', server);
  return written > applied ? passed : missing('pause');
};

/** WAIT answered 0 while the replica was held up, and 1 afterwards. */
const wait: Check = async ({ ran, ask }) => {
  const answers = numbersOf(on(ran, 'original', 'wait'));
  const { written, applied } = await stateOf(ask);
  if (answers.length === 0) return missing(on(ran, 'replica', 'wait').length > 0 ? 'elsewhere' : 'nothing');
  const none = answers.indexOf(0);
  if (none === -1) return missing(written > applied ? 'connection' : 'one');
  if (written > applied) return missing('held');
  return answers.slice(none).some((answer) => answer > 0) ? passed : missing('again');
};

/** A key that nobody can read was counted, until the original cleared it away. */
const expired: Check = async ({ ran: all, ask }) => {
  const { written, applied } = await stateOf(ask);
  // Who was too quick once may begin again.
  const begun = all.findLastIndex((one) => one.server === 'original' && nameOf(one) === 'set');
  if (begun === -1) return missing('nothing');
  const ran = all.slice(begun);
  if (written > applied) return missing('held');
  if (!on(ran, 'replica', 'get').some(({ reply }) => reply.kind === 'null')) return missing('get');
  const counted = numbersOf(on(ran, 'replica', 'dbsize'));
  if (counted.length === 0) return missing('size');
  const now = asInteger(await ask('replica', 'DBSIZE'));
  if (now < Math.max(...counted)) return passed;
  return on(ran, 'original', 'get').length > 0 ? missing('quick') : missing('clear');
};

/** What a loop may meet: sizes, offsets, the link, what it is to say, and what is missing where it says the other thing. */
const situations = [
  { told: ['100', '100', '5000', '4800', 'up'], right: 'wait', wrong: missing('equal') },
  { told: ['100', '100', '0', '0', 'down'], right: 'wait', wrong: missing('zero') },
  { told: ['101', '100', '5000', '5000', 'up'], right: 'liberate', wrong: missing('moving') },
  { told: ['100', '100', '5000', '5300', 'up'], right: 'liberate', wrong: missing('ahead') },
] as const;

/** The condition of a tutorial's loop, repaired: it is tried in situations that the loop may meet. */
const loop: Check = async ({ ran, ask }) => {
  const last = named(ran, 'eval').at(-1);
  if (last === undefined) return missing('nothing');
  const say = async (told: readonly string[]): Promise<string> => wordOf(await ask('original', 'EVAL', last.words[1] ?? '', '0', ...told));
  try {
    const [half, done] = [await say(['100', '40', '5000', '2000', 'up']), await say(['100', '100', '5000', '5000', 'up'])];
    for (const word of [half, done]) if (word !== 'wait' && word !== 'liberate') return missing('word', word);
    if (half !== 'wait') return done === 'liberate' ? missing('never') : missing('turned');
    if (done !== 'liberate') return missing('forever');
    for (const { told, right, wrong } of situations) if (await say(told) !== right) return wrong;
    return passed;
  } catch (error) {
    if (isFailure(error)) return missing('fault', error.message);
    throw error;
  }
};

function wordOf(reply: Reply): string {
  return Buffer.isBuffer(reply) ? reply.toString() : String(reply);
}

/** When is a replica in sync: sizes lie, offsets do not. */
export const insyncLesson: Lesson = {
  id: 'insync',
  servers: ['original', 'replica'],
  seed: 33,
  config: { 'repl-diskless-sync-delay': '2' },
  async setUp(ask) {
    // As many keys on both, by chance.
    for (const [server, name] of [['original', 'key'], ['replica', 'old']] as const) {
      await ask(server, 'MSET', ...Array.from({ length: KEYS }, (_, index) => [`${name}:${index + 1}`, 'as it was']).flat());
    }
  },
  commands: { sizes: { kind: 'replicate', server: 'original' } },
  checks: { sizes, offsets, wait, expired, loop },
};
