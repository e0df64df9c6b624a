import * as vscode from 'vscode';
import type { CloneRequest } from '../../core/transfer/clone.ts';
import { formatCount } from '../explorer/labels.ts';
import { askPick, type StepFrame, type StepResult } from '../platform/steps.ts';

/** How a clone is made, beyond what has to be asked. */
export interface CloneOptions extends Pick<CloneRequest, 'engine' | 'rate'> {
  /** As SCAN … TYPE calls them; absent: all. */
  readonly types?: readonly string[] | undefined;
}

type Item = vscode.QuickPickItem & { readonly option: 'go' | 'types' | 'engine' | 'rate' };

const allTypes = ['string', 'hash', 'list', 'set', 'zset', 'stream'] as const;

/** Asks until it is to go on: the first choice goes on, the others change an option. @param scanned types can be chosen */
export async function askCloneOptions(frame: StepFrame, options: CloneOptions, scanned: boolean): Promise<StepResult<CloneOptions>> {
  const answer = await askPick(frame, { placeholder: vscode.l10n.t('Nothing is written before you have seen the plan.'), items: items(options, scanned) });
  if (answer.kind !== 'answer') return answer;
  switch (answer.value.option) {
    case 'go': return { kind: 'answer', value: options };
    case 'types': return askCloneOptions(frame, await askTypes(frame, options), scanned);
    case 'engine': return askCloneOptions(frame, await askEngine(frame, options), scanned);
    case 'rate': return askCloneOptions(frame, await askRate(frame, options), scanned);
  }
}

function items({ types, engine, rate }: CloneOptions, scanned: boolean): readonly Item[] {
  const perSecond = rate?.keysPerSecond;
  return [
    { option: 'go', label: vscode.l10n.t('Show the Plan'), iconPath: new vscode.ThemeIcon('arrow-right'), detail: vscode.l10n.t('Both sides are looked at, then you are asked, or keep the plan as a dry run.') },
    ...(scanned ? [{ option: 'types' as const, label: vscode.l10n.t('Types…'), iconPath: new vscode.ThemeIcon('symbol-class'), description: types === undefined ? vscode.l10n.t('All') : types.join(', ') }] : []),
    { option: 'engine', label: vscode.l10n.t('Engine…'), iconPath: new vscode.ThemeIcon('gear'), description: engineName(engine ?? 'auto') },
    { option: 'rate', label: vscode.l10n.t('Rate…'), iconPath: new vscode.ThemeIcon('dashboard'), description: perSecond === undefined ? vscode.l10n.t('As fast as it goes') : vscode.l10n.t('{0} keys/s', formatCount(perSecond)) },
  ];
}

function engineName(engine: NonNullable<CloneOptions['engine']>): string {
  switch (engine) {
    case 'auto': return vscode.l10n.t('The fastest that works');
    case 'copy': return 'COPY';
    case 'dump': return 'DUMP, RESTORE';
    case 'commands': return vscode.l10n.t('Commands');
  }
}

async function askTypes({ title }: StepFrame, options: CloneOptions): Promise<CloneOptions> {
  const chosen = await vscode.window.showQuickPick(
    allTypes.map((label) => ({ label, picked: options.types?.includes(label) ?? true })),
    { title, placeHolder: vscode.l10n.t('Keys of which types?'), canPickMany: true, ignoreFocusOut: true },
  );
  if (chosen === undefined || chosen.length === 0) return options;
  // All of those we know is not all: modules have types of their own.
  return { ...options, types: chosen.length === allTypes.length ? undefined : chosen.map(({ label }) => label) };
}

async function askEngine({ title }: StepFrame, options: CloneOptions): Promise<CloneOptions> {
  const details = {
    auto: vscode.l10n.t('COPY within one server where it has that, else DUMP and RESTORE.'),
    copy: vscode.l10n.t('Within one server: no value leaves it. Redis 6.2 and newer.'),
    dump: vscode.l10n.t('Payloads from server to server; what the target refuses is written in another form.'),
    commands: vscode.l10n.t('SET, RPUSH, HSET and so on: works anywhere, and is slow.'),
  };
  const chosen = await vscode.window.showQuickPick(
    (['auto', 'copy', 'dump', 'commands'] as const).map((engine) => ({ engine, label: engineName(engine), detail: details[engine] })),
    { title, placeHolder: vscode.l10n.t('How do keys get to the target?'), ignoreFocusOut: true },
  );
  return chosen === undefined ? options : { ...options, engine: chosen.engine };
}

async function askRate({ title }: StepFrame, { rate, ...options }: CloneOptions): Promise<CloneOptions> {
  const text = await vscode.window.showInputBox({
    title, ignoreFocusOut: true, value: rate?.keysPerSecond === undefined ? '' : String(rate.keysPerSecond),
    prompt: vscode.l10n.t('Keys per second at most; empty: as fast as it goes'),
    validateInput: (value) => (/^\s*(?:[1-9]\d{0,8})?\s*$/.test(value) ? undefined : vscode.l10n.t('Enter a whole number above 0, or nothing.')),
  });
  if (text === undefined) return rate === undefined ? options : { ...options, rate };
  return text.trim() === '' ? options : { ...options, rate: { keysPerSecond: Number(text) } };
}
