import assert from 'node:assert/strict';
import { expiryLesson } from '../../../../src/core/lessons/expiry.ts';
import { sitDown, type Learner } from './stage.ts';

const restore = (time: string, more = ''): string => `DEL copy:3\nEVAL "return redis.call('RESTORE', 'copy:3', ${time}, redis.call('DUMP', 'session:1')${more})" 0`;

describe('lesson: time to live in copies', () => {
  let learner: Learner;
  beforeEach(() => {
    learner = sitDown(expiryLesson);
  });
  afterEach(() => learner.close());

  it('loses the time by reading and writing', async () => {
    assert.match(await learner.check('lost'), /no `copy:1`/);
    await learner.run('lost', 'SET copy:1 x EX 100');
    assert.match(await learner.check('lost'), /ms to live/);
    await learner.run('lost', 'SET copy:1 x');
    assert.match(await learner.check('lost'), /Look at its time/);
    assert.match(await learner.runCells('lost'), /\(integer\) -1\n$/);
    assert.equal(await learner.check('lost'), 'passed');
  });

  it('keeps it by COPY', async () => {
    assert.match(await learner.check('kept'), /no `copy:2`/);
    await learner.run('kept', 'SET copy:2 x');
    assert.match(await learner.check('kept'), /lives for ever/);
    await learner.run('kept', 'EXPIRE copy:2 60');
    assert.match(await learner.check('kept'), /ms left/);
    await learner.run('kept', 'DEL copy:2');
    await learner.runCells('kept');
    assert.equal(await learner.check('kept'), 'passed');
  });

  it('has a RESTORE that forgets it, and explains each repair', async () => {
    assert.match(await learner.check('restore'), /Run the script as it is/);
    await learner.run('restore', "EVAL \"return redis.call('PTTL', 'session:1')\" 0");
    assert.match(await learner.check('restore'), /Run the script as it is/);
    await learner.runCells('restore');
    assert.match(await learner.check('restore'), /the 0 in `RESTORE`/);
    await learner.run('restore', restore("redis.call('PTTL', 'session:1')").replace(/^.*\n/, ''));
    assert.match(await learner.check('restore'), /does not overwrite/);
    await learner.run('restore', restore('-5'));
    assert.match(await learner.check('restore'), /script failed: ERR Invalid TTL/);
    await learner.run('restore', restore("redis.call('TTL', 'session:1')"));
    assert.match(await learner.check('restore'), /takes milliseconds/);
    await learner.run('restore', restore("redis.call('PEXPIRETIME', 'session:1')"));
    assert.match(await learner.check('restore'), /`ABSTTL` behind the bytes/);
    await learner.run('restore', restore("redis.call('PTTL', 'session:1')", ", 'ABSTTL'"));
    assert.match(await learner.check('restore'), /and that is over/);
    await learner.run('restore', restore("redis.call('PEXPIRETIME', 'session:1')", ", 'ABSTTL'"));
    assert.equal(await learner.check('restore'), 'passed');
    await learner.run('restore', restore("redis.call('PTTL', 'session:1')"));
    assert.equal(await learner.check('restore'), 'passed');
  });

  it('loses it by overwriting, but for KEEPTTL', async () => {
    assert.match(await learner.check('overwrite'), /old value/);
    await learner.runCells('overwrite');
    assert.match(await learner.check('overwrite'), /lives for ever now/);
    await learner.run('overwrite', 'EXPIRE session:3 7200\nSET session:3 changed KEEPTTL');
    assert.equal(await learner.check('overwrite'), 'passed');
    await learner.run('overwrite', 'DEL session:3');
    assert.match(await learner.check('overwrite'), /is gone/);
  });
});
