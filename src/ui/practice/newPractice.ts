import * as vscode from 'vscode';
import { sampleNames, type SampleName } from '../../server/samples/index.ts';
import { nodeId } from '../explorer/nodes.ts';
import { askText, askPick, mapAnswer, runSteps } from '../platform/steps.ts';
import type { Services } from '../services.ts';
import { sampleTexts } from './practiceText.ts';

interface Draft {
  readonly sample?: SampleName;
  readonly kept?: boolean;
  readonly name?: string;
}

/** The samples to choose from. */
export function samplePicks(): (vscode.QuickPickItem & { readonly sample: SampleName })[] {
  const texts = sampleTexts();
  return sampleNames.map((sample) => ({ ...texts[sample], sample }));
}

/** Asks what a new practice server is to be like, makes it and shows its row. */
export async function newPractice({ practice, explorer }: Services): Promise<void> {
  const draft = await runSteps<Draft>(vscode.l10n.t('New Practice Server'), {}, [
    { ask: (known, frame) => mapAnswer(askPick(frame, { placeholder: vscode.l10n.t('Which data?'), items: samplePicks() }), ({ sample }) => ({ ...known, sample })) },
    { ask: (known, frame) => mapAnswer(askPick(frame, { placeholder: vscode.l10n.t('What of its data when the window is closed?'), items: keepPicks() }), ({ kept }) => ({ ...known, kept })) },
    {
      ask: (known, frame) => mapAnswer(askText(frame, {
        prompt: vscode.l10n.t('A name for the tree'),
        value: sampleTexts()[known.sample ?? 'empty'].label,
        validate: (name) => (name.trim() === '' ? vscode.l10n.t('Enter a name.') : undefined),
      }), (name) => ({ ...known, name: name.trim() })),
    },
  ]);
  if (draft?.sample === undefined || draft.kept === undefined || draft.name === undefined) return;
  const profile = await practice.create({ name: draft.name, sample: draft.sample, kept: draft.kept });
  const row = (await explorer.children.of(undefined)).find(({ id }) => id === nodeId.connection(profile.id));
  if (row !== undefined) await explorer.tree.reveal(row, { expand: true, select: true, focus: true });
}

function keepPicks(): (vscode.QuickPickItem & { readonly kept: boolean })[] {
  return [
    { label: vscode.l10n.t('Begin Anew'), detail: vscode.l10n.t('The server is there again, with the sample data as they were.'), kept: false },
    { label: vscode.l10n.t('Keep Them in a File'), detail: vscode.l10n.t('Saved as a dump.rdb in the storage of the extension, as they change and at the end.'), kept: true },
  ];
}
