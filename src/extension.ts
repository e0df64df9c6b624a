import * as vscode from 'vscode';
import { createCommandLog } from './core/connection/commandLog.ts';
import type { ConnectionProfile } from './core/connection/profile.ts';
import { createSessions } from './core/connection/sessions.ts';
import { speak } from './l10n.ts';
import { createBadges } from './ui/compare/badges.ts';
import { createBaselines } from './ui/compare/baselines.ts';
import * as compare from './ui/compare/index.ts';
import * as connections from './ui/connections/index.ts';
import { confirmWrite } from './ui/connections/confirmWrite.ts';
import { createConnectionStore } from './ui/connections/store.ts';
import * as explorer from './ui/explorer/index.ts';
import { createExplorerModel } from './ui/explorer/model.ts';
import { showIfSlow } from './ui/explorer/slowLoads.ts';
import { createExplorerView } from './ui/explorer/view.ts';
import { systemClock } from './ui/platform/clock.ts';
import { createLog } from './ui/platform/log.ts';
import { keepScanOptions, readSetting } from './ui/platform/settings.ts';
import { createReports } from './ui/platform/reports.ts';
import type { KeysWritten } from './ui/platform/written.ts';
import { createFileDrop } from './ui/practice/dropFiles.ts';
import * as lessons from './ui/lessons/index.ts';
import { createLessonServers, fitsLesson } from './ui/practice/lessonServers.ts';
import * as practiceFeature from './ui/practice/index.ts';
import { openFiles } from './ui/practice/openFiles.ts';
import { createPractice } from './ui/practice/practice.ts';
import { createRdbFiles } from './ui/practice/rdbFiles.ts';
import * as replicate from './ui/replicate/index.ts';
import { createReplications } from './ui/replicate/replications.ts';
import * as save from './ui/save/index.ts';
import type { Services } from './ui/services.ts';
import { cloneDatabase } from './ui/transfer/cloneDatabase.ts';
import { createClones } from './ui/transfer/clones.ts';
import { createRowDrop } from './ui/transfer/dropRows.ts';
import * as scripts from './ui/scripts/index.ts';
import * as terminal from './ui/terminal/index.ts';
import * as transfer from './ui/transfer/index.ts';
import * as values from './ui/values/index.ts';
import * as walkthroughFeature from './ui/walkthrough/index.ts';
import { createWalkthroughMemory } from './ui/walkthrough/memory.ts';

/** Lines that the Command Log keeps. */
const commandLogCapacity = 5000;

/** Saves what practice servers keep; VS Code waits for it. */
let finish: (() => Promise<void>) | undefined;
export async function deactivate(): Promise<void> {
  await finish?.();
}

/** Makes the services, registers the features. Opens no connection, but to replications that were kept. Returns the services to host tests only. */
export function activate(context: vscode.ExtensionContext): Services | undefined {
  speak(vscode.l10n.bundle);
  const log = createLog();
  const commandLog = createCommandLog(commandLogCapacity);
  const store = createConnectionStore(context);
  const practice = createPractice(context, log.unexpected);
  finish = practice.saveAll;
  const rdbFiles = createRdbFiles(context, log.unexpected);
  const lessonServers = createLessonServers(context, log.unexpected);
  const connect = (instance: string): ReturnType<typeof practice.connect> => ([rdbFiles, lessonServers].find((host) => host.has(instance)) ?? practice).connect(instance);
  const sessions = createSessions({
    clock: systemClock,
    secrets: store,
    saved: (profileId) => store.get(profileId),
    practice: { connect },
    confirmWrite,
    log: commandLog.add,
  });
  const scanOptions = keepScanOptions();
  const walkthrough = createWalkthroughMemory(context);
  const onConnect = ({ endpoint }: ConnectionProfile): void => {
    if (endpoint.kind === 'tcp') walkthrough.did('connect');
  };
  const model = createExplorerModel({ sessions, scanOptions: scanOptions.current, clock: systemClock, onConnect, onLoad: showIfSlow });
  const profiles = (): readonly ConnectionProfile[] => [...store.list(), practice.profile, ...practice.list(), ...lessonServers.list(), ...rdbFiles.list()];
  const baselines = createBaselines(context, profiles, [store.onDidChange, rdbFiles.onDidChange, practice.onDidChange]);
  const badges = createBadges(baselines);
  const replications = createReplications(context, { sessions, clock: systemClock, store, connect, profile: (id) => profiles().find((one) => one.id === id) });
  const view = createExplorerView({
    model,
    offersStart: () => walkthrough.showsRow() && store.list().length === 0,
    changesOf: badges.of,
    profiles: () => [...(readSetting('keyspace.practice.show') ? [practice.profile] : []), ...practice.list(), ...lessonServers.list(), ...store.list(), ...rdbFiles.list()],
    fileOf: rdbFiles.of,
    practiceOf: practice.of,
    replicationOf: (profileId) => replications.of(profileId)?.state,
    onUnexpected: log.unexpected,
    drop: createRowDrop((rows, to) => cloneDatabase(services, rows[0], rows, to), createFileDrop((uris) => openFiles(services, uris))),
  });
  const reports = createReports();
  const written = new vscode.EventEmitter<KeysWritten>();
  const services: Services = {
    context, commandLog, clock: systemClock, connections: store, practice, rdbFiles, lessonServers, sessions, model, explorer: view, replications, walkthrough, written, baselines, reports, clones: createClones(context),
    profiles,
    targets: (source) => profiles().filter(({ id, access }) => access !== 'read-only' && fitsLesson(lessonServers, source?.id, id)),
    profile: (id) => profiles().find((one) => one.id === id),
  };
  context.subscriptions.push(
    log,
    store,
    practice,
    rdbFiles,
    lessonServers,
    { dispose: () => void sessions.dispose() },
    replications,
    walkthrough,
    scanOptions,
    model,
    view,
    written,
    reports,
    badges,
    baselines,
    connections.register(services),
    explorer.register(services),
    values.register(services),
    practiceFeature.register(services),
    save.register(services),
    transfer.register(services),
    terminal.register(services),
    scripts.register(services),
    lessons.register(services),
    walkthroughFeature.register(services),
    replicate.register(services),
    compare.register(services),
  );
  return context.extensionMode === vscode.ExtensionMode.Test ? services : undefined;
}
