import assert from 'node:assert/strict';
import { clonesLesson } from '../../../../src/core/lessons/clones.ts';
import { sitDown, type Learner } from './stage.ts';

const copyAll = (from: number, to: number): string => `SELECT ${from}\nEVAL "for _, key in ipairs(redis.call('KEYS', '*')) do redis.call('COPY', key, key, 'DB', ${to}, 'REPLACE') end" 0`;
const loop = (match: string, name: string): string =>
  `EVAL "local cursor = '0' repeat local page = redis.call('SCAN', cursor${match}) cursor = page[1] for _, key in ipairs(page[2]) do redis.call('COPY', key, ${name}) end until cursor == '0'" 0`;

describe('lesson: five ways to clone', () => {
  let learner: Learner;
  beforeEach(() => {
    learner = sitDown(clonesLesson);
  });
  afterEach(() => learner.close());

  const check = (step: string): Promise<string> => learner.check(step);

  it('copies into another database, and tells MOVE from COPY', async () => {
    assert.match(await check('databases'), /none of 36 keys/);
    await learner.run('databases', 'COPY original:book:1 original:book:1 DB 1');
    assert.match(await check('databases'), /35 of 36 keys are missing, `original:\[new\]:1` for one/);
    await learner.runCells('databases');
    assert.equal(await check('databases'), 'passed');
    await learner.run('databases', 'SELECT 1\nHSET original:book:2 title x');
    assert.match(await check('databases'), /`original:book:2` has another value there/);
    await learner.run('databases', `SELECT 1\nFLUSHDB\n${copyAll(0, 1)}\nSELECT 1\nPERSIST original:offer`);
    assert.match(await check('databases'), /`original:offer` has lost its time to live/);
    await learner.run('databases', 'SELECT 1\nPEXPIRE original:offer 100000');
    assert.match(await check('databases'), /`original:offer` has another time to live/);
    await learner.play.reset();
    await learner.run('databases', 'MOVE original:book:1 1');
    assert.match(await check('databases'), /Database 0 has lost keys to database 1/);
    await learner.run('databases', "EVAL \"for _, key in ipairs(redis.call('KEYS', '*')) do redis.call('MOVE', key, 1) end\" 0");
    assert.match(await check('databases'), /`MOVE` takes them away/);
  });

  it('exchanges databases for everybody', async () => {
    assert.match(await check('swap'), /ends with `SWAPDB 0 1`/);
    await learner.run('swap', 'SWAPDB 0 1');
    assert.match(await check('swap'), /do the step before this one first/);
    await learner.run('swap', `SWAPDB 0 1\n${copyAll(0, 1)}\nSWAPDB 0 1`);
    assert.match(await check('swap'), /Both databases say “Book 1”/);
    const shown = await learner.runCells('swap');
    assert.match(shown, /"Book 1"\nOK\n"Book 1, revised"\n$/);
    assert.equal(await check('swap'), 'passed');
    await learner.run('swap', 'SWAPDB 1 0');
    assert.match(await check('swap'), /exchanged them twice/);
    assert.match(await check('databases-command'), /none of 36/);
    await learner.run('databases-command', copyAll(0, 2));
    assert.equal(await check('databases-command'), 'passed');
  });

  it('marks keys by a loop that runs into its own copies, until it is repaired', async () => {
    assert.match(await check('prefix'), /none of 36/);
    const [first, last] = learner.prose.steps.find(({ id }) => id === 'prefix')?.parts.filter((part) => part.kind === 'commands') ?? [];
    assert.ok(first !== undefined && last !== undefined);
    await learner.run('prefix', first.text);
    assert.match(await check('prefix'), /\d+ keys are copies of copies, such as `edited:edited:/);
    await learner.run('prefix', last.text);
    await learner.run('prefix', loop(", 'MATCH', 'original:*'", "'edited:' .. key"));
    assert.match(await check('prefix'), /`edited:original:[^`]*` has its mark before the old one/);
    await learner.run('prefix', last.text);
    await learner.run('prefix', loop(", 'MATCH'", "'edited:' .. key"));
    assert.match(await check('prefix'), /The script failed: ERR/);
    await learner.run('prefix', loop(", 'MATCH', 'original:*'", "'edited:' .. string.sub(key, 10)"));
    assert.equal(await check('prefix'), 'passed');
    await learner.run('prefix', last.text);
    await learner.run('prefix', loop(", 'MATCH', 'original:*'", "'edited:' .. string.sub(key, 10)").replace("'COPY'", "'RENAME'"));
    assert.match(await check('prefix'), /was that `RENAME`/);
  });

  it('finds names inside of values', async () => {
    assert.match(await check('names'), /no `edited:book:1`/);
    await learner.run('names', 'COPY original:book:1 edited:book:1');
    assert.match(await learner.run('names', 'HGET edited:book:1 next'), /"original:book:2"/);
    assert.match(await check('names'), /points to `original:book:2`: an original/);
    await learner.runCells('names');
    assert.match(await check('names'), /points to `write the name here`/);
    await learner.run('names', 'HSET original:book:1 next edited:book:2');
    assert.match(await check('names'), /That was the original/);
    await learner.run('names', 'HSET original:book:1 next original:book:2\nHSET edited:book:1 next edited:book:2');
    assert.equal(await check('names'), 'passed');
  });

  it('takes brackets for what they are in a pattern', async () => {
    assert.match(await check('glob'), /Run the cell/);
    assert.match(await learner.runCells('glob'), /original:n:1/);
    assert.match(await check('glob'), /It found `original:[ne]:1`\. Write a backslash/);
    await learner.run('glob', 'SCAN 0 MATCH original:\\\\[new]:* COUNT 1000');
    assert.match(await check('glob'), /found nothing/);
    await learner.run('glob', 'KEYS original:\\[new\\]:1');
    assert.match(await check('glob'), /had 1 of the two/);
    await learner.run('glob', 'SCAN 0 MATCH original:\\[new\\]:* COUNT 1000');
    assert.equal(await check('glob'), 'passed');
    assert.match(await check('prefix-command'), /none of 36/);
    await learner.run('prefix-command', loop(", 'MATCH', 'original:*'", "'checked:' .. string.sub(key, 10)"));
    assert.equal(await check('prefix-command'), 'passed');
  });

  it('takes a key to another server, with its time', async () => {
    assert.match(await check('instance'), /no `original:offer` on the second server/);
    await learner.run('instance', 'RESTORE original:offer 0 x');
    assert.match(await check('instance'), /no `original:offer` on the second server/);
    await learner.runCells('instance');
    assert.match(await check('instance'), /does not know these bytes/);
    const [, dumped = ''] = /^(".*")$/m.exec(await learner.run('instance', 'DUMP original:offer')) ?? [];
    const restore = async (time: string, more = ''): Promise<string> => learner.run('instance', `RESTORE original:offer ${time} ${dumped} ${more}`, 'copy');
    await restore('-1');
    assert.match(await check('instance'), /`RESTORE` failed: ERR Invalid TTL/);
    await restore('0');
    assert.match(await check('instance'), /the 0 in `RESTORE` says so/);
    await restore('7000000');
    assert.match(await check('instance'), /Add `REPLACE` at the end/);
    await restore('7000', 'REPLACE');
    assert.match(await check('instance'), /`TTL` answers seconds/);
    learner.pass(8000);
    assert.match(await check('instance'), /`TTL` answers seconds/);
    await restore(String(Date.now() + 7_000_000), 'REPLACE');
    assert.match(await check('instance'), /needs the word `ABSTTL`/);
    await restore('7000000', 'REPLACE ABSTTL');
    assert.match(await check('instance'), /and that is over/);
    await restore(String(Date.now() + 7_000_000), 'REPLACE ABSTTL');
    await learner.run('instance', 'DEL original:book:1 original:book:2', 'copy');
    assert.match(await check('instance'), /`original:book:1` is not on the second server/);
    assert.match(await learner.run('instance', 'MIGRATE copy 6369 original:book:1 0 5000'), /OK/);
    assert.match(await check('instance'), /`MIGRATE` moves/);
    assert.match(await learner.run('instance', 'MIGRATE original 6369 original:book:1 0 5000', 'copy'), /OK/);
    await learner.run('instance', 'MIGRATE copy 6369 "" 0 5000 COPY REPLACE KEYS original:book:1 original:book:2');
    assert.equal(await check('instance'), 'passed');
    assert.match(await check('instance-command'), /none of 36/);
  });

  it('dumps and reloads: of one moment, with every database', async () => {
    await learner.run('dump', copyAll(0, 1));
    assert.match(await check('dump'), /no file yet/);
    await learner.run('dump', 'SAVE');
    assert.match(await check('dump'), /the file cannot know/);
    await learner.run('dump', 'SET original:late x');
    assert.match(await check('dump'), /DEBUG RELOAD NOSAVE/);
    await learner.run('dump', 'DEBUG RELOAD', 'copy');
    assert.match(await check('dump'), /first saves the server's own data/);
    await learner.run('dump', 'SAVE');
    await learner.run('dump', 'DEBUG RELOAD NOSAVE', 'copy');
    assert.match(await check('dump'), /the file was saved after it was written/);
    await learner.run('dump', 'DEL original:late');
    const shown = await learner.runCells('dump');
    assert.match(shown, /\(integer\) 0\n[^]*db0:keys=36,[^]*db1:keys=36/);
    assert.equal(await check('dump'), 'passed');
    assert.match(await check('dump-command'), /No RDB file is open/);
    await learner.run('dump', 'DEL original:book:3\nSAVE');
    learner.openFile();
    await learner.run('dump', 'COPY original:book:4 original:book:3');
    assert.match(await check('dump-command'), /1 of 36 keys are missing, `original:book:3`/);
    await learner.run('dump', 'SAVE');
    learner.openFile();
    assert.equal(await check('dump-command'), 'passed');
  });

  it('enslaves and liberates: too early, and in time', async () => {
    assert.match(await check('early'), /Write the news first/);
    await learner.run('early', 'SET original:today "new today"');
    assert.match(await check('early'), /Run the last cell/);
    await learner.run('early', 'REPLICAOF original 6369', 'copy');
    assert.match(await check('early'), /still follows the original \(its link is down\)/);
    assert.match(await learner.runCells('early'), /OK[^\n]*\nOK\n\(nil\)\n$/);
    assert.equal(await check('early'), 'passed');

    assert.match(await check('replica'), /Have the second server follow/);
    await learner.run('replica', 'SET mine x\nREPLICAOF original 6369\nREPLICAOF NO ONE', 'copy');
    assert.match(await check('replica'), /`mine` is still there/);
    await learner.run('replica', copyAll(0, 2));
    await learner.run('replica', 'REPLICAOF original 6369', 'copy');
    assert.match(await check('replica'), /its link is down/);
    await learner.inSync('copy');
    assert.match(await learner.run('replica', 'INFO replication', 'copy'), /master_host:original\r?\nmaster_port:6369\r?\nmaster_link_status:up/);
    assert.match(await check('replica'), /its link is up/);
    await learner.run('replica', 'REPLICAOF NO ONE', 'copy');
    assert.equal(await check('replica'), 'passed');
    assert.match(await check('early'), /The copy has the news/);
    assert.match(await check('replica-command'), /Run the first cell/);
    await learner.run('replica-command', 'SET original:more x');
    assert.match(await check('replica-command'), /1 of 38 keys are missing, `original:more`/);
    await learner.run('replica-command', 'REPLICAOF original 6369', 'copy');
    await learner.inSync('copy');
    assert.match(await check('replica-command'), /its link is up/);
    await learner.run('replica-command', 'REPLICAOF NO ONE', 'copy');
    assert.equal(await check('replica-command'), 'passed');
  });

  it('begins anew', async () => {
    await learner.runCells('databases');
    await learner.run('dump', 'SAVE');
    await learner.play.reset();
    assert.match(await check('databases'), /none of 36/);
    assert.match(await learner.run('dump', 'DEBUG RELOAD NOSAVE', 'copy'), /Error trying to load the RDB dump|OK/);
    assert.match(await check('dump'), /no file yet/);
  });
});
