import assert from 'node:assert/strict';
import { type RedisServer, startRedisServer } from '../support/redisServer.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

describe('the package itself, in a clean VS Code, on a server of 1,000,000 keys', () => {
  // Small calls, so that the scan takes long enough to be cut.
  const vscode = useWindow({ extension: 'vsix', settings: { 'keyspace.scan.maxCount': 100, 'keyspace.scan.pageSize': 10, 'editor.minimap.enabled': false } });
  let server: RedisServer;
  const database = ['Million', 'Database 0'];

  before(async function () {
    this.timeout(60_000);
    server = await startRedisServer();
    await server.cli('DEBUG', 'POPULATE', '600000', 'user');
    await server.cli('DEBUG', 'POPULATE', '250000', 'cart');
    // 150,000 flat names, in batches that hold no server.
    for (let batch = 0; batch < 15; batch++) {
      await server.cli('EVAL', "for i = ARGV[1], ARGV[1] + 9999 do redis.call('SET', 'flat-' .. string.format('%d', i), i) end", '0', String(batch * 10_000));
    }
  });
  after(() => server.stop());

  it('browses it', async () => {
    await vscode.tree.open();
    await vscode.connect('Million', server.port, /^Read-only/);
    await until(async () => await vscode.tree.has(database), 15_000);
    assert.match((await vscode.tree.row(database)).text, /1,000,000 keys/);
    await vscode.tree.expand(database);
    await vscode.tree.row([...database, 'user']);
    await vscode.tree.row([...database, 'cart']);
    await vscode.tree.row([...database, /^flat-\d+/]);
    const users = [...database, 'user'];
    await vscode.tree.expand(users);
    await vscode.tree.row([...users, 'Load More']);
    const [user] = await vscode.tree.children(users);
    assert.ok(user);
    await server.cli('SET', `user:${user.label}`, '{"name":"Ann","city":"Lisbon","since":2019,"basket":["lamp","mug"]}');
    await vscode.tree.click([...users, user.label]);
    await vscode.editors.text('Lisbon');
    await vscode.widenSideBar(540);
    await vscode.page.mouse.move(900, 400);
    await vscode.screenshot('browse');
    await vscode.tree.collapse(users);
  });

  it('goes on after the server restarts half way: nothing missing, nothing twice', async function () {
    this.timeout(120_000);
    await vscode.tree.inlineAction(database, /Scan Everything/);
    await vscode.prompts.notification(/[1-9]\d?% scanned/);
    await server.cli('CONFIG', 'SET', 'save', '');
    await server.restart({ keep: true });
    await until(async () => await vscode.tree.has([...database, /Click to try again/]), 30_000);
    await vscode.screenshot('cut');
    await vscode.tree.inlineAction(database, /Scan Everything/);
    await until(async () => /600,000$/.test((await vscode.tree.row([...database, 'user'])).text), 60_000);
    assert.match((await vscode.tree.row([...database, 'cart'])).text, /250,000$/);
    const more = (await vscode.tree.children(database)).at(-1);
    // As many names as the server has keys: none is missing, and none was counted twice.
    assert.match(more?.text ?? '', /1,000,000 found, all scanned/);
    await vscode.screenshot('million');
  });
});
