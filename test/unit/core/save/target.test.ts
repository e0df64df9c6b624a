import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFailure } from '../../../../src/core/failure.ts';
import { createTarget, fileFailure } from '../../../../src/core/save/target.ts';
import { mayMount, onSmallDisk } from '../../../support/fullDisk.ts';


describe('a file that is being saved', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyspace-target-'));
    path = join(folder, 'dump.rdb');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes its name when it is complete, and not before', async () => {
    await writeFile(path, 'old');
    const target = await createTarget(path);
    const blocks = Array.from({ length: 50 }, (_, index) => Buffer.alloc(100_000, index));
    for (const block of blocks) await target.write(block);
    assert.equal(await readFile(path, 'utf8'), 'old');
    assert.equal((await readdir(folder)).length, 2);
    await target.commit();
    assert.ok((await readFile(path)).equals(Buffer.concat(blocks)));
    assert.equal(target.size, 5_000_000);
    await target.discard();
    assert.deepEqual(await readdir(folder), ['dump.rdb']);
  });

  it('leaves nothing when it is discarded, and what had the name as it was', async () => {
    await writeFile(path, 'old');
    const target = await createTarget(path);
    await target.write(Buffer.alloc(3_000_000));
    await target.discard();
    assert.deepEqual(await readdir(folder), ['dump.rdb']);
    assert.equal(await readFile(path, 'utf8'), 'old');
  });

  it('follows a link to the file that is meant', async () => {
    await writeFile(join(folder, 'real.rdb'), 'old');
    await symlink('real.rdb', path);
    const target = await createTarget(path);
    await target.write(Buffer.from('new'));
    await target.commit();
    assert.equal(await readlink(path), 'real.rdb');
    assert.equal(await readFile(join(folder, 'real.rdb'), 'utf8'), 'new');
  });

  it('keeps who may read what had the name', async () => {
    await writeFile(path, 'old', { mode: 0o600 });
    const target = await createTarget(path);
    await target.write(Buffer.from('new'));
    await target.commit();
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('says that the disk is full, and leaves nothing on it', async function () {
    const disk = join(folder, 'disk');
    if (!await mayMount()) this.skip();
    assert.deepEqual(await onSmallDisk(folder, 'fillDisk.ts'), { told: `There is no room left for ${join(disk, 'dump.rdb')}: the disk is full (ENOSPC). Nothing was saved. Make room, or choose another place.`, left: [] });
  });

  it('says what is wrong with the place', async () => {
    const told = async (place: string): Promise<string> => {
      try {
        await createTarget(place);
      } catch (error) {
        if (isFailure(error, 'file')) return error.message;
      }
      return assert.fail('no failure');
    };
    assert.match(await told(join(folder, 'none', 'dump.rdb')), /there is no such folder/);
    await writeFile(path, '');
    assert.match(await told(join(path, 'dump.rdb')), /there is no such folder/);
    assert.match(await told(folder), /is a folder\. Nothing was saved/);
    for (const [code, words] of [['EROFS', /not allowed there \(EROFS\)/], ['EFBIG', /larger than/], ['EIO', /could not be written \(EIO\)/]] as const) {
      assert.match(fileFailure(Object.assign(new Error('x'), { code }), path).message, words);
    }
  });
});
