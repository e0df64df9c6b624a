import assert from 'node:assert/strict';
import { insyncLesson } from '../../../../src/core/lessons/insync.ts';
import { sitDown, type Learner } from './stage.ts';

const decide = (condition: string): string => `EVAL "
local size, copied = tonumber(ARGV[1]), tonumber(ARGV[2])
local written, applied = tonumber(ARGV[3]), tonumber(ARGV[4])
local link = ARGV[5]
if ${condition} then return 'wait' end
return 'liberate'" 0 100 40 5000 2000 up`;

describe('lesson: when is a replica in sync', () => {
  let learner: Learner;
  beforeEach(() => {
    learner = sitDown(insyncLesson);
  });
  afterEach(() => learner.close());

  const check = (step: string): Promise<string> => learner.check(step);
  const follow = async (): Promise<void> => {
    await learner.run('sizes', 'REPLICAOF original 6379', 'replica');
    await learner.inSync('replica');
  };
  /** What was written arrives. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) {
      learner.moment();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  it('has equal sizes before it begins, and waits for the link', async () => {
    assert.match(await check('sizes'), /`DBSIZE` was not run on original/);
    assert.equal(await learner.run('sizes', 'DBSIZE'), '(integer) 100\n');
    assert.match(await check('sizes'), /`DBSIZE` was not run on replica/);
    assert.equal(await learner.run('sizes', 'DBSIZE', 'replica'), '(integer) 100\n');
    assert.match(await check('sizes'), /does not follow the first/);
    await learner.run('sizes', 'REPLICAOF replica 6379', 'replica');
    assert.match(await check('sizes'), /does not follow the first/);
    assert.match(await learner.runCells('sizes'), /OK\n\(integer\) 100\n\(integer\) 0\n# Replication[^]*master_link_status:down/);
    assert.match(await check('sizes'), /its link is down/);
    await learner.inSync('replica');
    assert.match(await check('sizes'), /See it yourself/);
    await learner.run('sizes', 'INFO replication', 'replica');
    assert.equal(await check('sizes'), 'passed');
  });

  it('shows other data of the same size, by a replica that is held up', async () => {
    assert.match(await check('offsets'), /link is not up/);
    await follow();
    assert.match(await check('offsets'), /Hold it up/);
    await learner.run('offsets', 'CLIENT PAUSE 600000 WRITE', 'replica');
    assert.match(await check('offsets'), /`key:1` is the same on both/);
    await learner.run('offsets', 'SET key:1 changed');
    await settle();
    assert.match(await check('offsets'), /`DBSIZE` was not run on original/);
    await learner.run('offsets', 'DBSIZE');
    await learner.run('offsets', 'DBSIZE', 'replica');
    assert.match(await check('offsets'), /`INFO replication` was not run on original/);
    assert.match(await learner.runCells('offsets'), /"as it was"\n\(integer\) 100\n/);
    assert.equal(await check('offsets'), 'passed');
    await learner.run('offsets', 'CLIENT UNPAUSE', 'replica');
    await settle();
    assert.equal(await learner.run('offsets', 'GET key:1', 'replica'), '"changed"\n');
  });

  it('has the server wait, and tells what a connection without writes is told', async () => {
    await follow();
    assert.match(await check('wait'), /a `SET`, and `WAIT` behind it/);
    await learner.run('wait', 'WAIT 1 10', 'replica');
    assert.match(await check('wait'), /asked of the original/);
    await learner.run('wait', 'WAIT 1 10');
    assert.match(await check('wait'), /as the replica keeps up/);
    await learner.run('wait', 'CLIENT PAUSE 600000 WRITE', 'replica');
    await learner.run('wait', 'SET key:1 changed');
    await settle();
    assert.equal(await learner.run('wait', 'WAIT 1 10'), '(integer) 1\n');
    assert.match(await check('wait'), /nothing had been written by that connection/);
    assert.equal(await learner.runWhile('wait', 'SET key:1 x\nWAIT 1 20', settle), 'OK\n(integer) 0\n');
    assert.match(await check('wait'), /That was the 0/);
    await learner.run('wait', 'CLIENT UNPAUSE', 'replica');
    await settle();
    assert.match(await check('wait'), /once more/);
    assert.equal(await learner.runWhile('wait', 'SET key:1 y\nWAIT 1 5000', settle), 'OK\n(integer) 1\n');
    assert.equal(await check('wait'), 'passed');
  });

  it('counts what nobody can read', async () => {
    await follow();
    assert.match(await check('expired'), /Run the first cell/);
    await learner.run('expired', 'CLIENT PAUSE 600000 WRITE', 'replica');
    await learner.run('expired', 'SET session x PX 1');
    await settle();
    assert.match(await check('expired'), /behind. Is it still held up/);
    await learner.run('expired', 'CLIENT UNPAUSE', 'replica');
    await settle();
    assert.match(await check('expired'), /Ask the replica for the key/);
    learner.pass(10);
    assert.equal(await learner.run('expired', 'GET session', 'replica'), '(nil)\n');
    assert.match(await check('expired'), /how many does the replica count/);
    await learner.run('expired', 'GET session');
    await settle();
    await learner.run('expired', 'DBSIZE', 'replica');
    assert.match(await check('expired'), /cleared away before you counted it/);
    await learner.run('expired', 'DEBUG SET-ACTIVE-EXPIRE 0\nSET session x PX 1');
    await settle();
    learner.pass(10);
    assert.equal(await learner.run('expired', 'GET session\nDBSIZE', 'replica'), '(nil)\n(integer) 101\n');
    assert.match(await check('expired'), /It is counted still/);
    assert.equal(await learner.run('expired', 'GET session\nDBSIZE'), '(nil)\n(integer) 100\n');
    await settle();
    assert.equal(await learner.run('expired', 'DBSIZE', 'replica'), '(integer) 100\n');
    assert.equal(await check('expired'), 'passed');
  });

  it('has a loop whose condition is turned round, and explains each repair', async () => {
    assert.match(await check('loop'), /Run the script as it is/);
    assert.equal(await learner.runCells('loop'), '"liberate"\n');
    assert.match(await check('loop'), /turned round/);
    for (const [condition, hint] of [
      ['size ~= copied', /something was overwritten/],
      ['applied ~= written', /both offsets are 0/],
      ['applied > written', /never waits/],
      ["applied < 6000 or link ~= 'up'", /waits for ever/],
      ["applied < written or link ~= 'up' or size ~= copied", /Sizes 101 and 100/],
      ["applied ~= written or link ~= 'up'", /`applied >= written` is enough/],
      ['size == nothing[1]', /The script failed: /],
    ] as const) {
      await learner.run('loop', decide(condition));
      assert.match(await check('loop'), hint, condition);
    }
    await learner.run('loop', decide('true').replace("'wait'", "'stay'"));
    assert.match(await check('loop'), /It answers “stay”/);
    await learner.run('loop', decide("applied < written or link ~= 'up'"));
    assert.equal(await check('loop'), 'passed');
  });
});
