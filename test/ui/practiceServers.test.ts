import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

const run = promisify(execFile);

describe('practice servers in a real window', () => {
  const vscode = useWindow();
  const cli = async (port: string, ...args: readonly string[]): Promise<string> => (await run('redis-cli', ['--no-auth-warning', '-p', port, ...args], { timeout: 20_000 })).stdout.trim();
  const says = (name: string, text: RegExp): Promise<void> => until(async () => text.test((await vscode.tree.row(name)).text), 20_000);
  const create = async (sample: RegExp, kept: boolean, name: string): Promise<void> => {
    await vscode.prompts.command('New Practice Server…');
    await vscode.prompts.pick(sample, /Which data/);
    await vscode.prompts.pick(kept ? /^Keep Them in a File/ : /^Begin Anew/, /when the window is closed/);
    await vscode.prompts.input(name, /name for the tree/);
    await vscode.tree.row([name, 'Database 0']);
  };

  it('are made side by side with a sample of their own', async () => {
    await vscode.tree.open();
    await vscode.prompts.command('New Practice Server…');
    assert.deepEqual((await vscode.prompts.picks()).map((label) => label.split(',')[0]), ['Shop', 'Sessions', 'Leaderboard', 'Event Stream', 'A Million Keys', 'Empty']);
    await vscode.screenshot('practice-samples');
    await vscode.prompts.dismiss();
    await create(/^Event Stream/, true, 'Events');
    await create(/^Leaderboard/, false, 'Game');
    await says('Events', /kept in a file/);
    await says('Game', /in memory only/);
    assert.match((await vscode.tree.row(['Events', 'Database 0'])).text, /16 keys/);
  });

  it('are joined by redis-cli on a port with a password, until that is over', async () => {
    await vscode.tree.menu('Events', /^Expose Practice Server/);
    await vscode.prompts.type('80');
    await until(async () => /from 1024 to 65535/.test(await vscode.prompts.inputMessage()));
    await vscode.prompts.input('');
    await vscode.prompts.input('open sesame', /password/);
    const told = await vscode.prompts.notification(/can join “Events” at 127\.0\.0\.1:\d+, with the password/, 'Copy Address');
    const port = /:(\d+),/.exec(told)?.[1] ?? '';
    await until(async () => (await vscode.page.evaluate('navigator.clipboard.readText()')) === `redis://127.0.0.1:${port}`);
    await says('Events', new RegExp(`127\\.0\\.0\\.1:${port}`));
    assert.equal(await cli(port, 'SET', 'joined', 'no'), 'NOAUTH Authentication required.');
    assert.equal(await cli(port, '-a', 'open sesame', 'SET', 'joined', 'yes'), 'OK');
    await vscode.tree.menu('Events', /^Refresh/);
    await vscode.tree.row(['Events', 'Database 0']);
    await until(async () => /17 keys/.test((await vscode.tree.row(['Events', 'Database 0'])).text), 15_000);

    await vscode.tree.menu('Events', /^Slow Motion and Faults/);
    await vscode.screenshot('practice-faults');
    await vscode.prompts.pick(/^Slow Motion: 100 ms/);
    await vscode.tree.menu('Events', /^Slow Motion and Faults/);
    await vscode.prompts.pick(/^Memory Is Full/);
    await says('Events', /100 ms a command · memory is full/);
    assert.match(await cli(port, '-a', 'open sesame', 'SET', 'more', 'x'.repeat(5000)), /^OOM command not allowed/);
    await vscode.prompts.clearNotifications();
    assert.match(await vscode.tree.tooltip('Events'), /On purpose: 100 ms a command, memory is full/);
    await vscode.screenshot('practice-servers');
    await vscode.tree.inlineAction('Events', 'Switch Off Slow Motion and Faults');
    await until(async () => !(await vscode.tree.row('Events')).text.includes('full'));
    assert.equal(await cli(port, '-a', 'open sesame', 'SET', 'more', 'x'), 'OK');

    await vscode.tree.menu('Events', /^Stop Exposing/);
    await until(async () => !(await vscode.tree.row('Events')).text.includes(port));
    await assert.rejects(cli(port, 'PING'), /Connection refused/);
  });

  it('are stopped and started, with the data that are kept', async () => {
    await vscode.tree.menu('Events', /^Stop Practice Server/);
    await says('Events', /stopped/);
    await vscode.tree.row(['Events', /^Stopped/]);
    await vscode.screenshot('practice-stopped');
    await vscode.tree.click(['Events', /^Stopped/]);
    await until(async () => /18 keys/.test((await vscode.tree.row(['Events', 'Database 0'])).text), 15_000);
    await vscode.tree.menu('Game', /^Stop Practice Server/);
    assert.match(await vscode.prompts.answer('Cancel'), /in memory only/);
    assert.doesNotMatch((await vscode.tree.row('Game')).text, /stopped/);
  });

  it('are filled from a connection', async () => {
    await vscode.tree.menu('Game', /^Fill Practice Server/);
    await vscode.prompts.pick(/^Events/, /Which connection are the data of/);
    await vscode.prompts.pick(/^Database 0/, /Which database/);
    await vscode.prompts.pick(/^Empty It First/);
    await vscode.prompts.pick(/^Show the Plan/);
    await vscode.prompts.answer('Empty and Clone');
    await vscode.prompts.input('Game/0', /Type Game\/0/);
    await vscode.prompts.notification(/Clone to database 0 of “Game”: 18 keys copied\..*identical/);
    await until(async () => /18 keys/.test((await vscode.tree.row(['Game', 'Database 0'])).text), 15_000);
    await vscode.prompts.clearNotifications();
  });

  it('are found again when the window is, and only what is kept is as it was', async () => {
    await vscode.reload();
    await vscode.tree.open();
    await vscode.tree.expand('Events');
    await until(async () => /18 keys/.test((await vscode.tree.row(['Events', 'Database 0'])).text), 20_000);
    await vscode.tree.expand('Game');
    await until(async () => /2,0\d\d keys/.test((await vscode.tree.row(['Game', 'Database 0'])).text), 20_000);
  });

  it('are closed, with their files', async () => {
    await vscode.tree.menu('Events', /^Close Practice Server/);
    assert.match(await vscode.prompts.answer(/^Close$/), /file of its data is deleted/);
    await until(async () => !(await vscode.tree.has('Events')));
    await vscode.tree.menu('Game', /^Reset Practice Data/);
    await vscode.prompts.pick(/^Empty/);
    assert.match(await vscode.prompts.answer('Reset'), /“Empty” is loaded/);
    await until(async () => (await vscode.tree.row(['Game', 'Database 0'])).text === 'Database 0 0 keys', 15_000);
  });
});
