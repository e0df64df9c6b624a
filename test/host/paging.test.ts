import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { isFiltered } from '../../src/ui/explorer/labels.ts';
import { type DatabaseNode, type KeyNode, type Node, nodeId } from '../../src/ui/explorer/nodes.ts';
import { present } from '../../src/ui/explorer/present.ts';
import { type RedisServer, startRedisServer } from '../support/redisServer.ts';
import { resp, startScriptedServer } from '../support/scriptedServer.ts';
import { connectTo, databaseOf, find, removeConnections, rows, services } from './services.ts';

const names = (among: readonly Node[]): string[] => among.filter((row) => row.kind === 'key').map((row) => row.name.toString());
const labelled = (row: Node): string => {
  const { label } = present(row, { keyLabel: 'segment' });
  return typeof label === 'string' ? label : label?.label ?? '';
};
const described = (row: Node): string => String(present(row, { keyLabel: 'segment' }).description);

/** Counts how often VS Code is asked for settings, until the count is read. */
function countReads(): () => number {
  const { getConfiguration } = vscode.workspace;
  let reads = 0;
  vscode.workspace.getConfiguration = (...args: Parameters<typeof getConfiguration>) => {
    reads++;
    return getConfiguration(...args);
  };
  return () => {
    vscode.workspace.getConfiguration = getConfiguration;
    return reads;
  };
}

