import type * as vscode from 'vscode';
import type { CommandLog } from '../core/connection/commandLog.ts';
import type { Clock } from '../core/connection/ports.ts';
import type { ConnectionProfile } from '../core/connection/profile.ts';
import type { Sessions } from '../core/connection/session.ts';
import type { Baselines } from './compare/baselines.ts';
import type { ConnectionStore } from './connections/store.ts';
import type { ExplorerModel } from './explorer/model.ts';
import type { ExplorerView } from './explorer/view.ts';
import type { Reports } from './platform/reports.ts';
import type { KeysWritten } from './platform/written.ts';
import type { LessonServers } from './practice/lessonServers.ts';
import type { RdbFiles } from './practice/rdbFiles.ts';
import type { Practice } from './practice/practice.ts';
import type { Clones } from './transfer/clones.ts';
import type { WalkthroughMemory } from './walkthrough/memory.ts';
import type { Replications } from './replicate/replications.ts';

/** What the features share. `extension.ts` makes it once; there is no other global. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  /** What was sent to servers. */
  readonly commandLog: CommandLog;
  readonly clock: Clock;
  readonly connections: ConnectionStore;
  readonly practice: Practice;
  readonly rdbFiles: RdbFiles;
  readonly lessonServers: LessonServers;
  /** All connections: saved ones, practice servers, files. */
  readonly profiles: () => readonly ConnectionProfile[];
  /** Those that may take what is copied of a connection, or follow it: servers of a lesson only for what is of the same lesson. */
  readonly targets: (source: ConnectionProfile | undefined) => readonly ConnectionProfile[];
  /** Any of them by its id. */
  readonly profile: (id: string) => ConnectionProfile | undefined;
  readonly sessions: Sessions;
  readonly model: ExplorerModel;
  readonly explorer: ExplorerView;
  readonly clones: Clones;
  readonly replications: Replications;
  readonly walkthrough: WalkthroughMemory;
  /** Told of what the extension writes, after it was written. */
  readonly written: vscode.EventEmitter<KeysWritten>;
  readonly baselines: Baselines;
  readonly reports: Reports;
}
