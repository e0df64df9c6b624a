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
  left: number;
}

/** Keeps the names that are under way, which are few. */
export function trackPages(pages: ScanPages): TrackedPages {
  const open: Page[] = [];
  const pageOf = new Map<Buffer, Page>();
  let start: ScanStart | undefined;
  return {
    put(out) {
      start = pages.next;
      return pages.put(out);
    },
    async take(wire) {
      const names = await pages.take(wire);
      if (start !== undefined && names.length > 0) {
        const page: Page = { start, left: names.length };
        open.push(page);
        for (const name of names) pageOf.set(name, page);
      }
      start = undefined;
      return names;
    },
    settle(names) {
      for (const name of names) {
        const page = pageOf.get(name);
        if (page === undefined) continue;
        pageOf.delete(name);
        page.left -= 1;
      }
      while (open[0]?.left === 0) open.shift();
    },
    get position() {
      return open[0]?.start ?? start ?? pages.next;
    },
  };
}
