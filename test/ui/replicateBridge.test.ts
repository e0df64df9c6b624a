import assert from 'node:assert/strict';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

describe('a live bridge in a real window', () => {
  const vscode = useWindow();
  let servers: [RedisServer, RedisServer];
  const says = (text: RegExp): Promise<void> => until(async () => text.test((await vscode.tree.row('Managed')).text), 30_000);

  before(async () => {
    servers = await Promise.all([startRedisServer(['--repl-diskless-sync-delay', '0']), startRedisServer()]);
    const [source, target] = servers;
    await source.cli('DEBUG', 'POPULATE', '5000', 'user');
    await target.cli('SET', 'old', 'x');
    await target.cli('ACL', 'SETUSER', 'default', '-replicaof', '-slaveof');
    for (const [name, { port }] of [['Prod', source], ['Managed', target]] as const) {
      await vscode.connect(name, port);
    }
  });
  after(async () => {
    for (const server of servers) await server.stop();
  });

  it('is offered where the target may not be a replica, and follows', async () => {
    await vscode.tree.menu('Prod', /^Replicate Database/);
    await vscode.prompts.pick(/^Managed/, /Which connection is to follow “Prod”/);
    await vscode.prompts.input(`127.0.0.1:${servers[0].port}`);
    await vscode.page.locator('.monaco-dialog-box').waitFor();
    await vscode.screenshot('replicate-bridge');
    const plan = await vscode.prompts.answer('Throw Away and Replicate');
    assert.match(plan, /“Managed” cannot be a replica of “Prod”\. Use a live bridge\?/);
    assert.match(plan, /Database 0: 1 key.*The user of “Managed” may not run REPLICAOF\. Have it allowed \(ACL SETUSER … \+replicaof\)/s);
    await vscode.prompts.input('Managed', /Throw away all data of “Managed”/);
    await says(/follows Prod · in step/);
    await servers[0].cli('SET', 'later', '1');
    await until(async () => await servers[1].cli('GET', 'later') === '1');
    assert.equal(await servers[1].cli('EXISTS', 'old'), '0');
    assert.match(await vscode.tree.tooltip('Managed'), /Follows Prod by a live bridge/);
    for (const row of ['Managed', ['Managed', 'Database 0'], ['Managed', 'Database 0', 'keyspace'], ['Managed', 'Database 0', 'keyspace', 'bridge']]) await vscode.tree.expand(row);
    assert.match((await vscode.tree.row(['Managed', 'Database 0', 'keyspace', 'bridge', 'holders'])).text, /hash · which live replications write here/);
  });

  it('refuses a second one onto the same target, and says who holds it', async () => {
    await vscode.prompts.clearNotifications();
    await vscode.tree.menu('Practice', /^Replicate Database/);
    await vscode.prompts.pick(/^Managed/, /Which connection is to follow “Practice”/);
    await vscode.prompts.notification(/“Managed” cannot follow “Practice”\..*A live bridge from “Prod” writes to 127\.0\.0\.1:\d+ already \(its window: .*\).*Liberate it there/);
    await vscode.prompts.clearNotifications();
  });

  it('goes on after the window was loaded anew, and is liberated', async () => {
    await vscode.reload();
    await servers[0].cli('INCR', 'later');
    await vscode.tree.open();
    await says(/follows Prod · in step/);
    await until(async () => await servers[1].cli('GET', 'later') === '2');
    await vscode.prompts.clearNotifications();
    await vscode.tree.menu('Managed', /^Liberate Replica/);
    await vscode.prompts.answer('Liberate');
    // A button of a notification that moves up, as that of the progress goes, is missed.
    await until(async () => { const shown = await vscode.prompts.notifications(); return shown.length === 1 && !shown[0]?.startsWith('Waiting'); });
    await vscode.prompts.notification(/“Managed” is on its own\. All that “Prod” had when you asked had arrived/, 'Compare');
    await vscode.prompts.notification(/“Prod” and “Managed” are identical in all databases: 5,001 keys compared by value/);
    await servers[0].cli('SET', 'later', 'x');
    assert.equal(await servers[1].cli('GET', 'later'), '2');
  });

  it('has a namespace follow alone, under another prefix, and forgets it with its connection', async () => {
    await vscode.prompts.clearNotifications();
    await servers[1].cli('FLUSHALL');
    await servers[1].cli('MSET', 'other', 'stays', 'copy:none', 'goes');
    await vscode.tree.expand('Prod');
    await vscode.tree.expand(['Prod', 'Database 0']);
    await vscode.tree.menu(['Prod', 'Database 0', 'user'], /^Replicate Database/);
    await vscode.prompts.pick(/^Managed/, /Which connection is to follow/);
    await vscode.prompts.pick(/^Database 0/, /Which database is to follow/);
    await vscode.prompts.input('copy:', /in place of “user:”/);
    const plan = await vscode.prompts.answer('Replicate');
    assert.match(plan, /Have copy:\* of database 0 of “Managed” follow user:\* of database 0 of “Prod”\?/);
    await vscode.prompts.input('Managed/0', /Type Managed\/0/);
    await says(/follows Prod · in step/);
    assert.deepEqual([await servers[1].cli('EXISTS', 'copy:4999'), await servers[1].cli('EXISTS', 'copy:none'), await servers[1].cli('GET', 'other')], ['1', '0', 'stays']);
    await servers[0].cli('SET', 'user:1', 'new');
    await until(async () => await servers[1].cli('GET', 'copy:1') === 'new');
    await vscode.tree.menu('Prod', /^Remove Connection/);
    await vscode.prompts.answer('Remove');
    await until(async () => !/follows/.test((await vscode.tree.row('Managed')).text));
  });

  it('asks of a database whether it is to be all of its server', async () => {
    await vscode.prompts.clearNotifications();
    await vscode.tree.expand('Practice');
    await vscode.tree.menu(['Practice', 'Database 0'], /^Replicate Database/);
    assert.deepEqual((await vscode.prompts.picks()).map((label) => label.split(',')[0]), ['All of “Practice”', 'Database 0 alone', 'Keys of database 0 by a pattern', 'Several databases by a map']);
    await vscode.prompts.pick(/^Database 0 alone/);
    await vscode.prompts.pick(/^Managed/);
    await vscode.prompts.pick(/^Database 3/);
    await vscode.prompts.answer('Replicate');
    await says(/follows Practice · in step/);
    assert.ok(Number(await servers[1].cli('-n', '3', 'DBSIZE')) > 10);
  });

  it('compares what was followed alone, once that is liberated', async () => {
    await liberate();
    await vscode.prompts.notification(/“Managed” is on its own/, 'Compare');
    await vscode.prompts.notification(/“Practice” and “Managed” are identical in the part that was followed: [\d,]+ keys compared/);
  });

  it('has keys that match a pattern follow, and leaves the others', async () => {
    await vscode.prompts.clearNotifications();
    await servers[1].cli('-n', '4', 'SET', 'other', 'stays');
    await vscode.tree.menu(['Practice', 'Database 0'], /^Replicate Database/);
    await vscode.prompts.pick(/^Keys of database 0 by a pattern/);
    await vscode.prompts.input('product:*', /A pattern/);
    await vscode.prompts.pick(/^Managed/);
    await vscode.prompts.pick(/^Database 4/);
    assert.match(await vscode.prompts.answer('Replicate'), /Have product:\* of database 4 of “Managed” follow product:\* of database 0 of “Practice”\?/);
    await vscode.prompts.input('Managed/4', /Type Managed\/4/);
    await says(/follows Practice · in step/);
    const names = (await servers[1].cli('-n', '4', 'KEYS', '*')).split('\n').filter((name) => !name.startsWith('keyspace:bridge:'));
    assert.ok(names.length > 2 && names.includes('other'), String(names.length));
    assert.deepEqual(names.filter((name) => name !== 'other' && !name.startsWith('product:')), []);
    await liberate();
  });

  it('has several databases follow by a map', async () => {
    await vscode.prompts.clearNotifications();
    await vscode.tree.menu(['Practice', 'Database 0'], /^Replicate Database/);
    await vscode.prompts.pick(/^Several databases by a map/);
    await vscode.prompts.pick(/^Managed/);
    await vscode.prompts.input('0>6 1>7', /Which database of “Managed” follows which of “Practice”/);
    assert.match(await vscode.prompts.answer('Replicate'), /Have databases 6, 7 of “Managed” follow databases 0, 1 of “Practice”\?.*0>6 1>7/s);
    await says(/follows Practice · in step/);
    await until(async () => Number(await servers[1].cli('-n', '6', 'DBSIZE')) > 10);
    await liberate();
    await vscode.prompts.notification(/“Managed” is on its own/, 'Compare');
    await vscode.prompts.notification(/identical in the part that was followed/);
  });

  async function liberate(): Promise<void> {
    await vscode.prompts.clearNotifications();
    await vscode.tree.menu('Managed', /^Liberate Replica/);
    await vscode.prompts.answer('Liberate');
    await until(async () => !/follows/.test((await vscode.tree.row('Managed')).text));
    // A button of a notification that moves up, as that of the progress goes, is missed.
    await until(async () => { const shown = await vscode.prompts.notifications(); return shown.some((text) => text.includes('is on its own')) && !shown.some((text) => text.startsWith('Waiting')); });
  }
});
