import * as vscode from 'vscode';
import { visitOf, walkOrder, type BucketPicture } from '../../../core/lessons/buckets.ts';
import { displayShort } from '../../../core/keyspace/display.ts';
import { longestWait, type LatencyRun } from '../../../core/lessons/latency.ts';
import type { Picture } from '../../../core/lessons/onlooker.ts';
import { formatCount } from '../../explorer/labels.ts';
import { joinSentences } from '../../platform/sentences.ts';
import { drawBuckets } from './drawBuckets.ts';
import { drawLatency } from './drawLatency.ts';
import { figure } from './svg.ts';

/** A picture as HTML for a notebook's output. @param text what the reply says, for who does not see it */
export function pictureHtml(picture: Picture, text: string): string {
  const textTitle = vscode.l10n.t('As text');
  if (picture.kind === 'buckets') return figure({ ...drawBuckets(picture, bucketWords(picture)), says: bucketsInWords(picture), text, textTitle });
  return figure({
    ...drawLatency(picture.runs, {
      heading: vscode.l10n.t('What another client waits for its PING'),
      axis: vscode.l10n.t('time, ms'),
      ms: inMs,
      title: runTitle,
      longest: (ms) => vscode.l10n.t('longest wait: {0}', inMs(ms)),
    }),
    says: latencyInWords(picture.runs), text: latencyInWords(picture.runs, '\n'), textTitle,
  });
}

/** A picture in words, for where there are no pictures. */
export function pictureText(picture: Picture, text: string): string {
  return picture.kind === 'buckets' ? text : latencyInWords(picture.runs, '\n');
}

function bucketWords(picture: BucketPicture): Parameters<typeof drawBuckets>[1] {
  return {
    heading: `${sizesInWords(picture)} ${vscode.l10n.t('In the order of SCAN, from left to right:')}`,
    been: vscode.l10n.t('the walk has been here'),
    next: vscode.l10n.t('it goes on here'),
    again: vscode.l10n.t('it has been at a part, and visits the whole'),
    answered: vscode.l10n.t('answered'),
    notAnswered: vscode.l10n.t('not answered yet'),
    twice: vscode.l10n.t('answered more than once'),
    emptied: vscode.l10n.t('old table, being emptied'),
    filled: vscode.l10n.t('new table'),
  };
}

function sizesInWords({ tables: [first, second] }: BucketPicture): string {
  const keys = [first, ...(second === undefined ? [] : [second])].flatMap(({ buckets }) => [...buckets.values()]).reduce((sum, names) => sum + names.length, 0);
  return second === undefined
    ? vscode.l10n.t('Keys: {0}, buckets: {1}.', keys, first.size)
    : vscode.l10n.t('Keys: {0}, being moved from {1} buckets to {2}.', keys, first.size, second.size);
}

function bucketsInWords(picture: BucketPicture): string {
  const { tables, cursor, answered } = picture;
  const parts = [vscode.l10n.t('Picture of a hash table.'), sizesInWords(picture)];
  if (cursor !== 0) {
    for (const { size } of tables) {
      const been = walkOrder(size).filter((bucket) => visitOf(bucket, size, cursor) === 'been').length;
      parts.push(vscode.l10n.t('Of {0} buckets the walk has been in {1}, and goes on in bucket {2}.', size, been, cursor % size));
    }
  }
  const twice = [...answered].filter(([, times]) => times > 1).map(([name]) => displayShort(Buffer.from(name, 'latin1'), 60));
  if (twice.length > 0) parts.push(vscode.l10n.t('Answered more than once: {0}.', twice.slice(0, 20).join(', ')));
  return joinSentences(parts);
}

function runTitle({ command, calls, cut, from, to }: LatencyRun): string {
  const short = displayShort(Buffer.from(command), 60);
  if (cut) return vscode.l10n.t('{0} and on, the first {1} pages: {2}', short, formatCount(calls), inMs(to - from));
  return calls === 1 ? vscode.l10n.t('{0}: {1}', short, inMs(to - from)) : vscode.l10n.t('{0} and on to the end, {1} pages: {2}', short, formatCount(calls), inMs(to - from));
}

function latencyInWords(runs: readonly LatencyRun[], between = ' '): string {
  return runs.map((run) => {
    const others = run.waits.map(({ ms }) => ms).sort((a, b) => a - b);
    return vscode.l10n.t('{0}. Others waited up to {1}, half of them less than {2}.', runTitle(run), inMs(longestWait(run)), inMs(others[Math.floor(others.length / 2)] ?? 0));
  }).join(between);
}

function inMs(ms: number): string {
  return vscode.l10n.t('{0} ms', String(ms >= 100 ? Math.round(ms) : Number(ms.toPrecision(2))));
}
