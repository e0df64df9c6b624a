import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import type { LessonCommand } from '../../core/lessons/lesson.ts';
import { nodeId } from '../explorer/nodes.ts';
import { replicateDatabase } from '../replicate/replicateDatabase.ts';
import type { Services } from '../services.ts';
import { cloneInto } from '../transfer/cloneDatabase.ts';
import { sourceOfDatabase } from '../transfer/cloneSource.ts';

/** The button at a cell. */
export function commandLabel({ kind }: LessonCommand): string {
  return kind === 'clone' ? vscode.l10n.t('$(copy) Clone Database…') : vscode.l10n.t('$(sync) Replicate Database…');
}

/** Begins a command of the extension on a server of a lesson, as from its row in the tree. Throws Failure. */
export async function startCommand(services: Services, profile: ConnectionProfile, { kind, prefix = '' }: LessonCommand): Promise<void> {
  // The tree may never have been shown.
  const row = (await services.explorer.children.of(undefined)).find(({ id }) => id === nodeId.connection(profile.id));
  if (kind === 'clone') await cloneInto(services, sourceOfDatabase({ profile, database: 0 }, Buffer.from(prefix)));
  else await replicateDatabase(services, row);
}
