import assert from 'node:assert/strict';
import { scanLesson } from '../../../../src/core/lessons/scan.ts';
import { cursorOf, sitDown, type Learner } from './stage.ts';

describe('lesson: SCAN is not an iterator', () => {
  let learner: Learner;
  beforeEach(() => {
    learner = sitDown(scanLesson);
  });
  afterEach(() => learner.close());

  const walk = async (step: string, options = ''): Promise<readonly string[]> => {
    const pages: string[] = [];
    for (let cursor = '0'; pages.length === 0 || cursor !== '0'; cursor = cursorOf(pages.at(-1) ?? '')) pages.push(await learner.run(step, `SCAN ${cursor}${options}`));
    return pages;
  };

  it('takes the first page, and explains KEYS and a start in the middle', async () => {
    assert.match(await learner.check('first'), /Nothing was scanned/);
    await learner.run('first', 'KEYS *');
    assert.match(await learner.check('first'), /holds up everybody/);
    await learner.run('first', 'SCAN 5');
    assert.match(await learner.check('first'), /began at cursor 5/);
    await learner.runCells('first');
    assert.equal(await learner.check('first'), 'passed');
  });

  it('shows that COUNT is a hint', async () => {
    assert.match(await learner.check('count'), /Run the cell first/);
    await learner.run('count', 'SCAN 0');
    assert.match(await learner.check('count'), /without `COUNT 1`/);
    await learner.runCells('count');
    assert.match(await learner.check('count'), /first page 3 times/);
    const first = await learner.run('count', 'SCAN 0 COUNT 1');
    assert.match(first, /2\) \(empty array\)/);
    const second = await learner.run('count', `SCAN ${cursorOf(first)} COUNT 1`);
    assert.match(second, /2\) 1\) "desk:\d+"\n$/);
    assert.match(await learner.check('count'), new RegExp(`Now one with two names: go on with \`SCAN ${cursorOf(second)} COUNT 1\``));
    const third = await learner.run('count', `SCAN ${cursorOf(second)} COUNT 1`);
    assert.match(third, /2\) 1\) "desk:\d+"\n {3}2\) "desk:\d+"\n$/);
    assert.equal(await learner.check('count'), 'passed');
  });

  it('wants a walk from 0 to 0, and explains where another one broke off', async () => {
    assert.match(await learner.check('whole'), /Begin with/);
    await learner.run('whole', 'SCAN 13');
    assert.match(await learner.check('whole'), /began at cursor 13/);
    const first = cursorOf(await learner.run('whole', 'SCAN 0'));
    assert.match(await learner.check('whole'), new RegExp(`there may be more: \`SCAN ${first}\``));
    await learner.run('whole', 'SCAN 1');
    assert.match(await learner.check('whole'), new RegExp(`go on with ${first}, and you went on with 1\\.`));
    await learner.run('whole', 'SCAN 0 COUNT 1');
    assert.match(await learner.check('whole'), /The last page was empty/);
    await walk('whole', ' MATCH desk:1*');
    assert.match(await learner.check('whole'), /met \d+ of 15 keys/);
    const pages = await walk('whole');
    assert.equal(pages.length, 2);
    assert.equal(await learner.check('whole'), 'passed');
  });

  it('has a loop that never starts, and explains what is wrong with each repair', async () => {
    const loop = (start: string, end: string, before = ''): string => `EVAL "
local cursor = '0'
local found = 0
${start}
  local page = redis.call('SCAN', cursor)
  cursor = page[1]
  found = found + #page[2]
  ${before}
${end}
return found
" 0`;
    assert.match(await learner.check('loop'), /Run the loop as it is/);
    await learner.run('loop', 'SCAN 0');
    assert.match(await learner.check('loop'), /is run by `EVAL`/);
    assert.equal(await learner.runCells('loop'), '(integer) 0\n');
    assert.match(await learner.check('loop'), /the body never ran/);
    await learner.run('loop', "EVAL \"return redis.call('DBSIZE')\" 0");
    assert.match(await learner.check('loop'), /without a walk/);
    await learner.run('loop', loop('repeat', 'until true'));
    assert.match(await learner.check('loop'), /but there are 15 keys/);
    await learner.run('loop', loop('repeat', ''));
    assert.match(await learner.check('loop'), /The script failed: ERR Error compiling/);
    assert.equal(await learner.run('loop', loop('repeat', "until cursor == '0'")), '(integer) 15\n');
    assert.equal(await learner.check('loop'), 'passed');
  });

  it('stops a loop that never ends, and explains it', async () => {
    let ended = false;
    const running = learner.run('loop', `EVAL "
local cursor = '0'
repeat cursor = redis.call('SCAN', cursor)[1] until cursor == 0
return 1
" 0`).finally(() => (ended = true));
    while (!ended) {
      await learner.play.interrupt();
      await new Promise(setImmediate);
    }
    assert.match(await running, /killed|SCRIPT KILL/);
    assert.match(await learner.check('loop'), /it never ended/);
  });

  it('begins anew by Reset', async () => {
    await learner.run('first', 'SCAN 0');
    await learner.run('first', 'FLUSHALL');
    assert.equal(await learner.check('first'), 'passed');
    await learner.play.reset();
    assert.match(await learner.check('first'), /Nothing was scanned/);
    assert.equal(await learner.run('first', 'DBSIZE'), '(integer) 15\n');
  });
});
