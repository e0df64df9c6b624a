import { mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { Failure } from '../../core/failure.ts';
import { saveRdb, type SaveProgress, type SaveReport } from '../../core/save/saveRdb.ts';
import { pickConnection } from '../connections/pickConnection.ts';
import { formatBytes, formatCount, keyCount } from '../explorer/labels.ts';
import type { Node } from '../explorer/nodes.ts';
import { plainText } from '../platform/plainText.ts';
import { withProgress } from '../platform/progress.ts';
import { joinSentences } from '../platform/sentences.ts';
import type { Services } from '../services.ts';

/** What is to be saved: all of a connection, or one of its databases. */
export interface SaveSource {
  readonly profile: ConnectionProfile;
  readonly database: number | undefined;
}

/** Ms between two reports of progress. */
const REPORT_EVERY = 100;

/** Where the last file of this window went. */
let lastFolder: string | undefined;

/** Asks what (unless it is given) and where to, saves with progress and cancel, and offers what to do with the file. Throws Failure. */
export async function saveAsFile(services: Services, given: SaveSource | undefined): Promise<void> {
  const source = given ?? (await chooseSource(services));
  if (source === undefined) return;
  const { profile, database } = source;
  const target = await vscode.window.showSaveDialog({
    title: database === undefined ? vscode.l10n.t('Save “{0}” as an RDB File', profile.name) : vscode.l10n.t('Save Database {0} of “{1}” as an RDB File', database, profile.name),
    saveLabel: vscode.l10n.t('Save'),
    defaultUri: vscode.Uri.file(join(await startFolder(), database === undefined ? 'dump.rdb' : `database-${database}.rdb`)),
    filters: { [vscode.l10n.t('RDB files')]: ['rdb'] },
  });
  if (target === undefined) return;
  checkTarget(services, target);
  // VS Code's own dialogue offers to create a missing folder, and leaves it to us; where that fails, saving says why.
  await mkdir(dirname(target.fsPath), { recursive: true }).catch(() => undefined);
  const report = await save(services, source, target.fsPath);
  lastFolder = dirname(target.fsPath);
  void offer(source, target, report);
}

/** The database of a row, or the connection that it belongs to. */
export function saveSourceOf(node: Node | undefined): SaveSource | undefined {
  const database = node?.kind === 'database' ? node.ref.database : undefined;
  for (let at = node; at !== undefined; at = at.parent) if (at.kind === 'connection') return { profile: at.profile, database };
  return undefined;
}

async function chooseSource(services: Services): Promise<SaveSource | undefined> {
  const profile = await pickConnection(services, vscode.l10n.t('Save as dump.rdb'));
  return profile === undefined ? undefined : { profile, database: undefined };
}

/** The folder of the last file, unless it is gone: VS Code's dialogue lists nothing in a missing one. */
async function startFolder(): Promise<string> {
  if (lastFolder !== undefined && await stat(lastFolder).then(() => true, () => false)) return lastFolder;
  return vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath ?? homedir();
}

function checkTarget({ rdbFiles }: Services, target: vscode.Uri): void {
  if (target.scheme !== 'file') throw new Failure('bad-input', vscode.l10n.t('{0} is not on a disk of the machine that Keyspace runs on.', target.toString(true)));
  // One that was opened to be changed is in memory as a whole.
  if (rdbFiles.list().some(({ id, access }) => access === 'read-only' && rdbFiles.of(id)?.path === target.fsPath)) {
    throw new Failure('bad-input', vscode.l10n.t('{0} is open in Keyspace, and its values are read from it. Close it first, or choose another name.', basename(target.fsPath)));
  }
}

function save({ sessions, clock, rdbFiles }: Services, { profile, database }: SaveSource, path: string): Promise<SaveReport> {
  return withProgress(vscode.l10n.t('Saving “{0}” as {1}', profile.name, basename(path)), (signal, report) => {
    let shown = -Infinity;
    let phase: SaveProgress['phase'] | undefined;
    const open = rdbFiles.of(profile.id);
    // What a damaged file still tells is saved as a whole one.
    const file = profile.access === 'read-only' && open?.facts?.damage === undefined ? open?.path : undefined;
    return saveRdb({ sessions, clock }, { profile, path, ...(database === undefined ? {} : { database }), ...(file === undefined ? {} : { file }) }, {
      signal,
      onProgress(now) {
        if (now.phase === phase && clock.elapsed() - shown < REPORT_EVERY) return;
        phase = now.phase;
        shown = clock.elapsed();
        report(progressText(now), now.fraction);
      },
    });
  });
}

function progressText({ phase, keys, bytes }: SaveProgress): string {
  switch (phase) {
    case 'waiting': return vscode.l10n.t('waiting for the server to prepare its data');
    case 'copy':
    case 'replica': return vscode.l10n.t('{0}, {1}', keyCount(keys), formatBytes(bytes));
    case 'scan': return vscode.l10n.t('{0}, {1}, read key by key', keyCount(keys), formatBytes(bytes));
  }
}

/** Says what was saved, and what was not. */
function describeReport({ profile, database }: SaveSource, file: string, { method, refusal, keys, bytes, refused, partial }: SaveReport): string {
  const size = formatBytes(bytes);
  const name = database === undefined ? vscode.l10n.t('“{0}”', profile.name) : vscode.l10n.t('database {0} of “{1}”', database, profile.name);
  const parts = [
    keys === undefined
      ? vscode.l10n.t('Saved {0} as {1} ({2}). The file is of a version that Keyspace cannot read, so it was not looked through.', name, file, size)
      : vscode.l10n.t('Saved {0} as {1} ({2}, {3}).', name, file, keyCount(keys), size),
    describeMethod(method),
  ];
  if (refusal !== undefined) parts.push(vscode.l10n.t('The server did not hand out its data as to a replica. {0}', refusal));
  if (refused !== undefined) parts.push(vscode.l10n.t('Keys that are missing because they could not be read: {0}. {1}', formatCount(refused.keys), refused.why));
  if (partial !== undefined) parts.push(partial);
  return joinSentences(parts);
}

function describeMethod(method: SaveReport['method']): string {
  switch (method) {
    case 'copy': return vscode.l10n.t('It is a copy of the file, byte by byte.');
    case 'replica': return vscode.l10n.t('It holds the data of one moment.');
    case 'scan': return vscode.l10n.t('It was read key by key, so it is not of one moment: what was written meanwhile may be missing.');
  }
}

async function offer(source: SaveSource, target: vscode.Uri, report: SaveReport): Promise<void> {
  const open = vscode.l10n.t('Open RDB File');
  const load = vscode.l10n.t('Open as Scratch Copy');
  const reveal = vscode.l10n.t('Reveal');
  const revealBy = revealCommand(target);
  const show = report.refused === undefined && report.partial === undefined ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  const chosen = await show(plainText(describeReport(source, basename(target.fsPath), report)), open, load, ...(revealBy === undefined ? [] : [reveal]));
  if (chosen === open) await vscode.commands.executeCommand('keyspace.openFile', target);
  if (chosen === load) await vscode.commands.executeCommand('keyspace.openScratchCopy', target);
  if (chosen === reveal && revealBy !== undefined) await vscode.commands.executeCommand(revealBy, target);
}

/** What shows a file: the Explorer where it is in the workspace, else the system's file manager where this is its machine. */
function revealCommand(target: vscode.Uri): string | undefined {
  if (vscode.workspace.getWorkspaceFolder(target) !== undefined) return 'revealInExplorer';
  return vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined ? 'revealFileInOS' : undefined;
}
