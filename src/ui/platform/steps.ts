import * as vscode from 'vscode';

/** What a step of a dialogue came to: an answer, a step back, or the end of it all. */
export type StepResult<T> = { readonly kind: 'answer'; readonly value: T } | { readonly kind: 'back' } | { readonly kind: 'dismissed' };

/** Where a question stands in its dialogue. */
export interface StepFrame {
  readonly title: string;
  readonly step: number;
  /** Undefined as long as an answer decides what else is asked: a total that grows would be none. */
  readonly totalSteps: number | undefined;
}

/** A button in an input box that may give the answer itself. */
export interface AnswerButton extends vscode.QuickInputButton {
  /** The answer, or undefined to go on asking. */
  readonly answer: () => Promise<string | undefined>;
}

/** An input box with a Back button, validated while typing, and checked once more when it is accepted. */
export function askText(
  frame: StepFrame,
  options: {
    readonly prompt: string;
    readonly value?: string;
    readonly placeholder?: string;
    readonly password?: boolean;
    readonly validate?: (value: string) => string | undefined;
    /** A check that takes a while, such as asking the server; its complaint is shown and the box stays. */
    readonly check?: (value: string) => Promise<string | undefined>;
    readonly button?: AnswerButton;
  },
): Promise<StepResult<string>> {
  const input = vscode.window.createInputBox();
  Object.assign(input, frame, { prompt: options.prompt, value: options.value ?? '', placeholder: options.placeholder, password: options.password ?? false, ignoreFocusOut: true });
  input.buttons = [...(frame.step > 1 ? [vscode.QuickInputButtons.Back] : []), ...(options.button === undefined ? [] : [options.button])];
  return run(input, (finish) => {
    const accept = async (value: string): Promise<void> => {
      input.busy = true;
      const problem = options.validate?.(value) ?? (await options.check?.(value));
      input.busy = false;
      if (problem === undefined) finish({ kind: 'answer', value });
      else input.validationMessage = problem;
    };
    input.onDidChangeValue((value) => {
      input.validationMessage = options.validate?.(value);
    });
    input.onDidAccept(() => accept(input.value));
    input.onDidTriggerButton(async (button) => {
      if (button !== options.button) return finish({ kind: 'back' });
      const answer = await options.button?.answer();
      if (answer !== undefined) await accept(answer);
    });
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

/** One question of a dialogue: completes the draft. */
export interface Step<Draft> {
  /** False where what is known makes the question needless; absent: always asked. */
  readonly applies?: (draft: Draft) => boolean;
  /** True where the answer decides how many questions follow. */
  readonly decides?: true;
  readonly ask: (draft: Draft, frame: StepFrame) => Promise<StepResult<Draft>>;
}

/** Runs the questions in order, back and forth. Resolves with the completed draft, or undefined if dismissed. */
export async function runSteps<Draft>(title: string, first: Draft, steps: readonly Step<Draft>[]): Promise<Draft | undefined> {
  const drafts: Draft[] = [first];
  const asked: number[] = [];
  let at = 0;
  for (;;) {
    const draft = drafts[drafts.length - 1] ?? first;
    const left = steps.slice(at).filter((step) => step.applies?.(draft) !== false);
    const next = left[0];
    if (next === undefined) return draft;
    const result = await next.ask(draft, { title, step: asked.length + 1, totalSteps: left.some(({ decides }) => decides) ? undefined : asked.length + left.length });
    if (result.kind === 'dismissed') return undefined;
    if (result.kind === 'answer') {
      drafts.push(result.value);
      asked.push(steps.indexOf(next));
      at = steps.indexOf(next) + 1;
    } else if (asked.length > 0) {
      drafts.pop();
      at = asked.pop() ?? 0;
    }
  }
}

/** Maps the answer of a step. */
export async function mapAnswer<A, B>(result: Promise<StepResult<A>>, map: (value: A) => B): Promise<StepResult<B>> {
  const settled = await result;
  return settled.kind === 'answer' ? { kind: 'answer', value: map(settled.value) } : settled;
}
