import { holdsType } from '../../protocol/rdb/encodeValue.ts';
import type { EncodeOptions } from '../../protocol/rdb/encodeValue.ts';
import type { Steps } from '../../protocol/rdb/value.ts';
import { createRdbWriter } from '../../protocol/rdb/writer.ts';
import type { KeyToWrite, RdbWriter } from '../../protocol/rdb/writer.ts';
import type { ServerState } from '../state.ts';
import { unpacked } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { dictFind, dictScan, dictScanned, dictSize } from '../store/dict.ts';
import type { Dict, DictEntry } from '../store/dict.ts';
import { hashesWithTimes } from '../store/expiringFields.ts';
import { frequencyOf, idleSeconds } from '../store/frequency.ts';
import { NO_EXPIRY } from '../store/value.ts';
import type { Bytes, Stored } from '../store/value.ts';
import { encodeOptions } from './encodeOptions.ts';
import { freeze } from './freeze.ts';
import type { Frozen } from './freeze.ts';
import { toRdb } from './toRdb.ts';

/** A file in the making that holds the data of one instant, whatever changes while it is written. */
export interface Snapshot {
  /** Writes keys until `enough` answers true (it is asked after each, and after some elements of a large one); false once the whole file is written. */
  step(enough: () => boolean): boolean;
  /** Bytes written and not taken yet. */
  held(): number;
  /** Takes them. */
  take(): Buffer;
  /** Hands them to `sink`; they stand only while that runs. Many buffers would make V8 collect garbage again and again. */
  drain(sink: (bytes: Uint8Array) => void): void;
  /** Ends it before its time; a finished one is ended already. */
  stop(): void;
}

/** A table as it was at that instant, and how far it is written. */
interface Source {
  readonly index: number;
  readonly dict: Dict<Stored>;
  cursor: number;
  done: boolean;
  /** How many keys, and how many of them expire. */
  readonly sizes: readonly [keys: number, expires: number];
}

/** A key with a large value that waits to be written, as it was at that instant. */
interface Waiting {
  readonly source: Source;
  readonly frozen: Frozen;
  readonly entry: KeyToWrite<Bytes>;
}

/**
 * Starts a snapshot of all databases, or of those given, and of the libraries of functions (their sources). There is no fork: a key that changes
 * before it was written is written first (of a large one that moment is kept, and it is written in its turn), and one that came later is left out. FLUSHALL leaves it the tables, SWAPDB moves them
 * under it. At most one at a time. O(size of the data) in all.
 */
export function startSnapshot(server: ServerState, libraries: readonly Bytes[], databases: readonly Database[] = server.databases): Snapshot {
  const { signals } = server;
  const configured = encodeOptions(server.config);
  const options = { ...configured, version: holdsExpiringFields(server) ? 12 as const : configured.version };
  const writer = createRdbWriter<Bytes>({ ...options, checksum: server.config.get('rdbchecksum') === 'yes' });
  const access = accessOf(server, Math.floor(server.clock.now()));
  const sources = databases.map((db): Source => ({ index: db.index, dict: db.dict, cursor: 0, done: dictSize(db.dict) === 0, sizes: [dictSize(db.dict), dictSize(db.volatile)] }));
  /** What was written before the walk came to it, or came too late. */
  const passed = new Set<Stored>();
  /** Large values, first come first served; `steps` writes the first. */
  const waiting: Waiting[] = [];
  let steps: Steps | undefined;

  writeAbout(writer, server);
  for (const source of libraries) writer.library(source);
  /** Writes an element unless it is written. */
  const put = (source: Source, { key, value, hash }: DictEntry<Stored>): void => {
    const { index, cursor, sizes } = source;
    if (dictScanned(cursor, hash) || (passed.size > 0 && passed.has(value))) return;
    const expireAt = value.expireAt === NO_EXPIRY ? undefined : value.expireAt;
    const { idle, frequency } = access(value);
    const frozen = freeze(value);
    if (frozen !== undefined) return void waiting.push({ source, frozen, entry: { key, value: frozen.value, expireAt, idle, frequency } });
    writer.database(index, sizes[0], sizes[1]);
    writer.key({ key, value: toWrite(value, options), expireAt, idle, frequency });
  };
  /** Writes some more of the first that waits. */
  const goOn = ({ source, frozen, entry }: Waiting): void => {
    if (steps === undefined) {
      writer.database(source.index, ...source.sizes);
      steps = writer.keyInSteps(entry);
    }
    if (steps.next().done !== true) return;
    steps = undefined;
    frozen.release();
    waiting.shift();
  };
  const stop = (): void => {
    signals.keeper = undefined;
    for (const { frozen } of waiting) frozen.release();
  };
  signals.keeper = {
    keep(dict, key, value) {
      const source = sources.find((one) => one.dict === dict);
      if (source?.done !== false) return;
      const entry = dictFind(dict, key);
      if (entry?.value !== value) return;
      put(source, entry);
      passed.add(value);
    },
    leaveOut: (value) => passed.add(value),
  };
  let at = 0;
  return {
    step(enough) {
      for (;;) {
        while (sources[at]?.done === true) at += 1;
        const source = sources[at];
        const first = waiting[0];
        if (first !== undefined) goOn(first);
        else if (source !== undefined) {
          source.cursor = dictScan(source.dict, source.cursor, (entry) => put(source, entry));
          source.done = source.cursor === 0;
        } else {
          stop();
          writer.end();
          return false;
        }
        if (enough()) return true;
      }
    },
    held: () => writer.held(),
    take: () => writer.take(),
    drain: (sink) => writer.drain(sink),
    stop,
  };
}

/** A packed value as it is, where the version has its type and compressed strings are wanted. */
function toWrite(value: Stored, { version, compress }: EncodeOptions): KeyToWrite<Bytes>['value'] {
  if (value.type !== 'packed' || !compress || !holdsType(version, value.rdbType)) return toRdb(unpacked(value));
  return { type: 'encoded', rdbType: value.rdbType, bytes: value.bytes };
}

/** True if a field of some hash expires: INFO tells it too, as it decides what version of RDB a replica gets. */
function holdsExpiringFields(server: ServerState): boolean {
  return server.databases.some((db) => hashesWithTimes(db) > 0);
}

/** What Redis tells about a file it writes. */
function writeAbout(writer: RdbWriter<Bytes>, server: ServerState): void {
  writer.aux('redis-ver', server.config.version);
  writer.aux('redis-bits', '64');
  writer.aux('ctime', Math.floor(server.clock.now() / 1000).toString());
  writer.aux('used-mem', Math.floor(server.databases.reduce((bytes, db) => bytes + db.bytes, 0)).toString());
  const { link, backlog, offset, database } = server.replication;
  // Where in the stream this is: a replica's replica gets the stream as it comes, and that names a database only where it changes.
  if (backlog !== undefined) {
    writer.aux('repl-stream-db', String(link === undefined ? Math.max(0, database) : link.session?.database ?? link.cached?.database ?? 0));
    writer.aux('repl-id', server.replicationId);
    writer.aux('repl-offset', String(offset));
  }
  writer.aux('aof-base', '0');
}

const neither = {};

/** When or how often a value was used, where the policy makes that worth keeping. */
function accessOf({ config }: ServerState, now: number): (value: Stored) => Pick<KeyToWrite<Bytes>, 'idle' | 'frequency'> {
  if (config.countsAccesses()) {
    const decay = config.number('lfu-decay-time');
    return (value) => ({ frequency: frequencyOf(value, now, decay) });
  }
  return config.get('maxmemory-policy').endsWith('lru') ? (value) => ({ idle: idleSeconds(value, now) }) : () => neither;
}
