import assert from 'node:assert/strict';
import { createBatchReader } from '../../../../src/core/bridge/batches.ts';
import { effectOf, type Call } from '../../../../src/core/bridge/calls.ts';
import { marksOf } from '../../../../src/core/bridge/applyValues.ts';
import { anyEnds, createEnds } from '../../../../src/core/bridge/ends.ts';
import { planCalls, spread, type Ahead, type Step } from '../../../../src/core/bridge/plan.ts';
import type { CommandFacts } from '../../../../src/core/connection/guard.ts';
import { isFailure } from '../../../../src/core/failure.ts';
import { encodeRequest } from '../../../../src/protocol/resp/encode.ts';

const facts: CommandFacts = (name) => (name === 'mod.set' ? { name, arity: -2, flags: new Set(['write']), keys: { first: 1, last: 1, step: 1 }, group: 'generic', since: '' } : undefined);

/** A stream of these calls, one a line. */
function stream(...lines: readonly string[]): Buffer {
  return Buffer.concat(lines.map((line) => encodeRequest(line.split(' '))));
}

function callsOf(...lines: readonly string[]): readonly Call[] {
  const reader = createBatchReader({ offset: 1000, database: 0 }, facts, { calls: 1000, bytes: 1e6 });
  reader.push(stream(...lines));
  return reader.next()?.calls ?? [];
}

const shown = (steps: readonly Step[]): string[] => steps.map((step) => (step.kind === 'check' ? `? ${step.key}` : step.call.args.join(' ')));
const all = (): boolean => true;

