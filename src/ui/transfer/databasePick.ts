import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { endpointLabel } from '../../core/connection/url.ts';
import { listDatabases } from '../../core/keyspace/databases.ts';
import type { CloneEnd } from '../../core/transfer/clone.ts';
import { keyCount } from '../explorer/labels.ts';
import { askPick, mapAnswer, type StepFrame, type StepResult } from '../platform/steps.ts';
import { fileHint } from '../practice/fileText.ts';
import type { Services } from '../services.ts';

/**
 * Asks for a connection of the tree; `targetOf`: one that may take what is of that connection, not for what is only read. A file can be opened
 * from there to be read.
 * @param near this one is marked
 */
export async function askConnection(services: Services, frame: StepFrame, placeholder: string, which: 'any' | { readonly targetOf: ConnectionProfile | undefined }, near?: ConnectionProfile): Promise<StepResult<ConnectionProfile>> {
  const { rdbFiles } = services;
  const profiles = which === 'any' ? services.profiles() : services.targets(which.targetOf);
  const items: (vscode.QuickPickItem & { readonly profile: ConnectionProfile | undefined })[] = profiles.map((profile) => ({ label: profile.name, description: fileHint(rdbFiles.of(profile.id)) || addressOf(profile), profile }));
  const active = items.find(({ profile }) => profile?.id === near?.id);
  if (which === 'any') items.push({ label: vscode.l10n.t('Open an RDB File…'), iconPath: new vscode.ThemeIcon('file-binary'), profile: undefined });
  const answer = await askPick(frame, { placeholder, items, active });
  if (answer.kind !== 'answer') return answer;
  if (answer.value.profile !== undefined) return { kind: 'answer', value: answer.value.profile };
  const before = new Set(rdbFiles.list().map(({ id }) => id));
  await vscode.commands.executeCommand('keyspace.openFile');
  // What was opened just now is marked; without one it is asked again.
  return askConnection(services, frame, placeholder, which, rdbFiles.list().find(({ id }) => !before.has(id)) ?? near);
}

/** Where a server is: what tells connections of similar names apart. */
function addressOf(profile: ConnectionProfile): string {
  return profile.endpoint.kind === 'tcp' ? endpointLabel(profile) : '';
}

/** Asks for a database of a connection, other than `not`. Throws Failure if the server cannot be asked which it has. */
export async function askDatabase({ sessions }: Services, frame: StepFrame, placeholder: string, profile: ConnectionProfile, not?: CloneEnd): Promise<StepResult<CloneEnd>> {
  const session = sessions.acquire(profile, profile.database ?? 0);
  const { databases, count } = await listDatabases(session).finally(() => session.release());
  const numbers = count === undefined ? databases.map(({ index }) => index) : Array.from({ length: count }, (_, index) => index);
  const items = numbers.filter((database) => not?.profile.id !== profile.id || not.database !== database).map((database) => ({
    label: vscode.l10n.t('Database {0}', database),
    description: keyCount(databases.find(({ index }) => index === database)?.keys ?? 0),
    database,
  }));
  return mapAnswer(askPick(frame, { placeholder, items }), ({ database }) => ({ profile, database }));
}
