import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';

/*
 * A lock is a folder that holds a file named after its owner, `pid-anything`. Who wants it makes such a folder beside it and moves that there,
 * which succeeds for one alone, where there is none or an empty one. Of an owner that is gone the file is removed, by its name:
 * so nobody can remove what another has put there meanwhile.
 */

/** How often what others leave behind is cleared away. */
const TRIES = 10;

/** Takes the lock for `owner`; false if a process that runs has it. Throws the system's error. */
export function takeLock(path: string, owner: string, runs: (pid: number) => boolean = isRunning): boolean {
  const steps = takingLock(path, owner, runs);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** The same in steps, between which others may take theirs. */
export function* takingLock(path: string, owner: string, runs: (pid: number) => boolean): Generator<undefined, boolean> {
  const own = `${path}.${owner}`;
  mkdirSync(own, { recursive: true });
  try {
    writeFileSync(join(own, owner), '');
    for (let left = TRIES; left > 0; left -= 1) {
      if (move(own, path)) return true;
      yield;
      const there = ownersOf(path);
      if (there.some((other) => isOthers(path, other, owner, runs))) return false;
      for (const other of there) {
        yield;
        rmSync(join(path, other), { force: true });
      }
      yield;
      removeEmpty(path);
      yield;
    }
    return false;
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/** Lets the lock go, if it is this owner's. */
export function releaseLock(path: string, owner: string): void {
  rmSync(join(path, owner), { force: true });
  removeEmpty(path);
}

/** True if a process that runs has the lock, another than that of `owner`. */
export function isTaken(path: string, owner: string, runs: (pid: number) => boolean = isRunning): boolean {
  return ownersOf(path).some((other) => isOthers(path, other, owner, runs));
}

/** True if there is such a process, whoever's it is. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

const pidOf = (owner: string): number => Number.parseInt(owner, 10);
const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

function isOthers(path: string, other: string, owner: string, runs: (pid: number) => boolean): boolean {
  const pid = pidOf(other);
  return pid > 0 && pid !== pidOf(owner) && isOfToday(join(path, other)) && runs(pid);
}

/** Not of before the machine was started: the number of that process may be another's now. */
function isOfToday(file: string): boolean {
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return written !== undefined && written >= Date.now() - uptime() * 1000;
}

function ownersOf(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** False if something is there; Windows moves nothing to where even an empty folder is. */
function move(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '') || statSync(to, { throwIfNoEntry: false }) !== undefined) return false;
    throw error;
  }
}

/** Removes an empty folder, and no other. */
function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    // Somebody has it by now, or has removed it.
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) throw error;
  }
}
