import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { connectTo, databaseOf, rows, services } from './services.ts';

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
});

describe('the practice connection', () => {
  it('is there with data, without a server', async () => {
    const { practice } = await services();
    const database = await databaseOf(practice.profile);
    assert.ok((database.keys ?? 0) > 1000);
    const kinds = new Set((await rows(database)).map((row) => row.kind));
    assert.ok(kinds.has('namespace'));
  });
});
