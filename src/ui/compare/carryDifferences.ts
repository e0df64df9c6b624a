import * as vscode from 'vscode';
import { deleteLacking, planCarry, type Carry, type Side } from '../../core/compare/carry.ts';
import { compareKeys, type CompareRequest } from '../../core/compare/compareDatabases.ts';
import type { Difference } from '../../core/compare/verify.ts';
import { Failure } from '../../core/failure.ts';
import { displayShort } from '../../core/keyspace/display.ts';
import { planClone, type ClonePlan } from '../../core/transfer/plan.ts';
import { createRenaming } from '../../core/transfer/renaming.ts';
import { formatCount, keyCount } from '../explorer/labels.ts';
import { plainText } from '../platform/plainText.ts';
import { withProgress } from '../platform/progress.ts';
import { joinSentences } from '../platform/sentences.ts';
import type { Services } from '../services.ts';
import { cloneDeps, runClone, showWritten } from '../transfer/cloneDatabase.ts';
import { nameOf } from '../transfer/cloneSource.ts';
import { planText, summaryText } from '../transfer/cloneText.ts';

/** Names of each kind that the question tells. */
const MOST_NAMED = 10;

/** What became of it: keys that were to be made equal, and those of them that still differ. */
export interface Carried {
  readonly names: readonly Buffer[];
  readonly left: readonly Difference[];
}

/**
 * Asks with a plan, then makes `side` what the other one is, in these keys, and compares them again. Undefined: nothing was written,
 * or it is not known what. Throws Failure.
 */
export async function carryDifferences(services: Services, request: CompareRequest, differences: readonly Difference[], side: Side): Promise<Carried | undefined> {
  if (differences.length === 0) throw new Failure('bad-input', vscode.l10n.t('Select differences in the Differences view first.'));
  const end = request[side];
  if (end.profile.access === 'read-only') throw new Failure('guarded', vscode.l10n.t('“{0}” is read-only: nothing can be copied there.', end.profile.name));
  const deps = cloneDeps(services);
  const work = planCarry(request, differences, side);
  const plan = work.clone.names.length === 0 ? undefined : await withProgress(vscode.l10n.t('Planning the copy to {0}', nameOf(end)), (signal, report) =>
    planClone(deps, work.clone, signal, (keys) => report(keyCount(keys))));
  if (!(await confirm(request, differences, side, work, plan))) return undefined;
  const parts: string[] = [];
  try {
    if (plan !== undefined) {
      const report = await runClone(services, deps, vscode.l10n.t('Copying to {0}', nameOf(end)), plan);
      if (report === undefined) return undefined;
      parts.push(summaryText(report));
    }
    if (work.deletes.length > 0) {
      const deleted = await withProgress(vscode.l10n.t('Deleting from {0}', nameOf(end)), (signal) => deleteLacking(deps, work, signal));
      parts.push(vscode.l10n.t('{0} deleted.', keyCount(deleted)));
    }
  } finally {
    await showWritten(services, end, differences.map(({ name }) => (side === 'source' ? name : createRenaming(request.scope, request.rewrite).rename(name))));
  }
  void vscode.window.showInformationMessage(plainText(vscode.l10n.t('To {0}: {1}', nameOf(end), joinSentences(parts))));
  const names = differences.map(({ name }) => name);
  return { names, left: await withProgress(vscode.l10n.t('Comparing again'), (signal) => compareKeys(deps, request, names, signal)) };
}

async function confirm(request: CompareRequest, differences: readonly Difference[], side: Side, { clone, deletes }: Carry, plan: ClonePlan | undefined): Promise<boolean> {
  const go = plan === undefined ? vscode.l10n.t('Delete') : deletes.length === 0 ? vscode.l10n.t('Copy') : vscode.l10n.t('Copy and Delete');
  const message = plan === undefined
    ? vscode.l10n.t('Delete {0} from {1}?', keyCount(deletes.length), nameOf(clone.target))
    : vscode.l10n.t('Copy {0} to {1}?', keyCount(clone.names.length), nameOf(clone.target));
  const creates = differences.filter(({ kind }) => kind === (side === 'target' ? 'missing' : 'extra'));
  const lacks = differences.filter(({ kind }) => kind === (side === 'target' ? 'extra' : 'missing'));
  const overwrites = differences.filter(({ kind }) => kind !== 'missing' && kind !== 'extra');
  const { rename } = createRenaming(request.scope, request.rewrite);
  const named = (list: readonly Difference[]): string => list.slice(0, MOST_NAMED).map(({ name }) => displayShort(side === 'source' ? name : rename(name), 60)).join(', ')
    + (list.length > MOST_NAMED ? vscode.l10n.t(' … and {0} more', formatCount(list.length - MOST_NAMED)) : '');
  const detail = [
    ...(overwrites.length > 0 ? [vscode.l10n.t('Overwrites {0}: {1}', formatCount(overwrites.length), named(overwrites))] : []),
    ...(creates.length > 0 ? [vscode.l10n.t('Creates {0}: {1}', formatCount(creates.length), named(creates))] : []),
    ...(lacks.length > 0 ? [vscode.l10n.t('Deletes {0}: {1}', formatCount(lacks.length), named(lacks))] : []),
    ...(plan === undefined ? [] : ['', planText({ ...plan, warnings: plan.warnings.filter((one) => one.kind !== 'overwrites' || one.keys !== overwrites.length) })]),
    '',
    vscode.l10n.t('This cannot be undone.'),
  ].join('\n');
  return await vscode.window.showWarningMessage(message, { modal: true, detail }, go) === go;
}
