import assert from 'node:assert/strict';
import type { Reply } from '../../../../src/core/connection/session.ts';
import { Failure, isFailure } from '../../../../src/core/failure.ts';
import { type CursorPager, createCursorPager } from '../../../../src/core/keyspace/cursorPager.ts';
import { createFakeClock, createFakeSession, type FakeSession, scanReply } from '../../../support/fakeSession.ts';

interface Set {
  readonly session: FakeSession;
  readonly clock: ReturnType<typeof createFakeClock>;
  readonly pager: CursorPager;
  readonly taken: string[];
}

/** A pager over a script that gets cursor and COUNT. */
function setUp(script: (cursor: string, count: number, clock: ReturnType<typeof createFakeClock>) => Reply | Promise<Reply>, maxCount = 10_000): Set {
  const clock = createFakeClock();
  const session = createFakeSession((command) => script(command[1] ?? '', Number(command[3]), clock));
  const taken: string[] = [];
  const pager = createCursorPager({
    session,
    clock,
    maxCount: () => maxCount,
    command: (cursor, count) => ['SCAN', cursor, 'COUNT', String(count)],
    accept: (elements) => void taken.push(...elements.map(String)),
  });
  return { session, clock, pager, taken };
}

const counts = ({ session }: Set): number[] => session.sent.map((command) => Number(command[3]));
const cursors = ({ session }: Set): string[] => session.sent.map((command) => command[1] ?? '');

