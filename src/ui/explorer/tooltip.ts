import * as vscode from 'vscode';
import { endpointLabel } from '../../core/connection/url.ts';
import type { ReplicationState } from '../../core/replicate/state.ts';
import { displayShort, shorten } from '../../core/keyspace/display.ts';
import { readMetadata } from '../../core/keyspace/metadata.ts';
import { isFailure } from '../../core/failure.ts';
import type { RowChanges } from '../compare/badges.ts';
import { fileLines } from '../practice/fileText.ts';
import type { PracticeFacts } from '../practice/practice.ts';
import { practiceLines } from '../practice/practiceText.ts';
import type { OpenFile } from '../practice/rdbFiles.ts';
import { replicationLines } from '../replicate/stateText.ts';
import { messageOf } from '../platform/errors.ts';
import { readable } from '../platform/plainText.ts';
import { describeCounts, describeFilter, formatBytes, formatCount, formatTtl } from './labels.ts';
import type { ExplorerModel } from './model.ts';
import type { Node, NodeOf } from './nodes.ts';

/** Of a name, below which there are facts. */
const maxTooltip = 1500;

/** The tooltip of a row as plain text (names come from the server: no markdown), asked for when it is hovered. */
export async function tooltipOf(
  node: Node, model: ExplorerModel, fileOf: (profileId: string) => OpenFile | undefined,
  { changes, replication, practice }: { readonly changes?: RowChanges | undefined; readonly replication?: ReplicationState | undefined; readonly practice?: PracticeFacts | undefined } = {},
): Promise<string | undefined> {
  const text = [await ownTooltip(node, model, fileOf), ...(practice === undefined ? [] : practiceLines(practice)), ...(replication === undefined ? [] : replicationLines(replication))].filter((line) => line !== undefined).join('\n');
  const whole = changes === undefined ? [text] : [text, vscode.l10n.t('Original: {0}', changes.original), changes.text];
  return whole.every((line) => line === '') ? undefined : whole.filter((line) => line !== '').map((line) => readable(line)).join('\n');
}

async function ownTooltip(node: Node, model: ExplorerModel, fileOf: (profileId: string) => OpenFile | undefined): Promise<string | undefined> {
  switch (node.kind) {
    case 'connection': {
      const file = fileOf(node.profile.id);
      if (file !== undefined) return [node.profile.name, ...fileLines(file)].join('\n');
      const facts = model.connection(node.profile).facts;
      const label = endpointLabel(node.profile);
      const lines = [node.profile.name, ...(label === node.profile.name ? [] : [label])];
      if (node.profile.username !== undefined) lines.push(vscode.l10n.t('User: {0}', node.profile.username));
      if (facts !== undefined) lines.push(vscode.l10n.t('Server: {0} {1}, {2}', facts.flavour, facts.version, facts.mode));
      return lines.join('\n');
    }
    case 'database':
      return [
        node.keys === undefined ? undefined : vscode.l10n.t('{0} keys', formatCount(node.keys)),
        describeFilter(node.filter) || undefined,
        node.counts === undefined ? undefined : describeCounts(node.counts, undefined),
      ].filter((text) => text !== undefined).join('\n');
    case 'namespace': {
      const counts = model.level(node).counts;
      return [displayShort(node.prefix, maxTooltip), counts.end === undefined ? undefined : describeCounts(counts, undefined)]
        .filter((text) => text !== undefined).join('\n');
    }
    case 'key':
      return `${displayShort(node.name, maxTooltip)}\n${await keyFacts(node, model)}`;
    case 'member':
      return memberText(node);
    case 'range':
    case 'more':
    case 'notice':
      return undefined;
  }
}

const cut = (bytes: Buffer): string => displayShort(bytes, maxTooltip);

function memberText({ row }: NodeOf<'member'>): string {
  switch (row.kind) {
    case 'field':
      return `${cut(row.field)}\n${cut(row.value)}`;
    case 'member':
    case 'scored':
      return cut(row.member);
    case 'item':
      return cut(row.value);
    case 'entry':
      return shorten(row.fields.map(([field, value]) => `${cut(field)}: ${cut(value)}`).join('\n'), maxTooltip);
  }
}

async function keyFacts(node: NodeOf<'key'>, model: ExplorerModel): Promise<string> {
  try {
    const facts = await readMetadata(model.session(node.ref), node.name);
    const lines = [
      vscode.l10n.t('Type: {0}', facts.encoding === undefined ? facts.type : `${facts.type} (${facts.encoding})`),
      facts.ttl === undefined ? vscode.l10n.t('Time to live: no expiry') : vscode.l10n.t('Time to live: {0}', formatTtl(facts.ttl)),
    ];
    if (facts.length !== undefined) lines.push(facts.type === 'string' ? vscode.l10n.t('Length: {0}', formatBytes(facts.length)) : vscode.l10n.t('Members: {0}', formatCount(facts.length)));
    if (facts.memory !== undefined) lines.push(vscode.l10n.t('Memory: {0}', formatBytes(facts.memory)));
    return lines.join('\n');
  } catch (error) {
    return isFailure(error, 'vanished') ? vscode.l10n.t('This key no longer exists.') : messageOf(error);
  }
}
