import type * as vscode from 'vscode';
import { registerRowCommand } from '../explorer/rowCommands.ts';
import type { Services } from '../services.ts';
import { cloneDatabase } from './cloneDatabase.ts';

/** Registers copying databases. */
export function register(services: Services): vscode.Disposable {
  const { explorer } = services;
  return registerRowCommand(explorer, 'keyspace.cloneDatabase', (row, rows) => cloneDatabase(services, row, rows));
}
