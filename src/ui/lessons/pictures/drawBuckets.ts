import { bitsOf, visitOf, walkOrder, type BucketPicture, type BucketTable } from '../../../core/lessons/buckets.ts';
import { displayShort } from '../../../core/keyspace/display.ts';
import { colors, element, label, mono } from './svg.ts';

/** What stands beside the signs. */
export interface BucketWords {
  readonly heading: string;
  readonly been: string;
  readonly next: string;
  readonly again: string;
  readonly answered: string;
  readonly notAnswered: string;
  readonly twice: string;
  readonly emptied: string;
  readonly filled: string;
}

const COLUMNS = 8;
const COLUMN = 100;
const MARGIN = 6;
const HEAD = 20;
const ROW = 17;
/** Characters of a name that are told. */
const LONGEST = 1000;
/** Names of a bucket that are shown in one column. */
const MOST = 6;

interface Box {
  readonly table: BucketTable;
  readonly bucket: number;
  readonly style: 'only' | 'emptied' | 'filled';
  /** Width in columns. */
  readonly span: number;
}

/**
 * A hash table in the order in which SCAN walks it, from left to right and line by line; while keys are moved, above the buckets of the
 * larger table the one of the smaller table that they are joined to.
 */
export function drawBuckets(picture: BucketPicture, words: BucketWords): { readonly width: number; readonly height: number; readonly body: string } {
  const walking = picture.answered.size > 0;
  let y = 24;
  let body = label(MARGIN, 14, words.heading, { prose: true, bold: true });
  for (const line of linesOf(picture)) {
    const height = Math.max(...line.map((box) => heightOf(box)));
    let x = MARGIN;
    for (const box of line) {
      body += drawBox(box, picture, x, y, height, walking);
      x += box.span * COLUMN;
    }
    y += height;
  }
  const legend = drawLegend(picture, words, y + 8, walking);
  return { width: COLUMNS * COLUMN + 2 * MARGIN, height: legend.bottom + 4, body: body + legend.body };
}

