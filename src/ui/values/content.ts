import * as vscode from 'vscode';
import type { Clock } from '../../core/connection/ports.ts';
import { asBytes, asList, asText } from '../../core/connection/reply.ts';
import type { Command, Reply, Session } from '../../core/connection/session.ts';
import { Failure } from '../../core/failure.ts';
import type { ScanOptions } from '../../core/keyspace/keyspace.ts';
import { partOf, readStringPart, type ValuePart } from '../../core/value/parts.ts';
import { describeBytes, hexDump, renderCollection } from '../../core/value/text.ts';
import type { MemberRow } from '../../core/value/members.ts';
import { openMembers } from '../../core/value/openMembers.ts';
import { formatCount } from '../explorer/labels.ts';
import type { MemberAddress, ValueAddress } from './address.ts';

/** What a value document shows. */
export interface Content {
  readonly extension: 'txt' | 'json' | 'hex';
  /** The document's text as UTF-8: the value itself, a hex dump, or the first rows of a collection. */
  readonly bytes: Buffer;
  /** Windows that the value has; 1 unless it is longer than one. */
  readonly parts: number;
}

/** Bytes of a value that one document shows: the first megabyte opens, Show Next Part goes on. */
export const partSize = 1 << 20;

/** Reads what `address` names, one bounded window of it (of a collection: its first page). Throws Failure. */
export async function readContent(session: Session, address: ValueAddress, paging: { readonly options: ScanOptions; readonly clock: Clock }): Promise<Content> {
  if (address.member !== undefined) return contentOf(partOf(await readMember(session, address.key, address.member), address.part, partSize));
  const type = asText(await session.send(['TYPE', address.key]));
  switch (type) {
    case 'none':
      throw new Failure('vanished', vscode.l10n.t('This key no longer exists.'));
    case 'string':
      return contentOf(await readStringPart(session, address.key, address.part, partSize));
    case 'hash':
    case 'list':
    case 'set':
    case 'zset':
    case 'stream': {
      const members = openMembers(session, address.key, type, paging.options, paging.clock);
      await members.loadMore();
      const { shown } = members.counts;
      const more = members.hasMore ? `\n${vscode.l10n.t('… {0} of {1}; the tree pages through the rest', formatCount(shown), formatCount(members.length))}\n` : '';
      return { extension: 'txt', bytes: Buffer.from(renderCollection(members.hasMore ? members.rows : inOrder(members.rows)) + more), parts: 1 };
    }
    default:
      return { extension: 'txt', parts: 1, bytes: Buffer.from(vscode.l10n.t('Values of the type {0} belong to a module and cannot be shown yet.', type)) };
  }
}

/** A whole hash or set by name, a sorted set by score: in a hash table's own order two equal ones would look different. */
function inOrder(rows: readonly MemberRow[]): readonly MemberRow[] {
  return rows.toSorted((left, right) => {
    if (left.kind === 'field' && right.kind === 'field') return left.field.compare(right.field);
    if (left.kind === 'member' && right.kind === 'member') return left.member.compare(right.member);
    if (left.kind === 'scored' && right.kind === 'scored') return scoreOf(left.score) - scoreOf(right.score) || left.member.compare(right.member);
    return 0;
  });
}

function scoreOf(score: string): number {
  return score === 'inf' ? Number.MAX_VALUE : score === '-inf' ? -Number.MAX_VALUE : Number(score);
}

function contentOf({ bytes, offset, total }: ValuePart): Content {
  const parts = Math.max(1, Math.ceil(total / partSize));
  const language = describeBytes(bytes);
  if (language === 'hex') return { extension: 'hex', bytes: Buffer.from(hexDump(bytes, offset)), parts };
  return { extension: language === 'json' ? 'json' : 'txt', bytes, parts };
}

/** One member's bytes. Throws Failure `vanished` if it is gone. */
export async function readMember(session: Session, key: Buffer, member: MemberAddress): Promise<Buffer> {
  const ask = async (command: Command): Promise<Reply> => {
    const reply = await session.send(command);
    if (reply === null) throw gone();
    return reply;
  };
  switch (member.kind) {
    case 'field':
      return asBytes(await ask(['HGET', key, member.field]));
    case 'item':
      return asBytes(await ask(['LINDEX', key, String(member.index)]));
    case 'member':
    case 'scored':
      return member.member;
    case 'entry': {
      const entry = asList(await session.send(['XRANGE', key, member.id, member.id]))[0];
      if (entry === undefined) throw gone();
      const [, fields] = asList(entry);
      const pairs = asList(fields).map(asBytes);
      return Buffer.from(renderCollection([{ kind: 'entry', id: member.id, fields: pairs.flatMap((field, at) => (at % 2 === 0 ? [[field, pairs[at + 1] ?? Buffer.alloc(0)] as const] : [])) }]));
    }
  }
}

const gone = (): Failure => new Failure('vanished', vscode.l10n.t('This member no longer exists.'));
