import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { Failure, isFailure } from '../../core/failure.ts';
import { splitScript } from '../../core/language/script.ts';
import type { Picture } from '../../core/lessons/onlooker.ts';
import type { Lesson, Verdict } from '../../core/lessons/lesson.ts';
import { createPlay, type Play } from '../../core/lessons/play.ts';
import { isDone } from '../../core/lessons/progress.ts';
import { hintMarkdown, type StepProse } from '../../core/lessons/prose.ts';
import { createFollower } from '../explorer/follower.ts';
import { refresh } from '../explorer/loading.ts';
import { nodeId } from '../explorer/nodes.ts';
import { languageId } from '../scripts/documents.ts';
import { createDisposables } from '../platform/disposables.ts';
import { commandOf } from '../platform/commands.ts';
import { notebookIds } from '../platform/contributions.ts';
import type { Services } from '../services.ts';
import { lessonOf, type Told } from './library.ts';
import { pictureHtml, pictureText } from './pictures/index.ts';
import { startCommand, commandLabel } from './lessonCommands.ts';
import { lessonIdOf, lessonIdOfUri, openLessons, placeOf } from './pages.ts';
import type { ProgressStore } from './progressStore.ts';

/** Runs the cells of lessons and says how a step is coming on. */
export interface Teacher extends vscode.Disposable {
  /** Checks the step of a cell, and says below the cell what came of it. */
  check(cell: vscode.NotebookCell): Promise<void>;
  /** Begins the command of the extension that a step is done with. Throws Failure. */
  start(told: Told, step: string): Promise<void>;
  /** Begins a lesson anew, on fresh servers. */
  reset(told: Told): Promise<void>;
}

const controllerId = 'keyspace-lesson-server';
/** Ms that the reply of a script that was killed has to arrive. */
const LAST_WORDS = 100;
/** Ms that a cell runs until the learner is told how to stop it: a loop that never ends is a mistake that lessons warn of. */
const LONG_RUN = 3000;
const verdictMark = { keyspace: 'verdict' };

