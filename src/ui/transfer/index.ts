import type * as vscode from 'vscode';
import { registerRowCommand } from '../explorer/rowCommands.ts';
import { registerCommand } from '../platform/commands.ts';
import { createDisposables } from '../platform/disposables.ts';
import type { Services } from '../services.ts';
import { cloneDatabase } from './cloneDatabase.ts';
import { offerInterrupted, resumeClone } from './resumeClone.ts';
import { verifyLastClone } from './verifyClone.ts';

/** Registers copying databases. */
export function register(services: Services): vscode.Disposable {
  const { explorer } = services;
  return createDisposables(
    offerInterrupted(services),
    registerRowCommand(explorer, 'keyspace.cloneDatabase', (row, rows) => cloneDatabase(services, row, rows)),
    registerCommand('keyspace.resumeClone', () => resumeClone(services)),
    registerCommand('keyspace.verifyClone', () => verifyLastClone(services)),
  );
}
