import { nextTick } from 'node:process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../connection/ports.ts';
import { asList, asText } from '../connection/reply.ts';
import type { Command, Reply, Session } from '../connection/session.ts';
import { isFailure } from '../failure.ts';
import { createAdaptiveCount } from './adaptiveCount.ts';
import { cursorFraction } from './cursorFraction.ts';
import type { PageEnd } from './keyspace.ts';

export interface RunOptions {
  /** Elements still wanted; asked after every call, and never after the run ended. At 0 the page is full. */
  wanted(): number;
  /** Ms that the run may take; absent: until the cursor is 0. */
  readonly budget?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called after every call. */
  readonly onCall?: (() => void) | undefined;
}

/** One iteration of SCAN, HSCAN, SSCAN or ZSCAN, run by pages. Several runs may share it: each call serves all of them. */
export interface CursorPager {
  /** True once a call was answered. */
  readonly started: boolean;
  /** True once the cursor came back to "0". */
  readonly complete: boolean;
  /** True if the iteration began again because another server process answered. */
  readonly restarted: boolean;
  /** Part of the hash table that the cursor has passed, 0 to 1; undefined where cursors do not tell. */
  readonly scanned: number | undefined;
  /** COUNT of the next call. */
  readonly count: number;
  /** Elements received in this iteration, repeated ones included. */
  readonly received: number;
  /**
   * Calls until enough is there, the cursor is "0", the budget is over or the signal aborts (it resolves then, and a
   * call that is under way still counts for the next run). Throws Failure; the cursor stays where it was.
   */
  run(options: RunOptions): Promise<PageEnd>;
}

export interface PagerOptions {
  readonly session: Session;
  readonly clock: Clock;
  readonly maxCount: () => number;
  /** The command for a cursor and a COUNT. */
  command(cursor: string, count: number): Command;
  /** Takes the elements of a reply. A rejection leaves the cursor where it was. */
  accept(elements: readonly Reply[]): Promise<void> | void;
  /** True if the command was changed after this failure and is to be sent again. */
  readonly recover?: (error: unknown) => boolean;
}

interface Sent {
  readonly cursor: string;
  readonly reply: Promise<Answer>;
}

type Answer = { readonly ok: true; readonly reply: Reply; readonly observed: number; readonly at: number } | { readonly ok: false; readonly error: unknown };

/** Ms of work after which the loop is let turn, should replies come without a turn of their own. */
const longestTurn = 10;
/** New server processes in a row before we give up: something in between changes servers at every call. */
const maxRestarts = 3;

export function createCursorPager(options: PagerOptions): CursorPager {
  const { session, clock } = options;
  const count = createAdaptiveCount(options.maxCount);
  let cursor = '0';
  let runId: string | undefined;
  let started = false;
  let complete = false;
  let restarted = false;
  let restarts = 0;
  let received = 0;
  let fraction: number | undefined;
  let tells = true;
  let sent: Sent | undefined;
  let calling: Promise<void> | undefined;
  /** Ms that our own work held the loop since the request was sent. */
  let heldSince = 0;
  let lastTurn = clock.elapsed();

  function send(): Sent {
    const at = clock.elapsed();
    heldSince = 0;
    const command = options.command(cursor, count.value);
    const reply = session.send(command, runId === undefined ? {} : { runId }).then(
      (value): Answer => ({ ok: true, reply: value, observed: clock.elapsed() - at, at: clock.elapsed() }),
      (error: unknown): Answer => ({ ok: false, error }),
    );
    return { cursor, reply };
  }

  /** One call, or the outcome of one that was sent ahead. `ahead` tells whether another is sent before this one's elements are taken in. */
  async function call(ahead: (received: number) => boolean): Promise<void> {
    runId ??= (await session.ready()).runId;
    const early = sent;
    sent = undefined;
    const sentAhead = early?.cursor === cursor;
    let answer = await (sentAhead ? early : send()).reply;
    // What failed ahead of time may have been over long ago.
    if (!answer.ok && sentAhead) answer = await send().reply;
    if (!answer.ok) {
      if (isFailure(answer.error, 'server-changed') && ++restarts <= maxRestarts) return restart();
      if (options.recover?.(answer.error) === true) return;
      throw answer.error;
    }
    restarts = 0;
    // The loop was busy with the elements before: that time was not the server's, unless it answered only later.
    count.observe(Math.max(0, answer.observed - heldSince), session.smallestRoundTrip);
    const [next, list] = asList(answer.reply);
    const following = asText(next);
    const elements = asList(list);
    const begun = cursor;
    cursor = following;
    if (following !== '0' && ahead(elements.length)) {
      sent = send();
      // The session writes some microtasks later; then the server works while we do.
      await new Promise<void>((written) => {
        nextTick(written);
      });
    }
    try {
      const working = clock.elapsed();
      const accepted = options.accept(elements);
      heldSince = clock.elapsed() - working;
      await accepted;
    } catch (error) {
      cursor = begun;
      throw error;
    }
    started = true;
    received += elements.length;
    noteFraction();
    complete = cursor === '0';
    await breathe();
  }

  function restart(): void {
    cursor = '0';
    runId = undefined;
    restarted = true;
    fraction = undefined;
    received = 0;
    tells = true;
  }

  /** Redis walks its table in the order of the reversed cursor. Where that does not grow, the server counts in another way. */
  function noteFraction(): void {
    const now = cursor === '0' ? 1 : cursorFraction(cursor);
    if (now === undefined || now < (fraction ?? 0)) tells = false;
    fraction = now;
  }

  /** Lets the loop turn if replies come faster than turns do. */
  async function breathe(): Promise<void> {
    if (clock.elapsed() - lastTurn < longestTurn) return;
    await nextTurn();
    lastTurn = clock.elapsed();
  }

  /** Runs that overlap share one call. */
  function step(ahead: (received: number) => boolean): Promise<void> {
    calling ??= call(ahead).finally(() => {
      calling = undefined;
    });
    return calling;
  }

  return {
    get started() {
      return started;
    },
    get complete() {
      return complete;
    },
    get restarted() {
      return restarted;
    },
    get scanned() {
      return complete ? 1 : tells ? fraction : undefined;
    },
    get count() {
      return count.value;
    },
    get received() {
      return received;
    },
    async run({ wanted, budget = Infinity, signal, onCall }) {
      const start = clock.elapsed();
      lastTurn = start;
      const inTime = (): boolean => clock.elapsed() - start < budget;
      // A run that was stopped is over, though its call goes on for others: it must not be asked what it wants any more.
      const ahead = (more: number): boolean => signal?.aborted !== true && inTime() && wanted() > more;
      for (;;) {
        if (complete) return wanted() <= 0 ? 'page' : 'end';
        if (signal?.aborted === true) return 'cancelled';
        if (wanted() <= 0) return 'page';
        if (!inTime()) return 'budget';
        if (await abortable(step(ahead), signal)) onCall?.();
      }
    },
  };
}

/** False as soon as the signal aborts; what was under way goes on unseen. */
export async function abortable(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal === undefined) {
    await work;
    return true;
  }
  let stop = (): void => undefined;
  const stopped = new Promise<false>((resolve) => {
    stop = () => resolve(false);
    signal.addEventListener('abort', stop);
  });
  try {
    if (signal.aborted) stop();
    return await Promise.race([work.then(() => true), stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
