import * as vscode from 'vscode';
import type { SampleName } from '../../server/samples/index.ts';
import type { Trouble } from '../../server/trouble.ts';
import { builtInPractice, type RowAbility } from '../platform/contributions.ts';
import type { PracticeFacts } from './practice.ts';

/** What a sample data set is, for a person to choose. */
export interface SampleText {
  readonly label: string;
  readonly detail: string;
}

/** Every sample with one line about it. */
export function sampleTexts(): Readonly<Record<SampleName, SampleText>> {
  return {
    shop: { label: vscode.l10n.t('Shop'), detail: vscode.l10n.t('Nearly 6,000 keys: customers, orders, carts, every type, names that are awkward to show.') },
    sessions: { label: vscode.l10n.t('Sessions'), detail: vscode.l10n.t('6,000 keys that expire: within minutes, within hours, within a month.') },
    leaderboard: { label: vscode.l10n.t('Leaderboard'), detail: vscode.l10n.t('Sorted sets of a game: 50,000 players, by country and by day, with ties.') },
    events: { label: vscode.l10n.t('Event Stream'), detail: vscode.l10n.t('Streams with consumer groups: one is behind, one has old pending entries.') },
    million: { label: vscode.l10n.t('A Million Keys'), detail: vscode.l10n.t('In four levels of namespaces. Takes some seconds, and 200 MB of memory.') },
    empty: { label: vscode.l10n.t('Empty'), detail: vscode.l10n.t('No keys.') },
  };
}

/** Where others can join, as it is copied. */
export function practiceAddress(port: number): string {
  return `redis://127.0.0.1:${port.toString()}`;
}

/** What a row says of the state of a practice server: first what nobody may forget, as the end is cut off where the view is narrow. */
export function practiceNotes(facts: PracticeFacts): string[] {
  const { profile, kept, stopped, port, trouble, unsaved } = facts;
  return [
    ...(stopped ? [vscode.l10n.t('stopped')] : []),
    ...(unsaved === undefined ? [] : [vscode.l10n.t('not saved')]),
    ...troubleNotes(trouble),
    ...(port === undefined ? [] : [`127.0.0.1:${port.toString()}`]),
    kept ? vscode.l10n.t('kept in a file') : profile.id === builtInPractice ? vscode.l10n.t('no server needed') : vscode.l10n.t('in memory only'),
  ];
}

/** What is made to go wrong, in few words; empty for nothing. */
export function troubleNotes({ delay, links, memoryFull }: Trouble): string[] {
  return [
    ...(delay > 0 ? [vscode.l10n.t('{0} ms a command', delay)] : []),
    ...(links === 'next' ? [vscode.l10n.t('next link is cut')] : links === 'all' ? [vscode.l10n.t('links are cut')] : []),
    ...(memoryFull ? [vscode.l10n.t('memory is full')] : []),
  ];
}

/** Lines for the tooltip. */
export function practiceLines({ sample, kept, stopped, port, trouble, unsaved }: PracticeFacts): string[] {
  const lines = [vscode.l10n.t('Sample data: {0}', sampleTexts()[sample].label)];
  if (kept) lines.push(vscode.l10n.t('Its data are kept in a file, and are there again when the window is.'));
  if (stopped) lines.push(vscode.l10n.t('It is stopped.'));
  if (port !== undefined) lines.push(vscode.l10n.t('Programs of this machine can join: {0}', practiceAddress(port)));
  const notes = troubleNotes(trouble);
  if (notes.length > 0) lines.push(vscode.l10n.t('On purpose: {0}', notes.join(', ')));
  if (unsaved !== undefined) lines.push(vscode.l10n.t('The last save failed: {0}', unsaved));
  return lines;
}

/** What a row offers because of it. */
export function practiceAbilities({ profile, stopped, port, trouble }: PracticeFacts): RowAbility[] {
  return [
    profile.id === builtInPractice ? 'practice' : 'opened',
    ...(stopped ? ['stopped' as const] : []),
    ...(port === undefined ? [] : ['exposed' as const]),
    ...(troubleNotes(trouble).length === 0 ? [] : ['troubled' as const]),
  ];
}
