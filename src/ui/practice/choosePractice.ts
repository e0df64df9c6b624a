import * as vscode from 'vscode';
import { Failure } from '../../core/failure.ts';
import type { Node } from '../explorer/nodes.ts';
import type { Services } from '../services.ts';
import type { PracticeFacts } from './practice.ts';
import { practiceNotes } from './practiceText.ts';

/**
 * The practice server that a row belongs to, or the only one for which `fits` holds, or that the user chooses of several; undefined if
 * dismissed. Throws Failure with `none` if there is none.
 */
export async function choosePractice({ practice }: Services, row: Node | undefined, options: {
  readonly title: string;
  readonly none: string;
  readonly fits?: (facts: PracticeFacts) => boolean;
}): Promise<PracticeFacts | undefined> {
  const fitting = [practice.profile, ...practice.list()].map(({ id }) => practice.of(id)).filter((facts) => facts !== undefined).filter(options.fits ?? (() => true));
  for (let at = row; at !== undefined; at = at.parent) {
    const id = at.kind === 'connection' ? at.profile.id : undefined;
    const found = fitting.find(({ profile }) => profile.id === id);
    if (found !== undefined) return found;
  }
  if (fitting.length <= 1) {
    const [only] = fitting;
    if (only === undefined) throw new Failure('bad-input', options.none);
    return only;
  }
  const items = fitting.map((facts) => ({ label: facts.profile.name, description: practiceNotes(facts).join(' · '), facts }));
  return (await vscode.window.showQuickPick(items, { title: options.title, placeHolder: vscode.l10n.t('Which practice server?') }))?.facts;
}
