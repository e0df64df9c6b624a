import type * as vscode from 'vscode';
import { registerRowCommand } from '../explorer/rowCommands.ts';
import type { Services } from '../services.ts';
import { saveAsFile, saveSourceOf } from './saveAsFile.ts';

/** Registers saving connections as RDB files. */
export function register(services: Services): vscode.Disposable {
  const { explorer } = services;
  return registerRowCommand(explorer, 'keyspace.saveRdb', (node) => saveAsFile(services, saveSourceOf(node)));
}
