import { latin1Kind } from '../../protocol/rdb/bytes.ts';
import type { RdbKeyRecord } from '../../protocol/rdb/parser.ts';
import { keyInError } from '../../protocol/rdb/parser.ts';
import type { ServerState } from '../state.ts';
import { addValue, putUnread } from '../store/database.ts';
import { unreadValue } from '../store/unread.ts';
import type { Kind, Unread } from '../store/unread.ts';
import { NO_EXPIRY } from '../store/value.ts';
import type { Bytes, Value } from '../store/value.ts';
import { createCounter, indexCost, keyCost, wholeCost } from './estimate.ts';
import { createFileContents } from './fileContents.ts';
import type { SourceFile } from './fileContents.ts';
import type { RecordNotes } from './fileRecords.ts';
import { fromFile } from './fromRdb.ts';
import type { Taking } from './loader.ts';
import { packing } from './packing.ts';

/** Why a file does not fit, and the bytes of memory that it would take. */
export interface TooLarge {
  readonly kind: 'too-large';
  readonly estimate: number;
  /** All of the data; the names of so many keys; or the value of that key, beside the names. */
  readonly of: { readonly what: 'data' } | { readonly what: 'names'; readonly keys: number } | { readonly what: 'value'; readonly key: string };
}

/** How the keys of a file are taken in, and whether they fit. */
export interface FileTaking extends Taking {
  /** Undefined while all fits. `unread`: bytes that have arrived of a record that is not complete. */
  tooLarge(unread: number): TooLarge | undefined;
}

/** Everything into memory, to be changed. */
export function takeWhole(server: ServerState, notes: RecordNotes, { size }: SourceFile, maxMemory: number): FileTaking {
  return {
    kinds: [latin1Kind, latin1Kind],
    make: packing(server.environment, fromFile),
    put: addValue,
    tooLarge() {
      const estimate = wholeCost(size, notes.told());
      return estimate > maxMemory ? { kind: 'too-large', estimate, of: { what: 'data' } } : undefined;
    },
  };
}

/** Share of the memory that a single value may have arrived with when it is not complete: it is there twice until it is. */
const INCOMPLETE = 1 / 2;

/** Names, types and times; values stay in the file until they are looked into. */
export function takeNames(server: ServerState, notes: RecordNotes, file: SourceFile, maxMemory: number): FileTaking {
  const counter = createCounter();
  let names = 0;
  let keys = 0;
  let largest: { readonly weight: number; readonly key: Bytes } = { weight: 0, key: '' };
  const contents = createFileContents({
    file,
    environment: server.environment,
    dialect: () => notes.header()?.dialect ?? 'redis',
    room: () => maxMemory - names,
  });
  return {
    kinds: [counter.keys, counter.inside],
    make(record) {
      const { key, type, value, expireAt, place } = record;
      const weight = counter.weight(value, place.length);
      names += keyCost(key.length, expireAt !== undefined);
      keys += 1;
      if (weight > largest.weight) largest = { weight, key };
      return unreadValue(contents, kindOf(value), { ...place, rdbType: type, weight }, expireAt ?? NO_EXPIRY);
    },
    put: (db, key, value) => putUnread(db, key, value as Value & Unread),
    tooLarge(unread) {
      const index = Math.max(names, indexCost(file.size, notes.told()));
      if (index > maxMemory) return { kind: 'too-large', estimate: index, of: { what: 'names', keys: Math.max(keys, notes.told()) } };
      if (unread > maxMemory * INCOMPLETE) return { kind: 'too-large', estimate: index + unread / INCOMPLETE, of: { what: 'value', key: '' } };
      const estimate = index + largest.weight;
      return estimate > maxMemory ? { kind: 'too-large', estimate, of: { what: 'value', key: keyInError(largest.key) } } : undefined;
    },
  };
}

function kindOf(value: RdbKeyRecord<Bytes>['value']): Kind {
  switch (value.type) {
    case 'hash': return { type: 'hash', fieldsExpire: value.expiries !== undefined };
    case 'module': return { type: 'module', module: value.module };
    default: return { type: value.type };
  }
}
