import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frozenServer } from '../../../support/practiceServer.ts';
import type { FrozenServer } from '../../../support/practiceServer.ts';
import { openRespClient } from '../../../support/respClient.ts';
import type { RespClient } from '../../../support/respClient.ts';
import { replyText } from '../../../support/respReply.ts';

describe('DEBUG RELOAD with a file', () => {
  let server: FrozenServer;
  let client: RespClient;
  let dir: string;
  const send = async (line: string): Promise<string | undefined> => replyText(await client.call(line.split(' ')));

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'keyspace-reload-'));
    server = frozenServer();
    server.state.outside = { ...server.state.outside, dataFile: () => join(dir, 'dump.rdb') };
    client = openRespClient(server.connect());
  });
  afterEach(async () => {
    client.close();
    await server.close();
    await rm(dir, { recursive: true });
  });

  it('saves, empties and loads', async () => {
    await send('SET k v');
    await send('SET gone v PX 1');
    server.advance(5);
    const digest = await send('DEBUG DIGEST-VALUE k');
    assert.equal(await send('DEBUG RELOAD'), 'OK');
    assert.equal(await send('DBSIZE'), '1');
    assert.equal(await send('DEBUG DIGEST-VALUE k'), digest);
    assert.equal(server.state.saving.count, 1);
  });

  it('goes back to the file with NOSAVE, and keeps what it lacks with NOFLUSH', async () => {
    await send('MSET a 1 b 1');
    await send('SAVE');
    await send('MSET b 2 c 2');
    assert.equal(await send('DEBUG RELOAD NOSAVE NOFLUSH MERGE'), 'OK');
    assert.deepEqual(await Promise.all(['a', 'b', 'c'].map((key) => send(`GET ${key}`))), ['1', '1', '2']);
    assert.equal(await send('DEBUG RELOAD NOSAVE'), 'OK');
    assert.equal(await send('DBSIZE'), '2');
  });

  it('tells those who watch a key that was emptied, and says what cannot be loaded', async () => {
    await send('SET k v');
    await send('WATCH k');
    assert.equal(await send('DEBUG RELOAD NOSAVE NOFLUSH'), 'ERR Error trying to load the RDB dump');
    assert.equal(await send('GET k'), 'v');
    await send('DEBUG RELOAD');
    await send('MULTI');
    await send('PING');
    assert.equal((await client.call(['EXEC'])).kind, 'null');
    await rm(join(dir, 'dump.rdb'));
    assert.equal(await send('DEBUG RELOAD NOSAVE'), 'ERR Error trying to load the RDB dump');
    assert.equal(await send('DBSIZE'), '0');
  });
});
