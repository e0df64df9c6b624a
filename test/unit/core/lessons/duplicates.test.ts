import assert from 'node:assert/strict';
import { duplicatesLesson } from '../../../../src/core/lessons/duplicates.ts';
import { cursorOf, sitDown, type Learner } from './stage.ts';

const leave = "EVAL \"for guest = 6, 60 do redis.call('DEL', 'guest:' .. guest) end return 'gone'\" 0";
const arrive = "EVAL \"for guest = 101, 200 do redis.call('SET', 'guest:' .. guest, 'just arrived') end return 'here'\" 0";

describe('lesson: the same name twice', () => {
  let learner: Learner;
  beforeEach(() => {
    learner = sitDown(duplicatesLesson);
  });
  afterEach(() => learner.close());

  const goOn = async (step: string, from: string, count: number): Promise<void> => {
    for (let cursor = from; cursor !== '0';) cursor = cursorOf(await learner.run(step, `SCAN ${cursor} COUNT ${count}`));
  };

  it('draws the table in the order of the walk', async () => {
    assert.match(await learner.check('picture'), /Draw the table/);
    const drawn = await learner.runCells('picture');
    assert.match(drawn, /^60 keys in 64 buckets/);
    assert.deepEqual([...drawn.matchAll(/^ {3}. {2,}(\d+) {3}[01]{6}/gm)].map(([, bucket]) => Number(bucket)).slice(0, 5), [0, 32, 16, 48, 8]);
    assert.equal(await learner.check('picture'), 'passed');
  });

  it('marks where a walk has been', async () => {
    assert.match(await learner.check('half'), /Take a page first/);
    await learner.run('half', 'SCAN 0 COUNT 500');
    assert.match(await learner.check('half'), /ended the walk/);
    const cursor = cursorOf(await learner.run('half', 'SCAN 0 COUNT 20'));
    assert.match(await learner.check('half'), new RegExp(`DEBUG BUCKETS ${cursor}`));
    const drawn = await learner.run('half', `DEBUG BUCKETS ${cursor}`);
    assert.match(drawn, new RegExp(`^ {3}> +${cursor} `, 'm'));
    assert.ok((drawn.match(/^ {3}x/gm) ?? []).length > 5);
    assert.equal(await learner.check('half'), 'passed');
  });

  it('shows a name twice while the table shrinks', async () => {
    assert.match(await learner.check('shrink'), /Begin with/);
    const cursor = cursorOf(await learner.run('shrink', 'SCAN 0 COUNT 20'));
    assert.match(await learner.check('shrink'), /still there/);
    await learner.run('shrink', leave);
    learner.moment();
    assert.match(await learner.check('shrink'), new RegExp(`Go on: \`SCAN ${cursor} `));
    assert.match(await learner.run('shrink', `DEBUG BUCKETS ${cursor}`), /^5 keys(, being moved from 64 to| in) 8 buckets/);
    await learner.run('shrink', 'SCAN 1 COUNT 20');
    assert.match(await learner.check('shrink'), /you went on with 1/);
    await goOn('shrink', cursorOf(await learner.run('shrink', 'SCAN 0 COUNT 20')), 20);
    assert.match(await learner.check('shrink'), /gone already/);
    await learner.play.reset();
    await learner.run('shrink', 'SCAN 0 COUNT 20');
    await learner.run('shrink', leave);
    learner.moment();
    await goOn('shrink', cursor, 20);
    assert.equal(await learner.check('shrink'), 'passed');
  });

  it('loses nobody while the table grows', async () => {
    assert.match(await learner.check('grow'), /Begin with/);
    await learner.run('grow', leave);
    learner.moment();
    const cursor = cursorOf(await learner.run('grow', 'SCAN 0 COUNT 1'));
    assert.match(await learner.check('grow'), /have not arrived/);
    await learner.run('grow', arrive);
    learner.moment();
    assert.match(await learner.check('grow'), /Go on/);
    await goOn('grow', cursor, 100);
    assert.equal(await learner.check('grow'), 'passed');
    await learner.run('grow', 'SCAN 0 COUNT 1000');
    assert.match(await learner.check('grow'), /over with one page/);
  });
});
