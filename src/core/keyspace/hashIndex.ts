/**
 * An open-addressing hash table of record numbers; keys are wherever the records are. It grows step by step, a few
 * slots for each insert, so that a table of millions never holds the loop. Records are never removed.
 */
export interface HashIndex {
  /** The record for which `equals` holds, or -1. `hash` is that of the wanted key. */
  find(hash: number): number;
  /** Adds a record that `find` has just not found. */
  insert(hash: number, record: number): void;
  readonly bytes: number;
}

/** Slots moved per insert; two would be enough to be done before the next growth. */
const step = 8;

/** A slot is a record number and a byte of its hash (never 0; 0 is an empty slot): most probes end at the byte. */
interface Table {
  readonly records: Uint32Array;
  readonly tags: Uint8Array;
}

const createTable = (length: number): Table => ({ records: new Uint32Array(length), tags: new Uint8Array(length) });
const tagOf = (hash: number): number => (hash >>> 24) | 1;

/**
 * @param hashOf the hash of a record
 * @param equals whether a record's key is the one being looked for (which the caller keeps at hand)
 */
export function createHashIndex(hashOf: (record: number) => number, equals: (record: number) => boolean): HashIndex {
  let table = createTable(64);
  let old: Table | undefined;
  let moved = 0;
  let size = 0;

  function findIn({ records, tags }: Table, hash: number): number {
    const mask = tags.length - 1;
    const tag = tagOf(hash);
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const found = tags[at];
      if (found === 0) return -1;
      if (found === tag) {
        const record = records[at] as number;
        if (equals(record)) return record;
      }
    }
  }

  function place(hash: number, record: number): void {
    const { records, tags } = table;
    const mask = tags.length - 1;
    let at = hash & mask;
    while (tags[at] !== 0) at = (at + 1) & mask;
    tags[at] = tagOf(hash);
    records[at] = record;
  }

  function move(from: Table): void {
    const end = Math.min(from.tags.length, moved + step);
    for (; moved < end; moved++) {
      if (from.tags[moved] === 0) continue;
      const record = from.records[moved] as number;
      place(hashOf(record), record);
    }
    if (moved === from.tags.length) old = undefined;
  }

  return {
    find(hash) {
      const found = findIn(table, hash);
      return found >= 0 || old === undefined ? found : findIn(old, hash);
    },
    insert(hash, record) {
      if (old !== undefined) move(old);
      else if (size * 4 >= table.tags.length * 3) {
        old = table;
        moved = 0;
        table = createTable(table.tags.length * 2);
      }
      place(hash, record);
      size++;
    },
    get bytes() {
      return (table.tags.length + (old?.tags.length ?? 0)) * 5;
    },
  };
}
