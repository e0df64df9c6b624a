import type * as vscode from 'vscode';
import type { CommandLog } from '../core/connection/commandLog.ts';
import type { Clock } from '../core/connection/ports.ts';
import type { Sessions } from '../core/connection/session.ts';
import type { ConnectionStore } from './connections/store.ts';
import type { ExplorerModel } from './explorer/model.ts';
import type { ExplorerView } from './explorer/view.ts';
import type { Practice } from './practice/practice.ts';

/** What the features share. `extension.ts` makes it once; there is no other global. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  /** What was sent to servers. */
  readonly commandLog: CommandLog;
  readonly clock: Clock;
  readonly connections: ConnectionStore;
  readonly practice: Practice;
  readonly sessions: Sessions;
  readonly model: ExplorerModel;
  readonly explorer: ExplorerView;
}
