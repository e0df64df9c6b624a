import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning, isTaken, releaseLock, takeLock, takingLock } from '../../../../src/ui/practice/windowLock.ts';

describe('the lock of a window on a file', () => {
  let folder: string;
  let lock: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyspace-lock-'));
    lock = join(folder, 'window.lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What a window has left that is no more. */
  const leave = (owner: string): void => {
    mkdirSync(lock, { recursive: true });
    writeFileSync(join(lock, owner), '');
  };
  const alive = (...pids: readonly number[]) => (pid: number): boolean => pids.includes(pid);

  it('is one window’s until that one lets it go', () => {
    assert.equal(takeLock(lock, '1-a', alive(1, 2)), true);
    assert.equal(takeLock(lock, '2-b', alive(1, 2)), false);
    assert.equal(isTaken(lock, '2-b', alive(1, 2)), true);
    assert.equal(isTaken(lock, '1-a', alive(1, 2)), false);
    // Another one cannot let it go.
    releaseLock(lock, '2-b');
    assert.equal(takeLock(lock, '2-b', alive(1, 2)), false);
    releaseLock(lock, '1-a');
    assert.deepEqual(readdirSync(folder), []);
    assert.equal(takeLock(lock, '2-b', alive(1, 2)), true);
    assert.deepEqual(readdirSync(folder), ['window.lock']);
  });

  it('is taken over from a window that is no more, and from what this one has left itself', () => {
    leave('9-gone');
    assert.equal(isTaken(lock, '1-a', alive(1)), false);
    assert.equal(takeLock(lock, '1-a', alive(1)), true);
    assert.deepEqual(readdirSync(lock), ['1-a']);
    assert.equal(takeLock(lock, '1-again', alive(1)), true);
    assert.deepEqual(readdirSync(lock), ['1-again']);
  });

  it('is that of one window only, in whatever order two take their steps', () => {
    for (const before of ['nobody', 'gone', 'half gone'] as const) {
      let orders = 0;
      // Whose turn it is where both could go on; the next order differs in the last place that can.
      for (let turns: readonly number[] | undefined = []; turns !== undefined; orders += 1) {
        rmSync(lock, { recursive: true, force: true });
        if (before === 'gone') leave('9-gone');
        if (before === 'half gone') mkdirSync(lock);
        const windows = ['1-a', '2-b'].map((owner) => ({ owner, steps: takingLock(lock, owner, alive(1, 2)), has: undefined as boolean | undefined }));
        const taken: number[] = [];
        for (let left = windows; left.length > 0; left = windows.filter(({ has }) => has === undefined)) {
          const turn: number = left.length === 2 ? turns[taken.length] ?? 0 : 0;
          if (left.length === 2) taken.push(turn);
          const one = left[turn];
          const { done, value } = one?.steps.next() ?? {};
          if (done === true && one !== undefined) one.has = value;
        }
        const winners = windows.filter(({ has }) => has === true).map(({ owner }) => owner);
        assert.equal(winners.length, 1, `${before}: ${taken.join('')}`);
        assert.deepEqual(readdirSync(folder).concat(readdirSync(lock)), ['window.lock', ...winners], `${before}: ${taken.join('')}`);
        const last = taken.lastIndexOf(0);
        turns = last < 0 ? undefined : [...taken.slice(0, last), 1];
      }
      assert.ok(orders >= (before === 'gone' ? 20 : 2), `${before}: ${String(orders)}`);
    }
  });

  it('is nobody else’s when one takes it while another lets it go', () => {
    for (let order = 0; order < 8; order += 1) {
      assert.equal(takeLock(lock, '1-a', alive(1, 2)), true);
      const taking = takingLock(lock, '2-b', alive(1, 2));
      let has: boolean | undefined;
      for (let turn = 0; has === undefined; turn += 1) {
        if (turn === order) releaseLock(lock, '1-a');
        const { done, value } = taking.next();
        if (done === true) has = value;
      }
      releaseLock(lock, '1-a');
      assert.equal(isTaken(lock, '3-c', alive(1, 2)), has);
      releaseLock(lock, '2-b');
    }
  });

  it('is not that of a process of before the machine was started, whose number another has by now', () => {
    leave(`${process.ppid}-x`);
    assert.equal(isTaken(lock, '1-a'), true);
    utimesSync(join(lock, `${process.ppid}-x`), 1, 1);
    assert.equal(isTaken(lock, '1-a'), false);
    assert.equal(isRunning(99_999_999), false);
    assert.equal(isRunning(process.pid), true);
  });
});