describe('cursor pager', () => {
  it('takes an empty page for what it is and goes on while the cursor lives', async () => {
    const script: Record<string, [string, string[]]> = { 0: ['8', []], 8: ['4', []], 4: ['12', ['a']], 12: ['0', []] };
    const set = setUp((cursor) => scanReply(...(script[cursor] ?? ['0', []])));
    assert.equal(await set.pager.run({ wanted: () => 10 - set.taken.length, budget: 1000 }), 'end');
    assert.deepEqual(set.taken, ['a']);
    assert.deepEqual(cursors(set), ['0', '8', '4', '12']);
    assert.equal(set.pager.complete, true);
    assert.equal(set.pager.scanned, 1);
  });

  it('stops at a full page and goes on where it stopped', async () => {
    const set = setUp((cursor) => scanReply(cursor === '2' ? '0' : String(Number(cursor) + 1), [`${cursor}a`, `${cursor}b`]));
    assert.equal(await set.pager.run({ wanted: () => 2 - set.taken.length }), 'page');
    assert.deepEqual(set.taken, ['0a', '0b']);
    assert.equal(await set.pager.run({ wanted: () => 5 - set.taken.length }), 'page');
    assert.deepEqual(set.taken, ['0a', '0b', '1a', '1b', '2a', '2b']);
    assert.equal(await set.pager.run({ wanted: () => 99 }), 'end');
    assert.equal(set.session.sent.length, 3);
  });

  it('keeps cursors near 2^64 as the text they are', async () => {
    const big = ['18446744073709551615', '9286422431637966426', '9007199254740993'];
    const next: Record<string, string> = { 0: big[0] ?? '', [big[0] ?? '']: big[1] ?? '', [big[1] ?? '']: big[2] ?? '', [big[2] ?? '']: '0' };
    const set = setUp((cursor) => scanReply(next[cursor] ?? 'lost', [cursor]));
    assert.equal(await set.pager.run({ wanted: () => Infinity }), 'end');
    assert.deepEqual(cursors(set), ['0', ...big]);
  });

  it('ends each page by its budget when the server never returns 0', async () => {
    const set = setUp((cursor, _, clock) => {
      clock.advance(30);
      return scanReply(String(Number(cursor) + 1), []);
    });
    assert.equal(await set.pager.run({ wanted: () => 500, budget: 1000 }), 'budget');
    const first = set.session.sent.length;
    assert.ok(first >= 33 && first <= 35, `${first} calls`);
    assert.equal(await set.pager.run({ wanted: () => 500, budget: 1000 }), 'budget');
    assert.equal(set.pager.complete, false);
    assert.equal(cursors(set)[first], String(first));
  });

  it('can be cancelled while a call is under way, which is not lost', async () => {
    let answer: (reply: Reply) => void = () => undefined;
    const set = setUp((cursor) => (cursor === '0' ? new Promise<Reply>((resolve) => (answer = resolve)) : scanReply('0', ['b'])));
    const controller = new AbortController();
    const run = set.pager.run({ wanted: () => 10, signal: controller.signal });
    await new Promise(setImmediate);
    controller.abort();
    assert.equal(await run, 'cancelled');
    assert.deepEqual(set.taken, []);
    assert.equal(await set.pager.run({ wanted: () => 10, signal: controller.signal }), 'cancelled');
    answer(scanReply('5', ['a']));
    assert.equal(await set.pager.run({ wanted: () => 10 }), 'end');
    assert.deepEqual(set.taken, ['a', 'b']);
    assert.deepEqual(cursors(set), ['0', '5']);
  });

  it('serves runs that overlap by the same calls', async () => {
    const set = setUp((cursor) => scanReply(cursor === '9' ? '0' : String(Number(cursor) + 1), [cursor]));
    const ends = await Promise.all([set.pager.run({ wanted: () => 4 - set.taken.length }), set.pager.run({ wanted: () => Infinity })]);
    assert.deepEqual(ends, ['page', 'end']);
    assert.deepEqual(set.taken, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  });

  it('starts again at 0 when another server process answers, with what it found', async () => {
    const set = setUp((cursor) => scanReply(cursor === '3' ? '0' : String(Number(cursor) + 1), [`${set.session.runId}${cursor}`]));
    assert.equal(await set.pager.run({ wanted: () => 2 - set.taken.length }), 'page');
    assert.equal(set.pager.restarted, false);
    set.session.runId = 'second';
    assert.equal(await set.pager.run({ wanted: () => 4 - set.taken.length }), 'page');
    assert.deepEqual(set.taken, ['first0', 'first1', 'second0', 'second1']);
    assert.equal(set.pager.restarted, true);
    assert.equal(await set.pager.run({ wanted: () => Infinity }), 'end');
    assert.deepEqual(cursors(set), ['0', '1', '0', '1', '2', '3']);
  });

  it('gives up when every call meets another server', async () => {
    const set = setUp((cursor) => scanReply(String(Number(cursor) + 1), []));
    await set.pager.run({ wanted: () => (set.session.sent.length > 0 ? 0 : 1) });
    let process = 0;
    Object.defineProperty(set.session, 'runId', { get: () => `process ${++process}` });
    await assert.rejects(set.pager.run({ wanted: () => 1 }), (error) => isFailure(error, 'server-changed'));
  });

  it('keeps its cursor when a call fails', async () => {
    let failing = false;
    const set = setUp((cursor) => {
      if (failing) throw new Failure('unreachable', 'The link was cut.');
      return scanReply(cursor === '0' ? '7' : '0', [cursor]);
    });
    await set.pager.run({ wanted: () => 1 - set.taken.length });
    failing = true;
    await assert.rejects(set.pager.run({ wanted: () => 1 }), (error) => isFailure(error, 'unreachable'));
    failing = false;
    assert.equal(await set.pager.run({ wanted: () => 1 }), 'end');
    assert.deepEqual(set.taken, ['0', '7']);
  });

  it('asks again for elements that could not be taken in', async () => {
    let refuse = true;
    const session = createFakeSession(([, cursor]) => scanReply(cursor === '0' ? '7' : '0', [cursor ?? '']));
    const taken: string[] = [];
    const pager = createCursorPager({
      session,
      clock: createFakeClock(),
      maxCount: () => 1000,
      command: (cursor) => ['SCAN', cursor],
      async accept(elements) {
        if (refuse && taken.length === 1) throw new Failure('timeout', 'Their types were not answered.');
        taken.push(...elements.map(String));
      },
    });
    await assert.rejects(pager.run({ wanted: () => Infinity }), (error) => isFailure(error, 'timeout'));
    refuse = false;
    assert.equal(await pager.run({ wanted: () => Infinity }), 'end');
    assert.deepEqual(taken, ['0', '7']);
  });

  it('lets the loop turn though replies need no turn of their own', async () => {
    let turns = 0;
    const set = setUp((cursor, _, clock) => {
      clock.advance(15);
      return scanReply(Number(cursor) === 40 ? '0' : String(Number(cursor) + 1), []);
    });
    const count = (): void => {
      turns++;
      if (!set.pager.complete) setImmediate(count);
    };
    setImmediate(count);
    await set.pager.run({ wanted: () => Infinity });
    assert.ok(turns >= 20, `${turns} turns in 41 calls`);
  });
});

describe('COUNT', () => {
  it('reaches 1,000 within five calls over 80 ms of latency', async () => {
    const set = setUp((cursor, _, clock) => {
      clock.advance(80.2);
      set.session.smallestRoundTrip = 80;
      return scanReply(String(Number(cursor) + 1), []);
    });
    await set.pager.run({ wanted: () => 5 - set.session.sent.length });
    assert.deepEqual(counts(set), [100, 200, 400, 800, 1600]);
  });

  it('settles near 100 where a key takes the server 20 µs', async () => {
    const set = setUp((cursor, count, clock) => {
      clock.advance(0.1 + count * 0.02);
      return scanReply(String(Number(cursor) + 1), []);
    });
    set.session.smallestRoundTrip = 0.1;
    await set.pager.run({ wanted: () => 60 - set.session.sent.length });
    assert.ok(counts(set).every((count) => count >= 50 && count <= 200), counts(set).join(' '));
  });

  it('falls to 10 on a server that is slow, and stays within maxCount on a fast one', async () => {
    const slow = setUp((cursor, _, clock) => {
      clock.advance(50);
      return scanReply(String(Number(cursor) + 1), []);
    });
    slow.session.smallestRoundTrip = 1;
    await slow.pager.run({ wanted: () => 8 - slow.session.sent.length });
    assert.deepEqual(counts(slow), [100, 50, 25, 12, 10, 10, 10, 10]);
    const fast = setUp((cursor) => scanReply(String(Number(cursor) + 1), []), 700);
    await fast.pager.run({ wanted: () => 6 - fast.session.sent.length });
    assert.deepEqual(counts(fast), [100, 200, 400, 700, 700, 700]);
  });
});

describe('part scanned', () => {
  const after = async (following: readonly string[]): Promise<(number | undefined)[]> => {
    const seen: (number | undefined)[] = [];
    let at = 0;
    const set = setUp(() => scanReply(following[at++] ?? '0', []));
    for (const _ of following) {
      const calls = set.session.sent.length;
      await set.pager.run({ wanted: () => (set.session.sent.length > calls ? 0 : 1) });
      seen.push(set.pager.scanned);
    }
    return seen;
  };

  it('is read off the reversed cursor', async () => {
    // A table of eight slots is walked 0 4 2 6 1 5 3 7.
    assert.deepEqual(await after(['4', '2', '6', '1', '5', '3', '7', '0']), [1 / 8, 2 / 8, 3 / 8, 4 / 8, 5 / 8, 6 / 8, 7 / 8, 1]);
  });

  it('is not claimed where cursors do not grow that way', async () => {
    assert.deepEqual(await after(['1', '2', '3']), [0.5, undefined, undefined]);
    assert.deepEqual(await after(['node1:7']), [undefined]);
  });
});
