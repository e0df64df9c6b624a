import * as vscode from 'vscode';
import type { Access, ConnectionProfile, TlsOptions } from '../../core/connection/profile.ts';
import { formatRedisUrl, looksLikeRedisUrl, parseRedisUrl, type ParsedUrl } from '../../core/connection/url.ts';
import { messageOf } from '../platform/errors.ts';
import { askPick, askText, mapAnswer, runSteps, type Step, type StepFrame, type StepResult } from '../platform/steps.ts';

/** What the dialogue fills in. The password stays out of the profile. */
export interface ConnectionDraft {
  readonly url: ParsedUrl | undefined;
  readonly tls: TlsOptions;
  /** Undefined: leave the stored one as it is. */
  readonly password: string | undefined;
  readonly name: string;
  readonly access: Access;
}

const noTls: TlsOptions = { verify: true };

/** Asks for a connection step by step; `known` fills in what is known, saved or just entered. Resolves undefined if dismissed. */
export async function askConnection(title: string, known: ConnectionProfile | undefined): Promise<ConnectionDraft | undefined> {
  const first: ConnectionDraft = {
    url: undefined,
    tls: known?.endpoint.kind === 'tcp' ? known.endpoint.tls ?? noTls : noTls,
    password: undefined,
    name: known?.name ?? '',
    access: known?.access ?? 'read-write',
  };
  return runSteps(title, first, [clipboardStep(known === undefined ? await clipboardUrl() : undefined), urlStep(known), tlsStep, passwordStep(known), nameStep, accessStep]);
}

/** A Redis URL on the clipboard is offered, never taken unasked. A browser asks before it lets us look, so there the URL's box has a button instead. */
async function clipboardUrl(): Promise<ParsedUrl | undefined> {
  if (vscode.env.uiKind === vscode.UIKind.Web) return undefined;
  const text = await readUrlFromClipboard();
  return text === undefined ? undefined : parseRedisUrl(text);
}

/** The clipboard's text if it is a Redis URL. */
async function readUrlFromClipboard(): Promise<string | undefined> {
  const text = (await vscode.env.clipboard.readText()).trim();
  return looksLikeRedisUrl(text) && urlProblem(text) === undefined ? text : undefined;
}

const clipboardStep = (clipboard: ParsedUrl | undefined): Step<ConnectionDraft> => ({
  applies: () => clipboard !== undefined,
  decides: true,
  async ask(draft, frame) {
    if (clipboard === undefined) return { kind: 'answer', value: draft };
    const use = { label: `$(clippy) ${vscode.l10n.t('Use the URL on the clipboard')}`, description: parsedLabel(clipboard), take: true };
    const type = { label: `$(edit) ${vscode.l10n.t('Enter a URL…')}`, take: false };
    return mapAnswer(askPick(frame, { placeholder: vscode.l10n.t('Where is the server?'), items: [use, type] }), ({ take }) => (take ? withUrl(draft, clipboard) : draft));
  },
});

const urlStep = (known: ConnectionProfile | undefined): Step<ConnectionDraft> => ({
  applies: (draft) => draft.url === undefined,
  decides: true,
  ask: (draft, frame) =>
    mapAnswer(
      askText(frame, {
        prompt: vscode.l10n.t('The server’s URL: redis://[user[:password]@]host[:port][/database], or rediss:// for TLS'),
        placeholder: 'redis://localhost:6379',
        value: known === undefined ? '' : formatRedisUrl(known),
        validate: urlProblem,
        button: { iconPath: new vscode.ThemeIcon('clippy'), tooltip: vscode.l10n.t('Use the URL on the clipboard'), answer: readUrlFromClipboard },
      }),
      (text) => withUrl(draft, parseRedisUrl(completeUrl(text))),
    ),
});

/** `host:port` is taken for what it means. */
function completeUrl(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' || trimmed.includes('://') ? trimmed : `redis://${trimmed}`;
}

function withUrl(draft: ConnectionDraft, url: ParsedUrl): ConnectionDraft {
  return { ...draft, url, ...(url.password === undefined ? {} : { password: url.password }) };
}

