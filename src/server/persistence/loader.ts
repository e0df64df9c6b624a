import { RdbError, latin1Kind } from '../../protocol/rdb/bytes.ts';
import type { ByteKind } from '../../protocol/rdb/bytes.ts';
import { createRdbParser, keyInError } from '../../protocol/rdb/parser.ts';
import type { RdbKeyRecord, RdbPlace, RdbRecord } from '../../protocol/rdb/parser.ts';
import type { ServerState } from '../state.ts';
import { addValue } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { dictExpand } from '../store/dict.ts';
import { setFrequency } from '../store/frequency.ts';
import type { Bytes, Stored } from '../store/value.ts';
import { fromRdb } from './fromRdb.ts';
import { packing } from './packing.ts';

/** What came of a file. */
export interface Loaded {
  keys: number;
  /** Keys that were left out, since their time was over. */
  expired: number;
  /** Collections without elements that were left out: an old fault of Redis wrote such. */
  empty: number;
  /** Where in which stream of replication the data are, and the database that it is in; '' for none. */
  readonly stream: { id: string; offset: number; database: number };
}

/** Takes a file into the databases, piece by piece. */
export interface Loader {
  readonly loaded: Loaded;
  push(chunk: Buffer): void;
  /** Bytes of all records so far. */
  offset(): number;
  /** Says that no more comes. */
  finish(): void;
  /** Takes in up to `count` records; false when there are no more for now. Throws RdbError; what came before it stays. */
  step(count: number): boolean;
}

/** How values are taken in. */
export interface Taking {
  /** Makes keys and what is said about the file, and the strings within values. */
  readonly kinds: readonly [keys: ByteKind<Bytes>, inside: ByteKind<Bytes>];
  /** The value of a record; its expiry and access are set afterwards. `bytesOf` answers the bytes of its place. Throws RdbError. */
  readonly make: (record: RdbKeyRecord<Bytes>, bytesOf: (place: RdbPlace) => Buffer) => Stored;
  /** False if the key is there already. */
  readonly put: (database: Database, key: Bytes, value: Stored) => boolean;
  /** Those of the server by default. */
  readonly databases?: readonly Database[];
  /** Keys past their time are taken in: a master will say when they go. By default where there is one. */
  readonly keepsExpired?: boolean;
}

/** As a server takes them in that has the data in memory. */
export function intoMemory(server: ServerState): Taking {
  return { kinds: [latin1Kind, latin1Kind], make: packing(server.environment, fromRdb), put: addValue };
}

/** Empty keys that are named in the log. */
const MOST_NAMED = 10;
/** Largest number of keys that a table is made for at once, and fewest bytes that one takes: a damaged file may tell any number. */
const MOST_AT_ONCE = 10_000_000;
const KEY = 3;

/**
 * Makes a loader; `loadLibrary` takes in a library of functions. Keys that are there already are an error, as they are for Redis.
 * `accept` is shown every record before it is taken in, and leaves out what it answers false for; it may set the server's clock.
 * `size`: of the file, bytes, where it is known.
 */
export function createLoader(
  server: ServerState, loadLibrary: (source: Bytes) => void, accept: (record: RdbRecord<Bytes>) => boolean = () => true,
  { kinds, make, put, databases = server.databases, keepsExpired = server.config.get('replicaof') !== '' }: Taking = intoMemory(server), size = Infinity,
): Loader {
  const parser = createRdbParser(...kinds, size);
  const loaded: Loaded = { keys: 0, expired: 0, empty: 0, stream: { id: '', offset: -1, database: 0 } };
  let now = Math.floor(server.clock.now());
  let database = databases[0] as Database;

  const valueOf = (record: RdbKeyRecord<Bytes>): Stored => {
    try {
      return make(record, parser.bytes);
    } catch (error) {
      throw error instanceof RdbError ? new RdbError(error.fault, `${error.message} (key ${keyInError(record.key)})`, record.offset, record.type) : error;
    }
  };
  const takeKey = (record: RdbKeyRecord<Bytes>): void => {
    const { key, value: told, expireAt, idle, frequency, offset } = record;
    if (expireAt !== undefined && expireAt < now && !keepsExpired) {
      loaded.expired += 1;
      return;
    }
    if (isEmpty(told)) {
      if (loaded.empty < MOST_NAMED) server.outside.log('warning', `rdbLoadObject skipping empty key: ${key}`);
      loaded.empty += 1;
      return;
    }
    const value = valueOf(record);
    if (expireAt !== undefined) value.expireAt = expireAt;
    value.accessed = Math.floor(now / 1000) - Number(idle ?? 0);
    if (frequency !== undefined) setFrequency(value, frequency, now);
    if (!put(database, key, value)) throw new RdbError('corrupt', `the key ${keyInError(key)} is there twice`, offset);
    loaded.keys += 1;
  };
  const takeLibrary = (source: Bytes, offset: number): void => {
    try {
      loadLibrary(source);
    } catch (error) {
      throw new RdbError('corrupt', `a library of functions that does not load: ${error instanceof Error ? error.message : String(error)}`, offset);
    }
  };
  const takeRecord = (record: RdbRecord<Bytes>): void => {
    switch (record.kind) {
      case 'key': return takeKey(record);
      case 'database': {
        const found = databases[record.index];
        if (found === undefined) throw new RdbError('unsupported', `keys of database ${record.index}, and this server has ${databases.length}: set databases higher`, parser.offset());
        database = found;
        return;
      }
      case 'size':
        dictExpand(database.dict, Math.min(Number(record.keys), MOST_AT_ONCE, size / KEY));
        return;
      case 'function':
        takeLibrary(record.source, parser.offset());
        return;
      case 'aux':
        now = Math.floor(server.clock.now());
        tellAbout(server, record.name, record.value);
        noteStream(loaded.stream, record.name, record.value);
        return;
      case 'header':
        if (record.version > server.newestRdb) throw new RdbError('unsupported', `Can't handle RDB format version ${String(record.version)}`, 0);
        return;
      case 'slot':
      case 'slotImport':
      case 'moduleAux':
      case 'end':
    }
  };
  return {
    loaded,
    push: (chunk) => parser.push(chunk),
    offset: () => parser.offset(),
    finish: () => parser.finish(),
    step(count) {
      for (let left = count; left > 0; left -= 1) {
        const record = parser.next();
        if (record === undefined) return false;
        if (accept(record)) takeRecord(record);
      }
      return true;
    },
  };
}

/** What Redis writes into its log about a file. */
function tellAbout({ clock, outside }: ServerState, name: Bytes, value: Bytes): void {
  if (name === 'redis-ver') outside.log('notice', `Loading RDB produced by version ${value}`);
  else if (name === 'ctime') outside.log('notice', `RDB age ${Math.max(0, Math.floor(clock.now() / 1000) - Number(value))} seconds`);
  else if (name === 'used-mem') outside.log('notice', `RDB memory usage when created ${(Number(value) / 1024 / 1024).toFixed(2)} Mb`);
}

function isEmpty(value: RdbKeyRecord<Bytes>['value']): boolean {
  switch (value.type) {
    case 'list': return value.items.length === 0;
    case 'set':
    case 'zset': return value.members.length === 0;
    case 'hash': return value.pairs.length === 0;
    case 'string':
    case 'stream':
    case 'module': return false;
  }
}

function noteStream(stream: Loaded['stream'], name: Bytes, value: Bytes): void {
  if (name === 'repl-id' && value.length === 40) stream.id = value;
  else if (name === 'repl-offset') stream.offset = Number(value);
  else if (name === 'repl-stream-db') stream.database = Number(value);
}
