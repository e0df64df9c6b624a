import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { asInteger } from '../../src/core/connection/reply.ts';
import { present } from '../../src/ui/explorer/present.ts';
import { tooltipOf } from '../../src/ui/explorer/tooltip.ts';
import { startRedisServer } from '../support/redisServer.ts';
import { connectTo, databaseOf, find, removeConnections, rows, services } from './services.ts';

describe('connections', () => {
  it('keep the password in secret storage only', async () => {
    const all = await services();
    const profile = await connectTo(1, { password: 'very-secret' });
    assert.equal(await all.connections.password(profile.id), 'very-secret');
    assert.equal(await all.context.secrets.get(`keyspace.password.${profile.id}`), 'very-secret');
    for (const key of all.context.globalState.keys()) assert.doesNotMatch(JSON.stringify(all.context.globalState.get(key)), /very-secret/);
    assert.doesNotMatch(JSON.stringify(vscode.workspace.getConfiguration('keyspace')), /very-secret/);
    await all.connections.remove(profile.id);
    assert.equal(await all.connections.password(profile.id), undefined);
    assert.equal(all.connections.get(profile.id), undefined);
  });

  it('let no password into rows, tooltips, failures or the Command Log', async () => {
    const all = await services();
    const server = await startRedisServer(['--requirepass', 'very-secret']);
    try {
      const profile = await connectTo(server.port, { password: 'very-secret' });
      const wrong = await connectTo(server.port, { password: 'also-secret' });
      const database = await databaseOf(profile);
      const shown = [...(await rows()), ...(await rows(database)), ...(await rows(find(await rows(), 'connection', (row) => row.profile.id === wrong.id)))];
      const texts = await Promise.all(shown.map(async (row) => JSON.stringify([row.id, present(row, { keyLabel: 'name' }), await tooltipOf(row, all.model, all.rdbFiles.of)])));
      assert.ok(texts.some((text) => text.includes(`127.0.0.1:${server.port}`)));
      const log = all.commandLog.entries().map((entry) => JSON.stringify(entry));
      assert.ok(log.some((line) => /AUTH \*+/.test(line)), 'AUTH is logged, without its secret');
      assert.deepEqual([...texts, ...log].filter((text) => /-secret/.test(text)), []);
    } finally {
      await removeConnections();
      await server.stop();
    }
  });

  it('can be edited and removed where they are saved, and reset where they are for practice', async () => {
    const { practice } = await services();
    const profile = await connectTo(1);
    const words = async (id: string): Promise<string> => present(find(await rows(), 'connection', (row) => row.profile.id === id), { keyLabel: 'name', practice: practice.of(id) }).contextValue ?? '';
    assert.equal(await words(profile.id), 'connection saved');
    assert.equal(await words(practice.profile.id), 'connection practice');
    await removeConnections();
  });
});

describe('the practice connection', () => {
  it('runs scripts: the interpreter came along with the extension', async () => {
    const { practice, sessions } = await services();
    const session = sessions.acquire(practice.profile, 0);
    assert.equal(asInteger(await session.send(['EVAL', "return redis.call('HLEN', KEYS[1]) / 1000", '1', 'catalogue:prices'])), 50);
    session.release();
  });

  it('is there with data, without a server', async () => {
    const { practice } = await services();
    const database = await databaseOf(practice.profile);
    assert.ok((database.keys ?? 0) > 1000);
    const kinds = new Set((await rows(database)).map((row) => row.kind));
    assert.ok(kinds.has('namespace'));
  });
});
