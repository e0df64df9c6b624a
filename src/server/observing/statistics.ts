import { createHistogram, recordValue } from './latency/histogram.ts';
import type { Histogram } from './latency/histogram.ts';
import type { ServerState } from '../state.ts';

/** What is counted of one command. */
export interface CommandCounts {
  calls: number;
  usec: number;
  rejected: number;
  failed: number;
  histogram: Histogram | undefined;
}

/** Figures that INFO gives per second: the differences between the last rounds of the cron. */
export interface Rates {
  /** Ms since the epoch of the last round; 0 before the first. */
  at: number;
  readonly last: Record<RateName, number>;
  readonly samples: Record<RateName, number[]>;
}

type RateName = 'commands' | 'inputBytes' | 'outputBytes';

const rateNames: readonly RateName[] = ['commands', 'inputBytes', 'outputBytes'];

/** Rounds whose average is told, as many as in Redis. */
const ROUNDS = 16;

/** What INFO stats counts. */
export interface Statistics {
  connections: number;
  rejectedConnections: number;
  commands: number;
  inputBytes: number;
  outputBytes: number;
  reads: number;
  writes: number;
  hits: number;
  misses: number;
  expired: number;
  evicted: number;
  evictedClients: number;
  replyBufferShrinks: number;
  replyBufferExpands: number;
  /** Large values and databases of which Redis would have been rid in the background. */
  lazyFreed: number;
  errors: number;
  readonly perCommand: Map<string, CommandCounts>;
  readonly perError: Map<string, number>;
  readonly rates: Rates;
}

export function createStatistics(): Statistics {
  return {
    connections: 0, rejectedConnections: 0, commands: 0, inputBytes: 0, outputBytes: 0, reads: 0, writes: 0, hits: 0, misses: 0, expired: 0, evicted: 0,
    evictedClients: 0, replyBufferShrinks: 0, replyBufferExpands: 0, lazyFreed: 0, errors: 0, perCommand: new Map(), perError: new Map(),
    rates: { at: 0, last: { commands: 0, inputBytes: 0, outputBytes: 0 }, samples: { commands: [], inputBytes: [], outputBytes: [] } },
  };
}

/** CONFIG RESETSTAT. The peak of memory, the slow log and the events of the latency monitor stay. */
export function resetStatistics({ statistics, expiry, memory, replication }: ServerState): void {
  Object.assign(replication.counts, { full: 0, partial: 0, refused: 0, bytes: 0, inputBytes: 0, errors: 0 });
  const { perCommand, perError, rates, ...fresh } = createStatistics();
  Object.assign(statistics, fresh);
  statistics.perCommand.clear();
  statistics.perError.clear();
  Object.assign(statistics.rates, rates, { at: statistics.rates.at });
  void [perCommand, perError];
  Object.assign(expiry, { stalePercent: 0, capped: 0, spent: 0 });
  Object.assign(memory, { exceeded: 0, exceededSince: undefined });
}

/** The counts of a command, by its full name. */
export function countsOf({ perCommand }: Statistics, name: string): CommandCounts {
  let counts = perCommand.get(name);
  if (counts === undefined) perCommand.set(name, (counts = { calls: 0, usec: 0, rejected: 0, failed: 0, histogram: undefined }));
  return counts;
}

/** Counts how long a call took, ms, for its percentiles. */
export function countLatency(counts: CommandCounts, ms: number): void {
  counts.histogram ??= createHistogram();
  recordValue(counts.histogram, ms * 1e6);
}

/** One round of the figures per second. `now`: ms since the epoch. */
export function sampleRates(statistics: Statistics, now: number): void {
  const { rates } = statistics;
  const passed = now - rates.at;
  for (const name of rateNames) {
    const samples = rates.samples[name];
    if (rates.at > 0 && passed > 0) samples.push(Math.max(0, ((statistics[name] - rates.last[name]) * 1000) / passed));
    if (samples.length > ROUNDS) samples.shift();
    rates.last[name] = statistics[name];
  }
  rates.at = now;
}

/** The average of the last rounds, per second. */
export function rateOf({ rates }: Statistics, name: RateName): number {
  return rates.samples[name].reduce((sum, value) => sum + value, 0) / ROUNDS;
}
