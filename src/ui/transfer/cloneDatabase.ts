import { randomInt } from 'node:crypto';
import * as vscode from 'vscode';
import { sleep } from '../../core/connection/waiting.ts';
import { Failure, isFailure } from '../../core/failure.ts';
import { literalPrefix } from '../../core/keyspace/glob.ts';
import { clone, type CloneDeps, type CloneProgress, type CloneReport, type CloneRequest, type Conflict } from '../../core/transfer/clone.ts';
import type { Journal } from '../../core/transfer/journal.ts';
import { partsOf } from '../../core/transfer/parts.ts';
import { planClone, type ClonePlan } from '../../core/transfer/plan.ts';
import { formatBytes, formatCount, keyCount } from '../explorer/labels.ts';
import { nodeId, type Node } from '../explorer/nodes.ts';
import { plainText } from '../platform/plainText.ts';
import { joinSentences } from '../platform/sentences.ts';
import { withProgress } from '../platform/progress.ts';
import { replicateDatabase } from '../replicate/replicateDatabase.ts';
import { saveAsFile } from '../save/saveAsFile.ts';
import type { Services } from '../services.ts';
import { askClone, PRACTICE_DATABASES, type CloneAnswer, type CloneTarget } from './cloneForm.ts';
import { cloneSourceOf, sourceOfDatabase, type CloneSource } from './cloneSource.ts';
import { isFine, isPerfect, planDocument, planText, reportText, summaryText, targetText } from './cloneText.ts';

/** Ms without a byte from a server that owes a reply. */
const PATIENCE = 60_000;
/** Ms without progress after which that is said: a link is made anew, or a server is busy. */
const SILENCE = 3000;
/** Ms between two reports of progress. */
const REPORT_EVERY = 100;

/** Asks where to (unless `to` tells), shows the plan, clones with progress and cancel, and tells what came of it. Throws Failure. */
export async function cloneDatabase(services: Services, row: Node | undefined, rows: readonly Node[], to?: CloneTarget): Promise<void> {
  await carryOut(services, await askClone(services, row?.kind === 'connection' ? row.profile : cloneSourceOf(row, rows), to));
}

/** As `cloneDatabase`, with the source known, and the target if given. Throws Failure. */
export async function cloneInto(services: Services, source: CloneSource, to?: CloneTarget): Promise<void> {
  await carryOut(services, await askClone(services, source, to));
}

async function carryOut(services: Services, answer: CloneAnswer | undefined): Promise<void> {
  if (answer === undefined) return;
  if (answer.kind === 'file') {
    await saveAsFile(services, answer.source.source);
    return;
  }
  if (answer.kind === 'replica') {
    await replicateDatabase(services, services.explorer.nodes.get(nodeId.connection(answer.source.source.profile.id)));
    return;
  }
  if (answer.kind === 'clone') {
    await planAndClone(services, answer.source, answer.request);
    return;
  }
  const { source, request } = answer;
  const profile = await services.practice.open({ name: vscode.l10n.t('Copy of {0}', source.source.profile.name) });
  const target = { profile, database: source.source.database < PRACTICE_DATABASES ? source.source.database : 0 };
  let begun = false;
  try {
    begun = await planAndClone(services, source, { ...request, target });
  } finally {
    // Nothing came there: nobody wants it.
    if (!begun) await services.practice.close(profile.id);
  }
}

/** Plans, asks, clones and tells what came of it. Answers whether it was begun. Throws Failure. */
async function planAndClone(services: Services, source: CloneSource, request: CloneRequest): Promise<boolean> {
  const plan = await withProgress(vscode.l10n.t('Planning the clone of {0}', source.title), (signal, report) =>
    planClone(cloneDeps(services), request, signal, (keys) => report(keyCount(keys))));
  const agreed = await confirm(services, source, plan);
  if (agreed === undefined) return false;
  await cloneAndTell(services, await services.clones.begin(agreed), source.title, { request: agreed, keys: plan.keys });
  return true;
}

/** What was agreed to. `keys`: in scope; undefined: nobody counted them. */
export interface Agreed {
  readonly request: CloneRequest;
  readonly keys: number | undefined;
}

