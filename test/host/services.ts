import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../src/core/connection/profile.ts';
import type { Node, NodeOf } from '../../src/ui/explorer/nodes.ts';
import type { Services } from '../../src/ui/services.ts';

/** The services of the running extension; it hands them out in test mode only. */
export async function services(): Promise<Services> {
  const extension = vscode.extensions.getExtension<Services | undefined>('keyspace.keyspace');
  assert.ok(extension, 'the extension is not installed');
  const exported = await extension.activate();
  assert.ok(exported, 'the extension exported no services');
  return exported;
}

/** Saves a connection to 127.0.0.1:`port`. */
export async function connectTo(port: number, options: { readonly access?: ConnectionProfile['access']; readonly password?: string } = {}): Promise<ConnectionProfile> {
  const profile: ConnectionProfile = {
    id: randomUUID(), name: `Test ${port}`, endpoint: { kind: 'tcp', host: '127.0.0.1', port }, access: options.access ?? 'read-write',
  };
  await (await services()).connections.save(profile, options.password ?? '');
  return profile;
}

/** Removes every saved connection. Without it the tree goes on asking servers of earlier tests that have stopped. */
export async function removeConnections(): Promise<void> {
  const { connections } = await services();
  for (const { id } of connections.list()) await connections.remove(id);
}

/** The rows under a row (undefined: the connections), as the tree would ask for them. */
export async function rows(parent?: Node): Promise<readonly Node[]> {
  return (await services()).explorer.children.of(parent);
}

/** The first row of a kind for which `test` holds. */
export function find<Kind extends Node['kind']>(among: readonly Node[], kind: Kind, test: (node: NodeOf<Kind>) => boolean = () => true): NodeOf<Kind> {
  const found = among.find((row): row is NodeOf<Kind> => row.kind === kind && test(row as NodeOf<Kind>));
  assert.ok(found, `no such ${kind} among ${among.map((row) => row.id).join(', ')}`);
  return found;
}

/** Connection → database `index` of it. */
export async function databaseOf(profile: ConnectionProfile, index = 0): Promise<NodeOf<'database'>> {
  const connection = find(await rows(), 'connection', (row) => row.profile.id === profile.id);
  return find(await rows(connection), 'database', (row) => row.ref.database === index);
}
