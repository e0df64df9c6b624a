import * as vscode from 'vscode';

/** What a step of a dialogue came to: an answer, a step back, or the end of it all. */
export type StepResult<T> = { readonly kind: 'answer'; readonly value: T } | { readonly kind: 'back' } | { readonly kind: 'dismissed' };

interface StepFrame {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
}

/** An input box with a Back button, validated while typing. */
export function askText(
  frame: StepFrame,
  options: {
    readonly prompt: string;
    readonly value?: string;
    readonly placeholder?: string;
    readonly password?: boolean;
    readonly validate?: (value: string) => string | undefined;
  },
): Promise<StepResult<string>> {
  const input = vscode.window.createInputBox();
  Object.assign(input, frame, { prompt: options.prompt, value: options.value ?? '', placeholder: options.placeholder, password: options.password ?? false, ignoreFocusOut: true });
  input.buttons = frame.step > 1 ? [vscode.QuickInputButtons.Back] : [];
  return run(input, (finish) => {
    input.onDidChangeValue((value) => {
      input.validationMessage = options.validate?.(value);
    });
    input.onDidAccept(() => {
      const problem = options.validate?.(input.value);
      input.validationMessage = problem;
      if (problem === undefined) finish({ kind: 'answer', value: input.value });
    });
    input.onDidTriggerButton(() => finish({ kind: 'back' }));
  });
}

/** A pick with a Back button. */
export function askPick<T extends vscode.QuickPickItem>(
  frame: StepFrame,
  options: { readonly placeholder: string; readonly items: readonly T[]; readonly active?: T | undefined },
): Promise<StepResult<T>> {
  const pick = vscode.window.createQuickPick<T>();
  Object.assign(pick, frame, { placeholder: options.placeholder, ignoreFocusOut: true });
  pick.items = options.items;
  if (options.active !== undefined) pick.activeItems = [options.active];
  pick.buttons = frame.step > 1 ? [vscode.QuickInputButtons.Back] : [];
  return run(pick, (finish) => {
    pick.onDidAccept(() => {
      const chosen = pick.activeItems[0];
      if (chosen !== undefined) finish({ kind: 'answer', value: chosen });
    });
    pick.onDidTriggerButton(() => finish({ kind: 'back' }));
  });
}

function run<T>(input: vscode.QuickInput, wire: (finish: (result: StepResult<T>) => void) => void): Promise<StepResult<T>> {
  return new Promise((resolve) => {
    const finish = (result: StepResult<T>): void => {
      resolve(result);
      input.dispose();
    };
    input.onDidHide(() => finish({ kind: 'dismissed' }));
    wire(finish);
    input.show();
  });
}

/** One question of a dialogue: reads and completes the draft; undefined means it does not apply. */
export type Step<Draft> = (draft: Draft, frame: StepFrame) => Promise<StepResult<Draft>> | undefined;

/** Runs the questions in order, back and forth. Resolves with the completed draft, or undefined if dismissed. */
export async function runSteps<Draft>(title: string, first: Draft, steps: readonly Step<Draft>[]): Promise<Draft | undefined> {
  const drafts: Draft[] = [first];
  const asked: number[] = [];
  let at = 0;
  while (at < steps.length) {
    const draft = drafts[drafts.length - 1] ?? first;
    const question = steps[at]?.(draft, { title, step: asked.length + 1, totalSteps: steps.length });
    if (question === undefined) {
      at++;
      continue;
    }
    const result = await question;
    if (result.kind === 'dismissed') return undefined;
    if (result.kind === 'answer') {
      drafts.push(result.value);
      asked.push(at++);
    } else if (asked.length > 0) {
      drafts.pop();
      at = asked.pop() ?? 0;
    }
  }
  return drafts[drafts.length - 1];
}

/** Maps the answer of a step. */
export async function mapAnswer<A, B>(result: Promise<StepResult<A>>, map: (value: A) => B): Promise<StepResult<B>> {
  const settled = await result;
  return settled.kind === 'answer' ? { kind: 'answer', value: map(settled.value) } : settled;
}
