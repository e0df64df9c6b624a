import assert from 'node:assert/strict';
import { filtersLesson } from '../../../../src/core/lessons/filters.ts';
import { cursorOf, sitDown, type Learner } from './stage.ts';

describe('lesson: MATCH and TYPE filter after the fact', () => {
  let learner: Learner;
  beforeEach(() => {
    learner = sitDown(filtersLesson);
  });
  afterEach(() => learner.close());

  const walk = async (step: string, options: string): Promise<void> => {
    let cursor = '0';
    do cursor = cursorOf(await learner.run(step, `SCAN ${cursor} ${options}`)); while (cursor !== '0');
  };

  it('meets empty pages', async () => {
    assert.match(await learner.check('empty'), /Run `SCAN/);
    await learner.run('empty', 'SCAN 0');
    assert.match(await learner.check('empty'), /had no pattern/);
    await learner.run('empty', 'SCAN 0 MATCH visitor:*');
    assert.match(await learner.check('empty'), /No empty page so far/);
    await walk('empty', 'MATCH vip:*');
    assert.equal(await learner.check('empty'), 'passed');
  });

  it('finds all, with a fitting COUNT', async () => {
    assert.match(await learner.check('all'), /Begin with/);
    const cursor = cursorOf(await learner.run('all', 'SCAN 0 MATCH vip:none'));
    assert.match(await learner.check('all'), new RegExp(`nothing matched \\*so far\\*. Go on: \`SCAN ${cursor} `));
    await learner.run('all', 'SCAN 1 MATCH vip:*');
    assert.match(await learner.check('all'), /you went on with 1/);
    await learner.run('all', 'SCAN 0 MATCH v*');
    assert.match(await learner.check('all'), /^Go on/);
    await walk('all', 'MATCH VIP:* COUNT 200');
    assert.match(await learner.check('all'), /ended with 0 of 10/);
    await walk('all', 'MATCH vip:*');
    assert.match(await learner.check('all'), /All found, in \d+ calls/);
    await walk('all', 'MATCH vip:* COUNT 200');
    assert.equal(await learner.check('all'), 'passed');
  });

  it('finds the hash by TYPE', async () => {
    assert.match(await learner.check('type'), /Begin with/);
    await learner.run('type', 'SCAN 0 TYPES hash');
    assert.match(await learner.check('type'), /refused: ERR syntax error/);
    await learner.run('type', 'SCAN 0 TYPE map COUNT 5000');
    assert.match(await learner.check('type'), /no type “map”/);
    await learner.run('type', 'SCAN 0 TYPE hash COUNT 5');
    assert.match(await learner.check('type'), /^Go on/);
    await walk('type', 'TYPE list COUNT 500');
    assert.match(await learner.check('type'), /without the hash/);
    await walk('type', 'TYPE hash COUNT 500');
    assert.equal(await learner.check('type'), 'passed');
  });
});
