import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import type { Session } from '../../core/connection/session.ts';
import { Failure } from '../../core/failure.ts';
import type { Statement } from '../../core/language/script.ts';
import { statementAt } from '../../core/language/script.ts';
import { runScript } from '../../core/terminal/runScript.ts';
import { pickConnection } from '../connections/pickConnection.ts';
import { createFollower } from '../explorer/follower.ts';
import { formatCount } from '../explorer/labels.ts';
import { commandOf, registerCommand } from '../platform/commands.ts';
import { createDisposables } from '../platform/disposables.ts';
import { withProgress } from '../platform/progress.ts';
import type { Services } from '../services.ts';
import { languageId, registerLanguage, statementsOf } from './documents.ts';
import { createResults } from './results.ts';

const chosenKey = 'keyspace.scripts.connections';
/** Commands that get a lens of their own; in longer scripts only the first line has any. */
const MOST_LENSES = 2000;

/** Registers scripts: the language, and running them against a connection. */
export function register(services: Services): vscode.Disposable {
  const { context, sessions, practice, profile: profileOf, connections, model, clock } = services;
  const results = createResults();
  const follower = createFollower(services);
  const lensesChanged = new vscode.EventEmitter<void>();

  const chosen = (): Readonly<Record<string, string>> => context.workspaceState.get(chosenKey, {});
  /** The connection that was chosen for a script; without one, the practice server: nothing there can be hurt. */
  const connectionOf = (document: vscode.TextDocument): ConnectionProfile => profileOf(chosen()[document.uri.toString()] ?? '') ?? practice.profile;

  /** Connections that scripts were run on. */
  const used = new Set<string>();
  /** Names of keys are asked only where there is a connection by now: nobody connects by typing. A lesson's cell is none of the practice server's. */
  const acquire = (document: vscode.TextDocument): Session | undefined => {
    const profile = connectionOf(document);
    if (document.uri.scheme === 'vscode-notebook-cell' || !(used.has(profile.id) || model.isConnected(profile.id))) return undefined;
    return sessions.acquire(profile, profile.database ?? 0);
  };

  const choose = async (document: vscode.TextDocument): Promise<void> => {
    const profile = await pickConnection(services, vscode.l10n.t('Choose the Connection of This Script'));
    if (profile === undefined) return;
    await context.workspaceState.update(chosenKey, { ...chosen(), [document.uri.toString()]: profile.id });
    lensesChanged.fire();
  };

  const run = async (document: vscode.TextDocument, statements: readonly Statement[]): Promise<void> => {
    const profile = connectionOf(document);
    if (statements.length === 0) throw new Failure('bad-input', vscode.l10n.t('There is no command to be run.'));
    const { version } = document;
    results.clear(document);
    let done = 0;
    let long = false;
    await withProgress(vscode.l10n.t('Running on “{0}”', profile.name), async (signal, report) => {
      const channel = await sessions.openChannel(profile, profile.database ?? 0, 'terminal');
      used.add(profile.id);
      const follow = follower.followScript(profile);
      await runScript(channel, statements, signal, (result) => {
        done += 1;
        follow(result);
        long ||= result.text.trimEnd().includes('\n');
        // Places count for the text that was run.
        if (document.version === version && !document.isClosed) results.add(document, result);
        report(vscode.l10n.t('{0} of {1} commands', formatCount(done), formatCount(statements.length)), done / statements.length);
      });
    });
    if (long) await results.show(document);
  };

  const active = (): vscode.TextEditor => {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId !== languageId) throw new Failure('bad-input', vscode.l10n.t('Open a .redis file first.'));
    return editor;
  };

  return createDisposables(
    results,
    lensesChanged,
    registerLanguage(acquire, clock),
    follower,
    registerCommand('keyspace.runScript', () => run(active().document, statementsOf(active().document))),
    registerCommand('keyspace.runSelection', (at) => {
      const { document, selection } = active();
      const [from, to] = at === undefined ? [document.offsetAt(selection.start), document.offsetAt(selection.end)] : [at, at];
      const statements = statementsOf(document);
      const one = from === to ? statementAt(statements, from) : undefined;
      return run(document, one !== undefined ? [one] : statements.filter((statement) => statement.from < to && statement.to > from));
    }),
    registerCommand('keyspace.chooseScriptConnection', () => choose(active().document)),
    connections.onDidChange(() => lensesChanged.fire()),
    vscode.languages.registerCodeLensProvider(languageId, {
      onDidChangeCodeLenses: lensesChanged.event,
      provideCodeLenses(document) {
        // A cell of a notebook is run by the notebook.
        if (document.uri.scheme === 'vscode-notebook-cell') return [];
        const statements = statementsOf(document);
        const top = new vscode.Range(0, 0, 0, 0);
        const { name } = connectionOf(document);
        return [
          new vscode.CodeLens(top, commandOf('keyspace.runScript', vscode.l10n.t('$(run-all) Run All'))),
          new vscode.CodeLens(top, commandOf('keyspace.chooseScriptConnection', vscode.l10n.t('$(database) On {0}', name.replaceAll('$(', '$ (')))),
          ...(statements.length > MOST_LENSES ? [] : statements).map(({ from }) => {
            const start = document.positionAt(from);
            return new vscode.CodeLens(new vscode.Range(start, start), commandOf('keyspace.runSelection', vscode.l10n.t('$(play) Run'), from));
          }),
        ];
      },
    }),
  );
}
