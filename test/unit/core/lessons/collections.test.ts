import assert from 'node:assert/strict';
import { collectionsLesson } from '../../../../src/core/lessons/collections.ts';
import { cursorOf, sitDown, type Learner } from './stage.ts';

describe('lesson: HSCAN, SSCAN and ZSCAN', () => {
  let learner: Learner;
  beforeEach(() => {
    learner = sitDown(collectionsLesson);
  });
  afterEach(() => learner.close());

  it('shows that a small hash ignores COUNT', async () => {
    assert.match(await learner.check('small'), /Run `HSCAN/);
    await learner.run('small', 'SCAN 0');
    assert.match(await learner.check('small'), /names of keys/);
    await learner.run('small', 'HSCAN small 0');
    assert.match(await learner.check('small'), /below 100/);
    await learner.run('small', 'HSCAN small 0 COUNT 5');
    assert.match(await learner.check('small'), /^100 fields came/);
    assert.match(await learner.runCells('small'), /"listpack"/);
    assert.equal(await learner.check('small'), 'passed');
  });

  it('walks a large hash', async () => {
    assert.match(await learner.check('large'), /Begin with/);
    await learner.run('large', 'HSCAN large 7');
    assert.match(await learner.check('large'), /began at cursor 7/);
    const first = cursorOf(await learner.run('large', 'HSCAN large 0 COUNT 200'));
    assert.match(await learner.check('large'), new RegExp(`a page of 2\\d\\d fields. Go on: \`HSCAN large ${first} `));
    await learner.run('large', 'HSCAN large 1');
    assert.match(await learner.check('large'), /you went on with 1/);
    await learner.run('large', 'HSCAN large 0 COUNT 5000');
    assert.match(await learner.check('large'), /`HGETALL` by another name/);
    for (const options of [' MATCH field:1* COUNT 200', ' COUNT 200']) {
      let cursor = '0';
      do cursor = cursorOf(await learner.run('large', `HSCAN large ${cursor}${options}`)); while (cursor !== '0');
      assert.match(await learner.check('large'), options.includes('MATCH') ? /met \d+ of 600/ : /^passed$/);
    }
  });

  it('crosses the border', async () => {
    assert.match(await learner.check('border'), /512 fields and is still a listpack/);
    await learner.run('border', 'HSET border field:513 x');
    assert.match(await learner.check('border'), /with 513 fields/);
    await learner.run('border', 'HDEL border field:1 field:2');
    assert.match(await learner.check('border'), /Now scan it/);
    await learner.run('border', 'HSCAN border 0 COUNT 5000');
    assert.match(await learner.check('border'), /the whole of it/);
    await learner.play.reset();
    assert.match(await learner.runCells('border'), /"hashtable"/);
    assert.equal(await learner.check('border'), 'passed');
  });

  it('walks sets and sorted sets, and explains WRONGTYPE', async () => {
    assert.match(await learner.check('kinds'), /is walked by `ZSCAN/);
    await learner.run('kinds', 'HSCAN ranking 0');
    assert.match(await learner.check('kinds'), /`HSCAN` is for another type than that of `ranking`/);
    await learner.play.reset();
    await learner.run('kinds', 'ZSCAN ranking 0 COUNT 5');
    assert.match(await learner.check('kinds'), /And the set/);
    await learner.runCells('kinds');
    assert.equal(await learner.check('kinds'), 'passed');
  });
});
