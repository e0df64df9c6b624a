import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createNamespaces, entryId, isNamespace, type Namespaces, type OpenNamespace } from '../../../../src/core/keyspace/namespaces.ts';
import { createNameStore, hashBytes, type NameStore } from '../../../../src/core/keyspace/nameStore.ts';

const text = (bytes: Buffer): string => bytes.toString('latin1');
const bytes = (name: string): Buffer => Buffer.from(name, 'latin1');

interface Both {
  readonly store: NameStore;
  readonly namespaces: Namespaces;
}

function create(delimiter: string): Both {
  const store = createNameStore();
  return { store, namespaces: createNamespaces(store, bytes(delimiter)) };
}

function add({ store, namespaces }: Both, name: string): void {
  const { size, count } = store;
  const index = store.add(bytes(name));
  if (store.size === size) return;
  if (index === count) namespaces.insert(index, bytes(name));
  else namespaces.adjust(index, 1);
}

function remove({ store, namespaces }: Both, name: string): void {
  const index = store.indexOf(bytes(name));
  if (index >= 0 && store.markAbsent(index)) namespaces.adjust(index, -1);
}

/** Alive children as text: `key name` or `namespace prefix count`. */
function children({ store, namespaces }: Both, open: OpenNamespace): string[] {
  const rows: string[] = [];
  for (let at = 0; at < open.length; at++) {
    const entry = open.at(at);
    if (!namespaces.isAlive(entry)) continue;
    const id = entryId(entry);
    rows.push(isNamespace(entry) ? `namespace ${text(namespaces.prefixOf(id))} ${namespaces.countOf(id)}` : `key ${text(store.get(id))}`);
  }
  return rows.sort();
}

/** The same, computed from all names. */
function naive(names: ReadonlySet<string>, prefix: string, delimiter: string): string[] {
  const counts = new Map<string, number>();
  const rows: string[] = [];
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const at = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
    if (at < 0) rows.push(`key ${name}`);
    else counts.set(name.slice(0, at + delimiter.length), (counts.get(name.slice(0, at + delimiter.length)) ?? 0) + 1);
  }
  for (const [whole, count] of counts) rows.push(`namespace ${whole} ${count}`);
  return rows.sort();
}

type Step = { readonly do: 'add' | 'remove' | 'open' | 'split'; readonly name: string };

