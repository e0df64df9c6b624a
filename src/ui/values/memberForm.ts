import * as vscode from 'vscode';
import type { KeyType } from '../../core/keyspace/keyspace.ts';
import { askPick, askText, mapAnswer, runSteps, type Step } from '../platform/steps.ts';
import { bytesStep } from './textInput.ts';

/** A member being entered: field and value, member and score, or just the one. */
export interface MemberDraft {
  readonly type: KeyType;
  /** Field, member, item or string value. */
  readonly first: Buffer;
  /** Value, or score as text. */
  readonly second: Buffer;
  /** Lists: push at the head. */
  readonly atStart: boolean;
}

/** A draft with nothing in it yet. */
export const emptyMember = (type: KeyType): MemberDraft => ({ type, first: Buffer.alloc(0), second: Buffer.alloc(0), atStart: false });

/** Asks for a member of a collection of `type`. Resolves undefined if dismissed. */
export function askMember(title: string, type: KeyType): Promise<MemberDraft | undefined> {
  return runSteps(title, emptyMember(type), [...memberSteps, endStep]);
}

/** Scores stay text: Redis reads them, we never re-format them. */
export function scoreProblem(text: string): string | undefined {
  const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) || /^[+-]?inf(inity)?$/i.test(text);
  return number ? undefined : vscode.l10n.t('A score is a number such as 3, -1.5, 1e6, inf or -inf.');
}

/** What the first and second question ask for, by type. */
function firstPrompt(type: KeyType): string {
  switch (type) {
    case 'hash':
    case 'stream':
      return vscode.l10n.t('Field');
    case 'list':
      return vscode.l10n.t('Item');
    case 'string':
      return vscode.l10n.t('Value');
    default:
      return vscode.l10n.t('Member');
  }
}

/** The questions for the first member, also of a key being made. */
export const memberSteps: readonly Step<MemberDraft>[] = [
  { ask: (draft, frame) => bytesStep(frame, firstPrompt(draft.type), draft.first, (first) => ({ ...draft, first })) },
  {
    applies: ({ type }) => type === 'hash' || type === 'stream',
    ask: (draft, frame) => bytesStep(frame, vscode.l10n.t('Value'), draft.second, (second) => ({ ...draft, second })),
  },
  {
    applies: ({ type }) => type === 'zset',
    ask: (draft, frame) =>
      mapAnswer(askText(frame, { prompt: vscode.l10n.t('Score'), value: draft.second.toString(), validate: scoreProblem }), (score) => ({ ...draft, second: Buffer.from(score) })),
  },
];

const endStep: Step<MemberDraft> = {
  applies: ({ type }) => type === 'list',
  ask(draft, frame) {
    const items = [{ label: vscode.l10n.t('At the end'), atStart: false }, { label: vscode.l10n.t('At the start'), atStart: true }];
    return mapAnswer(askPick(frame, { placeholder: vscode.l10n.t('Where?'), items }), ({ atStart }) => ({ ...draft, atStart }));
  },
};
