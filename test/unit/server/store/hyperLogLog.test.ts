import assert from 'node:assert/strict';
import {
  CorruptHyperLogLog, createHyperLogLog, describeRuns, estimate, isDense, isHyperLogLog, raise, readRegisters, registerOf, toDense,
} from '../../../../src/server/store/hyperLogLog.ts';

const SPARSE_MAX = 3000;

/** One with `count` elements. */
function filled(count: number): Buffer {
  let data = createHyperLogLog();
  for (let i = 0; i < count; i += 1) {
    const { index, count: rank } = registerOf(`element:${String(i)}`);
    data = raise(data, index, rank, SPARSE_MAX) ?? data;
  }
  return data;
}

describe('HyperLogLogs', () => {
  it('split a run of zeros around a register, and join runs of one value', () => {
    let data = createHyperLogLog();
    assert.equal(describeRuns(data), 'Z:16384');
    for (const index of [100, 101, 103, 102]) data = raise(data, index, 3, SPARSE_MAX) ?? data;
    assert.equal(describeRuns(data), 'Z:100 v:3,4 Z:16280');
    assert.equal(raise(data, 101, 2, SPARSE_MAX), undefined);
    assert.equal(describeRuns(raise(data, 101, 4, SPARSE_MAX) ?? data), 'Z:100 v:3,1 v:4,1 v:3,2 Z:16280');
  });

  it('become dense beyond the limit and beyond the value 32, with the same registers', () => {
    const data = filled(500);
    assert.equal(isDense(data), false);
    assert.deepEqual(readRegisters(toDense(data)), readRegisters(data));
    assert.equal(isDense(raise(createHyperLogLog(), 5, 33, SPARSE_MAX) ?? data), true);
    assert.equal(isDense(raise(createHyperLogLog(), 5, 1, 10) ?? data), true);
    assert.equal(isDense(filled(4000)), true);
  });

  it('estimate within two percent', () => {
    assert.equal(estimate(readRegisters(createHyperLogLog())), 0n);
    for (const count of [100, 4000]) assert.ok(Math.abs(Number(estimate(readRegisters(filled(count)))) - count) < count * 0.02);
  });

  it('refuse bytes that contradict themselves', () => {
    const data = createHyperLogLog();
    assert.equal(isHyperLogLog(data.toString('latin1')), true);
    assert.equal(isHyperLogLog('HYLL'), false);
    assert.equal(isHyperLogLog(toDense(data).toString('latin1').slice(1)), false);
    assert.throws(() => readRegisters(data.subarray(0, 16)), CorruptHyperLogLog);
    assert.throws(() => raise(data.subarray(0, 16), 0, 1, SPARSE_MAX), CorruptHyperLogLog);
  });
});