describe('the stream of a bridge', () => {
  it('is cut between transactions, with the offset and the database behind each batch', () => {
    const reader = createBatchReader({ offset: 100, database: 2 }, facts, { calls: 2, bytes: 1e6 });
    const bytes = stream('SET a 1', 'PING', 'MULTI', 'INCR b', 'SELECT 5', 'INCR c', 'INCR d', 'EXEC', 'REPLCONF GETACK *', 'PUBLISH x y', 'SET e 1');
    const found: string[] = [];
    for (let at = 0; at < bytes.length; at += 7) {
      reader.push(bytes.subarray(at, at + 7));
      for (let batch = reader.next(); batch !== undefined; batch = reader.next()) {
        found.push(`${batch.calls.map(({ args, database }) => `${database}:${args.slice(1).join(' ')}`).join(', ')} up to ${batch.upTo} in ${batch.database}`);
      }
    }
    const to = (lines: number): number => 100 + stream(...['SET a 1', 'PING', 'MULTI', 'INCR b', 'SELECT 5', 'INCR c', 'INCR d', 'EXEC', 'REPLCONF GETACK *', 'PUBLISH x y', 'SET e 1'].slice(0, lines)).length;
    assert.deepEqual(found, [
      `2:a 1 up to ${to(1)} in 2`, ` up to ${to(2)} in 2`, `2:b, 5:c, 5:d up to ${to(8)} in 5`, ` up to ${to(9)} in 5`, ` up to ${to(10)} in 5`, `5:e 1 up to ${to(11)} in 5`,
    ]);
  });

  it('tells what each call does to which keys', () => {
    const keys = (line: string): string => {
      const effect = effectOf(line.split(' '), 3, facts);
      return effect.kind !== 'write' ? effect.kind : effect.keys.map(({ database, name, written, replaced }) => `${database}:${name}${written ? '' : ' read'}${replaced ? ' replaced' : ''}`).join(', ') + (effect.timed ? ', timed' : '');
    };
    const cases: Readonly<Record<string, string>> = {
      'SET k v': '3:k replaced',
      'SET k v PXAT 1': '3:k replaced, timed',
      'PERSIST k': '3:k',
      'SET k v KEEPTTL': '3:k, timed',
      'INCR k': '3:k',
      'DEL a b': '3:a replaced, 3:b replaced',
      'RENAME a b': '3:a, 3:b replaced, timed',
      'MOVE a 7': '3:a, 7:a replaced, timed',
      'COPY a b DB 9 REPLACE': '3:a read, 9:b replaced, timed',
      'SUNIONSTORE d a b': '3:d replaced, 3:a read, 3:b read',
      'BITOP AND d a b': '3:d replaced, 3:a read, 3:b read',
      'XGROUP CREATE s g 0': '3:s',
      'ZUNIONSTORE d 2 a b': '3:d replaced, 3:a read, 3:b read',
      'MOD.SET k v': '3:k, timed',
      'OTHER.SET k v': 'unknown',
      'FUNCTION FLUSH': 'functions',
      'FLUSHDB ASYNC': 'flush',
      'SWAPDB 1 2': 'swap',
      'SCRIPT FLUSH': 'none',
    };
    for (const [line, expected] of Object.entries(cases)) assert.equal(keys(line), expected, line);
  });

  it('looks for keys that are needed as they were, once, and again where their time may be over', () => {
    const { steps, reread } = planCalls(callsOf('SET a 1', 'INCR a', 'INCR b', 'INCR b', 'PEXPIREAT b 1', 'INCR b', 'DEL c', 'RPUSH c 1'), new Map(), anyEnds, all);
    assert.deepEqual(shown(steps), ['SET a 1', 'INCR a', '? 0:b', 'INCR b', 'INCR b', 'PEXPIREAT b 1', '? 0:b', 'INCR b', 'DEL c', 'RPUSH c 1']);
    assert.equal(reread.size, 0);
  });

  it('looks only for those that may have had an end', () => {
    const ends = createEnds([1, 2]);
    const shownOf = (...lines: readonly string[]): string[] => shown(planCalls(callsOf(...lines), new Map(), ends, all).steps);
    assert.deepEqual(shownOf('INCR a', 'SET b 1 PXAT 5', 'INCR b'), ['INCR a', 'SET b 1 PXAT 5', '? 0:b', 'INCR b']);
    assert.deepEqual(shownOf('INCR a', 'INCR b', 'RENAME a c', 'INCR c'), ['INCR a', '? 0:b', 'INCR b', 'RENAME a c', '? 0:c', 'INCR c']);
    const few = createEnds([1, 2], 2);
    for (const name of ['x', 'y', 'z']) few.add(Buffer.from(name));
    assert.ok(few.has(Buffer.from('other')), 'more than can be kept');
  });

  it('leaves out what is in a key already that is ahead, and reads anew what is made of it', () => {
    const calls = callsOf('INCR a', 'SUNIONSTORE d a b', 'INCR d', 'INCR a', 'INCR c');
    const ahead: Ahead = new Map([['0:a', calls[2]?.offset ?? 0]]);
    const { steps, reread } = planCalls(calls, ahead, anyEnds, all);
    assert.deepEqual(shown(steps), ['? 0:a', 'INCR a', '? 0:c', 'INCR c']);
    assert.deepEqual([...reread], ['0:d']);
  });

  it('reads anew what a flush or a swap moves under what is ahead', () => {
    const flushed: Ahead = new Map([['0:a', 1e6], ['1:b', 1e6], ['0:c', 1]]);
    assert.deepEqual([...planCalls(callsOf('FLUSHDB'), flushed, anyEnds, all).reread], ['0:a']);
    assert.deepEqual([...flushed.keys()], ['1:b', '0:c']);
    const swapped: Ahead = new Map([['0:a', 1e6], ['5:b', 1e6]]);
    assert.deepEqual([...planCalls(callsOf('SWAPDB 0 1'), swapped, anyEnds, all).reread], ['0:a', '1:a']);
    assert.deepEqual([...swapped.keys()], ['5:b']);
  });

  it('reads anew what the target has no command for, and what is made of that', () => {
    const { steps, reread } = planCalls(callsOf('MOD.SET a x', 'RENAME a b', 'SWAPDB 0 1', 'INCR a'), new Map(), anyEnds, ({ args }) => args[0] !== 'MOD.SET');
    assert.deepEqual(shown(steps), ['SWAPDB 0 1']);
    assert.deepEqual([...reread].sort(), ['0:a', '0:b', '1:a', '1:b']);
  });

  it('finds all that came of a step that failed', () => {
    const { steps } = planCalls(callsOf('INCR a', 'SUNIONSTORE d a', 'INCR x', 'RENAME d e', 'SWAPDB 0 1', 'INCR e'), new Map(), anyEnds, all);
    assert.deepEqual([...spread(steps, (index) => steps[index]?.kind === 'check' && index === 0)].sort(), ['0:a', '0:d', '0:e', '1:a', '1:d', '1:e']);
    assert.equal(spread(steps, () => false).size, 0);
  });

  it('marks keys, databases that were emptied and those that have other contents', () => {
    const marks = marksOf({ calls: callsOf('SET a 1', 'INCR a', 'MOVE a 3', 'SELECT 4', 'FLUSHDB', 'SWAPDB 1 2'), upTo: 0, database: 0, bytes: 0 }, [0, 1]);
    assert.deepEqual([...marks.keys].map(([database, names]) => [database, [...names]]), [[0, ['a']], [3, ['a']]]);
    assert.deepEqual([...marks.databases], [[4, 'gone'], [1, 'all'], [2, 'all']]);
    assert.deepEqual([...marksOf({ calls: callsOf('FLUSHALL'), upTo: 0, database: 0, bytes: 0 }, [0, 7]).databases.keys()], [0, 7]);
    assert.throws(() => marksOf({ calls: callsOf('OTHER.SET a'), upTo: 0, database: 0, bytes: 0 }, []), (error: unknown) => isFailure(error, 'unsupported'));
  });
});
