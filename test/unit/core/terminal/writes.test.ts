import assert from 'node:assert/strict';
import { splitLine } from '../../../../src/core/language/words.ts';
import { createWrites, type Written } from '../../../../src/core/terminal/writes.ts';
import type { Reply } from '../../../../src/protocol/resp/reply.ts';

const ok: Reply = { kind: 'simple', text: 'OK' };
const queued: Reply = { kind: 'simple', text: 'QUEUED' };
const done: Reply = { kind: 'array', items: [] };

/** What each of the lines has written: `database: names`, or `database: ?`. */
function told(lines: readonly (string | readonly [string, Reply])[], database = 0): readonly string[] {
  const after = createWrites(database);
  const text = ({ database: index, keys }: Written): string => `${String(index)}: ${keys === undefined ? '?' : keys.map(String).join(' ')}`;
  return lines.map((line) => {
    const [command, reply] = typeof line === 'string' ? [line, ok] : line;
    return after(splitLine(command).words.map(({ bytes }) => bytes), reply).map(text).join(', ');
  });
}

describe('core/terminal writes', () => {
  it('names the keys of what writes, and nothing of what reads', () => {
    assert.deepEqual(told(['SET a 1', 'get a', 'MSET a 1 b 2', 'DEL a b', 'HSET "h 1" f v', 'LMOVE from to LEFT RIGHT', 'SUNIONSTORE to a b', 'SCAN 0', 'EVAL_RO "return 1" 1 k', 'EVAL "x" 2 k l', 'XADD s * f v']), [
      '0: a', '', '0: a b', '0: a b', '0: h 1', '0: from to', '0: to', '', '', '0: k l', '0: s',
    ]);
  });

  it('says that there is no telling where there is none', () => {
    assert.deepEqual(told(['FLUSHALL', 'EVAL "x" 0', 'FUNCTION FLUSH', 'nonsense a', 'PUBLISH news hi', 'CONFIG SET maxmemory 0']), ['0: ?', '0: ?', '0: ?', '0: ?', '0: ', '0: ']);
  });

  it('knows the database, also where a command writes to two', () => {
    assert.deepEqual(told(['SET a 1', 'SELECT 3', 'SET a 1', 'MOVE a 5', 'COPY a b DB 2', 'COPY a b', 'RESET', 'SET a 1'], 7), [
      '7: a', '', '3: a', '3: a, 5: a', '3: b, 2: b', '3: b', '', '0: a',
    ]);
  });

  it('tells of a transaction when it has run, and nothing of one that has not', () => {
    assert.deepEqual(told(['MULTI', ['SET a 1', queued], ['SELECT 2', queued], ['SET b 1', queued], ['EXEC', done], 'SET c 1']), ['', '', '', '', '0: a, 2: b', '2: c']);
    assert.deepEqual(told(['MULTI', ['SET a 1', queued], 'DISCARD', 'MULTI', ['SET b 1', queued], ['EXEC', { kind: 'nullArray' }], 'MULTI', ['EXEC', done]]), ['', '', '', '', '', '', '', '']);
  });

  it('tells nothing of what failed', () => {
    assert.deepEqual(told([['SET a', { kind: 'error', text: 'ERR' }], ['SELECT 9', { kind: 'error', text: 'ERR' }], 'SET a 1']), ['', '', '0: a']);
  });
});
