import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { endpointLabel } from '../../core/connection/url.ts';
import { tableOfCommands } from '../../core/language/command.ts';
import type { Console } from '../../core/terminal/console.ts';
import { pickConnection } from '../connections/pickConnection.ts';
import { createFollower, type Follower } from '../explorer/follower.ts';
import type { Node } from '../explorer/nodes.ts';
import { registerRowCommand } from '../explorer/rowCommands.ts';
import { createDisposables } from '../platform/disposables.ts';
import { messageOf } from '../platform/errors.ts';
import { plainText } from '../platform/plainText.ts';
import type { Services } from '../services.ts';

const historyKey = 'keyspace.terminal.history';
/** Columns until VS Code tells how many there are. */
const COLUMNS = 80;

/** Registers the Redis terminal. */
export function register(services: Services): vscode.Disposable {
  const { explorer } = services;
  const follower = createFollower(services);
  return createDisposables(follower, registerRowCommand(explorer, 'keyspace.openTerminal', async (row) => {
    const { profile, database } = whereOf(row) ?? {};
    const chosen = profile ?? (await pickConnection(services, vscode.l10n.t('Open Redis Terminal')));
    if (chosen === undefined) return;
    vscode.window.createTerminal({ name: chosen.name, iconPath: new vscode.ThemeIcon('database'), pty: createPty(services, follower, chosen, database ?? chosen.database ?? 0) }).show();
  }));
}

/** The connection that a row belongs to, and its database where it stands in one. */
function whereOf(row: Node | undefined): { readonly profile: ConnectionProfile; readonly database: number | undefined } | undefined {
  let database: number | undefined;
  for (let at = row; at !== undefined; at = at.parent) {
    if (at.kind === 'database') database = at.ref.database;
    if (at.kind === 'connection') return { profile: at.profile, database };
  }
  return undefined;
}

function createPty({ context, clock, sessions }: Services, follower: Follower, profile: ConnectionProfile, database: number): vscode.Pseudoterminal {
  const screen = new vscode.EventEmitter<string>();
  const ended = new vscode.EventEmitter<number>();
  let inside: Console | undefined;
  let closed = false;
  /** Typed before there was anything to take it. */
  let ahead = '';
  let columns = COLUMNS;
  let unkept = false;
  const show = async (): Promise<void> => {
    // With what is known of all commands: most windows have no terminal.
    const { createConsole } = await import('../../core/terminal/console.ts');
    if (closed) return;
    inside = createConsole({
      label: endpointLabel(profile), database, clock, book: tableOfCommands,
      open: (index) => sessions.openChannel(profile, index, 'terminal'),
      async ask(index, command) {
        const session = sessions.acquire(profile, index);
        try {
          return await session.send(command);
        } finally {
          session.release();
        }
      },
      breathe: (ms) => new Promise((resolve) => (ms === undefined ? setImmediate(resolve) : setTimeout(resolve, ms))),
      screen: (text) => screen.fire(text),
      history: () => context.globalState.get<readonly string[]>(historyKey, []),
      keep: (history) => void Promise.resolve(context.globalState.update(historyKey, history)).catch((error: unknown) => {
        // The terminal has it as long as it is open; told once.
        if (!unkept) void vscode.window.showWarningMessage(plainText(vscode.l10n.t('The history of the terminal could not be kept for the next one: {0}', messageOf(error))));
        unkept = true;
      }),
      search: async (history) => vscode.window.showQuickPick(history, { title: vscode.l10n.t('Search the History'), placeHolder: vscode.l10n.t('A command that was run before') }),
      onQuit: () => ended.fire(0),
      onRan: follower.follow(profile, database),
    }, columns);
    inside.input(ahead);
  };
  return {
    onDidWrite: screen.event,
    onDidClose: ended.event,
    open(size) {
      columns = size?.columns ?? columns;
      void show();
    },
    handleInput(data) {
      if (inside === undefined) ahead += data;
      else inside.input(data);
    },
    setDimensions(size) {
      columns = size.columns;
      inside?.resize(columns);
    },
    close() {
      closed = true;
      inside?.close();
      screen.dispose();
      ended.dispose();
    },
  };
}
