import * as vscode from 'vscode';
import { isDone, stepsDone, type Progress } from '../../core/lessons/progress.ts';
import { commandOf } from '../platform/commands.ts';
import { viewIds, type LessonRow } from '../platform/contributions.ts';
import { createDisposables } from '../platform/disposables.ts';
import { lessonOf, type Told } from './library.ts';
import type { ProgressStore } from './progressStore.ts';

/** The Lessons view: lessons with how far one is, and their steps. */
export function createLessonsView(library: () => Promise<readonly Told[]>, progress: ProgressStore): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  const rows = new Map<string, LessonRow>();
  /** The same id is always the same object: VS Code finds rows by that. */
  const rowOf = (lesson: string, step?: string): LessonRow => {
    const id = `${lesson}/${step ?? ''}`;
    const row = rows.get(id) ?? { lesson, ...(step === undefined ? {} : { step }) };
    rows.set(id, row);
    return row;
  };
  const tree = vscode.window.createTreeView<LessonRow>(viewIds.lessons, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      async getChildren(row) {
        const told = await library();
        if (row === undefined) return told.map(({ lesson }) => rowOf(lesson.id));
        return row.step === undefined ? lessonOf(told, row.lesson).prose.steps.map(({ id }) => rowOf(row.lesson, id)) : [];
      },
      getParent: ({ lesson, step }) => (step === undefined ? undefined : rowOf(lesson)),
      getTreeItem: async (row) => present(lessonOf(await library(), row.lesson), row, progress.current()),
    },
  });
  return createDisposables(changed, tree, progress.onDidChange(() => changed.fire(undefined)));
}

function present({ lesson, prose }: Told, row: LessonRow, progress: Progress): vscode.TreeItem {
  const done = stepsDone(progress, lesson);
  const step = row.step === undefined ? undefined : prose.steps.find(({ id }) => id === row.step);
  const item = new vscode.TreeItem(step?.title ?? prose.title, step === undefined ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None);
  item.id = `${row.lesson}/${row.step ?? ''}`;
  item.contextValue = step === undefined ? 'lesson' : 'step';
  item.command = commandOf('keyspace.openLesson', vscode.l10n.t('Open Lesson'), row);
  const finished = step === undefined ? isDone(progress, lesson) : done.includes(step.id);
  item.iconPath = finished
    ? new vscode.ThemeIcon('pass-filled', new vscode.ThemeColor('testing.iconPassed'))
    : new vscode.ThemeIcon(step === undefined ? 'book' : 'circle-large-outline');
  if (step === undefined) item.description = `${String(done.length)}/${String(prose.steps.length)}`;
  item.accessibilityInformation = {
    label: step === undefined
      ? vscode.l10n.t('Lesson {0}, {1} of {2} steps done', prose.title, done.length, prose.steps.length)
      : finished ? vscode.l10n.t('Step {0}, done', step.title) : vscode.l10n.t('Step {0}, not done', step.title),
  };
  return item;
}