describe('name store and namespaces', () => {
  it('agree with a naive model, whatever is added, removed and opened in whatever order', () => {
    // Few segments, many of them shared: what matters happens between names of one namespace.
    const segment = fc.constantFrom('', 'a', 'b', 'ab', 'é\0');
    const name = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => segments.join(':'));
    const step = fc.record<Step>({ do: fc.constantFrom('add', 'add', 'add', 'remove', 'open', 'split'), name });
    fc.assert(fc.property(fc.constantFrom(':', '::', '', 'ab'), fc.array(step, { maxLength: 80, size: 'max' }), (delimiter, steps) => {
      const both = create(delimiter);
      const names = new Set<string>();
      const opened = new Map<string, OpenNamespace>([['', both.namespaces.root]]);
      for (const { do: what, name: of } of steps) {
        if (what === 'add') {
          add(both, of);
          names.add(of);
        } else if (what === 'remove') {
          remove(both, of);
          names.delete(of);
        } else if (what === 'open') {
          for (const end of both.namespaces.boundaries(bytes(of))) {
            const prefix = of.slice(0, end);
            const id = both.namespaces.idOf(bytes(prefix));
            if (id < 0) break;
            opened.set(prefix, both.namespaces.open(id));
          }
        } else {
          for (const open of opened.values()) open.split(2);
        }
      }
      for (const open of opened.values()) open.split(Infinity);
      assert.equal(both.store.size, names.size);
      for (const one of names) assert.ok(both.store.has(bytes(one)));
      for (const [prefix, open] of opened) assert.deepEqual(children(both, open), naive(names, prefix, delimiter), `below ${JSON.stringify(prefix)}`);
    }), { numRuns: 500 });
  });

  it('counts a name once that goes, or comes back, between opening and splitting', () => {
    const both = create(':');
    for (const name of ['a:b:1', 'a:b:2', 'a:c:3']) add(both, name);
    remove(both, 'a:c:3');
    const a = both.namespaces.open(both.namespaces.idOf(bytes('a:')));
    remove(both, 'a:b:1');
    assert.deepEqual(children(both, a), ['namespace a:b: 1']);
    add(both, 'a:c:3');
    assert.deepEqual(children(both, a), ['namespace a:b: 1', 'namespace a:c: 1']);

    const back = create(':');
    for (const name of ['a:b:1', 'a:b:2']) add(back, name);
    remove(back, 'a:b:1');
    const opened = back.namespaces.open(back.namespaces.idOf(bytes('a:')));
    add(back, 'a:b:1');
    assert.deepEqual(children(back, opened), ['namespace a:b: 2']);
  });

  it('keeps a key and a namespace of the same name apart, and empty segments', () => {
    const both = create(':');
    for (const name of ['a', 'a:', 'a:b', 'a::b', ':x', 'x:', '']) add(both, name);
    assert.deepEqual(children(both, both.namespaces.root), ['key ', 'key a', 'namespace : 1', 'namespace a: 3', 'namespace x: 1'].sort());
    const a = both.namespaces.open(both.namespaces.idOf(bytes('a:')));
    a.split(Infinity);
    assert.deepEqual(children(both, a), ['key a:', 'key a:b', 'namespace a:: 1']);
  });

  it('holds names of every length, and names that share their hash slots, through growth', () => {
    const { store } = create('');
    const names = Array.from({ length: 20_000 }, (_, at) => bytes(`key:${at}`));
    for (const length of [0, 1, 127, 128, 129, 16_383, 16_384, 1 << 20, (1 << 20) + 5, 3_000_000]) names.push(Buffer.alloc(length, 'x'));
    const indices = names.map((name, at) => {
      const index = store.add(name);
      // Also while the table is on its way to a larger one.
      const earlier = (at * 7919) % (at + 1);
      assert.equal(store.indexOf(names[earlier] as Buffer), earlier);
      return index;
    });
    assert.equal(store.size, names.length);
    assert.deepEqual(indices, names.map((_, at) => at));
    for (const [at, name] of names.entries()) {
      assert.equal(store.add(name), at);
      assert.ok(store.get(at).equals(name));
    }
    assert.equal(store.size, names.length);
    assert.equal(store.has(bytes('key:20000')), false);
  });

  it('gives names other hashes in every process: with known ones, names can be made that all collide', () => {
    // Words that share their plain FNV-1a. By blocks that do, a million names with one hash are quickly made.
    const pairs = [['costarring', 'liquid'], ['declinate', 'macallums'], ['altarage', 'zinke'], ['altarages', 'zinkes']] as const;
    const shared = pairs.filter(([a, b]) => hashBytes(bytes(a), 0, a.length) === hashBytes(bytes(b), 0, b.length));
    // One pair may share it still: of declinate and macallums the differences cancel for one seed in 130.
    assert.ok(shared.length <= 1, String(shared));
  });

  it('knows what was seen since it was asked to forget', () => {
    const { store } = create('');
    for (const name of ['a', 'b', 'c']) store.add(bytes(name));
    assert.equal(store.seen, 3);
    store.clearSeen();
    store.add(bytes('b'));
    store.add(bytes('b'));
    store.add(bytes('d'));
    assert.equal(store.seen, 2);
    assert.deepEqual([0, 1, 2, 3].map(store.wasSeen), [false, true, false, true]);
    assert.equal(store.size, 4);
  });

  it('takes little more memory than the names (printed)', () => {
    const both = create(':');
    const start = performance.now();
    for (let at = 0; at < 200_000; at++) add(both, `user:${at}`);
    const took = performance.now() - start;
    const size = both.store.bytes + both.namespaces.bytes;
    const opening = performance.now();
    both.namespaces.open(both.namespaces.idOf(bytes('user:'))).split(Infinity);
    console.log(`      200,000 names: ${took.toFixed(0)} ms, ${(size / 1e6).toFixed(1)} MB; opened in ${(performance.now() - opening).toFixed(0)} ms`);
    assert.equal(both.store.size, 200_000);
  });
});
