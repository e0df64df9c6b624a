import assert from 'node:assert/strict';
import { mkdtemp, readdir, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSpool, type Spool } from '../../../../src/core/bridge/spool.ts';
import { isFailure } from '../../../../src/core/failure.ts';
import { seededRandom } from '../../../support/random.ts';

describe('the spool of a bridge', () => {
  let folder: string;
  let spool: Spool;
  /** Files that are open in the folder, with a name or without; they can be counted on Linux only. */
  const open = async (): Promise<number> => {
    const links = await Promise.all((await readdir('/proc/self/fd')).map((one) => readlink(join('/proc/self/fd', one)).catch(() => '')));
    return links.filter((link) => link.startsWith(folder)).length;
  };
  const files = async (): Promise<string[]> => (await readdir(folder, { recursive: true })).sort();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyspace-test-'));
  });
  afterEach(async () => {
    await spool.close();
    assert.deepEqual(await files(), [], 'nothing is left behind');
    await rm(folder, { recursive: true });
  });

  it('leaves no file behind when the process is killed: none has a name', async function () {
    if (process.platform === 'win32') this.skip();
    spool = await createSpool(folder, { memory: 100, segment: 400, reserve: 0 });
    for (let step = 0; step < 50; step += 1) await spool.append(Buffer.alloc(90, step));
    assert.deepEqual([spool.put, (await files()).length], [4500, 1]);
    assert.equal((await stat(join(folder, String((await files())[0])))).mode & 0o077, 0);
  });

  it('hands on what came in its order, whatever was in memory or in a file, and frees what was read', async () => {
    const random = seededRandom(1);
    spool = await createSpool(folder, { memory: 100, segment: 400, reserve: 0 });
    const sent: Buffer[] = [];
    const got: Buffer[] = [];
    let most = 0;
    for (let step = 0; step < 2000; step += 1) {
      if (random.below(100) < 48 && spool.put > spool.taken) got.push(await spool.take() as Buffer);
      else {
        const bytes = Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256)));
        sent.push(bytes);
        await spool.append(bytes);
      }
      if (step % 100 === 0 && process.platform === 'linux') most = Math.max(most, await open());
    }
    while (spool.put > spool.taken) got.push(await spool.take() as Buffer);
    assert.ok(Buffer.concat(sent).equals(Buffer.concat(got)));
    if (process.platform === 'linux') assert.ok(most > 2, `${String(most)} files at most`);
    assert.deepEqual([spool.put, spool.taken], [Buffer.concat(sent).length, spool.put]);
    assert.deepEqual([process.platform === 'linux' ? await open() : 0, (await files()).length], [0, 1], 'only its folder');
  });

  it('lets the reader wait until there is something, or until it is over', async () => {
    spool = await createSpool(folder, { memory: 100 });
    const first = spool.take();
    await spool.append(Buffer.from('one'));
    assert.equal(String(await first), 'one');
    const ending = await createSpool(folder);
    await ending.append(Buffer.from('last'));
    ending.end();
    assert.deepEqual([String(await ending.take()), await ending.take(), ending.complete], ['last', undefined, true]);
    await ending.close();
    const second = spool.take();
    await spool.close();
    assert.equal(await second, undefined);
    await spool.append(Buffer.from('late'));
    assert.equal(await spool.take(), undefined);
  });

  it('says beforehand, and while it is written, that a disk has no room', async () => {
    let free = 1000;
    spool = await createSpool(folder, { memory: 10, segment: 100, reserve: 500, free: async () => free });
    await spool.expect(500);
    const full = (error: unknown): boolean => isFailure(error, 'file') && /not enough room/.test(error.message);
    await assert.rejects(spool.expect(501), full);
    await spool.append(Buffer.alloc(150));
    free = 599;
    await assert.rejects(spool.append(Buffer.alloc(20)), full);
  });

  it('says where it cannot write', async () => {
    spool = await createSpool(folder);
    await assert.rejects(createSpool(join(folder, 'none')), (error: unknown) => isFailure(error, 'file') && /ENOENT/.test(error.message));
  });
});
