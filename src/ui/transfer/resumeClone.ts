import { rm } from 'node:fs/promises';
import * as vscode from 'vscode';
import { displayShort } from '../../core/keyspace/display.ts';
import { readJournal } from '../../core/transfer/journal.ts';
import { restoreRequest, type SavedRequest } from '../../core/transfer/savedRequest.ts';
import { keyCount } from '../explorer/labels.ts';
import { showFailure } from '../platform/errors.ts';
import { plainText } from '../platform/plainText.ts';
import type { Services } from '../services.ts';
import { cloneAndTell } from './cloneDatabase.ts';
import type { Interrupted } from './clones.ts';

/** Asks which interrupted clone is meant, and whether to go on with it or to forget it. Throws Failure. */
export async function resumeClone(services: Services): Promise<void> {
  const all = await services.clones.interrupted();
  if (all.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No clone was interrupted.'));
    return;
  }
  const items = await Promise.all(all.map(async (one) => ({ label: savedText(one.request), detail: vscode.l10n.t('{0} copied', keyCount((await readJournal(one.path)).standings.copied())), one })));
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Resume Clone'), placeHolder: vscode.l10n.t('Which clone is to go on?'), ignoreFocusOut: true });
  if (picked === undefined) return;
  const { resume, discard } = choices();
  const detail = vscode.l10n.t('{0}. It goes on where it was: what was copied is not copied again, and both sides are compared at the end. Discard forgets how far it came; the keys stay at the target.', picked.detail);
  const chosen = await vscode.window.showInformationMessage(picked.label, { modal: true, detail }, resume, discard);
  await act(services, picked.one, chosen);
}

/** Ms after which a window that was just closed has surely ended its clones. */
const LATER = 20_000;

/** Tells of interrupted clones, of each once: those of before, and those of the window in whose place this one came. */
export function offerInterrupted(services: Services): vscode.Disposable {
  const offer = (): void => void offerResume(services).catch(showFailure);
  offer();
  const timer = setTimeout(offer, LATER);
  return { dispose: () => clearTimeout(timer) };
}

async function offerResume(services: Services): Promise<void> {
  const { resume, discard } = choices();
  for (const one of await services.clones.untold()) {
    const message = plainText(vscode.l10n.t('A clone was interrupted. {0}.', savedText(one.request)));
    void vscode.window.showInformationMessage(message, resume, discard).then((chosen) => act(services, one, chosen)).then(undefined, showFailure);
  }
}

const choices = (): { readonly resume: string; readonly discard: string } => ({ resume: vscode.l10n.t('Resume Clone'), discard: vscode.l10n.t('Discard') });

async function act(services: Services, one: Interrupted, chosen: string | undefined): Promise<void> {
  const { resume, discard } = choices();
  if (chosen === discard) await rm(one.path, { force: true });
  if (chosen !== resume) return;
  // Before it is taken: what cannot go on stays where it is.
  const request = restoreRequest(one.request, services.profile);
  await cloneAndTell(services, await services.clones.take(one), sourceText(one.request), { request, keys: undefined });
}

/** A clone in words, as a label: what was cloned, and where to. */
export function savedText(saved: SavedRequest): string {
  const { rewrite } = saved;
  return rewrite === undefined
    ? vscode.l10n.t('From {0} to {1}', sourceText(saved), endsText(saved, 'target'))
    : vscode.l10n.t('From {0} to {1}, names beginning with “{2}”', sourceText(saved), endsText(saved, 'target'), shown(rewrite.to));
}

/** What was cloned: a database, or the part of it. */
export function sourceText(saved: SavedRequest): string {
  const { pattern, names, only } = saved;
  const part = only !== undefined ? vscode.l10n.t('a selection') : names !== undefined ? keyCount(names.length) : pattern === undefined ? undefined : shown(pattern);
  const ends = endsText(saved, 'source');
  return part === undefined ? ends : vscode.l10n.t('{0} of {1}', part, ends);
}

const shown = (base64: string): string => displayShort(Buffer.from(base64, 'base64'), 60);

function endsText({ more, ...ends }: SavedRequest, side: 'source' | 'target'): string {
  const { name, database } = ends[side];
  return more === undefined ? endText(ends[side]) : vscode.l10n.t('databases {0} of “{1}”', [database, ...more.map((one) => one[side])].join(', '), name);
}

function endText({ name, database }: SavedRequest['source']): string {
  return vscode.l10n.t('database {0} of “{1}”', database, name);
}
