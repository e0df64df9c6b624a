import * as vscode from 'vscode';
import { damageText } from '../../core/damage.ts';
import type { NoticeNode } from '../explorer/nodes.ts';
import { formatCount } from '../explorer/labels.ts';
import type { OpenFile } from './rdbFiles.ts';

/** A row that says something about a file; `which` tells it from the others. */
export type FileNotice = Pick<NoticeNode, 'severity' | 'label' | 'detail' | 'command'> & { readonly which: string };

const time = (ms: number): string => new Date(ms).toLocaleString(vscode.env.language);

/** Tells files from each other, and a file from copies of it, where there is a choice; empty for what is no file. */
export function fileHint(file: OpenFile | undefined): string {
  if (file === undefined) return '';
  return file.scratch ? vscode.l10n.t('scratch copy of {0}', file.path) : file.path;
}

/** Lines for the tooltip: where it is, what wrote it and when, what is in it, and what time it is there. */
export function fileLines({ path, scratch, facts }: OpenFile): string[] {
  if (facts === undefined) return [path];
  const { dialect, version, writer, savedAt, keys, expired, libraries, modules } = facts;
  return [
    path,
    dialect === 'valkey' ? vscode.l10n.t('Valkey RDB version {0}', version) : vscode.l10n.t('RDB version {0}', version),
    writer === undefined ? undefined : vscode.l10n.t('Written by {0}', writer),
    savedAt === undefined ? vscode.l10n.t('It does not say when it was written') : vscode.l10n.t('Written at {0}', time(savedAt)),
    vscode.l10n.t('Keys: {0}', formatCount(keys)),
    expired === 0 ? undefined : vscode.l10n.t('Keys that had expired by then and are left out: {0}', formatCount(expired)),
    modules.length === 0
      ? undefined
      : vscode.l10n.t('Values of modules, of which type and size are known: {0}', modules.map(({ module, keys: count }) => `${module} ${formatCount(count)}`).join(', ')),
    libraries === 0 ? undefined : vscode.l10n.t('Libraries of functions, not loaded: {0}', formatCount(libraries)),
    scratch ? vscode.l10n.t('A copy in memory: what is changed is not saved, and the file stays as it is. Its clock goes on from {0}.', time(facts.clock)) : savedAt === undefined
      ? vscode.l10n.t('Times to live count from {0}, when the file was last changed: the clock stands still.', time(facts.clock))
      : vscode.l10n.t('Times to live count from when it was written: the clock stands still.'),
  ].filter((line) => line !== undefined);
}

/** Rows above the databases: what is damaged. */
export function fileNotices({ facts }: OpenFile): FileNotice[] {
  const rows: FileNotice[] = [];
  if (facts?.damage !== undefined) {
    const { truncated, offset, what } = facts.damage;
    rows.push({
      which: 'damage', severity: 'error', command: undefined,
      label: truncated ? vscode.l10n.t('Cut short at byte {0}: {1}', formatCount(offset), damageText(what)) : vscode.l10n.t('Damaged at byte {0}: {1}', formatCount(offset), damageText(what)),
      detail: vscode.l10n.t('Only the keys before this place are shown. Nothing is written to the file.'),
    });
  }
  return rows;
}

/** The row of a file whose server has died. */
export function crashNotice({ crash, scratch }: OpenFile): FileNotice | undefined {
  if (crash === undefined) return undefined;
  return {
    which: 'crash', severity: 'error', command: 'keyspace.reconnect',
    label: vscode.l10n.t('This file is not served any more: {0}', crash),
    detail: scratch ? vscode.l10n.t('Click to open it again. What was changed in the copy is lost.') : vscode.l10n.t('Click to open it again.'),
  };
}
