import * as vscode from 'vscode';
import { verifyClone, type Check, type CheckMode } from '../../core/compare/verifyClone.ts';
import { displayShort } from '../../core/keyspace/display.ts';
import { restoreRequest } from '../../core/transfer/savedRequest.ts';
import { formatCount, keyCount } from '../explorer/labels.ts';
import { plainText } from '../platform/plainText.ts';
import { withProgress } from '../platform/progress.ts';
import type { Services } from '../services.ts';
import { cloneDeps } from './cloneDatabase.ts';
import { differenceText } from './cloneText.ts';
import { savedText, sourceText } from './resumeClone.ts';

/** Keys of either side in a sample. */
const SAMPLE = 1000;
/** Lines of differences in a report. */
const MOST_LISTED = 10_000;

/** Asks which of the last clones, and how, compares it with its source, and tells what was found. Throws Failure. */
export async function verifyLastClone(services: Services): Promise<void> {
  const saved = services.clones.remembered();
  if (saved.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Nothing was cloned yet. Any two databases can be compared by Compare Databases…'));
    return;
  }
  const title = vscode.l10n.t('Verify Clone');
  const picked = await vscode.window.showQuickPick(saved.map((one) => ({ label: savedText(one), one })), { title, placeHolder: vscode.l10n.t('Which clone?') });
  if (picked === undefined) return;
  const modes: readonly (vscode.QuickPickItem & { readonly mode: CheckMode })[] = [
    { label: vscode.l10n.t('Every Key'), detail: vscode.l10n.t('Values, times to live, and keys that only one side has.'), mode: { kind: 'full' } },
    { label: vscode.l10n.t('A Quick Sample'), detail: vscode.l10n.t('{0} of either side, chosen at random: it proves nothing about the others.', keyCount(SAMPLE)), mode: { kind: 'sample', keys: SAMPLE } },
  ];
  const how = await vscode.window.showQuickPick(modes, { title, placeHolder: vscode.l10n.t('What is to be compared?') });
  if (how === undefined) return;
  const request = restoreRequest(picked.one, services.profile);
  const check = await withProgress(vscode.l10n.t('Verifying the clone of {0}', sourceText(picked.one)), (signal, report) =>
    verifyClone(cloneDeps(services), request, how.mode, signal, (compared) => report(keyCount(compared))));
  const summary = checkText(check);
  const show = vscode.l10n.t('Show Report');
  const tell = check.differences.length === 0 ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  void tell(plainText(`${picked.label}: ${summary}`), show).then(async (chosen) => {
    if (chosen === show) await services.reports.show(vscode.l10n.t('Verification of a clone'), checkReport(picked.label, summary, check));
  });
}

function checkText({ kind, compared, differences }: Check): string {
  const found = differences.length === 0 ? vscode.l10n.t('identical') : vscode.l10n.t('differences: {0}', formatCount(differences.length));
  return kind === 'full'
    ? vscode.l10n.t('{0} compared: {1}.', keyCount(compared), found)
    : vscode.l10n.t('a sample of {0} compared: {1}. The others were not looked at.', keyCount(compared), found);
}

function checkReport(label: string, summary: string, { differences, parts }: Check): string {
  const all = (parts ?? [{ source: undefined, differences }]).flatMap((part) => part.differences.map((one) => ({ one, where: part.source === undefined ? '' : `${vscode.l10n.t('Database {0}', part.source)}\t` })));
  const lines = all.slice(0, MOST_LISTED).map(({ one, where }) => `  ${where}${displayShort(one.name, 200)}\t${differenceText(one)}`);
  const more = differences.length > lines.length ? [vscode.l10n.t('  … and {0} more', formatCount(differences.length - lines.length))] : [];
  return `${[vscode.l10n.t('Verification of a clone. {0}', label), '', summary, ...(lines.length > 0 ? ['', ...lines, ...more] : [])].join('\n')}\n`;
}