/** Says what is wrong with a URL; never repeats the password. */
function urlProblem(text: string): string | undefined {
  try {
    parseRedisUrl(completeUrl(text));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

const parsedLabel = (url: ParsedUrl): string => (url.endpoint.kind === 'tcp' ? `${url.endpoint.host}:${url.endpoint.port}` : '');

function isTls(draft: ConnectionDraft): boolean {
  return draft.url?.endpoint.kind === 'tcp' && draft.url.endpoint.tls !== undefined;
}

const tlsStep: Step<ConnectionDraft> = { applies: isTls, ask: askTls };

async function askTls(draft: ConnectionDraft, frame: StepFrame): Promise<StepResult<ConnectionDraft>> {
  const items = [
    { label: vscode.l10n.t('Verify with the system’s certificate authorities'), choice: 'system' as const },
    { label: vscode.l10n.t('Verify with a CA file…'), description: draft.tls.caFile ?? '', choice: 'ca' as const },
    { label: vscode.l10n.t('Verify with a CA file and present a client certificate…'), description: draft.tls.certFile ?? '', choice: 'client' as const },
    { label: vscode.l10n.t('Do not verify'), description: vscode.l10n.t('anyone between you and the server can read and change everything'), choice: 'none' as const },
  ];
  const active = items.find((item) => item.choice === currentTls(draft.tls));
  const picked = await askPick(frame, { placeholder: vscode.l10n.t('How is the server’s certificate checked?'), items, active });
  if (picked.kind !== 'answer') return picked;
  const answer = (tls: TlsOptions): StepResult<ConnectionDraft> => ({ kind: 'answer', value: { ...draft, tls } });
  switch (picked.value.choice) {
    case 'system':
      return answer({ verify: true });
    case 'none':
      return answer({ verify: false });
    case 'ca': {
      const caFile = await chooseFile(vscode.l10n.t('CA File'));
      return caFile === undefined ? { kind: 'back' } : answer({ verify: true, caFile });
    }
    case 'client': {
      const caFile = await chooseFile(vscode.l10n.t('CA File'));
      const certFile = caFile === undefined ? undefined : await chooseFile(vscode.l10n.t('Client Certificate'));
      const keyFile = certFile === undefined ? undefined : await chooseFile(vscode.l10n.t('Client Key'));
      if (caFile === undefined || certFile === undefined || keyFile === undefined) return { kind: 'back' };
      return answer({ verify: true, caFile, certFile, keyFile });
    }
  }
}

function currentTls(tls: TlsOptions): 'system' | 'ca' | 'client' | 'none' {
  if (!tls.verify) return 'none';
  if (tls.certFile !== undefined) return 'client';
  return tls.caFile === undefined ? 'system' : 'ca';
}

async function chooseFile(title: string): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({ title, canSelectMany: false, openLabel: vscode.l10n.t('Use File') });
  return chosen?.[0]?.fsPath;
}

const passwordStep = (known: ConnectionProfile | undefined): Step<ConnectionDraft> => ({
  applies: (draft) => draft.url?.password === undefined,
  ask: (draft, frame) =>
    mapAnswer(
      askText(frame, {
        password: true,
        prompt: known === undefined
          ? vscode.l10n.t('Password (empty for none). It is kept in VS Code’s secret storage only.')
          : vscode.l10n.t('Password (empty leaves it as it is; a single - removes it)'),
      }),
      (password) => ({ ...draft, password: known === undefined ? password : password === '' ? undefined : password === '-' ? '' : password }),
    ),
});

const nameStep: Step<ConnectionDraft> = {
  ask: (draft, frame) =>
    mapAnswer(
      askText(frame, {
        prompt: vscode.l10n.t('A name for the tree'),
        value: draft.name !== '' ? draft.name : draft.url === undefined ? '' : parsedLabel(draft.url),
        validate: (value) => (value.trim() === '' ? vscode.l10n.t('A connection needs a name.') : undefined),
      }),
      (name) => ({ ...draft, name: name.trim() }),
    ),
};

const accessStep: Step<ConnectionDraft> = {
  ask(draft, frame) {
    const items: (vscode.QuickPickItem & { readonly access: Access })[] = [
      { label: vscode.l10n.t('Read and write'), access: 'read-write' },
      { label: vscode.l10n.t('Confirm writes'), description: vscode.l10n.t('every change is shown and confirmed first'), access: 'confirm-writes' },
      { label: vscode.l10n.t('Read-only'), description: vscode.l10n.t('commands that could change anything are refused before they are sent'), access: 'read-only' },
    ];
    const active = items.find((item) => item.access === draft.access);
    return mapAnswer(askPick(frame, { placeholder: vscode.l10n.t('What may be done over this connection?'), items, active }), ({ access }) => ({ ...draft, access }));
  },
};

/** The profile that a completed draft describes. */
export function profileOf(draft: ConnectionDraft & { readonly url: ParsedUrl }, id: string): ConnectionProfile {
  const { endpoint, username, database } = draft.url;
  return {
    id,
    name: draft.name,
    endpoint: endpoint.kind === 'tcp' && endpoint.tls !== undefined ? { ...endpoint, tls: draft.tls } : endpoint,
    access: draft.access,
    ...(username === undefined ? {} : { username }),
    ...(database === 0 ? {} : { database }),
  };
}
