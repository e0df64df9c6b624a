import type { Reply } from '../../protocol/resp/reply.ts';
import { loadFromFile } from '../persistence/files.ts';
import { fromRdb } from '../persistence/fromRdb.ts';
import { save } from '../persistence/save.ts';
import { toRdb } from '../persistence/toRdb.ts';
import type { Context } from '../state.ts';
import { addValue, clearDatabase, isExpired, putValue, removeValue, touchAllWatchers, unpacked } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { dictExpand, dictForEach } from '../store/dict.ts';
import { inheritFrequency } from '../store/frequency.ts';
import { makeString } from '../store/stringValue.ts';
import type { Bytes, Stored } from '../store/value.ts';
import { invalidateAll } from '../clients/tracking.ts';
import { clear as clearFunctions, install } from './functions.ts';
import { OK, changed, fail, lookupWrite, positiveArg, putAnnounced } from './support.ts';

/** Room for so many keys at most is made at once. */
const MOST_AT_ONCE = 2 ** 22;

/** DEBUG POPULATE count [prefix] [size] */
export function populate(context: Context, [countText = '', prefix = 'key', sizeText]: readonly Bytes[]): Reply {
  const count = positiveArg(countText);
  const size = sizeText === undefined ? 0 : positiveArg(sizeText);
  const db = context.database;
  dictExpand(db.dict, Math.min(count, MOST_AT_ONCE));
  for (let index = 0; index < count; index += 1) {
    const key = `${prefix}:${index}`;
    if (lookupWrite(context, key) !== undefined) continue;
    const text = `value:${index}`;
    const value = size === 0 ? makeString(text) : makeString(text.slice(0, size).padEnd(size, '\0'));
    value.accessed = Math.floor(context.now / 1000);
    putAnnounced(context, key, value);
    changed(context, key);
  }
  return OK;
}

type Entries = readonly (readonly [Bytes, Stored])[];

function entriesOf(db: Database): Entries {
  const entries: [Bytes, Stored][] = [];
  dictForEach(db.dict, ({ key, value }) => {
    entries.push([key, value]);
  });
  return entries;
}

/** Everything anew, as it would come out of a file: values in the encoding of a loaded one, expired keys left out, used just now; functions as they begin. */
function loadAgain({ server, now }: Context): void {
  const libraries = [...server.scripting.libraries.values()];
  clearFunctions(server);
  for (const { code } of libraries) install(server, code, false);
  for (const db of server.databases) {
    for (const [key, value] of entriesOf(db)) {
      if (isExpired(value, now)) {
        removeValue(db, key);
        continue;
      }
      const loaded = fromRdb(toRdb(unpacked(value)), server.environment);
      loaded.expireAt = value.expireAt;
      if (server.config.countsAccesses()) inheritFrequency(loaded, value, now);
      else loaded.accessed = Math.floor(now / 1000);
      putValue(db, key, loaded);
    }
  }
}

/** Saves, empties and loads, or what the options leave of that. Keys and libraries that stay give way to those of the file. */
function throughFile({ server }: Context, path: string, has: (option: string) => boolean): boolean {
  if (!has('NOSAVE') && !save(server, path)) return false;
  const before = server.databases.map(entriesOf);
  for (const db of server.databases) clearDatabase(db);
  if (!has('NOFLUSH')) clearFunctions(server);
  const putBack = (): void => {
    for (const [index, entries] of before.entries()) {
      const db = server.databases[index];
      if (db !== undefined) for (const [key, value] of entries) addValue(db, key, value);
    }
  };
  try {
    loadFromFile(server, path, (code) => void install(server, code, has('MERGE')));
  } catch (error) {
    if (has('NOFLUSH')) putBack();
    server.outside.log('warning', `Error trying to load the RDB dump: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
  if (has('NOFLUSH')) putBack();
  return true;
}

/** DEBUG RELOAD [MERGE] [NOFLUSH] [NOSAVE]; a server without a file takes all from memory to memory, whatever the options say. */
export function reload(context: Context, options: readonly Bytes[]): Reply {
  const given = new Set(options.map((option) => option.toUpperCase()));
  if (![...given].every((option) => ['MERGE', 'NOFLUSH', 'NOSAVE'].includes(option))) fail('ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.');
  const { dataFile, log } = context.server.outside;
  // Nothing makes way for libraries of the file that are there already.
  if (given.has('NOFLUSH') && !given.has('MERGE') && context.server.scripting.libraries.size > 0) fail('ERR Error trying to load the RDB dump');
  // What is emptied first is new to those who watch or keep it.
  if (!given.has('NOFLUSH')) {
    for (const db of context.server.databases) touchAllWatchers(db, context.now);
    invalidateAll(context.server);
  }
  if (dataFile === undefined) loadAgain(context);
  else if (!throughFile(context, dataFile(), (option) => given.has(option))) fail('ERR Error trying to load the RDB dump');
  log('warning', 'DB reloaded by DEBUG RELOAD');
  return OK;
}
