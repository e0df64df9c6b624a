import { columnBytes, createColumn, read, write } from './column.ts';
import { createHashIndex } from './hashIndex.ts';
import { hashBytes, type NameStore, sameBytes } from './nameStore.ts';

/**
 * A child of an opened namespace as one number: a key is its name's index, doubled; a namespace its id, doubled, plus one.
 * So a key `a` and a namespace `a` are two entries.
 */
export type Entry = number;

export const keyEntry = (index: number): Entry => index * 2;
export const namespaceEntry = (id: number): Entry => id * 2 + 1;
export const isNamespace = (entry: Entry): boolean => (entry & 1) === 1;
/** The name index of a key entry, the id of a namespace entry. */
export const entryId = (entry: Entry): number => entry >>> 1;

/** An opened namespace: its children in order of discovery, those that are gone included. */
export interface OpenNamespace {
  /** Bytes of the prefix that its names share; 0 for the root. */
  readonly prefixLength: number;
  readonly length: number;
  at(position: number): Entry;
  /** Exchanges two children. */
  swap(a: number, b: number): void;
  /** Position of an entry at or after `from`, or -1. */
  find(entry: Entry, from: number): number;
  /** Splits up to `names` of those that were known when it was opened; true once none are left. */
  split(names: number): boolean;
}

/**
 * Names grouped by the segments between delimiters. A namespace holds its names as a linked list in a column until it
 * is opened; then they are split into its own children, and later names descend the opened namespaces only.
 */
export interface Namespaces {
  readonly root: OpenNamespace;
  readonly bytes: number;
  /** Files a name that `add` has just given this index; `name` are its bytes. */
  insert(index: number, name: Buffer): void;
  /** Counts a filed name that went absent (-1) or came back (1). */
  adjust(index: number, by: 1 | -1): void;
  /** The id of the namespace with this whole prefix, or -1 if no name of it was filed, or its parent is not open. */
  idOf(prefix: Buffer): number;
  /** Opens a namespace whose parent is open. The caller splits it. */
  open(id: number): OpenNamespace;
  isOpen(id: number): boolean;
  /** Names present under a namespace. */
  countOf(id: number): number;
  prefixOf(id: number): Buffer;
  /** True if a key is present, or a namespace has names. */
  isAlive(entry: Entry): boolean;
  /** Order of two children of one namespace: namespaces first, then the bytes of the segment. */
  compare(a: Entry, b: Entry, prefixLength: number): number;
  /** Ends of the namespaces that a name or a prefix passes through, outermost first. */
  boundaries(name: Buffer): readonly number[];
}

/** In `tails`: the namespace is open. */
const opened = 0xffffffff;