/** Clones, keeps a journal until it is over, and tells what came of it. Throws Failure. @param title the source in words */
export async function cloneAndTell(services: Services, journal: Journal, title: string, agreed: Agreed): Promise<void> {
  const { request } = agreed;
  try {
    const report = await runClone(services, { ...cloneDeps(services), journal }, vscode.l10n.t('Cloning {0}', title), agreed);
    if (report === undefined) return;
    await journal.remove();
    await services.clones.remember(request);
    services.walkthrough.did('clone');
    void offer(services, title, request, report);
  } catch (error) {
    // There is nothing to go on with.
    if (isFailure(error, 'exists') && journal.standing.done.size === 0) await journal.remove();
    throw error;
  } finally {
    await journal.close();
    // What failed or was cancelled has written too.
    for (const { target } of partsOf(request)) await showWritten(services, target);
  }
}

/** Draws a database anew that was written to, with documents of its values. `keys`: undefined for many. */
export async function showWritten({ explorer, written }: Services, { profile, database }: CloneRequest['target'], keys?: readonly Buffer[]): Promise<void> {
  written.fire({ connectionId: profile.id, database, keys });
  const connection = explorer.nodes.get(nodeId.connection(profile.id));
  if (connection !== undefined) await vscode.commands.executeCommand('keyspace.refresh', connection);
}

/** What clones and comparisons are made with. */
export function cloneDeps({ sessions, clock }: Services): CloneDeps {
  return { sessions, clock, seeds: [randomInt(2 ** 32), randomInt(2 ** 32)], patience: PATIENCE, pause: sleep };
}

/** What is to be done, or undefined. Keys that would stop it at once are skipped or replaced, whichever is chosen. */
async function confirm({ reports }: Services, source: CloneSource, plan: ClonePlan): Promise<CloneRequest | undefined> {
  const { request, keys } = plan;
  const choices: readonly (vscode.MessageItem & { readonly conflict: Conflict })[] = plan.warnings.some(({ kind }) => kind === 'stops')
    ? [{ conflict: 'skip', title: vscode.l10n.t('Skip Them and Clone') }, { conflict: 'replace', title: vscode.l10n.t('Replace Them and Clone') }]
    : [{ conflict: request.conflict, title: request.conflict === 'empty' ? vscode.l10n.t('Empty and Clone') : vscode.l10n.t('Clone') }];
  const message = vscode.l10n.t('Clone {0} to {1}?', source.title, targetText(request));
  if (keys === 0) throw new Failure('bad-input', vscode.l10n.t('There is no key to be cloned in {0}.', source.title));
  const keep: vscode.MessageItem = { title: vscode.l10n.t('Show Plan Only') };
  const chosen = await vscode.window.showInformationMessage<vscode.MessageItem>(message, { modal: true, detail: planText(plan) }, ...choices, keep);
  if (chosen === keep) await reports.show(vscode.l10n.t('Plan of a clone'), planDocument(source.title, plan));
  const choice = choices.find((one) => one === chosen);
  if (choice === undefined) return undefined;
  const agreed: CloneRequest = { ...request, conflict: choice.conflict };
  if (request.conflict !== 'empty' || plan.target.keys === 0) return agreed;
  const expected = `${request.target.profile.name}/${partsOf(request).map(({ target }) => target.database).join(',')}`;
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('Delete {0} of {1}', keyCount(plan.target.keys), targetText(request)),
    prompt: vscode.l10n.t('Type {0} to empty it.', expected),
    ignoreFocusOut: true,
    validateInput: (text) => (text === expected ? undefined : vscode.l10n.t('Type {0} to empty it.', expected)),
  });
  return typed === expected ? agreed : undefined;
}

