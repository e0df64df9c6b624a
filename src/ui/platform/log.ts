import * as vscode from 'vscode';

/** The extension's own log; the channel is made on first use, so that activation does not pay for it. */
export interface Log extends vscode.Disposable {
  /** Notes what was not foreseen: a defect, not a condition. */
  unexpected(error: unknown): void;
}

export function createLog(): Log {
  let channel: vscode.LogOutputChannel | undefined;
  return {
    unexpected(error) {
      channel ??= vscode.window.createOutputChannel('Keyspace', { log: true });
      channel.error(error instanceof Error ? error : String(error));
    },
    dispose() {
      channel?.dispose();
    },
  };
}
