import * as vscode from 'vscode';
import { type SettingId, type SettingTable, settingDefaults } from './contributions.ts';
import type { ScanOptions } from '../../core/keyspace/keyspace.ts';

/** The value of a setting; the default where a hand-edited settings.json holds another type. */
export function readSetting<Id extends SettingId>(id: Id): SettingTable[Id] {
  const value = vscode.workspace.getConfiguration().get<unknown>(id);
  return typeof value === typeof settingDefaults[id] ? (value as SettingTable[Id]) : settingDefaults[id];
}

/** Writes a setting for the user. */
export async function writeSetting<Id extends SettingId>(id: Id, value: SettingTable[Id]): Promise<void> {
  await vscode.workspace.getConfiguration().update(id, value, vscode.ConfigurationTarget.Global);
}

/** Calls `listener` when one of `ids` changes. */
export function onSettingChange(ids: readonly SettingId[], listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (ids.some((id) => change.affectsConfiguration(id))) listener();
  });
}

/**
 * The paging settings, read once and again when one of them changes: rows are sorted and scans are sized by them, and asking
 * VS Code for a setting takes a good part of a millisecond.
 */
export function keepScanOptions(): vscode.Disposable & { current(): ScanOptions } {
  let options = readScanOptions();
  const listener = onSettingChange(scanSettings, () => {
    options = readScanOptions();
  });
  return { current: () => options, dispose: () => void listener.dispose() };
}

const scanSettings: readonly SettingId[] = [
  'keyspace.scan.pageSize', 'keyspace.scan.budget', 'keyspace.scan.maxCount', 'keyspace.explorer.delimiter', 'keyspace.explorer.sortOrder',
];

/** At most this many rows stand under a node before the earlier ones fold. */
const maxRows = 5000;

/** The paging settings, held to sane bounds whatever settings.json says. */
export function readScanOptions(): ScanOptions {
  const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, Math.trunc(value) || low));
  return {
    pageSize: within(readSetting('keyspace.scan.pageSize'), 10, maxRows),
    budget: within(readSetting('keyspace.scan.budget'), 50, 60_000),
    maxCount: within(readSetting('keyspace.scan.maxCount'), 10, 10_000),
    delimiter: Buffer.from(readSetting('keyspace.explorer.delimiter')),
    maxRows,
    sort: readSetting('keyspace.explorer.sortOrder'),
  };
}
