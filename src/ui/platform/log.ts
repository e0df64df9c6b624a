import * as vscode from 'vscode';
import type { CommandLogEntry } from '../../core/connection/ports.ts';

/** The extension's two channels: its own log, and the Command Log (what was sent to servers). */
export interface Logs extends vscode.Disposable {
  readonly main: vscode.LogOutputChannel;
  command(entry: CommandLogEntry): void;
  showCommands(): void;
}

/** The channels are made on first use: activation does not pay for them. */
export function createLogs(): Logs {
  let main: vscode.LogOutputChannel | undefined;
  let commands: vscode.OutputChannel | undefined;
  const mainChannel = (): vscode.LogOutputChannel => (main ??= vscode.window.createOutputChannel('Keyspace', { log: true }));
  const commandChannel = (): vscode.OutputChannel => (commands ??= vscode.window.createOutputChannel('Keyspace Command Log', 'log'));
  return {
    get main() {
      return mainChannel();
    },
    command(entry) {
      commandChannel().appendLine(formatEntry(entry));
    },
    showCommands() {
      commandChannel().show(true);
    },
    dispose() {
      main?.dispose();
      commands?.dispose();
    },
  };
}

function formatEntry(entry: CommandLogEntry): string {
  const time = new Date(entry.time).toISOString().slice(11, 23);
  const duration = entry.duration === undefined ? '-' : `${entry.duration.toFixed(1)} ms`;
  return `${time} [${entry.connection} db${entry.database}] ${entry.text} → ${entry.outcome} (${duration})`;
}
