import assert from 'node:assert/strict';
import { createChanges } from '../../../../src/core/compare/changes.ts';
import { createRenaming } from '../../../../src/core/transfer/renaming.ts';

const same = { rename: (name: Buffer): Buffer => name };
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('changes since an original', () => {
  const changes = createChanges([
    { name: bytes('user:2'), kind: 'value' }, { name: bytes('user:1'), kind: 'extra' }, { name: bytes('users'), kind: 'missing' },
    { name: bytes('user:\xff\xff'), kind: 'expiry' }, { name: bytes('user:1:a'), kind: 'missing' }, { name: bytes(''), kind: 'extra' },
  ], same);

  it('are counted as a whole and under a prefix', () => {
    assert.deepEqual(changes.total, { added: 2, modified: 2, deleted: 2 });
    assert.deepEqual(changes.under(bytes('')), changes.total);
    assert.deepEqual(changes.under(bytes('user:')), { added: 1, modified: 2, deleted: 1 });
    assert.deepEqual(changes.under(bytes('user:1')), { added: 1, modified: 0, deleted: 1 });
    assert.deepEqual(changes.under(bytes('user:\xff')), { added: 0, modified: 1, deleted: 0 });
    assert.deepEqual(changes.under(bytes('a')), { added: 0, modified: 0, deleted: 0 });
    assert.deepEqual(changes.under(bytes('z')), { added: 0, modified: 0, deleted: 0 });
  });

  it('are known of every name', () => {
    assert.deepEqual(['', 'user:1', 'user:2', 'users', 'user:1:a', 'user:3', 'user'].map((name) => changes.of(bytes(name))), ['added', 'added', 'modified', 'deleted', 'deleted', undefined, undefined]);
  });

  it('are told by the names of the copy', () => {
    const renaming = createRenaming({ pattern: undefined, types: undefined }, { from: bytes('original:'), to: bytes('edited:') });
    const renamed = createChanges([{ name: bytes('original:a'), kind: 'value' }, { name: bytes('original:b'), kind: 'extra' }], renaming);
    assert.equal(renamed.of(bytes('edited:a')), 'modified');
    assert.deepEqual(renamed.under(bytes('edited:')), { added: 1, modified: 1, deleted: 0 });
    assert.deepEqual(renamed.under(bytes('original:')), { added: 0, modified: 0, deleted: 0 });
  });

  it('may be none', () => {
    assert.deepEqual(createChanges([], same).under(bytes('a')), { added: 0, modified: 0, deleted: 0 });
  });
});
