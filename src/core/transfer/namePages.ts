import { isPositionKey } from '../keyspace/positionKey.ts';
import { failureOfReply } from '../connection/failures.ts';
import { argument, argumentValue, type Requests } from './requests.ts';
import { chosenTest, type Scope } from './scope.ts';
import { frameCopy, frameNumber, frameText, marks, notRedis, type Wire } from './wire.ts';

/** Names, page by page: what to ask is put among other requests, and what comes is taken in its place. */
export interface NamePages {
  /** Puts the question for the next page; false when there is none any more. */
  put(out: Requests): boolean;
  /** The page that was asked for, names as arguments. A name may come twice, and a page may be empty. Rejects with Failure. */
  take(wire: Wire): Promise<readonly Buffer[]>;
}

export interface ScanStart {
  /** Where to go on; '0' is the start. */
  readonly cursor: string;
  /** Which of `types` is being scanned. */
  readonly type: number;
}

export interface ScanPages extends NamePages {
  /** Where to go on after all pages that were taken; undefined when they are the last. */
  readonly next: ScanStart | undefined;
}

/** Scans a database, type by type where types are chosen. Positions of bridges are left out: they are no data. */
export function createScanPages({ pattern, types, only }: Scope, count: number, start: ScanStart = { cursor: '0', type: 0 }): ScanPages {
  const filters: readonly (string | undefined)[] = types ?? [undefined];
  const chosen = only === undefined ? undefined : chosenTest(only);
  let next: ScanStart | undefined = filters.length === 0 ? undefined : start;
  return {
    get next() {
      return next;
    },
    put(out) {
      if (next === undefined) return false;
      const type = filters[next.type];
      const args = ['SCAN', next.cursor, 'COUNT', String(count), ...(pattern === undefined ? [] : ['MATCH', pattern]), ...(type === undefined ? [] : ['TYPE', type])];
      out.put(Buffer.from(`*${args.length}\r\n`));
      for (const arg of args) out.put(argument(arg));
      return true;
    },
    async take(wire) {
      const names: Buffer[] = [];
      let cursor = '';
      let length = NaN;
      await wire.frames(1, (frame) => {
        if (frame.mark === marks.error) throw failureOfReply(frameText(frame), ['SCAN']);
        if (frame.mark !== marks.array || frameNumber(frame) !== 2) throw notRedis(wire.where);
      });
      await wire.frames(2, (frame, index) => {
        if (index === 0) cursor = frameText(frame);
        else if (frame.mark === marks.array) length = frameNumber(frame);
      });
      if (!/^\d{1,20}$/.test(cursor) || !(length >= 0)) throw notRedis(wire.where);
      await wire.frames(length, (frame) => {
        if (frame.mark !== marks.bulk || frame.absent) throw notRedis(wire.where);
        if (!isPositionKey(frame.bytes, frame.start, frame.end)) names.push(frameCopy(frame));
      });
      const { type } = next as ScanStart;
      next = cursor !== '0' ? { cursor, type } : type + 1 < filters.length ? { cursor: '0', type: type + 1 } : undefined;
      return chosen === undefined ? names : names.filter((name) => chosen(argumentValue(name)));
    },
  };
}

/** Nothing needs to be asked, but a page has its place among the replies. Answers true. */
export function putNothing(out: Requests): boolean {
  out.put(Buffer.from('*1\r\n$4\r\nPING\r\n'));
  return true;
}

/** Takes the reply to `putNothing`. Rejects with Failure. */
export async function takeNothing(wire: Wire): Promise<void> {
  await wire.frames(1, () => undefined);
}

/** Names that are known. */
export function createListPages(names: readonly Buffer[], count: number): NamePages {
  let at = 0;
  let asked = false;
  return {
    put(out) {
      if (at >= names.length) return false;
      asked = putNothing(out);
      return asked;
    },
    async take(wire) {
      if (asked) await takeNothing(wire);
      asked = false;
      const page = names.slice(at, at + count).map(argument);
      at += page.length;
      return page;
    },
  };
}
