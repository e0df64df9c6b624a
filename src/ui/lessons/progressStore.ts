import * as vscode from 'vscode';
import { withStep, withoutLesson, type Progress } from '../../core/lessons/progress.ts';

/** What was done, in all windows and for good. */
export interface ProgressStore extends vscode.Disposable {
  readonly current: () => Progress;
  done(lesson: string, step: string): Promise<void>;
  forget(lesson: string): Promise<void>;
  readonly onDidChange: vscode.Event<void>;
}

const key = 'keyspace.lessons.progress';

export function createProgressStore({ globalState }: vscode.ExtensionContext): ProgressStore {
  const changed = new vscode.EventEmitter<void>();
  const current = (): Progress => globalState.get<Progress>(key, {});
  const change = async (next: Progress): Promise<void> => {
    if (next === current()) return;
    await globalState.update(key, next);
    changed.fire();
  };
  return {
    current,
    done: (lesson, step) => change(withStep(current(), lesson, step)),
    forget: (lesson) => change(withoutLesson(current(), lesson)),
    onDidChange: changed.event,
    dispose: () => changed.dispose(),
  };
}
