import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { listDatabases } from '../../core/keyspace/databases.ts';
import type { CloneEnd } from '../../core/transfer/clone.ts';
import { keyCount } from '../explorer/labels.ts';
import { askPick, mapAnswer, type StepFrame, type StepResult } from '../platform/steps.ts';
import { fileHint } from '../practice/fileText.ts';
import type { Services } from '../services.ts';

/** Asks for a connection of the tree. `writable`: not for files, which are only read. */
export function askConnection({ practice, connections, rdbFiles }: Services, frame: StepFrame, placeholder: string, writable: boolean): Promise<StepResult<ConnectionProfile>> {
  const profiles = [...connections.list(), practice.profile, ...rdbFiles.list()].filter(({ access }) => !writable || access !== 'read-only');
  const items = profiles.map((profile) => ({ label: profile.name, description: fileHint(rdbFiles.of(profile.id)), profile }));
  return mapAnswer(askPick(frame, { placeholder, items }), ({ profile }) => profile);
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
