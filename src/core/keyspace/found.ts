import type { KeyType } from './keyspace.ts';
import { createNamespaces, type Entry, keyEntry, type Namespaces, namespaceEntry } from './namespaces.ts';
import { createNameStore, type NameStore } from './nameStore.ts';

/** Every name found in a database under one filter, by whichever cursor, and what is known of it. */
export interface Found {
  readonly store: NameStore;
  readonly namespaces: Namespaces;
  /** Changes whenever what is known does. */
  readonly version: number;
  touch(): void;
  /** How often a name that was gone came back. */
  readonly returns: number;
  /** Adds a name, or takes it as present again. Returns its index. */
  add(name: Buffer): number;
  /** Marks a name as gone. */
  drop(index: number): void;
  /** Names present below a prefix; all of them for an empty one. */
  countBelow(prefix: Buffer): number;
  /** Entries that stand for a name, from the root down to the deepest namespace that is open, with the prefix of their parent. */
  entriesOf(index: number): { readonly parent: Buffer; readonly entry: Entry }[];
  typeOf(index: number): KeyType | undefined;
  /** True if the type was asked for, or needs not be. */
  isTyped(index: number): boolean;
  setType(index: number, type: KeyType | undefined): void;
}

/** @param type the type that every name has, under a type filter */
export function createFound(delimiter: Buffer, type: KeyType | undefined): Found {
  const store = createNameStore();
  const namespaces = createNamespaces(store, delimiter);
  /** Of shown keys only; undefined where the server does not tell. */
  const types = new Map<number, KeyType | undefined>();
  let version = 0;
  let returns = 0;

  return {
    store,
    namespaces,
    get version() {
      return version;
    },
    touch() {
      version++;
    },
    get returns() {
      return returns;
    },
    add(name) {
      const { size, count } = store;
      const index = store.add(name);
      if (store.size === size) return index;
      if (index === count) namespaces.insert(index, name);
      else {
        namespaces.adjust(index, 1);
        returns++;
      }
      version++;
      return index;
    },
    drop(index) {
      if (!store.markAbsent(index)) return;
      namespaces.adjust(index, -1);
      types.delete(index);
      version++;
    },
    countBelow(prefix) {
      if (prefix.length === 0) return store.size;
      const id = namespaces.idOf(prefix);
      return id < 0 ? 0 : namespaces.countOf(id);
    },
    entriesOf(index) {
      const name = store.get(index);
      const entries: { parent: Buffer; entry: Entry }[] = [];
      let parent = name.subarray(0, 0);
      for (const end of namespaces.boundaries(name)) {
        const id = namespaces.idOf(name.subarray(0, end));
        if (id < 0) return entries;
        entries.push({ parent, entry: namespaceEntry(id) });
        parent = name.subarray(0, end);
        if (!namespaces.isOpen(id)) return entries;
      }
      entries.push({ parent, entry: keyEntry(index) });
      return entries;
    },
    typeOf: (index) => type ?? types.get(index),
    isTyped: (index) => type !== undefined || types.has(index),
    setType(index, known) {
      if (type !== undefined || (types.has(index) && types.get(index) === known)) return;
      types.set(index, known);
      version++;
    },
  };
}
