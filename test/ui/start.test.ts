import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { launchChromium } from '../support/browserVsCode/chromium.ts';
import { node24 } from '../support/browserVsCode/server.ts';
import { root } from '../support/paths.ts';
import { createTree } from '../support/ui/tree.ts';
import { until } from '../support/ui/until.ts';

/** `npm start` without npm: its process, and what it has printed. */
function start(...args: string[]): { child: ChildProcess; printed(): string } {
  const child = spawn(node24, ['test/support/start.ts', ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const read = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  return { child, printed: () => text };
}

async function failsWith(message: RegExp, ...args: string[]): Promise<void> {
  const { child, printed } = start(...args);
  const [code] = (await once(child, 'close')) as [number | null];
  assert.match(printed(), message);
  assert.equal(code, 2);
}

describe('npm start', () => {
  it('serves a VS Code in which the extension runs, behind a token, and ends it at Ctrl+C', async () => {
    const { child, printed } = start('--browser', '--no-open');
    const browser = await launchChromium();
    try {
      await until(() => printed().includes('?tkn=') || child.exitCode !== null, 100_000);
      const [url = '', origin = ''] = /(http:\/\/127\.0\.0\.1:\d+\/)\?tkn=[0-9a-f]{32}/.exec(printed()) ?? [];
      assert.notEqual(url, '', printed());
      assert.equal((await fetch(origin)).status, 403, 'without the token nothing is served');
      const page = await browser.newPage();
      await page.goto(url);
      const tree = createTree(page);
      await page.getByRole('tab', { name: 'Keyspace' }).waitFor();
      await tree.open();
      await tree.expand('Practice');
      const ended = once(child, 'close');
      child.kill('SIGINT');
      await ended;
      await assert.rejects(fetch(origin), 'the server has gone too');
    } finally {
      child.kill('SIGKILL');
      await browser.close();
    }
  });

  it('says what is wrong with its arguments', async () => {
    await failsWith(/Unknown option '--prot'[^]*usage: npm start/, '--prot', '1');
    await failsWith(/--port takes a number, not "x"/, '--port', 'x');
    await failsWith(/ports end at 65535/, '--port', '65536');
  });

  it('says that a port is taken', async () => {
    const server: Server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await failsWith(new RegExp(`port ${port} is taken`), '--no-open', '--port', String(port));
    server.close();
  });
});