describe('paging on a real redis-server', () => {
  let server: RedisServer;
  before(async () => {
    server = await startRedisServer();
  });
  beforeEach(() => server.cli('FLUSHALL'));
  afterEach(async () => {
    await setPaging({});
    await removeConnections();
  });
  after(() => server.stop());

  /** Sets these for the user, and takes the others back. */
  async function setPaging(values: { readonly pageSize?: number; readonly budget?: number; readonly maxCount?: number }): Promise<void> {
    const scanning = vscode.workspace.getConfiguration('keyspace.scan');
    for (const name of ['pageSize', 'budget', 'maxCount'] as const) await scanning.update(name, values[name], vscode.ConfigurationTarget.Global);
  }

  /** Runs the database's cursor to its end without drawing anything. */
  async function scan(database: DatabaseNode): Promise<void> {
    await (await services()).model.database(database.ref).keyspace.scanEverything({ signal: new AbortController().signal });
  }

  it('folds earlier rows when 5,000 stand under a node, and opens the fold', async () => {
    await setPaging({ pageSize: 2500 });
    await server.cli('EVAL', "for i = 1, 6000 do redis.call('SET', string.format('flat-%05d', i), i) end", '0');
    const database = await databaseOf(await connectTo(server.port));
    await scan(database);
    const seen: number[] = [];
    const settingsRead = countReads();
    for (let more: Node | undefined = database; more?.kind === 'more' || more === database; more = (await rows(database)).at(-1)) {
      if (more !== database) await vscode.commands.executeCommand('keyspace.loadMore', more);
      seen.push(names(await rows(database)).length);
    }
    assert.deepEqual(seen, [2500, 5000, 1000]);
    assert.ok(settingsRead() < 50, `settings were read ${settingsRead()} times: for each row?`);
    const level = await rows(database);
    const range = find(level, 'range');
    assert.equal(range, level[0], 'the fold stands first');
    assert.equal(range.size, 5000);
    assert.match(labelled(range), /^flat-\d+ … flat-\d+$/);
    assert.match(described(range), /5,000 rows/);
    const folded = names(await rows(range));
    const open = names(level);
    assert.equal(new Set([...folded, ...open]).size, 6000, 'each key once');
    assert.equal(find(await rows(range), 'key').parent, range);
    assert.equal(level.at(-1)?.kind, 'key', 'nothing is left to load');
  });

  it('keeps the pages of an expanded collection over a refresh of its database, with what has changed', async () => {
    await server.cli('EVAL', "for i = 1, 3000 do redis.call('HSET', KEYS[1], 'field-' .. i, 'old') end", '1', 'hash');
    await server.cli('HSET', 'leaving', 'f', 'v');
    await server.cli('HSET', 'changing', 'f', 'v');
    const database = await databaseOf(await connectTo(server.port));
    const key = (name: string) => async (): Promise<KeyNode> => find(await rows(database), 'key', (row) => row.name.toString() === name);
    const hash = await key('hash')();
    await rows(hash);
    await vscode.commands.executeCommand('keyspace.loadMore', hash);
    const before = (await rows(hash)).filter((row) => row.kind === 'member');
    assert.equal(before.length, 1000);
    await rows(await key('leaving')());
    const changing = await key('changing')();
    await rows(changing);
    await server.cli('EVAL', "for i = 1, 3000 do redis.call('HSET', KEYS[1], 'field-' .. i, 'new') end", '1', 'hash');
    await server.cli('DEL', 'leaving', 'changing');
    await server.cli('RPUSH', 'changing', 'item');
    await server.cli('SET', 'arriving', 'x');
    await vscode.commands.executeCommand('keyspace.refresh', database);
    assert.deepEqual(names(await rows(database)), ['arriving', 'changing', 'hash']);
    const after = (await rows(hash)).filter((row) => row.kind === 'member');
    assert.equal(after.length, 1000, 'both pages');
    assert.ok(after.every((row) => row.row.kind === 'field' && row.row.value.toString() === 'new'));
    assert.equal(find(await rows(changing), 'member').row.kind, 'item', 'a key of another type is opened as what it is');
  });

  it('refreshes all that is open of a connection', async () => {
    await server.cli('SET', 'old', 'x');
    const database = await databaseOf(await connectTo(server.port));
    assert.deepEqual(names(await rows(database)), ['old']);
    await server.cli('RENAME', 'old', 'new');
    await vscode.commands.executeCommand('keyspace.refresh', database.parent);
    assert.deepEqual(names(await rows(database)), ['new']);
  });

  it('says of a type filter how far it got, and of one without a match that none matches', async () => {
    const all = await services();
    await server.cli('DEBUG', 'POPULATE', '100000', 'key');
    await setPaging({ budget: 50, maxCount: 10 });
    const database = await databaseOf(await connectTo(server.port));
    all.model.setFilter(database.ref, { type: 'hash' });
    const [more] = await rows(database);
    assert.equal(more?.kind, 'more');
    assert.match(described(more), /^0 shown, 0 found, (<1|\d+)% of the database scanned · time for this page is up$/);
    const row = await databaseOf(database.ref.profile);
    assert.match(described(row), /100,000 keys · 0 found · (<1|\d+)% scanned · filter: only hash/);
    await setPaging({});
    await scan(database);
    const nothing = find(await rows(database), 'notice');
    assert.match(nothing.label, /only hash/);
    assert.equal(nothing.command, 'keyspace.clearFilter');
  });

  it('looks an exact name up, says so in the view, and offers what contains it, glob characters as themselves', async () => {
    const { model, explorer } = await services();
    await server.cli('SET', 'what is [x]*?', '1');
    await server.cli('SET', 'what is [x]*? more', '1');
    const database = await databaseOf(await connectTo(server.port));
    model.setFilter(database.ref, { pattern: Buffer.from('\\[x\\]\\*') });
    explorer.filtersChanged();
    assert.match(explorer.tree.message ?? '', new RegExp(`Test ${server.port} db0 \\(.*x.*\\)`));
    const notice = find(await rows(database), 'notice');
    assert.match(notice.label, /No key is named \[x\]\*$/);
    await vscode.commands.executeCommand(notice.command ?? '', notice);
    assert.deepEqual(names(await rows(database)), ['what is [x]*?', 'what is [x]*? more']);
    await vscode.commands.executeCommand('keyspace.clearFilter', database);
    assert.ok(!isFiltered(model.database(database.ref).keyspace.filter));
    assert.doesNotMatch(explorer.tree.message ?? '', /x/);
  });

  it('shows empty databases where the setting says so, and hides them again', async () => {
    await server.cli('SET', 'x', '1');
    const profile = await connectTo(server.port);
    const setting = vscode.workspace.getConfiguration('keyspace.explorer');
    const connection = find(await rows(), 'connection', (row) => row.profile.id === profile.id);
    const count = async (): Promise<number> => (await rows(connection)).filter((row) => row.kind === 'database').length;
    assert.equal(await count(), 1);
    await setting.update('showEmptyDatabases', true, vscode.ConfigurationTarget.Global);
    assert.equal(await count(), 16);
    assert.equal(described(find(await rows(connection), 'database', (row) => row.ref.database === 15)), '0 keys');
    await setting.update('showEmptyDatabases', undefined, vscode.ConfigurationTarget.Global);
    assert.equal(await count(), 1);
  });

  it('shows a key that is also a namespace twice: as what it holds, and as what is below it', async () => {
    await server.cli('HSET', 'user', 'f', 'v');
    await server.cli('SET', 'user:1', 'x');
    await server.cli('SET', 'user:', 'x');
    const level = await rows(await databaseOf(await connectTo(server.port)));
    const key = find(level, 'key');
    const namespace = find(level, 'namespace');
    assert.deepEqual([key.segment.toString(), namespace.segment.toString()], ['user', 'user']);
    assert.notEqual(key.id, namespace.id);
    assert.equal(find(await rows(key), 'member').row.kind, 'field');
    assert.deepEqual(names(await rows(namespace)), ['user:', 'user:1']);
  });
});

describe('a load that the user overtook', () => {
  it('shows nothing of itself when the filter was changed meanwhile', async () => {
    const all = await services();
    const held = Promise.withResolvers<undefined>();
    const asked = Promise.withResolvers<undefined>();
    const server = await startScriptedServer(async (command) => {
      const words = command.map(String);
      if (words[0] === 'SCAN' && words.includes('MATCH')) return resp.scan('0', ['b']);
      if (words[0] === 'TYPE') return resp.simple('string');
      if (words[0] !== 'SCAN') return words[1] === 'keyspace' ? resp.bulk('db0:keys=2\r\n') : undefined;
      asked.resolve(undefined);
      await held.promise;
      return resp.scan('0', ['a', 'b']);
    });
    try {
      const database = await databaseOf(await connectTo(server.port));
      const first = rows(database);
      await asked.promise;
      all.model.setFilter(database.ref, { pattern: Buffer.from('b*') });
      const second = rows(database);
      held.resolve(undefined);
      await first;
      assert.deepEqual(names(await second), ['b']);
      assert.deepEqual(names(await rows(database)), ['b']);
      assert.equal(all.model.failureOf(database), undefined);
      assert.equal(all.explorer.nodes.get(nodeId.database(database.ref)), database);
    } finally {
      await server.stop();
    }
  });
});
