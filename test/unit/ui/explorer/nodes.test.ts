import assert from 'node:assert/strict';
import type { ConnectionProfile } from '../../../../src/core/connection/profile.ts';
import { createNodeTable, type DatabaseRef, type KeyNode, type Node, nodeId } from '../../../../src/ui/explorer/nodes.ts';

const profile: ConnectionProfile = { id: 'one', name: 'One', endpoint: { kind: 'tcp', host: 'h', port: 1 }, access: 'read-write' };
const ref: DatabaseRef = { profile, database: 0 };

const key = (name: string, parent: Node | undefined): KeyNode => ({
  kind: 'key', id: nodeId.key(ref, Buffer.from(name)), parent, ref, name: Buffer.from(name), segment: Buffer.from(name), type: 'string',
});
const range = (id: number, parent: Node, children: () => Node[]): Node => ({ kind: 'range', id: nodeId.range(parent, id), parent, first: 'a', last: 'b', size: 2, children });

describe('nodeId', () => {
  it('tells a key and a namespace of the same bytes apart', () => {
    assert.notEqual(nodeId.key(ref, Buffer.from('a')), nodeId.namespace(ref, Buffer.from('a')));
  });

  it('tells the same name in two databases and two connections apart', () => {
    const ids = [ref, { profile, database: 1 }, { profile: { ...profile, id: 'two' }, database: 0 }].map((one) => nodeId.key(one, Buffer.from('a')));
    assert.equal(new Set(ids).size, 3);
  });

  it('stays short for a name of 10 kB, and distinct', () => {
    const long = Buffer.alloc(10_000, 'x');
    const other = Buffer.concat([long.subarray(1), Buffer.from('y')]);
    assert.ok(nodeId.key(ref, long).length < 100);
    assert.notEqual(nodeId.key(ref, long), nodeId.key(ref, other));
  });

  it('cannot be forged by a name that looks like a path', () => {
    assert.notEqual(nodeId.key(ref, Buffer.from('a/more')), nodeId.more({ ...key('a', undefined) }));
  });

  it('tells members of every kind apart by what identifies them', () => {
    const a = Buffer.from('a');
    const ids = [
      nodeId.member(ref, a, { kind: 'field', field: a, value: a }),
      nodeId.member(ref, a, { kind: 'member', member: a }),
      nodeId.member(ref, a, { kind: 'item', index: 0, value: a }),
      nodeId.member(ref, a, { kind: 'item', index: 1, value: a }),
      nodeId.member(ref, a, { kind: 'entry', id: '1-1', fields: [] }),
    ];
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('NodeTable', () => {
  it('gives the same object for the same id, brought up to date', () => {
    const nodes = createNodeTable();
    const first = nodes.intern(key('a', undefined));
    const second = nodes.intern({ ...key('a', undefined), type: 'hash' });
    assert.equal(second, first);
    assert.equal(first.type, 'hash');
  });

  it('forgets rows that are no longer shown, with all below them', () => {
    const nodes = createNodeTable();
    const a = nodes.intern(key('a', undefined));
    const below = nodes.intern(key('below', a));
    nodes.setChildren(undefined, [a]);
    nodes.setChildren(a, [below]);
    nodes.setChildren(undefined, []);
    assert.equal(nodes.get(a.id), undefined);
    assert.equal(nodes.get(below.id), undefined);
    assert.equal(nodes.childrenOf(a), undefined);
  });

  it('keeps a row that moved into a range row', () => {
    const nodes = createNodeTable();
    const top = nodes.intern(key('top', undefined));
    const a = nodes.intern(key('a', top));
    nodes.setChildren(top, [a]);
    const folded: Node = nodes.intern(range(1, top, () => []));
    nodes.setChildren(folded, [nodes.intern({ ...key('a', folded) })]);
    nodes.setChildren(top, [folded]);
    assert.equal(nodes.get(a.id), a);
    assert.equal(a.parent, folded);
  });
});
