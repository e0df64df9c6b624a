import assert from 'node:assert/strict';
import type { LatencyRun } from '../../../../src/core/lessons/latency.ts';
import { keysLesson } from '../../../../src/core/lessons/keys.ts';
import { cursorOf, sitDown, type Learner } from './stage.ts';

describe('lesson: why KEYS hurts', () => {
  // Others ask before and after, and a walk is followed to its end.
  let learner: Learner;
  beforeEach(() => {
    learner = sitDown(keysLesson);
  });
  afterEach(() => learner.close());

  it('shows what KEYS takes', async () => {
    assert.match(await learner.check('slow'), /Run `KEYS/);
    await learner.run('slow', 'KEYS order:9999*');
    assert.match(await learner.check('slow'), /SLOWLOG GET/);
    await learner.run('slow', 'SLOWLOG RESET\nSLOWLOG GET');
    assert.match(await learner.check('slow'), /The log is empty/);
    assert.match(await learner.runCells('slow'), /"KEYS"/);
    assert.equal(await learner.check('slow'), 'passed');
  });

  it('takes pages instead', async () => {
    assert.match(await learner.check('pages'), /Begin with/);
    await learner.run('pages', 'KEYS *1');
    assert.match(await learner.check('pages'), /KEYS` again/);
    await learner.run('pages', 'SCAN 0 COUNT 1000000');
    assert.match(await learner.check('pages'), /in disguise/);
    let cursor = cursorOf(await learner.run('pages', 'SCAN 0 MATCH order:9999* COUNT 1000'));
    assert.match(await learner.check('pages'), new RegExp(`Go on: \`SCAN ${cursor} `));
    for (let page = 0; page < 2; page += 1) cursor = cursorOf(await learner.run('pages', `SCAN ${cursor} MATCH order:9999* COUNT 1000`));
    assert.equal(await learner.check('pages'), 'passed');
  });

  it('gives a picture of the last KEYS and the last walk of SCAN', async () => {
    const runs = (): readonly LatencyRun[] => {
      const picture = learner.pictures.at(-1);
      assert.ok(picture?.kind === 'latency');
      return picture.runs;
    };
    await learner.run('slow', 'SLOWLOG RESET\nKEYS order:9999*\nSLOWLOG GET');
    assert.deepEqual(runs().map(({ command, calls }) => [command, calls]), [['KEYS order:9999*', 1]]);
    await learner.run('pages', 'SCAN 0 MATCH order:9999* COUNT 5000');
    assert.equal(runs().length, 2);
    // What the learner ran is what is remembered.
    assert.match(await learner.check('pages'), /Go on/);
    await learner.run('pages', 'SCAN 7 COUNT 10\nKEYS');
    assert.equal(learner.pictures.length, 2);
    await learner.run('slow', 'KEYS order:1');
    assert.deepEqual(runs().map(({ command }) => command), ['KEYS order:1', 'SCAN 0 MATCH order:9999* COUNT 5000']);
    await learner.play.reset();
    await learner.run('slow', 'KEYS order:1');
    assert.equal(runs().length, 1);
  });

  it('keeps an index', async () => {
    assert.match(await learner.check('index'), /by `SADD`/);
    await learner.run('index', 'LPUSH index:open-orders order:1');
    assert.match(await learner.check('index'), /is a list/);
    await learner.run('index', 'DEL index:open-orders\nSADD index:open-orders order:1');
    assert.match(await learner.check('index'), /at least three/);
    await learner.run('index', 'SADD index:open-orders order:2 order:3');
    assert.match(await learner.check('index'), /Now read it/);
    await learner.runCells('index');
    assert.equal(await learner.check('index'), 'passed');
  });
});
