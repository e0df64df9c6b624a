import type { Command, Reply } from '../connection/session.ts';
import { asList } from '../connection/reply.ts';
import { createAdaptiveCount } from '../keyspace/adaptiveCount.ts';
import { abortable, type RunOptions } from '../keyspace/cursorPager.ts';
import type { PageEnd } from '../keyspace/keyspace.ts';
import type { MemberSource, SingleMember, SourceDeps } from './memberSource.ts';

/** How a type is read window by window. */
export interface WindowShape {
  /** The next `count` elements after the rows read so far. */
  command(key: Buffer, rows: readonly SingleMember[], count: number): Command;
  /** `index` is that of the row to be. */
  row(element: Reply, index: number): SingleMember;
  /** True where rows are positions: a collection that has become shorter has none beyond its length. */
  readonly positional: boolean;
}

/** List items and stream entries: windows in order, each as large as the server's speed allows. */
export function createWindowedMembers({ session, key, clock, maxCount }: SourceDeps, shape: WindowShape): MemberSource {
  const rows: SingleMember[] = [];
  const count = createAdaptiveCount(maxCount);
  let version = 0;
  let length = 0;
  let complete = false;
  let reading: Promise<void> | undefined;

  async function readWindow(size: number): Promise<void> {
    const at = clock.elapsed();
    const elements = asList(await session.send(shape.command(key, rows, size)));
    count.observe(clock.elapsed() - at, session.smallestRoundTrip);
    for (const element of elements) rows.push(shape.row(element, rows.length));
    complete = elements.length < size;
    version++;
  }

  async function run({ wanted, budget = Infinity, signal, onCall }: RunOptions): Promise<PageEnd> {
    const start = clock.elapsed();
    for (;;) {
      if (complete) return wanted() <= 0 ? 'page' : 'end';
      if (signal?.aborted === true) return 'cancelled';
      if (wanted() <= 0) return 'page';
      if (clock.elapsed() - start >= budget) return 'budget';
      reading ??= readWindow(Math.min(count.value, wanted())).finally(() => {
        reading = undefined;
      });
      if (await abortable(reading, signal)) onCall?.();
    }
  }

  return {
    rows,
    get version() {
      return version;
    },
    get complete() {
      return complete || (rows.length > 0 && rows.length >= length && shape.positional);
    },
    restarted: false,
    get scanned() {
      return complete ? 1 : length === 0 ? undefined : Math.min(1, rows.length / length);
    },
    run,
    noteLength(now) {
      length = now;
      if (!shape.positional) return;
      if (rows.length > now) {
        rows.length = now;
        version++;
      }
      if (rows.length < now) complete = false;
    },
  };
}
