import * as vscode from 'vscode';
import type { KeyFilter, ScanCounts } from '../../core/keyspace/keyspace.ts';
import { displayShort } from '../../core/keyspace/display.ts';

let numbers: Intl.NumberFormat | undefined;

/** A count as the user's language writes it: 12,400. One format for all: making it takes longer than using it. */
export function formatCount(count: number): string {
  numbers ??= new Intl.NumberFormat(vscode.env.language);
  return numbers.format(count);
}

/** "1 key", "12,400 keys". */
export function keyCount(count: number): string {
  return count === 1 ? vscode.l10n.t('1 key') : vscode.l10n.t('{0} keys', formatCount(count));
}

/**
 * "1,200 shown, 3,400 found, 34% of the database scanned": only what is known is claimed.
 * @param length members of a collection as the server counts them; undefined for a database
 */
export function describeCounts(counts: ScanCounts, length: number | undefined): string {
  const parts = [length === undefined ? databaseProgress(counts) : vscode.l10n.t('{0} of {1} shown', formatCount(counts.shown), formatCount(length))];
  if (counts.restarted && !counts.complete) parts.push(vscode.l10n.t('the server restarted, scanning again from the start'));
  else if (counts.end === 'budget') parts.push(vscode.l10n.t('time for this page is up'));
  else if (counts.end === 'cancelled') parts.push(vscode.l10n.t('stopped'));
  return parts.join(' · ');
}

function databaseProgress(counts: ScanCounts): string {
  const shown = formatCount(counts.shown);
  const found = formatCount(counts.found);
  if (counts.complete) return vscode.l10n.t('{0} shown, {1} found, all scanned', shown, found);
  if (counts.scanned === undefined) return vscode.l10n.t('{0} shown, {1} found', shown, found);
  return vscode.l10n.t('{0} shown, {1} found, {2}% of the database scanned', shown, found, formatPercent(counts.scanned));
}

/** Whole percents; never 100 before the end, never 0 once begun. */
export function formatPercent(fraction: number): string {
  if (fraction >= 1) return '100';
  if (fraction <= 0) return '0';
  return fraction < 0.01 ? '<1' : String(Math.min(99, Math.floor(fraction * 100)));
}

/** A filter in words: `user:*, only hash`. Empty for no filter. */
export function describeFilter(filter: KeyFilter): string {
  const pattern = filter.pattern !== undefined && filter.pattern.length > 0 ? displayShort(filter.pattern, 60) : undefined;
  if (pattern !== undefined && filter.type !== undefined) return vscode.l10n.t('{0}, only {1}', pattern, filter.type);
  if (filter.type !== undefined) return vscode.l10n.t('only {0}', filter.type);
  return pattern ?? '';
}

/** True if anything is filtered. */
export function isFiltered(filter: KeyFilter): boolean {
  return describeFilter(filter) !== '';
}

/** A time to live in the largest units that say enough: `2 d 3 h`, `45 s`, `0.8 s`. `ms` as PTTL gives it. */
export function formatTtl(ms: number): string {
  const { l10n } = vscode;
  if (ms < 10_000) return l10n.t('{0} s', (ms / 1000).toFixed(1));
  const units: readonly (readonly [string, number])[] = [[l10n.t('{0} d'), 86_400_000], [l10n.t('{0} h'), 3_600_000], [l10n.t('{0} min'), 60_000], [l10n.t('{0} s'), 1000]];
  const at = units.findIndex(([, size]) => ms >= size);
  const [name, size] = units[at] ?? ['', 1000];
  const next = units[at + 1];
  const rest = next === undefined ? 0 : Math.floor((ms % size) / next[1]);
  const inUnit = (unit: string, count: number): string => unit.replace('{0}', String(count));
  const whole = inUnit(name, Math.floor(ms / size));
  return rest > 0 && next !== undefined ? `${whole} ${inUnit(next[0], rest)}` : whole;
}

/** Bytes in binary units: `1.4 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 'B';
  for (const next of units) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return `${value.toFixed(1)} ${unit}`;
}
