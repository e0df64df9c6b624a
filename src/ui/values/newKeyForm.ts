import * as vscode from 'vscode';
import { parseName } from '../../core/keyspace/display.ts';
import type { InitialValue } from '../../core/value/edit.ts';
import { collectionTypes } from '../explorer/nodes.ts';
import { messageOf } from '../platform/errors.ts';
import { askPick, askText, mapAnswer, runSteps, type Step } from '../platform/steps.ts';
import { emptyMember, type MemberDraft, memberSteps } from './memberForm.ts';

interface NewKeyDraft extends MemberDraft {
  readonly name: string;
}

/**
 * Asks for a name (starting from `prefix`, escaped), a type and a first value. `isTaken` is asked before the rest, so that nothing is
 * entered in vain. Resolves undefined if dismissed.
 */
export async function askNewKey(title: string, prefix: string, isTaken: (name: Buffer) => Promise<boolean>): Promise<{ readonly name: Buffer; readonly initial: InitialValue } | undefined> {
  const draft = await runSteps<NewKeyDraft>(title, { ...emptyMember('string'), name: prefix }, [nameStep(isTaken), typeStep, ...memberSteps.map(asNewKeyStep)]);
  return draft === undefined ? undefined : { name: parseName(draft.name), initial: initialValue(draft) };
}

const nameStep = (isTaken: (name: Buffer) => Promise<boolean>): Step<NewKeyDraft> => ({
  ask: (draft, frame) =>
    mapAnswer(
      askText(frame, {
        prompt: vscode.l10n.t('The name of the key. Bytes may be written as \\xNN, a backslash as \\\\.'),
        value: draft.name,
        validate: nameProblem,
        check: async (text) => ((await isTaken(parseName(text))) ? vscode.l10n.t('A key of that name exists already. Choose another name.') : undefined),
      }),
      (name) => ({ ...draft, name }),
    ),
});

const typeStep: Step<NewKeyDraft> = {
  decides: true,
  ask(draft, frame) {
    const items = ['string', ...collectionTypes].map((type) => ({ label: type, type }));
    return mapAnswer(askPick(frame, { placeholder: vscode.l10n.t('Type'), items, active: items.find((item) => item.type === draft.type) }), ({ type }) => ({ ...draft, type }));
  },
};

const asNewKeyStep = ({ applies, ask }: Step<MemberDraft>): Step<NewKeyDraft> => ({
  ...(applies === undefined ? {} : { applies }),
  ask: (draft, frame) => mapAnswer(ask(draft, frame), (member) => ({ ...draft, ...member })),
});

function nameProblem(text: string): string | undefined {
  try {
    return parseName(text).length === 0 ? vscode.l10n.t('Enter a name.') : undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function initialValue({ type, first, second }: NewKeyDraft): InitialValue {
  switch (type) {
    case 'hash':
      return { type: 'hash', field: first, value: second };
    case 'list':
      return { type: 'list', item: first };
    case 'set':
      return { type: 'set', member: first };
    case 'zset':
      return { type: 'zset', member: first, score: second.toString() };
    case 'stream':
      return { type: 'stream', fields: [[first, second]] };
    default:
      return { type: 'string', value: first };
  }
}
