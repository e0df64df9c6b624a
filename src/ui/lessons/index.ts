import * as vscode from 'vscode';
import { Failure } from '../../core/failure.ts';
import { nextLesson, stepsDone } from '../../core/lessons/progress.ts';
import { registerCommand } from '../platform/commands.ts';
import { notebookIds, type LessonRow } from '../platform/contributions.ts';
import { createDisposables } from '../platform/disposables.ts';
import type { Services } from '../services.ts';
import { lessonOf, readLibrary, type Told } from './library.ts';
import { createPages, lessonIdOf, openPage, placeOf } from './pages.ts';
import { createProgressStore } from './progressStore.ts';
import { createTeacher } from './teacher.ts';
import { createLessonsView } from './view.ts';

/** Registers lessons: their view, their pages, and what runs and checks them. */
export function register(services: Services): vscode.Disposable {
  const { context, lessonServers, explorer, walkthrough } = services;
  let reading: Promise<readonly Told[]> | undefined;
  const library = (): Promise<readonly Told[]> => reading ??= readLibrary(context.extensionUri);
  const progress = createProgressStore(context);
  const pages = createPages(context, library);
  const teacher = createTeacher(services, library, progress);

  const open = async (told: Told, step?: string): Promise<void> => {
    const notebook = await vscode.workspace.openNotebookDocument(pages.uri(told));
    const at = notebook.getCells().findIndex(({ metadata }) => metadata['step'] === step);
    const range = new vscode.NotebookRange(Math.max(0, at), Math.max(0, at) + 1);
    const editor = await vscode.window.showNotebookDocument(notebook, { preview: false, selections: [range] });
    editor.revealRange(range, vscode.NotebookEditorRevealType.AtTop);
  };
  const choose = async (): Promise<Told | undefined> => {
    const items = (await library()).map((told) => ({
      label: told.prose.title,
      description: vscode.l10n.t('{0} of {1} steps', stepsDone(progress.current(), told.lesson).length, told.prose.steps.length),
      told,
    }));
    return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Open Lesson'), placeHolder: vscode.l10n.t('Which lesson?') }))?.told;
  };
  /** The lesson in front. */
  const active = (): vscode.NotebookEditor => {
    const editor = vscode.window.activeNotebookEditor;
    if (editor?.notebook.notebookType !== notebookIds.lesson) throw new Failure('bad-input', vscode.l10n.t('Open a lesson first.'));
    return editor;
  };

  const tellOfProgress = (): void => {
    if (Object.values(progress.current()).some((steps) => steps.length > 0)) walkthrough.did('lesson');
  };
  tellOfProgress();

  return createDisposables(
    progress.onDidChange(tellOfProgress),
    progress, pages, teacher, createLessonsView(library, progress),
    lessonServers.onDidChange(() => {
      explorer.changed(undefined);
      explorer.filtersChanged();
    }),
    registerCommand('keyspace.openLesson', async (row) => {
      const told = row?.lesson === undefined ? await choose() : lessonOf(await library(), row.lesson);
      if (told !== undefined) await open(told, row?.step);
    }),
    registerCommand('keyspace.checkStep', async (at) => {
      const notebook = isCell(at) ? openPage(at.lesson) : active().notebook;
      const cell = notebook?.cellAt(isCell(at) ? at.cell : active().selection.start);
      if (cell === undefined) return;
      const { step } = placeOf(cell);
      // Prose shows no output: what is missing stands below the last commands of its step.
      const commands = cell.notebook.getCells().findLast((one) => one.kind === vscode.NotebookCellKind.Code && placeOf(one).step === step);
      await teacher.check(cell.kind === vscode.NotebookCellKind.Code ? cell : commands ?? cell);
    }),
    registerCommand('keyspace.startFromLesson', async ({ lesson, step }) => teacher.start(lessonOf(await library(), lesson), step)),
    registerCommand('keyspace.resetLesson', async (row) => {
      const told = lessonOf(await library(), isRow(row) ? row.lesson : lessonIdOf(active().notebook));
      const reset = vscode.l10n.t('Reset');
      const chosen = await vscode.window.showWarningMessage(
        vscode.l10n.t('Reset the lesson “{0}”?', told.prose.title),
        { modal: true, detail: vscode.l10n.t('Its cells and its data are again as at the beginning, and none of its steps is done.') },
        reset,
      );
      if (chosen !== reset) return;
      await teacher.reset(told);
      const notebook = await vscode.workspace.openNotebookDocument(pages.uri(told));
      const edit = new vscode.WorkspaceEdit();
      edit.set(notebook.uri, [vscode.NotebookEdit.replaceCells(new vscode.NotebookRange(0, notebook.cellCount), pages.fresh(told))]);
      await vscode.workspace.applyEdit(edit);
      await notebook.save();
      explorer.changed(undefined);
    }),
    registerCommand('keyspace.nextLesson', async () => {
      const editor = vscode.window.activeNotebookEditor;
      const told = await library();
      const next = nextLesson(progress.current(), told.map(({ lesson }) => lesson), editor?.notebook.notebookType === notebookIds.lesson ? lessonIdOf(editor.notebook) : undefined);
      if (next === undefined) void vscode.window.showInformationMessage(vscode.l10n.t('All lessons are done.'));
      else await open(lessonOf(told, next.id));
    }),
  );
}

/** A toolbar gives a command something of its own instead of a row. */
function isRow(given: unknown): given is LessonRow {
  return typeof given === 'object' && given !== null && typeof (given as LessonRow).lesson === 'string';
}

function isCell(given: unknown): given is { readonly lesson: string; readonly cell: number } {
  return isRow(given) && typeof (given as { cell?: unknown }).cell === 'number';
}
