import * as vscode from 'vscode';
import { everything, refuseTarget } from '../../core/bridge/holders.ts';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { parseRedisUrl } from '../../core/connection/url.ts';
import { Failure } from '../../core/failure.ts';
import { canBridge, preflight, type Address, type Preflight } from '../../core/replicate/preflight.ts';
import type { Replication } from '../../core/replicate/state.ts';
import { nodeId, type Node, type NodeOf } from '../explorer/nodes.ts';
import { plainText } from '../platform/plainText.ts';
import { withProgress } from '../platform/progress.ts';
import { joinSentences } from '../platform/sentences.ts';
import { askPick, askText, mapAnswer, runSteps, type StepFrame, type StepResult } from '../platform/steps.ts';
import { fileHint } from '../practice/fileText.ts';
import { saveSourceOf } from '../save/saveAsFile.ts';
import type { Services } from '../services.ts';
import { replicatePart, type PartKind } from './replicatePart.ts';
import { cautionText, lossLines, refusalText, type EndNames } from './preflightText.ts';

interface Draft {
  readonly source?: ConnectionProfile;
  /** `fresh`: a practice server that is to be opened for it. */
  readonly target?: ConnectionProfile | 'fresh';
  /** As the target gets at the source. */
  readonly address?: Address;
}

/**
 * Makes one connection a replica of another: asks which (the source is the connection of `row`, the target `to`, where given), looks at
 * both, has it confirmed, and begins: by REPLICAOF, or by a live bridge where the target cannot be a replica. Resolves when it has begun, or was dismissed. Throws Failure.
 */
export async function replicateDatabase(services: Services, row: Node | undefined, to?: ConnectionProfile): Promise<void> {
  if (to === undefined && (row?.kind === 'namespace' || row?.kind === 'database')) {
    const part = row.kind === 'namespace' ? 'row' : await askPart(row);
    if (part === undefined) return;
    if (part !== 'all') return replicatePart(services, row, part);
  }
  const given = saveSourceOf(row)?.profile;
  const draft = await ask(services, { ...(given === undefined ? {} : { source: given }), ...(to === undefined ? {} : { target: to }) });
  if (draft?.source === undefined || draft.target === undefined) return;
  const { source, target } = draft;
  const address = draft.address ?? ownAddress(source);
  if (target !== 'fresh') {
    await lookAndBegin(services, source, target, address);
    return;
  }
  const opened = await services.practice.open({ name: vscode.l10n.t('Replica of {0}', source.name) });
  let begun = false;
  try {
    begun = await lookAndBegin(services, source, opened, address);
  } finally {
    // It follows nobody: nobody wants it.
    if (!begun) await services.practice.close(opened.id);
  }
}

/** Looks at both, has it confirmed and begins. Answers whether it has begun. Throws Failure. */
async function lookAndBegin(services: Services, source: ConnectionProfile, target: ConnectionProfile, address: Address | undefined): Promise<boolean> {
  const names: EndNames = { source: source.name, target: target.name };
  const found = await withProgress(vscode.l10n.t('Looking whether “{0}” can follow “{1}”', target.name, source.name), (signal) =>
    preflight({ sessions: services.sessions, password: (id) => services.connections.password(id) }, { source, target, address }, signal));
  if (found.refusals.some((refusal) => !canBridge(refusal))) {
    throw new Failure('unsupported', vscode.l10n.t('“{0}” cannot follow “{1}”. {2}', target.name, source.name, joinSentences(found.refusals.map((refusal) => refusalText(refusal, names)))));
  }
  if (found.refusals.length > 0) await refuseTarget(services.sessions, target, '', everything, new AbortController().signal);
  if (!(await confirm(names, found))) return false;
  tellWhenInStep(services, found.refusals.length > 0 ? services.replications.bridge(source, target) : await services.replications.start(source, target, address));
  services.walkthrough.did('replicate');
  return true;
}

/** Of a database's row: all of its server, that database alone, some of its keys, or several databases. */
async function askPart({ ref: { profile, database } }: NodeOf<'database'>): Promise<PartKind | 'all' | undefined> {
  const items: (vscode.QuickPickItem & { readonly part: PartKind | 'all' })[] = [
    { part: 'all', label: vscode.l10n.t('All of “{0}”', profile.name), detail: vscode.l10n.t('Another server becomes its replica (REPLICAOF) where it can, with all databases and functions; it is emptied first.') },
    { part: 'row', label: vscode.l10n.t('Database {0} alone', database), detail: vscode.l10n.t('A live bridge: a database of any connection follows as long as this window is open; its other databases stay as they are.') },
    { part: 'pattern', label: vscode.l10n.t('Keys of database {0} by a pattern', database), detail: vscode.l10n.t('A live bridge for keys whose names match; other keys of the target stay as they are.') },
    { part: 'databases', label: vscode.l10n.t('Several databases by a map'), detail: vscode.l10n.t('A live bridge for the databases that you name, each into the one of its number or into another one.') },
  ];
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Replicate Database'), placeHolder: vscode.l10n.t('What is to be followed?') }))?.part;
}