/** Clones with progress and cancel. Undefined: it was cancelled, or can be resumed, and that was said. Rejects with Failure. */
export function runClone({ clock }: Services, deps: CloneDeps, title: string, { request, keys: all }: Agreed): Thenable<CloneReport | undefined> {
  return withProgress(title, async (signal, report) => {
    const started = clock.elapsed();
    let shown = -Infinity;
    let last: CloneProgress | undefined;
    /** Copied before, where it is gone on with. */
    let before: number | undefined;
    let heard = started;
    const silence = setInterval(() => {
      const ms = clock.elapsed() - heard;
      if (ms > SILENCE) report(vscode.l10n.t('{0}, no answer for {1} s', countText(last?.keys ?? 0, all), formatCount(Math.round(ms / 1000))));
    }, 1000);
    try {
      return await clone(deps, request, signal, (progress) => {
        last = progress;
        before ??= deps.journal?.standing.done.size === 0 ? 0 : progress.keys;
        heard = clock.elapsed();
        if (heard - shown < REPORT_EVERY) return;
        shown = heard;
        report(progressText(progress, all, progress.keys - before, heard - started), progress.phase === 'copying' && all !== undefined && all > 0 ? progress.keys / all : undefined);
      });
    } catch (error) {
      // Before the first key only emptying has changed anything. The failure of a conflict tells itself how far it came.
      if ((last === undefined && request.conflict !== 'empty') || !isFailure(error) || error.kind === 'declined' || error.kind === 'exists') throw error;
      const why = error.kind === 'cancelled' ? vscode.l10n.t('The clone was cancelled.') : vscode.l10n.t('The clone came to an early end. {0}', error.message);
      const text = joinSentences([why, last?.phase === 'verifying'
        ? vscode.l10n.t('All keys were copied, but not compared to the end: what changed meanwhile may be missing.')
        : vscode.l10n.t('Keys that are at the target, each of them whole: at least {0}.', formatCount(last?.keys ?? 0)),
        ...(last?.part === undefined ? [] : [vscode.l10n.t('Databases that are done: {0} of {1}.', last.part.number - 1, last.part.of)])]);
      // Only what is kept in a journal can be gone on with.
      if (error.kind !== 'cancelled' && deps.journal === undefined) throw new Failure(error.kind, text, { cause: error });
      const resume = vscode.l10n.t('Resume Clone…');
      const tell = error.kind === 'cancelled' ? vscode.window.showWarningMessage : vscode.window.showErrorMessage;
      void tell(plainText(text), ...(deps.journal === undefined ? [] : [resume]))
        .then((chosen) => (chosen === resume ? vscode.commands.executeCommand('keyspace.resumeClone') : undefined));
      return undefined;
    } finally {
      clearInterval(silence);
    }
  });
}

/** @param copied keys of this run, which has taken so many ms */
function progressText({ part, ...progress }: CloneProgress, all: number | undefined, copied: number, ms: number): string {
  const text = phaseText(progress, all, copied, ms);
  return part === undefined ? text : vscode.l10n.t('database {0} of {1}: {2}', part.number, part.of, text);
}

function phaseText({ phase, round, keys, bytes }: CloneProgress, all: number | undefined, copied: number, ms: number): string {
  if (phase === 'verifying') return vscode.l10n.t('comparing, round {0}: {1}', round, countText(keys, all));
  const rate = ms > 0 ? (copied / ms) * 1000 : 0;
  const parts = [countText(keys, all), formatBytes(bytes), vscode.l10n.t('{0} keys/s', formatCount(Math.round(rate)))];
  if (all !== undefined && rate > 0) parts.push(vscode.l10n.t('{0} s left', formatCount(Math.ceil(Math.max(0, all - keys) / rate))));
  return parts.join(', ');
}

function countText(keys: number, all: number | undefined): string {
  return all === undefined ? keyCount(keys) : vscode.l10n.t('{0} of {1} keys', formatCount(keys), formatCount(all));
}

async function offer({ reports, baselines }: Services, title: string, request: CloneRequest, report: CloneReport): Promise<void> {
  const show = vscode.l10n.t('Show Report');
  const baseline = vscode.l10n.t('Set Baseline');
  const message = plainText(vscode.l10n.t('Clone to {0}: {1}', targetText(request), summaryText(report)));
  const tell = isFine(report) ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  const { source, target, scope, rewrite } = request;
  // Only what holds all keys of a place has that for its original.
  const isWhole = request.names === undefined && request.more === undefined && scope.types === undefined && scope.only === undefined;
  const chosen = await tell(message, show, ...(isWhole ? [baseline] : []));
  if (chosen === show) await reports.show(vscode.l10n.t('Report of a clone'), reportText(title, request, report));
  if (chosen !== baseline) return;
  const prefix = rewrite?.from ?? literalPrefix(scope.pattern ?? Buffer.alloc(0));
  const set = await baselines.set(sourceOfDatabase(target, rewrite?.to ?? prefix), sourceOfDatabase(source, prefix));
  // They were compared just now.
  if (isPerfect(report) && report.skipped === 0) baselines.found(set, { compared: report.copied, differences: [] });
}
