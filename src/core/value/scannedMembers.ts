import type { Reply } from '../connection/session.ts';
import { asBytes } from '../connection/reply.ts';
import { createCursorPager } from '../keyspace/cursorPager.ts';
import { createNameStore } from '../keyspace/nameStore.ts';
import type { MemberSource, SingleMember, SourceDeps } from './memberSource.ts';

/** How a type's scan command answers. */
export interface ScanShape {
  readonly command: 'HSCAN' | 'SSCAN' | 'ZSCAN';
  /** Elements of the reply that make one row. */
  readonly width: 1 | 2;
  row(name: Buffer, rest: Reply | undefined): SingleMember;
}

/** Hash fields, set and sorted-set members by their cursor: a member that comes twice is one row, with the latest value. */
export function createScannedMembers({ session, key, clock, maxCount, pageSize }: SourceDeps, shape: ScanShape): MemberSource {
  const rows: SingleMember[] = [];
  const names = createNameStore();
  let version = 0;
  const pager = createCursorPager({
    session,
    clock,
    // Values come along: far more of them than a page shows would be read in vain.
    maxCount: () => Math.min(maxCount(), pageSize() * 2),
    command: (cursor, count) => [shape.command, key, cursor, 'COUNT', String(count)],
    accept(elements) {
      for (let at = 0; at < elements.length; at += shape.width) {
        const name = asBytes(elements[at]);
        const row = shape.row(name, elements[at + 1]);
        rows[names.add(name)] = row;
      }
      version++;
    },
  });
  return {
    rows,
    get version() {
      return version;
    },
    get complete() {
      return pager.complete;
    },
    get restarted() {
      return pager.restarted;
    },
    get scanned() {
      return pager.scanned;
    },
    run: pager.run,
    noteLength: () => undefined,
  };
}
