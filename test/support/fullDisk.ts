import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const mounted = 'mkdir "$1" && mount -t tmpfs -o size=1m none "$1" && exec "$2" "$3" "$1"';

/** Whether this machine lets us have a disk of our own: only Linux does, where users may have namespaces. */
export async function mayMount(): Promise<boolean> {
  return await run('unshare', ['-Urm', 'true']).then(() => true, () => false);
}

/** Runs a script of test/support with the path of a disk of 1 MB, `folder`/disk, that nobody else sees; resolves with the JSON that it prints. */
export async function onSmallDisk(folder: string, script: string): Promise<unknown> {
  const { stdout } = await run('unshare', ['-Urm', 'sh', '-c', mounted, 'sh', join(folder, 'disk'), process.execPath, join(import.meta.dirname, script)]);
  return JSON.parse(stdout);
}
