import assert from 'node:assert/strict';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

describe('the Redis terminal in a real window', () => {
  // The rows of a terminal stand in the page then.
  const vscode = useWindow({ settings: { 'terminal.integrated.gpuAcceleration': 'off' } });
  let server: RedisServer;

  before(async () => {
    server = await startRedisServer();
  });
  after(() => server.stop());

  /** What the terminal in front shows; blanks are no-break spaces there. */
  const shown = async (): Promise<string> => (await vscode.page.locator('.terminal-wrapper.active .xterm-rows').innerText()).replaceAll('\u00a0', ' ');
  const shows = async (pattern: RegExp): Promise<void> => until(async () => pattern.test(await shown()), 20_000);
  const untilFocused = (): Promise<void> => vscode.page.locator('.terminal-wrapper.active textarea:focus').waitFor({ state: 'attached', timeout: 15_000 });
  const type = async (line: string): Promise<void> => {
    await untilFocused();
    await vscode.page.keyboard.type(line);
    await vscode.page.keyboard.press('Enter');
  };

  it('opens on a connection of the tree, completes, hints, and runs what is typed', async function () {
    this.timeout(90_000);
    await vscode.tree.open();
    await vscode.connect('Shop', server.port);
    await vscode.tree.menu('Shop', /Open Redis Terminal/);
    await shows(/127\.0\.0\.1:\d+> /);
    await type('HSET user:1 name Ann');
    await shows(/\(integer\) 1/);
    await vscode.page.keyboard.type('hgeta');
    await vscode.page.keyboard.press('Tab');
    await shows(/hgetall key/);
    // The name of a key, from the server.
    await vscode.page.keyboard.type('us');
    await vscode.page.keyboard.press('Tab');
    await shows(/hgetall user:1/);
    await vscode.page.keyboard.press('Enter');
    await shows(/1\) "name"\s+2\) "Ann"/);
    await type('MULTI');
    await shows(/\(TX\)> /);
    await type('DISCARD');
    await type('select 2');
    await shows(/\[2\]> /);
    await type('set greeting "hello');
    await shows(/\.\.\. /);
    await type('world"');
    await type('get greeting');
    await shows(/"hello\\nworld"/);
    await vscode.page.keyboard.type('zadd board ');
    await shows(/zadd board key|zadd board \[NX\|XX\]/);
    await vscode.screenshot('terminal');
    assert.equal(await server.cli('-n', '2', 'GET', 'greeting'), 'hello\nworld');
  });

  it('stops listening with Ctrl+C, finds a line of before with Ctrl+R, and closes with QUIT', async () => {
    await vscode.page.keyboard.press('Control+C');
    await type('SUBSCRIBE news');
    await shows(/Reading messages/);
    await until(async () => (await server.cli('PUBLISH', 'news', 'hi')) === '1', 10_000);
    await shows(/"message"\s+2\) "news"\s+3\) "hi"/);
    await vscode.page.keyboard.press('Control+C');
    await type('ECHO back');
    await shows(/"back"/);
    await vscode.page.keyboard.press('Control+R');
    await vscode.prompts.pick(/^get greeting/);
    await until(async () => /\[2\]> get greeting\s*$/.test((await shown()).trimEnd()), 10_000);
    await untilFocused();
    await vscode.page.keyboard.press('Enter');
    await shows(/"back"[^]*get greeting\s+"hello\\nworld"/);
    await type('quit');
    await until(async () => (await vscode.page.locator('.terminal-wrapper.active').count()) === 0, 10_000);
  });

  it('brings the tree up to date with what it writes', async function () {
    this.timeout(60_000);
    const database = ['Shop', 'Database 0'];
    await vscode.tree.expand(database);
    await vscode.tree.row([...database, 'user']);
    await vscode.tree.menu('Shop', /Open Redis Terminal/);
    await shows(/127\.0\.0\.1:\d+> /);
    await type('SET order:1 x');
    await until(async () => vscode.tree.has([...database, 'order']), 15_000);
    assert.match((await vscode.tree.row(database)).text, /2 keys/);
    await type('FLUSHALL');
    await until(async () => !await vscode.tree.has(/^user/), 15_000);
  });
});
