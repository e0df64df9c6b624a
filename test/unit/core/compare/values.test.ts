import assert from 'node:assert/strict';
import { compareValues } from '../../../../src/core/compare/values.ts';
import type { RdbStream } from '../../../../src/protocol/rdb/value.ts';

const zero = { ms: 0n, seq: 0n };
const stream: RdbStream<string> = { type: 'stream', entries: [], lastId: zero, maxDeletedId: zero, entriesAdded: 0n, groups: [] };
const remembering = (name: string): RdbStream<string> => ({
  ...stream, idempotency: { duration: 10n, maxEntries: 10, producers: [{ name, items: [{ name: 'one', id: { ms: 1n, seq: 2n } }] }], added: 1, duplicates: 0 },
});

describe('two streams of Redis 8.6', () => {
  it('differ where one remembers other producers', () => {
    assert.equal(compareValues(remembering('a'), remembering('a')), undefined);
    for (const other of [stream, remembering('b')]) assert.equal(compareValues(remembering('a'), other), 'stream');
  });
});
