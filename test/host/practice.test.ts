import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../src/core/connection/profile.ts';
import { noTrouble } from '../../src/server/trouble.ts';
import { services } from './services.ts';

const run = promisify(execFile);
const cli = async (port: number, ...args: readonly string[]): Promise<string> => (await run('redis-cli', ['-p', String(port), ...args], { timeout: 20_000 })).stdout.trim();

/** A failure of the extension, which is another bundle with a class of its own. */
const is = (kind: string, text: RegExp) => (error: unknown): boolean => error instanceof Error && 'kind' in error && error.kind === kind && text.test(error.message);

describe('practice servers of the extension', () => {
  const opened: ConnectionProfile[] = [];
  afterEach(async () => {
    const { practice } = await services();
    for (const { id } of opened.splice(0)) await practice.close(id);
  });

  async function keep(name: string): Promise<{ id: string; folder: string }> {
    const { practice, context } = await services();
    const profile = await practice.create({ name, sample: 'empty', kept: true });
    opened.push(profile);
    return { id: profile.id, folder: join(context.globalStorageUri.fsPath, 'practice', profile.id) };
  }

  it('have names of their own', async () => {
    const { practice } = await services();
    for (const name of ['Practice', 'Twin', 'Twin']) opened.push(await practice.create({ name, sample: 'empty', kept: false }));
    assert.deepEqual(opened.map(({ name }) => name), ['Practice (2)', 'Twin', 'Twin (2)']);
  });

  it('are exposed on the port that was asked for, and say so when that is taken', async () => {
    const { practice } = await services();
    const { id } = await keep('Exposed');
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const taken = (other.address() as AddressInfo).port;
    await assert.rejects(practice.expose(id, taken, ''), is('bad-input', new RegExp(`port ${taken} of 127\\.0\\.0\\.1`)));
    assert.equal(practice.of(id)?.port, undefined);
    await new Promise((resolve) => other.close(resolve));
    assert.equal(await practice.expose(id, taken, ''), taken);
    assert.equal(await cli(taken, 'PING'), 'PONG');
    await practice.setTrouble(id, { ...noTrouble, links: 'next' });
    const over = new Promise<string>((resolve) => practice.onDidChange(resolve));
    await assert.rejects(cli(taken, 'PING'), /Server closed the connection/);
    assert.equal(await over, id);
    assert.deepEqual(practice.of(id)?.trouble, noTrouble);
    // After a reset it is where it was.
    await cli(taken, 'SET', 'a', '1');
    await practice.reset(id, 'events');
    await practice.start(id);
    assert.equal(await cli(taken, 'DBSIZE'), '16');
    await practice.stopExposing(id);
    await assert.rejects(cli(taken, 'PING'), /Connection refused/);
  });

  it('stay exposed as they were when another port is taken', async () => {
    const { practice } = await services();
    const { id } = await keep('Stays');
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const port = await practice.expose(id, 0, 'before');
    await assert.rejects(practice.expose(id, (other.address() as AddressInfo).port, 'after'), is('bad-input', /cannot listen/));
    await new Promise((resolve) => other.close(resolve));
    assert.equal(practice.of(id)?.port, port);
    assert.equal(await practice.password(id), 'before');
    assert.equal(await cli(port, '--no-auth-warning', '-a', 'before', 'PING'), 'PONG');
    assert.match(await cli(port, 'PING'), /NOAUTH/);
  });

  it('start with the memory that the setting allows, and let it be changed', async () => {
    const { practice } = await services();
    const settings = vscode.workspace.getConfiguration();
    await settings.update('keyspace.practice.maxMemory', '3 MB', vscode.ConfigurationTarget.Global);
    try {
      const { id } = await keep('Small');
      const port = await practice.expose(id, 0, '');
      assert.equal(await cli(port, 'CONFIG', 'GET', 'maxmemory'), `maxmemory\n${3 * 2 ** 20}`);
      assert.equal(await cli(port, 'DEBUG', 'POPULATE', '100000'), 'OK');
      assert.match(await cli(port, 'SET', 'a', '1'), /^OOM command not allowed/);
      assert.equal(await cli(port, 'CONFIG', 'SET', 'maxmemory', '0'), 'OK');
      assert.equal(await cli(port, 'SET', 'a', '1'), 'OK');
    } finally {
      await settings.update('keyspace.practice.maxMemory', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('tell of a file that is damaged, do not write to it, and keep it aside', async () => {
    const { practice } = await services();
    const { id, folder } = await keep('Damaged');
    const port = await practice.expose(id, 0, '');
    await cli(port, 'MSET', 'a', '1', 'b', '2');
    await practice.stop(id);
    assert.deepEqual(readdirSync(folder), ['dump.rdb']);
    truncateSync(join(folder, 'dump.rdb'), readFileSync(join(folder, 'dump.rdb')).length - 12);
    const damaged = readFileSync(join(folder, 'dump.rdb'));
    await assert.rejects(practice.start(id), is('closed', /“Damaged” does not start: its file is damaged at byte \d+/));
    await practice.saveAll();
    assert.ok(readFileSync(join(folder, 'dump.rdb')).equals(damaged));
    const aside = await practice.reset(id, 'empty');
    assert.equal(aside, join(folder, 'dump.rdb.damaged-1'));
    assert.ok(readFileSync(aside).equals(damaged));
    await practice.start(id);
    assert.equal(await cli(await practice.expose(id, 0, ''), 'DBSIZE'), '0');
  });

  it('leave data to the window that has them', async () => {
    const { practice } = await services();
    const { id, folder } = await keep('Elsewhere');
    await practice.start(id);
    await practice.stop(id);
    // A process that runs.
    const lock = join(folder, 'window.lock');
    mkdirSync(lock);
    writeFileSync(join(lock, `${process.ppid}-other`), '');
    await assert.rejects(practice.start(id), is('closed', /in use in another window/));
    // Nor is its file taken away from there.
    const files = (): readonly string[] => readdirSync(folder, { recursive: true }).map(String).sort();
    const there = files();
    await assert.rejects(practice.reset(id, 'empty'), is('closed', /in use in another window/));
    await assert.rejects(practice.close(id), is('closed', /in use in another window/));
    assert.deepEqual(files(), there);
    assert.ok(practice.list().some((one) => one.id === id));
    // One that does not any more.
    renameSync(join(lock, `${process.ppid}-other`), join(lock, '99999999-gone'));
    writeFileSync(join(folder, 'dump.rdb.99999999.tmp'), 'half of it');
    await practice.start(id);
    assert.ok(!readdirSync(folder).includes('dump.rdb.99999999.tmp'));
    assert.deepEqual(readdirSync(lock).map((owner) => Number.parseInt(owner, 10)), [process.pid]);
    assert.equal(practice.of(id)?.stopped, false);
  });

  it('forget file, password and name when they are closed', async () => {
    const { practice } = await services();
    const { id, folder } = await keep('Gone');
    await practice.expose(id, 0, 'secret');
    assert.equal(await practice.password(id), 'secret');
    await practice.stop(id);
    opened.length = 0;
    await practice.close(id);
    assert.throws(() => readdirSync(folder), /ENOENT/);
    assert.equal(await practice.password(id), '');
    assert.equal(practice.list().some((one) => one.id === id), false);
  });
});