/** Boxes, line by line. */
function linesOf({ tables: [first, second] }: BucketPicture): readonly (readonly Box[])[] {
  if (second === undefined) return chunks(walkOrder(first.size).map((bucket) => ({ table: first, bucket, style: 'only', span: 1 })), COLUMNS);
  const [small, large] = first.size < second.size ? [first, second] : [second, first];
  const style = (table: BucketTable): Box['style'] => (table === first ? 'emptied' : 'filled');
  const ratio = large.size / small.size;
  const span = Math.min(ratio, COLUMNS);
  const joined = chunks(walkOrder(large.size).map((bucket): Box => ({ table: large, bucket, style: style(large), span: 1 })), COLUMNS);
  const above = chunks(walkOrder(small.size).map((bucket): Box => ({ table: small, bucket, style: style(small), span })), COLUMNS / span);
  // Those that are joined to one bucket fill one line or several.
  return above.flatMap((line, at) => [line, ...joined.slice(at * Math.max(1, ratio / COLUMNS), (at + 1) * Math.max(1, ratio / COLUMNS))]);
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

function heightOf({ table, bucket, span }: Box): number {
  return HEAD + Math.max(span === 1 ? 1 : 0, Math.ceil(Math.min(table.buckets.get(bucket)?.length ?? 0, MOST * span) / span)) * ROW + 6;
}

function drawBox({ table, bucket, style, span }: Box, { cursor, answered }: BucketPicture, x: number, y: number, height: number, walking: boolean): string {
  const visit = visitOf(bucket, table.size, cursor);
  const here = visit === 'next' || visit === 'again';
  const names = table.buckets.get(bucket) ?? [];
  const shown = names.slice(0, names.length > MOST * span ? MOST * span - 1 : names.length);
  const width = span * COLUMN;
  let drawn = element('rect', {
    x: x + 2, y: y + 2, width: width - 4, height: height - 4, rx: 3,
    'stroke-width': here ? 2.5 : 1, 'stroke-dasharray': style === 'emptied' ? '4 3' : undefined,
    style: `fill:${visit === 'been' ? colors.calm : 'none'};fill-opacity:0.16;stroke:${here ? colors.here : colors.line}`,
  });
  drawn += drawMark(visit, x + 7, y + 7);
  drawn += label(x + 19, y + 15, String(bucket), { bold: true });
  drawn += label(x + width - 6, y + 15, bitsOf(bucket, table.size), { fill: colors.faint, anchor: 'end' });
  for (const [at, name] of shown.entries()) drawn += drawName(name, answered.get(name) ?? 0, x + 6 + (at % span) * COLUMN, y + HEAD + Math.floor(at / span) * ROW, walking);
  if (shown.length < names.length) {
    drawn += label(x + 20 + (shown.length % span) * COLUMN, y + HEAD + Math.floor(shown.length / span) * ROW + 12, `+${names.length - shown.length}`, { fill: colors.faint });
  }
  return drawn;
}

/** A tick for where the walk has been, an arrow for where it goes on, a round one where it has been in part. */
function drawMark(visit: ReturnType<typeof visitOf>, x: number, y: number): string {
  const stroke = (d: string, color: string): string => element('path', { d, 'stroke-width': 1.8, 'stroke-linecap': 'round', style: `fill:none;stroke:${color}` });
  switch (visit) {
    case 'been': return stroke(`M${x} ${y + 5}l3 3l5 -7`, colors.ink);
    case 'next': return element('path', { d: `M${x} ${y}l8 4.5l-8 4.5z`, style: `fill:${colors.ink}` });
    case 'again': return stroke(`M${x + 8} ${y + 4}a4 4 0 1 1 -2.5 -3.2m-3 -1.8l3 1.8l-1.6 3`, colors.ink);
    case 'ahead': return '';
  }
}

/** A name: a full dot where the walk answered it, a frame and a number where it did so more than once. */
function drawName(name: string, times: number, x: number, y: number, walking: boolean): string {
  const text = displayShort(Buffer.from(name, 'latin1'), LONGEST);
  const twice = times > 1;
  const suffix = twice ? `×${times}` : '';
  let drawn = twice ? element('rect', { x: x - 1, y: y + 1, width: COLUMN - 10, height: ROW - 2, rx: 3, 'stroke-width': 2, style: `fill:none;stroke:${colors.alarm}` }) : '';
  if (walking) drawn += dot(x + 6, y + 9, times > 0);
  const room = COLUMN - 14 - (walking ? 10 : 0) - suffix.length * (mono.advance + 1);
  drawn += label(x + (walking ? 13 : 4), y + 13, text, { bold: twice, width: room });
  if (twice) drawn += label(x + COLUMN - 13, y + 13, suffix, { bold: true, anchor: 'end' });
  return drawn;
}

function dot(cx: number, cy: number, full: boolean): string {
  return element('circle', { cx, cy, r: 3, 'stroke-width': 1.2, style: `fill:${full ? colors.ink : 'none'};stroke:${colors.ink}` });
}

/** The signs that the picture has, with their meanings. */
function drawLegend({ cursor, tables, answered }: BucketPicture, words: BucketWords, top: number, walking: boolean): { readonly body: string; readonly bottom: number } {
  const marks = new Set(tables.flatMap(({ size }) => walkOrder(size).map((bucket) => visitOf(bucket, size, cursor))));
  const frame = (x: number, y: number, dashed: boolean): string => element('rect', { x, y: y + 1, width: 14, height: 10, rx: 2, 'stroke-dasharray': dashed ? '4 3' : undefined, style: `fill:none;stroke:${colors.line}` });
  const twice = (x: number, y: number): string => element('rect', { x, y: y + 1, width: 14, height: 10, rx: 2, 'stroke-width': 2, style: `fill:none;stroke:${colors.alarm}` });
  const entries: readonly (readonly [boolean, (x: number, y: number) => string, string])[] = [
    [marks.has('been'), (x, y) => drawMark('been', x, y), words.been],
    [marks.has('next'), (x, y) => drawMark('next', x, y), words.next],
    [marks.has('again'), (x, y) => drawMark('again', x, y), words.again],
    [walking, (x, y) => dot(x + 5, y + 5, true), words.answered],
    [walking, (x, y) => dot(x + 5, y + 5, false), words.notAnswered],
    [[...answered.values()].some((times) => times > 1), twice, words.twice],
    [tables.length === 2, (x, y) => frame(x, y, true), words.emptied],
    [tables.length === 2, (x, y) => frame(x, y, false), words.filled],
  ];
  let [x, y, body] = [MARGIN, top, ''];
  for (const [there, sign, text] of entries) {
    if (!there) continue;
    const width = 24 + [...text].reduce((sum, char) => sum + (char.charCodeAt(0) > 0x2e80 ? 13 : 7), 0) + 16;
    if (x > MARGIN && x + width > COLUMNS * COLUMN) [x, y] = [MARGIN, y + 20];
    body += sign(x, y) + label(x + 20, y + 10, text, { prose: true });
    x += width;
  }
  return { body, bottom: x === MARGIN ? y : y + 20 };
}
