import * as vscode from 'vscode';
import { cancelled } from '../../core/connection/failures.ts';
import type { Clock } from '../../core/connection/ports.ts';
import type { Command, Reply, Session } from '../../core/connection/session.ts';
import { isFailure } from '../../core/failure.ts';
import { splitScript, type Statement } from '../../core/language/script.ts';
import { createDisposables } from '../platform/disposables.ts';

/** The language of scripts (`.redis`). */
export const languageId = 'redis';

const cut = new WeakMap<vscode.TextDocument, { readonly version: number; readonly statements: readonly Statement[] }>();
/** Ms without typing until faults are shown. */
const QUIET = 300;

/** The commands of a document, cut once for each of its versions. */
export function statementsOf(document: vscode.TextDocument): readonly Statement[] {
  const known = cut.get(document);
  if (known?.version === document.version) return known.statements;
  const statements = splitScript(document.getText());
  cut.set(document, { version: document.version, statements });
  return statements;
}

/** What is known of all commands, loaded with the first script: most windows show none. */
const features = (): Promise<typeof import('./language.ts')> => import('./language.ts');

/** Registers completion, hover and diagnostics of scripts. `acquire`: a session by which names of keys may be asked for now, if any. */
export function registerLanguage(acquire: (document: vscode.TextDocument) => Session | undefined, clock: Clock): vscode.Disposable {
  const faults = vscode.languages.createDiagnosticCollection('keyspace-redis');
  const waiting = new Map<vscode.TextDocument, NodeJS.Timeout>();
  const check = async (document: vscode.TextDocument): Promise<void> => {
    if (document.languageId !== languageId) return;
    const { diagnose } = await features();
    if (!document.isClosed) faults.set(document.uri, diagnose(document, statementsOf(document)));
  };
  const forget = (document: vscode.TextDocument): void => {
    clearTimeout(waiting.get(document));
    waiting.delete(document);
    faults.delete(document.uri);
  };
  for (const document of vscode.workspace.textDocuments) void check(document);
  return createDisposables(
    faults,
    vscode.workspace.onDidOpenTextDocument((document) => void check(document)),
    vscode.workspace.onDidCloseTextDocument(forget),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.languageId !== languageId) return;
      clearTimeout(waiting.get(document));
      waiting.set(document, setTimeout(() => void check(document), QUIET));
    }),
    { dispose: () => waiting.forEach((timer) => clearTimeout(timer)) },
    vscode.languages.registerCompletionItemProvider(languageId, {
      provideCompletionItems: async (document, position) => (await features()).complete(document, position, statementsOf(document)),
    }, ' '),
    vscode.languages.registerCompletionItemProvider(languageId, {
      async provideCompletionItems(document, position, token) {
        const session = acquire(document);
        if (session === undefined) return undefined;
        try {
          const ask = async (command: Command): Promise<Reply> => {
            if (token.isCancellationRequested) throw cancelled();
            return session.send(command);
          };
          return await (await features()).completeKeys(document, position, statementsOf(document), ask, clock);
        } catch (error) {
          // Where the server cannot be asked there is nothing to propose.
          if (!isFailure(error)) throw error;
          return undefined;
        } finally {
          session.release();
        }
      },
    }, ' ', '"', "'"),
    vscode.languages.registerHoverProvider(languageId, {
      provideHover: async (document, position) => (await features()).hover(document, position, statementsOf(document)),
    }),
  );
}
