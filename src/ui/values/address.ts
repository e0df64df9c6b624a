import * as vscode from 'vscode';
import { displayShort, shorten } from '../../core/keyspace/display.ts';
import { valueScheme } from '../platform/contributions.ts';

/** What a value document shows: a key, or one member of it. */
export interface ValueAddress {
  readonly connectionId: string;
  readonly database: number;
  readonly key: Buffer;
  readonly member: MemberAddress | undefined;
  /** Which window of a long value, from 0. */
  readonly part: number;
}

export type MemberAddress =
  | { readonly kind: 'field'; readonly field: Buffer }
  | { readonly kind: 'member'; readonly member: Buffer }
  | { readonly kind: 'scored'; readonly member: Buffer }
  | { readonly kind: 'item'; readonly index: number }
  | { readonly kind: 'entry'; readonly id: string };

const maxTitle = 60;

/** `/` would begin another folder of the path. */
const asSegment = (text: string): string => text.replaceAll('/', '∕');

/** The document's URI. The path is for people (it names tab and breadcrumbs); authority, database and query are the address, as bytes. */
export function valueUri(address: ValueAddress, connection: string, { extension, parts }: { readonly extension: 'txt' | 'json' | 'hex'; readonly parts: number }): vscode.Uri {
  const title = shorten(memberTitle(address) ?? displayShort(address.key, maxTitle), maxTitle);
  const suffix = parts > 1 ? ` (${vscode.l10n.t('part {0} of {1}', address.part + 1, parts)})` : '';
  const query = new URLSearchParams({ key: address.key.toString('base64url') });
  if (address.member !== undefined) query.set(address.member.kind, memberText(address.member));
  if (address.part > 0) query.set('part', String(address.part));
  return vscode.Uri.from({
    scheme: valueScheme, authority: address.connectionId, path: `/${asSegment(shorten(connection, maxTitle))}/db${address.database}/${asSegment(title)}${suffix}.${extension}`, query: query.toString(),
  });
}

function memberTitle({ key, member }: ValueAddress): string | undefined {
  if (member === undefined) return undefined;
  return `${displayShort(key, maxTitle)} › ${member.kind === 'item' || member.kind === 'entry' ? memberText(member) : displayShort('field' in member ? member.field : member.member, maxTitle)}`;
}

function memberText(member: MemberAddress): string {
  switch (member.kind) {
    case 'field':
      return member.field.toString('base64url');
    case 'member':
    case 'scored':
      return member.member.toString('base64url');
    case 'item':
      return String(member.index);
    case 'entry':
      return member.id;
  }
}

/** The address a URI stands for, or undefined for a URI that is none of ours. */
export function parseValueUri(uri: vscode.Uri): ValueAddress | undefined {
  const query = new URLSearchParams(uri.query);
  const key = query.get('key');
  const database = Number(/\/db(\d+)\/[^/]*$/.exec(uri.path)?.[1] ?? Number.NaN);
  const part = Number(query.get('part') ?? 0);
  if (uri.scheme !== valueScheme || key === null || !Number.isInteger(database) || !Number.isInteger(part) || part < 0) return undefined;
  return { connectionId: uri.authority, database, key: Buffer.from(key, 'base64url'), member: parseMember(query), part };
}

function parseMember(query: URLSearchParams): MemberAddress | undefined {
  const bytes = (name: string): Buffer | undefined => {
    const text = query.get(name);
    return text === null ? undefined : Buffer.from(text, 'base64url');
  };
  const field = bytes('field');
  if (field !== undefined) return { kind: 'field', field };
  const member = bytes('member');
  if (member !== undefined) return { kind: 'member', member };
  const scored = bytes('scored');
  if (scored !== undefined) return { kind: 'scored', member: scored };
  const index = query.get('item');
  if (index !== null && Number.isInteger(Number(index))) return { kind: 'item', index: Number(index) };
  const id = query.get('entry');
  return id === null ? undefined : { kind: 'entry', id };
}
