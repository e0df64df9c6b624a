import * as vscode from 'vscode';
import { Failure } from '../../core/failure.ts';
import type { MemberNode, Node } from '../explorer/nodes.ts';
import { setContext } from '../platform/commands.ts';
import { type MemberAddress, parseValueUri, type ValueAddress, valueUri } from './address.ts';
import type { ValueFileSystem } from './fileSystem.ts';

/** The address of a member row. */
export function memberAddressOf(row: MemberNode['row']): MemberAddress {
  switch (row.kind) {
    case 'field':
      return { kind: 'field', field: row.field };
    case 'member':
      return { kind: 'member', member: row.member };
    case 'scored':
      return { kind: 'scored', member: row.member };
    case 'item':
      return { kind: 'item', index: row.index };
    case 'entry':
      return { kind: 'entry', id: row.id };
  }
}

/** Opens the value of a key or member row in an editor. With `preserveFocus` the row keeps the keyboard, as in VS Code's own Explorer. */
export async function openValue({ files, nameOfConnection }: OpenDeps, node: Node | undefined, preserveFocus: boolean): Promise<void> {
  if (node?.kind !== 'key' && node?.kind !== 'member') throw new Failure('bad-input', vscode.l10n.t('Select a key or a member in the Keyspace view first.'));
  const address: ValueAddress = {
    connectionId: node.ref.profile.id,
    database: node.ref.database,
    key: node.kind === 'key' ? node.name : node.key,
    member: node.kind === 'key' ? undefined : memberAddressOf(node.row),
    part: 0,
  };
  await open({ files, nameOfConnection }, address, preserveFocus);
}

/** What opening a value needs. */
export interface OpenDeps {
  readonly files: ValueFileSystem;
  readonly nameOfConnection: (connectionId: string) => string;
}

async function open({ files, nameOfConnection }: OpenDeps, address: ValueAddress, preserveFocus: boolean): Promise<void> {
  const content = await files.load(address);
  const uri = valueUri(address, nameOfConnection(address.connectionId), content);
  files.put(uri, content);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: true, preserveFocus });
}

/** Opens the part of a long value after, or before, the one in front. */
export async function openOtherPart(deps: OpenDeps, step: 1 | -1): Promise<void> {
  const address = activeAddress();
  if (address === undefined || address.part + step < 0) return;
  await open(deps, { ...address, part: address.part + step }, false);
}

function activeAddress(): ValueAddress | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri === undefined ? undefined : parseValueUri(uri);
}

/** Keeps the context keys of the part buttons true for the document in front. */
export function followParts(): vscode.Disposable {
  const update = (): void => {
    const address = activeAddress();
    const parts = Number(/\(part \d+ of (\d+)\)/.exec(vscode.window.activeTextEditor?.document.uri.path ?? '')?.[1] ?? 1);
    setContext('keyspace.hasParts', address !== undefined && parts > 1);
    setContext('keyspace.hasNextPart', address !== undefined && address.part + 1 < parts);
    setContext('keyspace.hasPreviousPart', address !== undefined && address.part > 0);
  };
  update();
  return vscode.window.onDidChangeActiveTextEditor(update);
}
