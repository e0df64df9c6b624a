import { latin1Kind } from '../../protocol/rdb/bytes.ts';
import { decodeDump, payloadBody } from '../../protocol/rdb/dump.ts';
import type { RdbConsumer, RdbGroup, RdbStream, RdbStreamId, RdbValue } from '../../protocol/rdb/value.ts';
import { assertNever } from '../failure.ts';

/** In what two values differ; the first that was found, in this order. */
export type ValueDifference =
  | 'type'
  | 'value' // bytes, items and their order, members, scores, fields, entries
  | 'field-expiry' // fields of a hash that expire
  | 'stream' // last ID, deleted ID, number of entries ever added, producers whose entries are taken once
  | 'groups'; // consumer groups, what is pending in them, their consumers

/** In what a key differs between source and target. */
export type KeyDifference =
  | 'missing' // the target lacks it
  | 'extra' // the source lacks it
  | 'expiry' // it ends at another time, or never
  | ValueDifference
  | 'too-large' // not compared: too large to be read as one, and not to be read by pieces
  | 'refused' // the user may not read it
  | 'unreadable'; // a value that this version does not know, and not the same bytes

type Value = RdbValue<string>;
type Of<T extends Value['type']> = Extract<Value, { readonly type: T }>;

/**
 * In what the values of two DUMP payloads differ, or undefined. Equal bytes are equal values; other bytes may be too (encodings,
 * the order of a hash table, the version of the format), so those are decoded. When a consumer was last seen is not looked at:
 * commands that read move it. O(size). Throws RdbError for a payload that does not decode.
 */
export function compareDumps(left: Buffer, right: Buffer): ValueDifference | undefined {
  if (payloadBody(left).equals(payloadBody(right))) return undefined;
  return compareValues(decodeDump(left, latin1Kind), decodeDump(right, latin1Kind));
}

/** In what two values differ, or undefined. Texts are bytes as latin1. */
export function compareValues(left: Value, right: Value): ValueDifference | undefined {
  switch (left.type) {
    case 'string':
      return right.type !== 'string' ? 'type' : when(left.value !== right.value, 'value');
    case 'list':
      return right.type !== 'list' ? 'type' : when(!sameItems(left.items, right.items), 'value');
    case 'set':
      return right.type !== 'set' ? 'type' : when(!sameItems([...left.members].sort(), [...right.members].sort()), 'value');
    case 'zset':
      return right.type !== 'zset' ? 'type' : when(!sameMaps(scoresOf(left), scoresOf(right), Object.is), 'value');
    case 'hash':
      return right.type !== 'hash' ? 'type' : compareHashes(left, right);
    case 'stream':
      return right.type !== 'stream' ? 'type' : compareStreams(left, right);
    case 'module':
      return right.type !== 'module' || left.module !== right.module ? 'type' : when(!left.body.equals(right.body), 'value');
    default:
      return assertNever(left);
  }
}

function when(different: boolean, kind: ValueDifference): ValueDifference | undefined {
  return different ? kind : undefined;
}

function sameItems<T>(left: readonly T[], right: readonly T[], same: (a: T, b: T) => boolean = Object.is): boolean {
  return left.length === right.length && left.every((item, index) => same(item, right[index] as T));
}

function sameMaps<T>(left: ReadonlyMap<string, T>, right: ReadonlyMap<string, T>, same: (a: T, b: T) => boolean): boolean {
  if (left.size !== right.size) return false;
  for (const [key, value] of left) if (!right.has(key) || !same(value, right.get(key) as T)) return false;
  return true;
}

function scoresOf({ members }: Of<'zset'>): ReadonlyMap<string, number> {
  return new Map(members.map(({ member, score }) => [member, score]));
}

function compareHashes(left: Of<'hash'>, right: Of<'hash'>): ValueDifference | undefined {
  if (!sameMaps(fieldsOf(left), fieldsOf(right), Object.is)) return 'value';
  return when(!sameMaps(expiriesOf(left), expiriesOf(right), Object.is), 'field-expiry');
}

function fieldsOf({ pairs }: Of<'hash'>): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (let at = 0; at < pairs.length; at += 2) fields.set(pairs[at] as string, pairs[at + 1] as string);
  return fields;
}

function expiriesOf({ pairs, expiries }: Of<'hash'>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [index, expiry] of (expiries ?? []).entries()) if (expiry !== undefined) found.set(pairs[index * 2] as string, String(expiry));
  return found;
}

function compareStreams(left: RdbStream<string>, right: RdbStream<string>): ValueDifference | undefined {
  if (!sameItems(left.entries, right.entries, (a, b) => sameId(a.id, b.id) && sameItems(a.fields, b.fields))) return 'value';
  if (!sameId(left.lastId, right.lastId) || !sameId(left.maxDeletedId, right.maxDeletedId) || left.entriesAdded !== right.entriesAdded || producersOf(left) !== producersOf(right)) return 'stream';
  return when(!sameMaps(named(left.groups), named(right.groups), sameGroup), 'groups');
}

/** What it remembers of its producers. */
function producersOf({ idempotency }: RdbStream<string>): string {
  return JSON.stringify(idempotency, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

function named<T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}

function sameId(left: RdbStreamId, right: RdbStreamId): boolean {
  return left.ms === right.ms && left.seq === right.seq;
}

function sameGroup(left: RdbGroup<string>, right: RdbGroup<string>): boolean {
  return sameId(left.lastId, right.lastId)
    && left.entriesRead === right.entriesRead
    && sameItems(left.pending, right.pending, (a, b) => sameId(a.id, b.id) && a.deliveredAt === b.deliveredAt && BigInt(a.deliveries) === BigInt(b.deliveries))
    && sameMaps(named(left.consumers), named(right.consumers), sameConsumer);
}

function sameConsumer(left: RdbConsumer<string>, right: RdbConsumer<string>): boolean {
  return sameItems(left.pending, right.pending, sameId);
}
