import assert from 'node:assert/strict';
import { latencyReport } from '../../../../../src/server/observing/latency/doctor.ts';
import { latencyGraph } from '../../../../../src/server/observing/latency/graph.ts';
import { createHistogram, cumulative, percentile, recordValue } from '../../../../../src/server/observing/latency/histogram.ts';

describe('a histogram of latencies', () => {
  it('tells percentiles with two significant digits, as the highest value of their slot', () => {
    const histogram = createHistogram();
    // What redis-server told of calls of 3, 5, 13 and 16 µs.
    for (const [ns, shown] of [[3000, 3007], [5000, 5023], [13000, 13055], [16000, 16063], [100, 100], [255, 255], [256, 257]] as const) {
      const one = createHistogram();
      recordValue(one, ns);
      assert.equal(percentile(one, 50), shown);
      assert.equal(percentile(one, 0), shown);
      recordValue(histogram, ns);
    }
    assert.equal(percentile(histogram, 100), 16063);
    assert.equal(percentile(histogram, 50), 3007);
    assert.equal(percentile(createHistogram(), 99), 0);
  });

  it('holds a second at most, and less than a nanosecond is one', () => {
    const histogram = createHistogram();
    recordValue(histogram, 0.1);
    recordValue(histogram, 1e12);
    assert.equal(percentile(histogram, 1), 1);
    assert.equal(Math.floor(percentile(histogram, 100) / 1e6), 1002);
  });

  it('adds up in steps of doubled microseconds, as redis-server told them', () => {
    const histogram = createHistogram();
    for (const us of [0.5, 1, 3, 30, 60, 130, 1000, 50_000, 200_000]) recordValue(histogram, us * 1000);
    assert.deepEqual(cumulative(histogram), [[1, 2], [4, 3], [33, 4], [66, 5], [132, 6], [1056, 7], [67633, 8], [270532, 9]]);
    assert.deepEqual(cumulative(createHistogram()), []);
  });
});

describe('the graph of latencies', () => {
  it('has a column for each moment, filled to its height, and its age below', () => {
    const samples = [[100, 10], [160, 100], [3700, 40], [3790, 70]].map(([time = 0, latency = 0]) => ({ time, latency }));
    assert.equal(
      latencyGraph('command', { samples, worst: 120 }, 3800),
      `command - high 100 ms, low 10 ms (all time high 120 ms)\n${'-'.repeat(80)}\n #  \n | #\n |o|\n_|||\n    \n1111\nhhm0\n   s\n`,
    );
  });

  it('begins a new graph after 80 columns', () => {
    const samples = Array.from({ length: 100 }, (_, index) => ({ time: index, latency: 5 }));
    const lines = latencyGraph('x', { samples, worst: 5 }, 100).split('\n');
    assert.equal(lines.filter((line) => line === '_'.repeat(80)).length, 1);
    assert.equal(lines.filter((line) => line === '_'.repeat(20)).length, 1);
  });
});

describe('advice on latencies', () => {
  const settings = { threshold: 10, slowerThan: 10_000, hz: 10 };
  const event = { samples: [{ time: 10, latency: 30 }, { time: 20, latency: 50 }], worst: 50 };

  it('tells of each event, and what to do about it once', () => {
    const report = latencyReport(new Map([['command', event], ['eviction-del', event]]), settings);
    assert.match(report, /^1\. command: 2 latency spikes \(average 40ms, mean deviation 10ms, period 5\.00 sec\)\. Worst all time event 50ms\.$/m);
    assert.match(report, /^2\. eviction-del: /m);
    assert.equal(report.match(/large objects is a blocking operation/g)?.length, 1);
    assert.doesNotMatch(report, /CONFIG SET slowlog/);
  });

  it('looks at the slow log', () => {
    assert.match(latencyReport(new Map([['command', event]]), { ...settings, slowerThan: -1 }), /Try to enable the Slow Log.*'CONFIG SET slowlog-log-slower-than 10000'/);
    assert.match(latencyReport(new Map([['command', event]]), { ...settings, slowerThan: 20_000 }), /Please use 'CONFIG SET slowlog-log-slower-than 10000'/);
    assert.match(latencyReport(new Map([['other', event]]), settings), /not able to suggest any easy fix/);
  });
});
