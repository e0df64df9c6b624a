/**
 * An open-addressing hash table of record numbers; keys are wherever the records are. Records are numbered in the order
 * of their insertion and never removed. It grows step by step, a few records for each insert, so that a table of
 * millions never holds the loop; in the order of records, so that their keys are read in sequence.
 */
export interface HashIndex {
  /** The record for which `equals` holds, or -1. `hash` is that of the wanted key. */
  find(hash: number): number;
  /** Adds the next record, whose key `find` has just not found. Returns its number. */
  insert(hash: number): number;
  readonly bytes: number;
}

/**
 * While a table grows, each insert that is a multiple of `every` moves so many records: four for each insert, where two would
 * be enough to be done before the next growth. In runs, because then the processor waits for many slots at once.
 */
const every = 64;
const step = 4 * every;
const firstBits = 8;

/** A slot is a record number plus one in the low `bits`, and above them the hash's own high bits: most probes end there. 0 is empty. */
interface Table {
  readonly slots: Uint32Array;
  readonly bits: number;
}

const createTable = (bits: number): Table => ({ slots: new Uint32Array(2 ** bits), bits });

/**
 * @param hashOf the hash of a record
 * @param equals whether a record's key is the one being looked for (which the caller keeps at hand)
 */
export function createHashIndex(hashOf: (record: number) => number, equals: (record: number) => boolean): HashIndex {
  let table = createTable(firstBits);
  let old: Table | undefined;
  let moved = 0;
  let toMove = 0;
  let size = 0;
  /** Where the last search ended: the place of what it did not find. */
  let freeAt = 0;

  function findIn({ slots, bits }: Table, hash: number): number {
    const mask = slots.length - 1;
    const tag = hash >>> bits;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at] as number;
      if (slot === 0) {
        freeAt = at;
        return -1;
      }
      if (slot >>> bits === tag) {
        const record = (slot & mask) - 1;
        if (equals(record)) return record;
      }
    }
  }

  function place(hash: number, record: number): void {
    const { slots, bits } = table;
    const mask = slots.length - 1;
    let at = hash & mask;
    while (slots[at] !== 0) at = (at + 1) & mask;
    slots[at] = ((hash >>> bits) << bits) | (record + 1);
  }

  function move(): void {
    for (const end = Math.min(toMove, moved + step); moved < end; moved++) place(hashOf(moved), moved);
    if (moved === toMove) old = undefined;
  }

  return {
    find(hash) {
      const found = findIn(table, hash);
      return found >= 0 || old === undefined ? found : findIn(old, hash);
    },
    insert(hash) {
      if (old === undefined && size * 4 < table.slots.length * 3) {
        const { slots, bits } = table;
        slots[freeAt] = ((hash >>> bits) << bits) | (size + 1);
        return size++;
      }
      if (old === undefined) {
        old = table;
        moved = 0;
        toMove = size;
        table = createTable(table.bits + 1);
      } else if (size % every === 0) {
        move();
      }
      place(hash, size);
      return size++;
    },
    get bytes() {
      return (table.slots.length + (old?.slots.length ?? 0)) * 4;
    },
  };
}
