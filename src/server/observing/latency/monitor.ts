import type { ServerState } from '../../state.ts';

/** One moment that took long. */
export interface Sample {
  /** S since the epoch. */
  readonly time: number;
  /** Ms. */
  latency: number;
}

/** The last moments of one kind that took long, the oldest first. */
export interface LatencyEvent {
  readonly samples: Sample[];
  /** The longest ever, ms. */
  worst: number;
}

/** By the name of the event: `command`, `fast-command`, `eviction-cycle` ... */
export type LatencyEvents = Map<string, LatencyEvent>;

/** Moments that are remembered of one event. */
const HISTORY = 160;

/** Remembers that something took so many ms, if latency-monitor-threshold asks for it; of one second only the longest. */
export function sampleLatency(server: ServerState, event: string, ms: number): void {
  const { latencyThreshold } = server.config.hot;
  if (latencyThreshold === 0 || ms < latencyThreshold) return;
  const latency = Math.floor(ms);
  const time = Math.floor(server.clock.now() / 1000);
  let series = server.latency.get(event);
  if (series === undefined) server.latency.set(event, (series = { samples: [], worst: 0 }));
  series.worst = Math.max(series.worst, latency);
  const last = series.samples.at(-1);
  if (last !== undefined && last.time === time) {
    last.latency = Math.max(last.latency, latency);
    return;
  }
  series.samples.push({ time, latency });
  if (series.samples.length > HISTORY) series.samples.shift();
}
