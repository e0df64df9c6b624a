import { createRdbWriter } from '../../protocol/rdb/writer.ts';
import type { RdbWriter } from '../../protocol/rdb/writer.ts';
import type { ServerState } from '../state.ts';
import { findValue } from '../store/database.ts';
import { dictForEach, dictSize } from '../store/dict.ts';
import { frequencyOf, idleSeconds } from '../store/frequency.ts';
import { NO_EXPIRY } from '../store/value.ts';
import type { Bytes, Value } from '../store/value.ts';
import { encodeOptions } from './encodeOptions.ts';
import { hasFieldTimes, toRdb } from './toRdb.ts';

/** Bytes after which a piece of the file is handed on. */
const PIECE = 1024 * 1024;

/**
 * Writes the whole data set as a file, in pieces, at once: nothing else may happen meanwhile. `libraries` are the sources of the
 * libraries of functions. O(size of the data).
 */
export function saveAll(server: ServerState, libraries: readonly Bytes[], write: (piece: Buffer) => void): void {
  const options = encodeOptions(server.config);
  const writer = createRdbWriter<Bytes>({ ...options, version: holdsExpiringFields(server) ? 12 : options.version, checksum: server.config.get('rdbchecksum') === 'yes' });
  writeAbout(writer, server);
  for (const source of libraries) writer.library(source);
  const now = Math.floor(server.clock.now());
  const access = accessOf(server, now);
  for (const db of server.databases) {
    const keys = dictSize(db.dict);
    if (keys === 0) continue;
    writer.database(db.index, keys, dictSize(db.volatile));
    dictForEach(db.dict, ({ key, value }) => {
      writer.key({ key, value: toRdb(value), expireAt: value.expireAt === NO_EXPIRY ? undefined : value.expireAt, ...access(value) });
      if (writer.held() > PIECE) write(writer.take());
    });
  }
  writer.end();
  write(writer.take());
}

/** True if a field of some hash expires. Every hash that ever had such a field is in the lists that this looks at. */
function holdsExpiringFields(server: ServerState): boolean {
  return server.databases.some((db) => [...db.fieldKeys].some((key) => {
    const value = findValue(db, key);
    return value !== undefined && hasFieldTimes(value);
  }));
}

/** What Redis tells about a file it writes. */
function writeAbout(writer: RdbWriter<Bytes>, server: ServerState): void {
  writer.aux('redis-ver', server.config.version);
  writer.aux('redis-bits', '64');
  writer.aux('ctime', Math.floor(server.clock.now() / 1000).toString());
  writer.aux('used-mem', Math.floor(server.databases.reduce((bytes, db) => bytes + db.bytes, 0)).toString());
  writer.aux('aof-base', '0');
}

/** When or how often a value was used, where the policy makes that worth keeping. */
function accessOf({ config }: ServerState, now: number): (value: Value) => { idle?: number; frequency?: number } {
  if (config.countsAccesses()) {
    const decay = config.number('lfu-decay-time');
    return (value) => ({ frequency: frequencyOf(value, now, decay) });
  }
  return config.get('maxmemory-policy').endsWith('lru') ? (value) => ({ idle: idleSeconds(value, now) }) : () => ({});
}
