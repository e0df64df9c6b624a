import assert from 'node:assert/strict';
import { visitOf, walkOrder, type BucketPicture } from '../../../../src/core/lessons/buckets.ts';
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

  const lastPicture = (): BucketPicture => {
    const picture = learner.pictures.at(-1);
    assert.ok(picture?.kind === 'buckets');
    return picture;
  };

  it('gives a picture of what the walk has been at, as the reply says it', async () => {
    const page = await learner.run('half', 'SCAN 0 COUNT 20');
    const drawn = await learner.run('half', `DEBUG BUCKETS ${cursorOf(page)}`);
    const picture = lastPicture();
    const { tables: [{ size, buckets }], cursor, answered } = picture;
    const marks = { been: 'x', next: '>', again: '>', ahead: ' ' } as const;
    const lines = walkOrder(size).map((bucket) => `${marks[visitOf(bucket, size, cursor)]} ${bucket} ${(buckets.get(bucket) ?? []).join(' ')}`.trimEnd());
    assert.deepEqual(lines, drawn.split('\n').slice(2, -1).map((line) => line.replace(/^ {3}(.) +(\d+) {3}[01]+ */, '$1 $2 ').trimEnd()));
    assert.deepEqual([...answered.keys()], [...page.matchAll(/"(guest:\d+)"/g)].map(([, name]) => name));
    await learner.run('half', 'DEBUG BUCKETS nonsense');
    assert.equal(learner.pictures.length, 1);
  });

  it('gives a picture of both tables while keys are moved, and of names answered twice', async () => {
    await learner.run('shrink', 'CONFIG SET activerehashing no');
    const cursor = cursorOf(await learner.run('shrink', 'SCAN 0 COUNT 20'));
    await learner.run('shrink', leave);
    learner.moment();
    await learner.run('shrink', `DEBUG BUCKETS ${cursor}`);
    assert.deepEqual(lastPicture().tables.map(({ size }) => size), [64, 8]);
    const moved = (): number => [...lastPicture().tables[1]?.buckets.values() ?? []].flat().length;
    const before = moved();
    for (let guest = 1; guest <= 30; guest += 1) await learner.run('shrink', `GET guest:${guest % 5 + 1}`);
    await goOn('shrink', cursor, 20);
    await learner.run('shrink', 'DEBUG BUCKETS');
    assert.ok(lastPicture().tables.length === 1 || moved() > before);
    assert.ok([...lastPicture().answered.values()].some((times) => times === 2));
    const small = 8;
    assert.equal(visitOf(Number(cursor) % small, small, Number(cursor)), Number(cursor) < small ? 'next' : 'again');
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
    const lucky = cursorOf(await learner.run('shrink', 'SCAN 0 COUNT 1'));
    await learner.run('shrink', leave);
    learner.moment();
    await goOn('shrink', lucky, 20);
    assert.match(await learner.check('shrink'), /Nobody was answered twice/);
    await learner.play.reset();
    await learner.run('shrink', 'SCAN 0 COUNT 20');
    await learner.run('shrink', leave);
    learner.moment();
    await goOn('shrink', cursor, 20);
    assert.equal(await learner.check('shrink'), 'passed');
  });

  it('shows both tables while keys are moved', async () => {
    const back = "EVAL \"for guest = 6, 60 do redis.call('SET', 'guest:' .. guest, 'in the lobby') end return 'back'\" 0";
    assert.match(await learner.check('move'), /Nothing is drawn/);
    await learner.run('move', 'DEBUG BUCKETS');
    assert.match(await learner.check('move'), /all there/);
    await learner.run('move', leave);
    await learner.run('move', 'DEBUG BUCKETS');
    assert.match(await learner.check('move'), /The guests are gone/);
    learner.moment();
    await learner.run('move', 'DEBUG BUCKETS');
    assert.match(await learner.check('move'), /within a moment/);
    // As the page has it, when the guests have gone in the step before.
    await learner.run('move', `${back}\nCONFIG SET activerehashing no`);
    learner.moment();
    const cursor = cursorOf(await learner.run('move', `SCAN 0 COUNT 20\n${leave}`));
    learner.moment();
    assert.match(await learner.run('move', `DEBUG BUCKETS ${cursor}`), /being moved from 64 to 8/);
    assert.match(await learner.check('move'), /everybody is in the old one/);
    await learner.run('move', 'GET guest:1\nGET guest:2');
    await learner.run('move', `DEBUG BUCKETS ${cursor}`);
    assert.equal(await learner.check('move'), 'passed');
    await goOn('move', cursor, 20);
    // And on with the next step, though the move is not over.
    const few = cursorOf(await learner.run('grow', 'SCAN 0 COUNT 1'));
    await learner.run('grow', arrive);
    learner.moment();
    await goOn('grow', few, 100);
    assert.equal(await learner.check('grow'), 'passed');
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
    await learner.run('grow', 'SCAN 1 COUNT 100');
    assert.match(await learner.check('grow'), new RegExp(`go on with ${cursor}, and you went on with 1`));
    const filtered = cursorOf(await learner.run('grow', 'SCAN 0 COUNT 1 MATCH guest:1??'));
    for (let next = filtered; next !== '0';) next = cursorOf(await learner.run('grow', `SCAN ${next} COUNT 100 MATCH guest:1??`));
    assert.match(await learner.check('grow'), /did not meet guest:1, guest:2, guest:3, guest:4, guest:5\. Leave out `MATCH`/);
    await learner.play.reset();
    await learner.run('grow', leave);
    learner.moment();
    assert.equal(cursorOf(await learner.run('grow', 'SCAN 0 COUNT 1')), cursor);
    await learner.run('grow', arrive);
    learner.moment();
    await goOn('grow', cursor, 100);
    assert.equal(await learner.check('grow'), 'passed');
    await learner.run('grow', 'SCAN 0 COUNT 1000');
    assert.match(await learner.check('grow'), /over with one page/);
  });
});
