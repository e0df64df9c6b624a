import * as vscode from 'vscode';
import { askText, mapAnswer, runSteps } from '../platform/steps.ts';
import type { Services } from '../services.ts';
import type { PracticeFacts } from './practice.ts';
import { practiceAddress } from './practiceText.ts';

/** Ports that need no special right. */
const [lowest, highest] = [1024, 65_535];

interface Draft {
  readonly port?: number;
  readonly password?: string;
}

/** Asks for port and password, and lets programs of this machine join. */
export async function exposePractice({ practice }: Services, { profile, port: now }: PracticeFacts): Promise<void> {
  const before = await practice.password(profile.id);
  const draft = await runSteps<Draft>(vscode.l10n.t('Expose “{0}” on a Port', profile.name), {}, [
    {
      ask: (known, frame) => mapAnswer(askText(frame, {
        prompt: vscode.l10n.t('A port of 127.0.0.1; empty: one that is free'), value: now === undefined ? '' : now.toString(), placeholder: '6379', validate: portProblem,
      }), (text) => ({ ...known, port: Number(text.trim()) })),
    },
    {
      ask: (known, frame) => mapAnswer(askText(frame, {
        prompt: vscode.l10n.t('A password for those who join; empty: none. It is kept in the secret storage.'), value: before, password: true,
      }), (password) => ({ ...known, password })),
    },
  ]);
  if (draft?.port === undefined || draft.password === undefined) return;
  const port = await practice.expose(profile.id, draft.port, draft.password);
  const copy = vscode.l10n.t('Copy Address');
  const message = draft.password === ''
    ? vscode.l10n.t('Programs of this machine can join “{0}” at 127.0.0.1:{1}.', profile.name, port.toString())
    : vscode.l10n.t('Programs of this machine can join “{0}” at 127.0.0.1:{1}, with the password.', profile.name, port.toString());
  void vscode.window.showInformationMessage(message, copy).then((chosen) => (chosen === copy ? copyAddress(port) : undefined));
}

/** Puts the address on the clipboard; the password is not in it. */
export async function copyAddress(port: number): Promise<void> {
  await vscode.env.clipboard.writeText(practiceAddress(port));
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied: {0}', practiceAddress(port)), 4000);
}

function portProblem(text: string): string | undefined {
  const port = Number(text.trim());
  return text.trim() === '' || (Number.isInteger(port) && port >= lowest && port <= highest)
    ? undefined
    : vscode.l10n.t('Enter a number from {0} to {1}, or nothing.', lowest.toString(), highest.toString());
}
