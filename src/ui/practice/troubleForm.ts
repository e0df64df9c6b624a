import * as vscode from 'vscode';
import { noTrouble, type Trouble } from '../../server/trouble.ts';
import { formatCount } from '../explorer/labels.ts';
import type { Services } from '../services.ts';
import type { PracticeFacts } from './practice.ts';

/** Ms that a command may be made to wait. */
const delays = [10, 100, 1000];

/** Asks what is to go wrong; what is chosen again is switched off. */
export async function askTrouble({ practice }: Services, { profile, trouble }: PracticeFacts): Promise<void> {
  const chosen = await vscode.window.showQuickPick(troublePicks(trouble), {
    title: vscode.l10n.t('Slow Motion and Faults of “{0}”', profile.name), placeHolder: vscode.l10n.t('What is to be switched on, or off?'), matchOnDetail: true,
  });
  if (chosen !== undefined) await practice.setTrouble(profile.id, chosen.next);
}

function troublePicks(now: Trouble): (vscode.QuickPickItem & { readonly next: Trouble })[] {
  const item = (on: boolean, label: string, detail: string, next: Trouble): vscode.QuickPickItem & { readonly next: Trouble } =>
    ({ label, detail, next, iconPath: new vscode.ThemeIcon(on ? 'pass-filled' : 'circle-large-outline'), ...(on ? { description: vscode.l10n.t('on') } : {}) });
  const isOff = now.delay === 0 && now.links === 'kept' && !now.memoryFull;
  return [
    ...delays.map((delay) => item(now.delay === delay, vscode.l10n.t('Slow Motion: {0} ms', formatCount(delay)), vscode.l10n.t('Every command waits so long before it runs.'), { ...now, delay: now.delay === delay ? 0 : delay })),
    item(now.links === 'next', vscode.l10n.t('Cut the Next Link'), vscode.l10n.t('Whoever sends the next command loses the connection, once; the command is not run.'), { ...now, links: now.links === 'next' ? 'kept' : 'next' }),
    item(now.links === 'all', vscode.l10n.t('Cut All Links'), vscode.l10n.t('All connections are lost now, and at every command until this is switched off.'), { ...now, links: now.links === 'all' ? 'kept' : 'all' }),
    item(now.memoryFull, vscode.l10n.t('Memory Is Full'), vscode.l10n.t('maxmemory is what is used now: what needs more is refused (OOM).'), { ...now, memoryFull: !now.memoryFull }),
    ...(isOff ? [] : [{ label: vscode.l10n.t('Switch All Off'), iconPath: new vscode.ThemeIcon('circle-slash'), next: noTrouble }]),
  ];
}
