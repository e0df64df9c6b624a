import { longestWait, type LatencyRun } from '../../../core/lessons/latency.ts';
import { colors, element, label } from './svg.ts';

/** What stands beside the plot. */
export interface LatencyWords {
  readonly heading: string;
  readonly axis: string;
  readonly ms: (value: number) => string;
  /** Of a run: what ran how long. */
  readonly title: (run: LatencyRun) => string;
  readonly longest: (ms: number) => string;
}

const WIDTH = 760;
const LEFT = 64;
const RIGHT = 12;
const HIGH = 150;
const TITLE = 22;
const BELOW = 34;

/** What others waited, over time: a panel for each run, all with the same logarithmic scale of ms. */
export function drawLatency(runs: readonly LatencyRun[], words: LatencyWords): { readonly width: number; readonly height: number; readonly body: string } {
  const all = runs.flatMap(({ waits }) => waits.map(({ ms }) => ms));
  const floor = Math.floor(Math.log10(Math.max(0.01, Math.min(0.1, ...all))));
  const ceiling = Math.ceil(Math.log10(Math.max(1, ...all)));
  let body = label(6, 14, words.heading, { prose: true, bold: true });
  let top = 24;
  for (const run of runs) {
    body += drawRun(run, words, top, floor, ceiling);
    top += TITLE + HIGH + BELOW;
  }
  return { width: WIDTH, height: top, body };
}

function drawRun(run: LatencyRun, words: LatencyWords, top: number, floor: number, ceiling: number): string {
  const bottom = top + TITLE + HIGH;
  const end = Math.max(run.to, ...run.waits.map(({ at }) => at)) || 1;
  const x = (ms: number): number => LEFT + (ms / end) * (WIDTH - LEFT - RIGHT);
  const y = (ms: number): number => bottom - ((Math.log10(Math.max(ms, 10 ** floor)) - floor) / (ceiling - floor)) * HIGH;
  const line = (x1: number, y1: number, x2: number, y2: number, style: string): string => element('line', { x1, y1, x2, y2, style });

  let body = label(LEFT, top + 14, words.title(run), { prose: true });
  body += element('rect', { x: x(run.from), y: top + TITLE, width: Math.max(2, x(run.to) - x(run.from)), height: HIGH, style: `fill:${colors.alarm};fill-opacity:0.14;stroke:${colors.line};stroke-dasharray:3 3` });
  for (let power = floor; power <= ceiling; power += 1) {
    body += line(LEFT, y(10 ** power), WIDTH - RIGHT, y(10 ** power), `stroke:${colors.line};stroke-opacity:${power === floor ? 1 : 0.3}`);
    body += label(LEFT - 6, y(10 ** power) + 4, words.ms(10 ** power), { fill: colors.faint, anchor: 'end' });
  }
  for (const tick of ticks(end)) {
    body += line(x(tick), bottom, x(tick), bottom + 4, `stroke:${colors.line}`);
    body += label(x(tick), bottom + 16, String(tick), { fill: colors.faint, anchor: 'middle' });
  }
  body += label(WIDTH - RIGHT, bottom + 29, words.axis, { prose: true, fill: colors.faint, anchor: 'end' });
  for (const { at, ms } of run.waits) {
    const during = at + ms >= run.from && at <= run.to;
    body += line(x(at), y(10 ** floor), x(at), y(ms), `stroke:${during ? colors.alarm : colors.calm};stroke-opacity:0.5`);
    body += element('circle', { cx: x(at), cy: y(ms), r: 2.4, style: `fill:${during ? colors.alarm : colors.calm}` });
  }
  const longest = longestWait(run);
  if (longest > 0) {
    body += line(LEFT, y(longest), WIDTH - RIGHT, y(longest), `stroke:${colors.ink};stroke-dasharray:6 4`);
    body += label(WIDTH - RIGHT - 4, y(longest) - 5, words.longest(longest), { prose: true, bold: true, anchor: 'end' });
  }
  return body;
}

/** Round numbers from 0 to `end`, about six. */
function ticks(end: number): readonly number[] {
  const rough = end / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? rough;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, at) => Math.round(at * step * 1000) / 1000);
}
