/**
 * A growing column of unsigned 32-bit numbers, in pages: growing never copies what is there, so it never holds the
 * loop, and at most one page is spare. Plain functions over a plain record: V8 inlines them in the loops over names.
 */
export interface Column {
  readonly pages: Uint32Array[];
}

const pageBits = 14;
const pageSize = 1 << pageBits;
const pageMask = pageSize - 1;

export function createColumn(): Column {
  return { pages: [] };
}

/** The number at `index`, which must have been written before. */
export function read(column: Column, index: number): number {
  return (column.pages[index >>> pageBits] as Uint32Array)[index & pageMask] as number;
}

/** Writes at `index`, which may be at most one page beyond what was written. */
export function write(column: Column, index: number, value: number): void {
  let page = column.pages[index >>> pageBits];
  if (page === undefined) {
    page = new Uint32Array(pageSize);
    column.pages.push(page);
  }
  page[index & pageMask] = value;
}

/** Bytes that the column holds. */
export function columnBytes(column: Column): number {
  return column.pages.length * pageSize * 4;
}