export function createNamespaces(store: NameStore, delimiter: Buffer): Namespaces {
  /** By name index: the next name in its bucket. */
  const next = createColumn();
  /** By namespace id: the first name filed under it (its bytes name the prefix), prefix length, names present, last name of the bucket. */
  const heads = createColumn();
  const lengths = createColumn();
  const counts = createColumn();
  const tails = createColumn();
  const open = new Map<number, Children>();
  const splitting = new Set<Children>();
  const firstByte = delimiter[0];
  /** The name that `adjust` is about, which the store has changed already, and what it counted for before. */
  let changing = -1;
  let changingWeight = 0;
  let namespaces = 0;

  const wanted = { bytes: delimiter, start: 0, length: 0 };
  const byPrefix = createHashIndex(
    (id) => {
      const length = read(lengths, id);
      const { bytes, start } = store.view(read(heads, id));
      return hashBytes(bytes, start, start + length);
    },
    isWanted,
  );
  let lastFound = -1;

  function isWanted(id: number): boolean {
    if (read(lengths, id) !== wanted.length) return false;
    const { bytes, start } = store.view(read(heads, id));
    return sameBytes(bytes, start, wanted.bytes, wanted.start, wanted.length);
  }

  /** Where the segment that begins at `from` ends, its delimiter included; -1 if no delimiter follows. */
  function segmentEnd(bytes: Buffer, from: number, end: number): number {
    if (firstByte === undefined) return -1;
    const last = end - delimiter.length;
    for (let at = from; at <= last; at++) {
      if (bytes[at] === firstByte && (delimiter.length === 1 || sameBytes(bytes, at, delimiter, 0, delimiter.length))) return at + delimiter.length;
    }
    return -1;
  }

  function createNamespace(index: number, length: number, hash: number): number {
    const id = namespaces++;
    write(heads, id, index);
    write(lengths, id, length);
    write(counts, id, 0);
    write(tails, id, index);
    byPrefix.insert(hash);
    return id;
  }

  /** The namespace of a name's first bytes, or -1. The one that was found last is looked at first: names come in runs. */
  function find(bytes: Buffer, start: number, length: number): number {
    wanted.bytes = bytes;
    wanted.start = start;
    wanted.length = length;
    if (lastFound < 0 || !isWanted(lastFound)) lastFound = byPrefix.find(hashBytes(bytes, start, start + length));
    return lastFound;
  }

  /** Files a name (`bytes` from `start` to `end`) under an open namespace; `weight` is 1 if it is present. */
  function place(index: number, under: Children, weight: number, bytes: Buffer, start: number, end: number): void {
    for (let level = under; ; ) {
      const to = segmentEnd(bytes, start + level.prefixLength, end);
      if (to < 0) {
        level.push(keyEntry(index));
        return;
      }
      const id = find(bytes, start, to - start);
      if (id < 0) {
        const created = createNamespace(index, to - start, hashBytes(bytes, start, to));
        level.push(namespaceEntry(created));
        write(counts, created, weight);
        return;
      }
      write(counts, id, read(counts, id) + weight);
      const tail = read(tails, id);
      if (tail !== opened) {
        write(next, tail, index);
        write(tails, id, index);
        return;
      }
      level = open.get(id) as Children;
    }
  }

  /** An opened namespace whose bucket begins at `head` (-1: nothing to split). */
  function createChildren(prefixLength: number, head: number, tail: number): Children {
    let entries = new Uint32Array(8);
    let length = 0;
    let pending = head;
    const self: Children = {
      prefixLength,
      get length() {
        return length;
      },
      at: (position) => entries[position] as number,
      push(entry) {
        if (length === entries.length) {
          const longer = new Uint32Array(length * 2);
          longer.set(entries);
          entries = longer;
        }
        entries[length++] = entry;
      },
      swap(a, b) {
        const entry = entries[a] as number;
        entries[a] = entries[b] as number;
        entries[b] = entry;
      },
      find(entry, from) {
        const position = entries.subarray(0, length).indexOf(entry, from);
        return position;
      },
      split(names) {
        for (let left = names; pending >= 0 && left > 0; left--) {
          const index = pending;
          // Filing it may append to another bucket and so overwrite `next`.
          pending = index === tail ? -1 : read(next, index);
          const { bytes, start, end } = store.view(index);
          place(index, self, weightOf(index), bytes, start, end);
        }
        if (pending < 0) splitting.delete(self);
        return pending < 0;
      },
      get bytes() {
        return entries.byteLength;
      },
    };
    if (head >= 0) splitting.add(self);
    return self;
  }

  const weightOf = (index: number): number => (index === changing ? changingWeight : store.isPresent(index) ? 1 : 0);

  const root = createChildren(0, -1, -1);

  function segmentOf(entry: Entry): { bytes: Buffer; start: number; end: number } {
    if (!isNamespace(entry)) return store.view(entryId(entry));
    const id = entryId(entry);
    const { bytes, start } = store.view(read(heads, id));
    return { bytes, start, end: start + read(lengths, id) - delimiter.length };
  }

  return {
    root,
    get bytes() {
      let bytes = byPrefix.bytes + root.bytes;
      for (const column of [next, heads, lengths, counts, tails]) bytes += columnBytes(column);
      for (const children of open.values()) bytes += children.bytes;
      return bytes;
    },
    insert(index, name) {
      write(next, index, 0);
      place(index, root, 1, name, 0, name.length);
    },
    adjust(index, by) {
      // A name that waits to be split is filed first, as it was counted before.
      changing = index;
      changingWeight = by === 1 ? 0 : 1;
      for (const children of splitting) children.split(Infinity);
      changing = -1;
      const { bytes, start, end } = store.view(index);
      for (let level: Children | undefined = root; level !== undefined; ) {
        const to = segmentEnd(bytes, start + level.prefixLength, end);
        if (to < 0) return;
        const id = find(bytes, start, to - start);
        write(counts, id, read(counts, id) + by);
        level = open.get(id);
      }
    },
    idOf: (prefix) => find(prefix, 0, prefix.length),
    open(id) {
      const known = open.get(id);
      if (known !== undefined) return known;
      const children = createChildren(read(lengths, id), read(heads, id), read(tails, id));
      open.set(id, children);
      write(tails, id, opened);
      return children;
    },
    isOpen: (id) => read(tails, id) === opened,
    countOf: (id) => read(counts, id),
    prefixOf(id) {
      const { bytes, start } = store.view(read(heads, id));
      return Buffer.from(bytes.subarray(start, start + read(lengths, id)));
    },
    isAlive: (entry) => (isNamespace(entry) ? read(counts, entryId(entry)) > 0 : store.isPresent(entryId(entry))),
    compare(a, b, prefixLength) {
      if (isNamespace(a) !== isNamespace(b)) return isNamespace(a) ? -1 : 1;
      // The first view is read out before the second is made: a store has one.
      const { bytes: aBytes, start: aStart, end: aEnd } = segmentOf(a);
      const { bytes: bBytes, start: bStart, end: bEnd } = segmentOf(b);
      const shared = Math.min(aEnd - aStart, bEnd - bStart);
      for (let offset = prefixLength; offset < shared; offset++) {
        const difference = (aBytes[aStart + offset] as number) - (bBytes[bStart + offset] as number);
        if (difference !== 0) return difference;
      }
      return aEnd - aStart - (bEnd - bStart);
    },
    boundaries(name) {
      const ends: number[] = [];
      for (let end = segmentEnd(name, 0, name.length); end >= 0; end = segmentEnd(name, end, name.length)) ends.push(end);
      return ends;
    },
  };
}

interface Children extends OpenNamespace {
  readonly bytes: number;
  push(entry: Entry): void;
}
