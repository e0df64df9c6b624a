import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startFile } from '../../src/server/persistence/files.ts';
import { load, save, saveInBackground } from '../../src/server/persistence/save.ts';
import { differences } from '../support/oracle.ts';
import { frozenServer, type FrozenServer } from '../support/practiceServer.ts';
import { seededRandom } from '../support/random.ts';
import { sampleTypes, sampleValue } from '../support/rdbSamples.ts';
import { connectResp, openRespClient, type RespClient } from '../support/respClient.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';

const SEED = 21;

describe('files of the practice server', () => {
  let server: RedisServer;
  let client: RespClient;
  let practice: FrozenServer;
  let path: string;
  let digest: string;

  /** What the real server says of a file that it loads. */
  const judge = async (): Promise<string> => {
    const reply = await client.call(['DEBUG', 'RELOAD', 'NOSAVE']);
    assert.equal(reply.kind, 'simple', JSON.stringify(reply));
    return await server.cli('DEBUG', 'DIGEST');
  };

  before(async () => {
    server = await startRedisServer();
    path = join(server.dir, 'dump.rdb');
    client = await connectResp(server.port);
    practice = frozenServer();
    const random = seededRandom(SEED);
    for (const database of ['0', '7']) {
      await client.call(['SELECT', database]);
      for (let index = 0; index < 8; index += 1) for (const type of sampleTypes) for (const command of sampleValue(random, type, `${type}:${index}`)) await client.call(command);
      for (let index = 0; index < 8; index += 1) await client.call(['PEXPIREAT', `${random.pick(sampleTypes)}:${index}`, '33300000000123']);
    }
    await client.call(['SAVE']);
    digest = await server.cli('DEBUG', 'DIGEST');
  });
  after(async () => {
    client.close();
    await practice.close();
    await server.stop();
  });

  it(`a dump of redis-server is loaded, saved and loaded by redis-server to equal data (seed ${SEED})`, async () => {
    const { keys, expired, empty } = load(practice.state, path);
    assert.deepEqual({ keys, expired, empty }, { keys: sampleTypes.length * 8 * 2, expired: 0, empty: 0 });
    assert.ok(save(practice.state, path));
    const { stdout } = await promisify(execFile)('redis-check-rdb', [path]);
    assert.match(stdout, /RDB looks OK/);
    assert.equal(await judge(), digest);
    const own = openRespClient(practice.connect());
    assert.deepEqual(await differences(client, own), []);
    own.close();
  });

  it('a save in the background goes on in slices, and its file holds the data of its start', async () => {
    saveInBackground(practice.state, path);
    const { background } = practice.state.saving;
    assert.ok(background !== undefined);
    const busy = openRespClient(practice.connect());
    assert.equal((await busy.call(['SET', 'late', 'x'])).kind, 'simple');
    assert.equal((await busy.call(['FLUSHDB'])).kind, 'simple');
    while (background.step());
    while (practice.state.saving.background !== undefined) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(await judge(), digest);
    assert.ok(!readdirSync(server.dir).some((name) => name.endsWith('.tmp')));
    busy.close();
  });

  it('a file is refused where keys are there already, and leaves them as they are', () => {
    assert.throws(() => load(practice.state, path), /there twice/);
  });

  it('a save that fails at the very end says so, leaves nothing behind, and the next one is as good as ever', async () => {
    const folder = join(server.dir, 'folder.rdb');
    mkdirSync(join(folder, 'full'), { recursive: true });
    const temporary = (): string[] => readdirSync(server.dir).filter((name) => name.endsWith('.tmp'));
    assert.equal(save(practice.state, folder), false);
    assert.deepEqual([practice.state.saving.lastOk, temporary()], [false, []]);
    practice.state.saving.lastOk = true;
    saveInBackground(practice.state, folder);
    while (practice.state.saving.background?.step() === true);
    while (practice.state.saving.background !== undefined) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([practice.state.saving.lastOk, temporary()], [false, []]);
    assert.ok(save(practice.state, join(server.dir, 'other.rdb')));
    assert.equal(practice.state.saving.lastOk, true);
  });

  it('a save that is given up while the disk is busy does not give its name to the file of the next one', async () => {
    const given = join(server.dir, 'given.rdb');
    const first = startFile(given);
    first.write(Buffer.from('first'));
    const heard = new Promise((resolve) => first.finishLater(resolve));
    first.abandon();
    const second = startFile(given);
    second.write(Buffer.from('half of the sec'));
    await heard;
    assert.equal(existsSync(given), false);
    second.write(Buffer.from('ond'));
    second.finish();
    assert.equal(readFileSync(given, 'utf8'), 'half of the second');
  });
});
