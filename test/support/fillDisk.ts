import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createTarget } from '../../src/core/save/target.ts';

/** Run by itself, in a folder on a small disk: writes until there is no room, and tells what came of it. */
const folder = process.argv[2] ?? '';
const target = await createTarget(join(folder, 'dump.rdb'));
let told = 'there was room';
try {
  for (let block = 0; block < 100; block += 1) await target.write(Buffer.alloc(64 * 1024, block));
  await target.commit();
} catch (error) {
  told = error instanceof Error ? error.message : String(error);
  await target.discard();
}
console.log(JSON.stringify({ told, left: await readdir(folder) }));
