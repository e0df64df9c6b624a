import { randomInt } from 'node:crypto';
import * as vscode from 'vscode';
import { compareDatabases, type CompareRequest } from '../../core/compare/compareDatabases.ts';
import { sleep } from '../../core/connection/waiting.ts';
import { displayShort } from '../../core/keyspace/display.ts';
import { createRenaming } from '../../core/transfer/renaming.ts';
import { formatCount } from '../explorer/labels.ts';
import { registerRowCommand } from '../explorer/rowCommands.ts';
import { registerCommand } from '../platform/commands.ts';
import { createDisposables } from '../platform/disposables.ts';
import { plainText } from '../platform/plainText.ts';
import type { Services } from '../services.ts';
import { cloneSourceOf, nameOf } from '../transfer/cloneSource.ts';
import { valueUri } from '../values/address.ts';
import { askCompare } from './compareForm.ts';
import { createDifferencesView, type DifferenceRow } from './differencesView.ts';

/** Ms without a byte from a server that owes a reply. */
const PATIENCE = 60_000;
/** Ms between two reports of progress. */
const REPORT_EVERY = 100;
const TITLE = 60;

/** Registers comparing databases. */
export function register(services: Services): vscode.Disposable {
  const { explorer } = services;
  const view = createDifferencesView();
  const compare = async (request: CompareRequest): Promise<void> => {
    await view.show(request, await run(services, request));
  };
  return createDisposables(
    view,
    registerRowCommand(explorer, 'keyspace.compareDatabases', async (row, rows) => {
      const request = await askCompare(services, cloneSourceOf(row, rows));
      if (request !== undefined) await compare(request);
    }),
    registerCommand('keyspace.compareAgain', async () => {
      if (view.request !== undefined) await compare(view.request);
    }),
    registerCommand('keyspace.closeComparison', () => view.clear()),
    registerCommand('keyspace.openDifference', async (row) => {
      if (row?.kind === 'difference') await openDifference(row);
      else view.loadMore(row);
    }),
  );
}

function run({ sessions, clock }: Services, request: CompareRequest): Thenable<Awaited<ReturnType<typeof compareDatabases>>> {
  const title = plainText(vscode.l10n.t('Comparing {0} with {1}', nameOf(request.source), nameOf(request.target)));
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, (progress, token) => {
    const cancelled = new AbortController();
    token.onCancellationRequested(() => cancelled.abort());
    let shown = -Infinity;
    return compareDatabases({ sessions, seeds: [randomInt(2 ** 32), randomInt(2 ** 32)], patience: PATIENCE, pause: sleep }, request, cancelled.signal, (compared) => {
      if (clock.elapsed() - shown < REPORT_EVERY) return;
      shown = clock.elapsed();
      progress.report({ message: vscode.l10n.t('{0} keys', formatCount(compared)) });
    });
  });
}

/** The two values in VS Code's diff editor, or the one that there is. */
async function openDifference({ request, difference, side }: DifferenceRow): Promise<void> {
  const { source, target, scope, rewrite } = request;
  const { name } = difference;
  const copy = createRenaming(scope, rewrite).rename(name);
  const uriOf = ({ profile, database }: CompareRequest['source'], key: Buffer): vscode.Uri =>
    valueUri({ connectionId: profile.id, database, key, member: undefined, part: 0 }, profile.name, { extension: 'txt', parts: 1 });
  if (side === 'changed') await vscode.commands.executeCommand('vscode.diff', uriOf(source, name), uriOf(target, copy), vscode.l10n.t('{0} (original ↔ other side)', displayShort(name, TITLE)), { preview: true });
  else await vscode.commands.executeCommand('vscode.open', side === 'added' ? uriOf(target, copy) : uriOf(source, name), { preview: true });
}
