import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ConnectionProfile } from '../../src/core/connection/profile.ts';
import { loadMore } from '../../src/ui/explorer/loading.ts';
import type { Node, NodeOf } from '../../src/ui/explorer/nodes.ts';
import { present } from '../../src/ui/explorer/present.ts';
import { tooltipOf } from '../../src/ui/explorer/tooltip.ts';
import { type RedisServer, startRedisServer } from '../support/redisServer.ts';
import { startRelay } from '../support/relay.ts';
import { resp, startScriptedServer } from '../support/scriptedServer.ts';
import { connectTo, databaseOf, find, removeConnections, rows, services } from './services.ts';

/** The row that says what went wrong. */
const errorAmong = async (parent: Parameters<typeof rows>[0]): Promise<NodeOf<'notice'>> => find(await rows(parent), 'notice', (row) => row.severity === 'error');

describe('error rows', () => {
  afterEach(removeConnections);
  let server: RedisServer;
  before(async () => {
    server = await startRedisServer();
    await server.cli('ACL', 'SETUSER', 'blind', 'on', '>pw', '~*', '+@all', '-scan');
    await server.cli('ACL', 'SETUSER', 'narrow', 'on', '>pw', '~*', '+@all', '-info');
    await server.cli('HSET', 'changing', 'f', 'v');
  });
  after(() => server.stop());

  async function connectAs(username: string): Promise<ConnectionProfile> {
    const profile: ConnectionProfile = { id: randomUUID(), name: username, endpoint: { kind: 'tcp', host: '127.0.0.1', port: server.port }, username, access: 'read-write' };
    await (await services()).connections.save(profile, 'pw');
    return profile;
  }

  it('say that a user may not SCAN, and offer to try again', async () => {
    const error = await errorAmong(await databaseOf(await connectAs('blind')));
    assert.match(error.label, /scan/i);
    assert.equal(error.command, 'keyspace.loadMore');
  });

  it('go away when trying again works', async () => {
    const database = await databaseOf(await connectAs('blind'));
    const error = await errorAmong(database);
    await server.cli('ACL', 'SETUSER', 'blind', '+scan');
    await loadMore(await services(), error);
    assert.ok(!(await rows(database)).some((row) => row.kind === 'notice'));
    find(await rows(database), 'key', (row) => row.name.toString() === 'changing');
  });

  it('list what can be listed when INFO is not allowed, and say so', async () => {
    const profile = await connectAs('narrow');
    const below = await rows(find(await rows(), 'connection', (row) => row.profile.id === profile.id));
    assert.match(find(below, 'notice').detail, /INFO/);
    find(await rows(find(below, 'database')), 'key');
  });

  it('say that a key has changed its type, or is gone', async () => {
    const database = await databaseOf(await connectTo(server.port));
    const key = find(await rows(database), 'key', (row) => row.name.toString() === 'changing');
    await server.cli('SET', 'changing', 'a string now');
    assert.match((await errorAmong(key)).label, /type/i);
    await server.cli('HSET', 'leaving', 'f', 'v');
    (await services()).model.setFilter(database.ref, {});
    const leaving = find(await rows(database), 'key', (row) => row.name.toString() === 'leaving');
    await server.cli('DEL', 'leaving');
    assert.match(find(await rows(leaving), 'notice').label, /no longer|no members/i);
  });

  it('stand for the attempt that failed: only who asks again connects again', async () => {
    const relay = await startRelay(server.port, { cutAfter: (connection) => connection === 1 ? Infinity : 0 });
    try {
      const profile = await connectTo(relay.port);
      const connection = find(await rows(), 'connection', (row) => row.profile.id === profile.id);
      // The row of the connection looks different then, so VS Code asks for what is under it a second time.
      for (let asked = 0; asked < 2; asked += 1) find(await rows(connection), 'database');
      await server.cli('CLIENT', 'KILL', 'TYPE', 'normal');
      await errorAmong(connection);
      const attempts = relay.connections;
      await errorAmong(connection);
      assert.equal(relay.connections, attempts);
      await errorAmong(connection);
      assert.ok(relay.connections > attempts);
    } finally {
      await relay.close();
    }
  });

  it('say that a server is loading its data', async () => {
    const loading = await startScriptedServer(() => resp.error('LOADING Redis is loading the dataset in memory'));
    try {
      const profile = await connectTo(loading.port);
      const error = await errorAmong(find(await rows(), 'connection', (row) => row.profile.id === profile.id));
      assert.match(error.label, /loading/i);
      assert.equal(error.command, 'keyspace.reconnect');
    } finally {
      await loading.stop();
    }
  });
});

describe('servers of another kind', () => {
  afterEach(removeConnections);
  it('and every other row show of a server’s long words what one can read', async () => {
    const long = 'x'.repeat(2 ** 20);
    const info = `# Server\r\nredis_version:${long}\r\nrun_id:1\r\nredis_mode:standalone\r\n# Keyspace\r\ndb0:keys=1,expires=0\r\n`;
    let fails = false;
    const wordy = await startScriptedServer(([name]) => {
      switch (String(name).toLowerCase()) {
        case 'info': return resp.bulk(info);
        case 'scan': return fails ? resp.error(`ERR ${long}`) : resp.array([resp.bulk('0'), resp.array([resp.bulk(`${long}\u202e`)])]);
        case 'type': return resp.simple(long);
        default: return undefined;
      }
    });
    try {
      const all = await services();
      const profile = await connectTo(wordy.port);
      const check = async (row: Node): Promise<void> => {
        const { label, description, tooltip, accessibilityInformation, command, id } = present(row, { keyLabel: 'name' });
        for (const text of [label, description, tooltip, accessibilityInformation?.label, command?.title, id, await tooltipOf(row, all.model, all.rdbFiles.of)]) {
          if (typeof text === 'string') assert.ok(text.length <= 2000, `${row.id}: ${text.length} characters`);
        }
        for (const text of [label, description]) if (typeof text === 'string') assert.ok(text.length <= 400, `${row.id}: ${text.length} characters`);
      };
      const database = await databaseOf(profile);
      await check(find(await rows(), 'connection', (row) => row.profile.id === profile.id));
      await check(find(await rows(database), 'key'));
      fails = true;
      all.model.setFilter(database.ref, {});
      await check(await errorAmong(database));
    } finally {
      await wordy.stop();
    }
  });

  it('a cluster node says that only its own keys are shown', async () => {
    const node = await startRedisServer(['--cluster-enabled', 'yes']);
    try {
      const profile = await connectTo(node.port);
      const notice = find(await rows(find(await rows(), 'connection', (row) => row.profile.id === profile.id)), 'notice');
      assert.match(notice.label, /cluster/i);
    } finally {
      await node.stop();
    }
  });

  it('a sentinel says that it holds no keys, and shows no database', async () => {
    const sentinel = await startRedisServer([], { sentinel: true });
    try {
      const profile = await connectTo(sentinel.port);
      const below = await rows(find(await rows(), 'connection', (row) => row.profile.id === profile.id));
      assert.deepEqual(below.map((row) => row.kind), ['notice']);
      assert.match(find(below, 'notice').label, /sentinel/i);
    } finally {
      await sentinel.stop();
    }
  });
});
