import type { LatencyEvent } from './monitor.ts';

const COLUMNS = 80;
const ROWS = 4;
/** The three heights within a row. */
const TOPS = '_o#';

/** How long ago, in the largest unit that says something. */
function ago(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86400)}d`;
}

/** LATENCY GRAPH: a column per sample, filled from below, and under it, downwards, how long ago it was. `now`: s since the epoch. */
export function latencyGraph(name: string, { samples, worst }: LatencyEvent, now: number): string {
  const values = samples.map(({ latency }) => latency);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const head = `${name} - high ${high} ms, low ${low} ms (all time high ${worst} ms)\n${'-'.repeat(COLUMNS)}\n`;
  const parts: string[] = [];
  for (let from = 0; from < samples.length; from += COLUMNS) {
    const part = samples.slice(from, from + COLUMNS);
    const steps = TOPS.length * ROWS;
    const heights = part.map(({ latency }) => Math.min(steps - 1, Math.floor(((latency - low) * steps) / (high - low || 1))));
    const labels = part.map(({ time }) => ago(now - time));
    const lines = Array.from({ length: ROWS }, (_, row) => heights.map((height) => cell(height - (ROWS - 1 - row) * TOPS.length)).join(''));
    // Between the graph and its labels one line is free.
    lines.push(' '.repeat(part.length));
    const longest = Math.max(...labels.map(({ length }) => length));
    for (let at = 0; at < longest; at += 1) lines.push(labels.map((label) => label[at] ?? ' ').join(''));
    parts.push(lines.map((line) => `${line}\n`).join(''));
  }
  return head + parts.join('\n');
}

/** What a column shows in a row, by its height above the row's foot. */
function cell(height: number): string {
  if (height < 0) return ' ';
  return TOPS[height] ?? '|';
}
