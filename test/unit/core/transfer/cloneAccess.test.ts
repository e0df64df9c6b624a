import assert from 'node:assert/strict';
import { isFailure } from '../../../../src/core/failure.ts';
import { clone, type CloneReport, type CloneRequest } from '../../../../src/core/transfer/clone.ts';
import { planClone } from '../../../../src/core/transfer/plan.ts';
import { differences } from '../../../support/oracle.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { connectResp } from '../../../support/respClient.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const ENDS = '4102444800123';
const never = new AbortController().signal;

describe('a clone by users who may not do everything', () => {
  let servers: [RedisServer, RedisServer];
  let sessions: TestSessions;
  /** What the plan said of both sides. */
  let forbidden: readonly string[] = [];
  let untold: readonly string[] = [];
  /** Clones as users with these rules: on the source and on the target. */
  const run = async (rules: readonly [string, string], more: Partial<CloneRequest> = {}, largest?: number): Promise<CloneReport> => {
    const profiles = await Promise.all(servers.map(async (server, index) => {
      await server.cli('ACL', 'SETUSER', 'bob', 'reset', 'on', 'nopass', ...(rules[index] as string).split(' '));
      const profile = testProfile(server, { id: `bob-${String(index)}`, username: 'bob' });
      sessions.passwords.set(profile.id, 'any');
      return profile;
    }));
    const [source, target] = profiles.map((profile) => ({ profile, database: 0 })) as [CloneRequest['source'], CloneRequest['target']];
    const request: CloneRequest = { source, target, scope: { pattern: undefined, types: undefined }, conflict: 'stop', verify: true, ...more };
    const deps = { sessions, seeds: [1, 2], patience: 10_000, pause: () => Promise.resolve(), ...(largest === undefined ? {} : { largest }) } as const;
    const plan = await planClone(deps, request, never, () => undefined);
    forbidden = [plan.source.forbidden.join(), plan.target.forbidden.join()];
    untold = [plan.source.untold.join(), plan.target.untold.join()];
    return clone(deps, request, never, () => undefined);
  };
  const equal = async (): Promise<void> => {
    const clients = await Promise.all(servers.map(({ port }) => connectResp(port))) as [Awaited<ReturnType<typeof connectResp>>, Awaited<ReturnType<typeof connectResp>>];
    assert.deepEqual(await differences(...clients), []);
    for (const client of clients) client.close();
  };
  const all = '~* &* +@all';

  beforeEach(async () => {
    sessions = createTestSessions();
    servers = await Promise.all([startRedisServer(), startRedisServer()]);
    await servers[0].cli('SET', 'app:ends', 'x', 'PXAT', ENDS);
    await servers[0].cli('RPUSH', 'app:list', ...Array.from({ length: 2000 }, (_, index) => `item ${String(index)}`));
    await servers[0].cli('HSET', 'app:hash', 'f', 'v');
    await servers[0].cli('SET', 'other', 'x');
  });
  afterEach(async () => {
    await sessions.dispose();
    for (const server of servers) await server.stop();
  });

  it('needs no MEMORY USAGE, and finds large values without it', async () => {
    const report = await run([`${all} -memory`, all], {}, 20_000);
    assert.deepEqual([report.copied, report.notCopied, report.verification?.differences], [4, [], []]);
    assert.ok((await servers[1].cli('INFO', 'commandstats')).includes('cmdstat_rename'), 'the list went by pieces');
    await equal();
  });

  for (const side of [0, 1] as const) {
    it(`needs no PEXPIRETIME at the ${side === 0 ? 'source' : 'target'}, as before Redis 7`, async () => {
      await servers[0].cli('PEXPIREAT', 'app:list', ENDS);
      const report = await run(side === 0 ? [`${all} -pexpiretime`, all] : [all, `${all} -pexpiretime`], {}, 20_000);
      assert.deepEqual([report.copied, report.notCopied, report.verification?.differences], [4, [], []]);
      for (const key of ['app:ends', 'app:list']) assert.ok(Math.abs(Number(await servers[1].cli('PEXPIRETIME', key)) - Number(ENDS)) <= 10);
      await servers[1].cli('PEXPIREAT', 'app:ends', '4102444900000');
      const again = await run(side === 0 ? [`${all} -pexpiretime`, all] : [all, `${all} -pexpiretime`], { conflict: 'skip' });
      assert.equal(again.skipped, 4);
    });
  }

  it('leaves out keys that the user may not read, and says which', async () => {
    const report = await run(['~app:* &* +@all', all]);
    assert.deepEqual(report.notCopied.map(({ name, failure }) => `${name.toString()} ${failure.kind}`), ['other permission']);
    assert.deepEqual([report.copied, report.vanished, report.verification?.differences.map(({ name, kind }) => `${kind} ${name.toString()}`)], [3, 0, ['refused other']]);
  });

  it('leaves out keys that the user may not write, and says which', async () => {
    // Written only: what it holds may be looked at.
    const report = await run([all, '%W~app:* %R~* &* +@all']);
    assert.deepEqual(report.notCopied.map(({ name, failure }) => `${name.toString()} ${failure.kind}`), ['other permission']);
    assert.deepEqual([report.copied, report.verification?.differences.map(({ name, kind }) => `${kind} ${name.toString()}`)], [3, ['missing other']]);
  });

  for (const command of ['scan', 'dump'] as const) {
    it(`says that it needs ${command.toUpperCase()}`, async () => {
      await assert.rejects(run([`${all} -${command}`, all]), (error) => isFailure(error, 'permission') && error.message.includes(command.toUpperCase()));
    });
  }

  it('needs no RESTORE: values are made by commands', async () => {
    const report = await run([all, `${all} -restore`]);
    assert.deepEqual([report.copied, report.notCopied, report.forms, report.verification?.differences], [4, [], { commands: 4 }, []]);
    await equal();
  });

  it('is told by its plan what they may not do', async () => {
    await run([all, `${all} -restore -flushdb`], { conflict: 'empty' }).catch(() => undefined);
    assert.deepEqual(forbidden, ['', 'RESTORE,FLUSHDB']);
    await run([`${all} -dump`, all]).catch(() => undefined);
    assert.deepEqual(forbidden, ['DUMP', '']);
    // Keys that are not meant are none of its business.
    await run(['~app:* +@all', '~app:* +@all'], { scope: { pattern: Buffer.from('app:*'), types: undefined } });
    assert.deepEqual(forbidden, ['', '']);
    await run([all, '~copy:* +@all'], { scope: { pattern: Buffer.from('app:*'), types: undefined }, rewrite: { from: Buffer.from('app:'), to: Buffer.from('copy:') } });
    assert.deepEqual(forbidden, ['', '']);
  });

  it('is told by the rules of the user where the server does not try them, and what is not told', async () => {
    const rules = '-acl +acl|whoami +acl|getuser';
    await run([`${all} ${rules} -dump`, `${all} -flushdb ${rules}`], { conflict: 'empty' }).catch(() => undefined);
    assert.deepEqual([forbidden, untold], [['DUMP', 'FLUSHDB'], ['', '']]);
    await run([`~app:* +@all ${rules}`, `%W~app:* %R~* +@all ${rules}`], { scope: { pattern: Buffer.from('app:*'), types: undefined } });
    assert.deepEqual([forbidden, untold], [['', ''], ['', 'RESTORE']]);
    await run([`${all} -acl`, all]).catch(() => undefined);
    assert.deepEqual([forbidden, untold], [['', ''], ['SCAN,DUMP', '']]);
  });
});
