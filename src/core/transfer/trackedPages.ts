import type { NamePages, ScanPages, ScanStart } from './namePages.ts';

/** Pages of a scan that know up to where all names have been dealt with. */
export interface TrackedPages extends NamePages {
  /** These names, as they were taken, are dealt with. */
  settle(names: readonly Buffer[]): void;
  /** Where to go on so that no name is left out; undefined when all are dealt with. Names of some pages may come again. */
  readonly position: ScanStart | undefined;
}

interface Page {
  readonly start: ScanStart;
  readonly names: readonly Buffer[];
  /** So many of its first names are dealt with. */
  settled: number;
}

/** Keeps the names that are under way, which are few. They are mostly dealt with in the order in which they came. */
export function trackPages(pages: ScanPages): TrackedPages {
  const open: Page[] = [];
  /** Dealt with before others that came earlier. */
  const early = new Set<Buffer>();
  let start: ScanStart | undefined;
  return {
    put(out) {
      start = pages.next;
      return pages.put(out);
    },
    async take(wire) {
      const names = await pages.take(wire);
      if (start !== undefined && names.length > 0) open.push({ start, names, settled: 0 });
      start = undefined;
      return names;
    },
    settle(names) {
      for (const name of names) {
        if (open[0]?.names[open[0].settled] !== name) {
          early.add(name);
          continue;
        }
        open[0].settled += 1;
        skipEarly(open, early);
      }
    },
    get position() {
      return open[0]?.start ?? start ?? pages.next;
    },
  };
}

/** Goes on to the first name that is not dealt with. */
function skipEarly(open: Page[], early: Set<Buffer>): void {
  for (let page = open[0]; page !== undefined; page = open[0]) {
    while (page.settled < page.names.length && early.size > 0 && early.delete(page.names[page.settled] as Buffer)) page.settled += 1;
    if (page.settled < page.names.length) return;
    open.shift();
  }
}