function ask(services: Services, first: Draft): Promise<Draft | undefined> {
  return runSteps<Draft>(vscode.l10n.t('Replicate Database'), first, [
    {
      applies: ({ source }) => source === undefined,
      ask: (draft, frame) => mapAnswer(askServer(services, frame, vscode.l10n.t('Which connection is to be followed?')), (source) => ({ ...draft, ...(source === 'fresh' ? {} : { source }) })),
    },
    {
      applies: ({ target }) => target === undefined,
      decides: true,
      ask: (draft, frame) => mapAnswer(askServer(services, frame, vscode.l10n.t('Which connection is to follow “{0}”? All that it holds is thrown away.', draft.source?.name ?? ''), draft.source), (target) => ({ ...draft, target })),
    },
    {
      // A practice server gets a port of its own, and goes to others from this machine, as we do.
      applies: ({ source, target }) => source?.endpoint.kind === 'tcp' && target !== undefined && target !== 'fresh' && target.endpoint.kind === 'tcp',
      ask: (draft, frame) => mapAnswer(askAddress(frame, draft), (address) => ({ ...draft, address })),
    },
  ]);
}

/** @param followed whom it is to follow: a practice server can be opened for that */
function askServer({ profiles, targets, rdbFiles }: Services, frame: StepFrame, placeholder: string, followed?: ConnectionProfile): Promise<StepResult<ConnectionProfile | 'fresh'>> {
  // Files neither follow nor change, and who only reads must not be emptied.
  const fitting = followed === undefined
    ? profiles().filter(({ access, endpoint }) => access !== 'read-only' || endpoint.kind === 'tcp')
    : targets(followed).filter(({ id }) => id !== followed.id);
  const items: (vscode.QuickPickItem & { readonly server: ConnectionProfile | 'fresh' })[] = fitting.map((server) => ({ label: server.name, description: fileHint(rdbFiles.of(server.id)), server }));
  if (followed !== undefined) items.push({ label: vscode.l10n.t('A Fresh Practice Server'), description: vscode.l10n.t('in memory, here'), iconPath: new vscode.ThemeIcon('add'), server: 'fresh' });
  return mapAnswer(askPick(frame, { placeholder, items }), ({ server }) => server);
}

function askAddress(frame: StepFrame, { source, target }: Draft): Promise<StepResult<Address>> {
  const own = source === undefined ? undefined : ownAddress(source);
  return mapAnswer(askText(frame, {
    prompt: vscode.l10n.t('The address of “{0}” as the server “{1}” gets at it. It may be another one than from here: behind a tunnel, or where localhost means another machine.', source?.name ?? '', target === undefined || target === 'fresh' ? '' : target.name),
    value: own === undefined ? '' : hostPort(own),
    validate: (text) => (addressIn(text) === undefined ? vscode.l10n.t('Write a host and a port, as in 10.0.0.5:6379') : undefined),
  }), (text) => addressIn(text) ?? { host: text, port: 6379 });
}

function ownAddress({ endpoint }: ConnectionProfile): Address | undefined {
  return endpoint.kind === 'tcp' ? { host: endpoint.host, port: endpoint.port } : undefined;
}

function hostPort({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function addressIn(text: string): Address | undefined {
  if (text.trim() === '' || /[/@\s]/.test(text.trim())) return undefined;
  try {
    const { endpoint: { host, port } } = parseRedisUrl(`redis://${text.trim()}`);
    return { host, port };
  } catch {
    return undefined;
  }
}

async function confirm(names: EndNames, found: Preflight): Promise<boolean> {
  const { source, target } = names;
  const bridged = found.refusals.length > 0;
  const losses = found.cautions.some(({ kind }) => kind === 'already') ? [] : lossLines(found);
  const detail = [
    ...(losses.length === 0 ? [] : [vscode.l10n.t('All that “{0}” holds is thrown away:', target), ...losses, '']),
    ...(bridged
      ? [
          ...found.refusals.map((refusal) => refusalText(refusal, names)), '',
          vscode.l10n.t('By a live bridge it can follow all the same: Keyspace takes the data and the stream of “{1}” and applies them to “{0}”, as long as this window is open, and goes on when it is opened again. Do not write to “{0}” meanwhile.', target, source),
        ]
      : [
          vscode.l10n.t('“{0}” then holds what “{1}” does, all databases and functions, takes no writes, and follows until it is liberated.', target, source),
          ...found.cautions.flatMap((caution) => ['', cautionText(caution, names)]),
        ]),
  ];
  const go = losses.length === 0 ? vscode.l10n.t('Replicate') : vscode.l10n.t('Throw Away and Replicate');
  const message = bridged ? vscode.l10n.t('“{0}” cannot be a replica of “{1}”. Use a live bridge?', target, source) : vscode.l10n.t('Make “{0}” a replica of “{1}”?', target, source);
  if (await vscode.window.showWarningMessage(message, { modal: true, detail: detail.join('\n') }, go) !== go) return false;
  if (losses.length === 0) return true;
  const prompt = vscode.l10n.t('Type {0} to have it emptied: {1}.', target, losses.join(', '));
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('Throw away all data of “{0}”', target), prompt, ignoreFocusOut: true,
    validateInput: (text) => (text === target ? undefined : prompt),
  });
  return typed === target;
}

/** Once: the next thing to do with it is to liberate it. */
function tellWhenInStep({ explorer }: Services, replication: Replication): void {
  const { source, target } = replication.state;
  const unlisten = replication.onDidChange(({ phase }) => {
    if (phase.kind !== 'in-step' && phase.kind !== 'following' && phase.kind !== 'stopped') return;
    unlisten();
    if (phase.kind === 'stopped') return;
    const row = explorer.nodes.get(nodeId.connection(target.connectionId));
    if (row !== undefined) void vscode.commands.executeCommand('keyspace.refresh', row);
    const liberate = vscode.l10n.t('Liberate…');
    void vscode.window.showInformationMessage(plainText(vscode.l10n.t('“{0}” holds the data of “{1}” and follows it.', target.name, source.name)), liberate).then((chosen) => {
      if (chosen === liberate) void vscode.commands.executeCommand('keyspace.liberateReplica', row);
    });
  });
}
