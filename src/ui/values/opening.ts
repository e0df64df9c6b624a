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

/** Opens the value of a key or member row in an editor. */
export async function openValue(files: ValueFileSystem, node: Node | undefined): Promise<void> {
  if (node?.kind !== 'key' && node?.kind !== 'member') throw new Failure('bad-input', vscode.l10n.t('Select a key or a member in the Keyspace view first.'));
  await open(files, {
    connectionId: node.ref.profile.id,
    database: node.ref.database,
    key: node.kind === 'key' ? node.name : node.key,
    member: node.kind === 'key' ? undefined : memberAddressOf(node.row),
    part: 0,
  });
}

async function open(files: ValueFileSystem, address: ValueAddress): Promise<void> {
  const content = await files.load(address);
  const uri = valueUri(address, content.extension, content.parts);
  files.put(uri, content);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: true });
}

/** Opens the part of a long value after, or before, the one in front. */
export async function openOtherPart(files: ValueFileSystem, step: 1 | -1): Promise<void> {
  const address = activeAddress();
  if (address === undefined || address.part + step < 0) return;
  await open(files, { ...address, part: address.part + step });
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
    setContext('keyspace.hasNextPart', address !== undefined && address.part + 1 < parts);
    setContext('keyspace.hasPreviousPart', address !== undefined && address.part > 0);
  };
  update();
  return vscode.window.onDidChangeActiveTextEditor(update);
}