/** Makes the notebook controller of lessons. Their servers are there as long as their pages are open. */
export function createTeacher(services: Services, library: () => Promise<readonly Told[]>, progress: ProgressStore): Teacher {
  const { context, clock, sessions, lessonServers, rdbFiles, explorer, model } = services;
  const plays = new Map<string, Play>();
  /** By notebook. */
  const running = new Map<string, { readonly abort: AbortController; readonly ended: Promise<void> }>();
  const checking = new Map<string, Promise<void>>();
  const follower = createFollower(services);
  const controller = vscode.notebooks.createNotebookController(controllerId, notebookIds.lesson, vscode.l10n.t('Practice Server of the Lesson'));
  controller.supportedLanguages = [languageId];
  controller.supportsExecutionOrder = false;

  const profilesOf = (lesson: Lesson): readonly ConnectionProfile[] => lesson.servers.map((server) => lessonServers.profile(lesson, server));
  /** What was unfolded before there was something in it. */
  const readAgain = ({ id }: ConnectionProfile): void => {
    const row = explorer.nodes.get(nodeId.connection(id));
    if (row !== undefined && model.isConnected(id)) void refresh(services, row);
  };
  const toldOf = async (notebook: vscode.NotebookDocument): Promise<Told> => lessonOf(await library(), lessonIdOf(notebook));
  const playOf = (told: Told): Play => {
    const { lesson } = told;
    const known = plays.get(lesson.id);
    if (known !== undefined) return known;
    lessonServers.add(lesson, told.prose.title);
    const profiles = profilesOf(lesson);
    const play = createPlay(lesson, {
      sessions,
      profile: (server) => lessonServers.profile(lesson, server),
      files: rdbFiles.list,
      async restart() {
        await letGo(services, profiles);
        await lessonServers.restart(lesson);
      },
      onFilled: () => profiles.forEach(readAgain),
      clock,
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });
    plays.set(lesson.id, play);
    return play;
  };

  const selected = new Set<vscode.NotebookDocument>();
  /** Before the first run VS Code only proposes a controller, and takes no output from it. */
  const select = async (notebook: vscode.NotebookDocument): Promise<void> => {
    if (!selected.has(notebook)) await vscode.commands.executeCommand('notebook.selectKernel', { id: controllerId, extension: context.extension.id });
  };

  const outputOf = (mime: string, text: string, metadata?: Readonly<Record<string, unknown>>): vscode.NotebookCellOutput =>
    new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.text(text, mime)], metadata);
  /** Who does not trust the folder is shown text: VS Code draws no HTML then. */
  const pictureOutput = (picture: Picture, text: string): vscode.NotebookCellOutput => new vscode.NotebookCellOutput([
    vscode.NotebookCellOutputItem.text(pictureHtml(picture, text), 'text/html'),
    vscode.NotebookCellOutputItem.text(pictureText(picture, text), 'text/plain'),
  ]);
  const verdictOutput = ({ lesson }: Told, step: StepProse, verdict: Verdict): vscode.NotebookCellOutput => {
    const text = verdict.passed
      ? [vscode.l10n.t('**Done:** {0}', step.title), ...(isDone(progress.current(), lesson) ? [vscode.l10n.t('All steps of this lesson are done. *Keyspace: Next Lesson* goes on.')] : [])].join('\n\n')
      : vscode.l10n.t('**Not yet.** {0}', hintMarkdown(step.hints.get(verdict.hint) ?? '', verdict.values));
    return outputOf('text/markdown', text, verdictMark);
  };
  const judge = async (cell: vscode.NotebookCell): Promise<{ readonly told: Told; readonly step: StepProse; readonly verdict: Verdict } | undefined> => {
    const told = await toldOf(cell.notebook);
    const step = told.prose.steps.find(({ id }) => id === placeOf(cell).step);
    if (step === undefined) return undefined;
    const verdict = await playOf(told).check(step.id);
    if (verdict.passed) await progress.done(told.lesson.id, step.id);
    return { told, step, verdict };
  };

  const runCell = async (cell: vscode.NotebookCell, signal: AbortSignal): Promise<boolean> => {
    const execution = controller.createNotebookCellExecution(cell);
    execution.start(Date.now());
    await execution.clearOutput();
    const outputs: vscode.NotebookCellOutput[] = [];
    let shown = '';
    let fine = true;
    const patience = setTimeout(() => void execution.appendOutput(outputOf('text/markdown', vscode.l10n.t('Still running. If it never ends, stop it: by the square beside the cell, or *Interrupt* above.'))), LONG_RUN);
    const textShown = (): vscode.NotebookCellOutput[] => (shown === '' ? [] : [outputOf('text/plain', shown.trimEnd())]);
    try {
      const told = await toldOf(cell.notebook);
      const { step, server } = placeOf(cell);
      if (step === undefined) throw new Failure('bad-input', vscode.l10n.t('This cell belongs to no step.'));
      const statements = splitScript(cell.document.getText());
      const follow = follower.followScript(lessonServers.profile(told.lesson, server ?? told.lesson.servers[0]));
      await playOf(told).run(step, server, statements, signal, (result) => {
        const { statement, text, failed, picture } = result;
        fine &&= !failed;
        follow(result);
        if (statements.length > 1) shown += `> ${statement.text.trim()}\n`;
        // The picture of a table stands in place of the reply; that of a measurement beside it.
        if (picture?.kind !== 'buckets') shown += text;
        if (picture === undefined) return;
        outputs.push(...textShown(), pictureOutput(picture, text));
        shown = '';
      });
      clearTimeout(patience);
      outputs.push(...textShown());
      shown = '';
      await execution.replaceOutput(outputs);
      const judged = await judge(cell);
      // What is missing is said when one asks for it: a step may take several runs.
      if (judged?.verdict.passed === true) await execution.appendOutput(verdictOutput(judged.told, judged.step, judged.verdict));
    } catch (error) {
      fine = false;
      const message = isFailure(error) ? error.message : String(error);
      await execution.replaceOutput([...outputs, outputOf('text/plain', `${shown}${message}`)]);
    } finally {
      clearTimeout(patience);
      execution.end(fine, Date.now());
    }
    return fine;
  };

  const runCells = async (cells: readonly vscode.NotebookCell[], notebook: vscode.NotebookDocument, signal: AbortSignal): Promise<void> => {
    for (const cell of cells) if (signal.aborted || !await runCell(cell, signal)) break;
    // What was written in the cells is kept without being asked about.
    if (notebook.isDirty) await notebook.save();
  };
  controller.executeHandler = (cells, notebook) => {
    const key = notebook.uri.toString();
    const abort = new AbortController();
    const ended = runCells(cells, notebook, abort.signal).finally(() => {
      if (running.get(key) === run) running.delete(key);
    });
    const run = { abort, ended };
    running.set(key, run);
    return ended;
  };
  controller.interruptHandler = async (notebook) => {
    const run = running.get(notebook.uri.toString());
    await plays.get(lessonIdOf(notebook))?.interrupt();
    setTimeout(() => run?.abort.abort(), LAST_WORDS);
  };

  const checkNow = async (cell: vscode.NotebookCell): Promise<void> => {
    // A server that runs a script answers no check, and VS Code lets a cell have one execution at a time.
    const key = cell.notebook.uri.toString();
    for (let run = running.get(key); run !== undefined; run = running.get(key)) await run.ended.catch(() => undefined);
    const judged = await judge(cell);
    if (judged === undefined) throw new Failure('bad-input', vscode.l10n.t('This cell belongs to no step.'));
    await select(cell.notebook);
    const kept = cell.outputs.filter(({ metadata }) => metadata?.['keyspace'] !== verdictMark.keyspace);
    const execution = controller.createNotebookCellExecution(cell);
    execution.start(Date.now());
    await execution.replaceOutput([...kept, verdictOutput(judged.told, judged.step, judged.verdict)]);
    execution.end(undefined);
  };

  /** The servers of lessons are there as long as there is a tab for their pages. (VS Code keeps documents for minutes after that.) */
  const followTabs = async (): Promise<void> => {
    const open = openLessons();
    for (const told of await library()) if (open.has(told.lesson.id)) playOf(told);
    for (const play of [...plays.values()]) if (!openLessons().has(play.lesson.id)) await close(play);
  };
  const close = async ({ lesson }: Play): Promise<void> => {
    for (const [uri, run] of running) if (lessonIdOfUri(vscode.Uri.parse(uri)) === lesson.id) run.abort.abort();
    plays.delete(lesson.id);
    const profiles = profilesOf(lesson);
    // First of all: the page may be opened again at once.
    const ended = lessonServers.remove(lesson);
    await letGo(services, profiles);
    await ended;
  };
  void followTabs();

  const marks = new vscode.EventEmitter<void>();
  const disposables = createDisposables(
    controller,
    follower,
    marks,
    controller.onDidChangeSelectedNotebooks((change) => {
      if (change.selected) selected.add(change.notebook);
      else selected.delete(change.notebook);
    }),
    progress.onDidChange(() => marks.fire()),
    vscode.window.tabGroups.onDidChangeTabs(() => void followTabs()),
    vscode.workspace.onDidOpenNotebookDocument((notebook) => {
      if (notebook.notebookType === notebookIds.lesson) controller.updateNotebookAffinity(notebook, vscode.NotebookControllerAffinity.Preferred);
    }),
    vscode.notebooks.registerNotebookCellStatusBarItemProvider(notebookIds.lesson, {
      onDidChangeCellStatusBarItems: marks.event,
      async provideCellStatusBarItems(cell) {
        if (cell.kind !== vscode.NotebookCellKind.Code) return [];
        const { lesson } = await toldOf(cell.notebook);
        const { step, server } = placeOf(cell);
        if (step === undefined) return [];
        const done = progress.current()[lesson.id]?.includes(step) === true;
        const check = new vscode.NotebookCellStatusBarItem(done ? vscode.l10n.t('$(pass-filled) Done') : vscode.l10n.t('$(checklist) Check'), vscode.NotebookCellStatusBarAlignment.Left);
        check.command = commandOf('keyspace.checkStep', vscode.l10n.t('Check'), { lesson: lesson.id, cell: cell.index });
        check.tooltip = vscode.l10n.t('Check this step');
        const items = [check];
        const command = lesson.commands?.[step];
        if (command !== undefined) {
          const item = new vscode.NotebookCellStatusBarItem(commandLabel(command), vscode.NotebookCellStatusBarAlignment.Left);
          item.command = commandOf('keyspace.startFromLesson', commandLabel(command), { lesson: lesson.id, step });
          items.push(item);
        }
        if (lesson.servers.length === 1) return items;
        return [...items, new vscode.NotebookCellStatusBarItem(vscode.l10n.t('$(server) runs on {0}', server ?? lesson.servers[0]), vscode.NotebookCellStatusBarAlignment.Right)];
      },
    }),
  );

  return {
    async check(cell) {
      const key = cell.notebook.uri.toString();
      const turn = (checking.get(key) ?? Promise.resolve()).then(() => checkNow(cell));
      checking.set(key, turn.catch(() => undefined));
      await turn;
    },
    async start(told, step) {
      const command = told.lesson.commands?.[step];
      if (command === undefined) return;
      await playOf(told).begin();
      await startCommand(services, lessonServers.profile(told.lesson, command.server), command);
    },
    reset: async (told) => {
      await playOf(told).reset();
      await progress.forget(told.lesson.id);
      await followTabs();
    },
    dispose: () => void disposables.dispose(),
  };
}

/** Nobody is connected to the servers of a lesson any more, or follows them by a port. */
async function letGo({ replications, model, sessions }: Services, servers: readonly ConnectionProfile[]): Promise<void> {
  for (const { id } of servers) {
    replications.remove(id);
    model.forget(id);
    await sessions.disconnect(id);
  }
}
