import type { RdbRecord } from '../../protocol/rdb/parser.ts';
import type { RdbDialect } from '../../protocol/rdb/value.ts';
import type { Bytes } from '../store/value.ts';

/** What a file tells of itself. */
export interface FileHeader {
  readonly dialect: RdbDialect;
  /** Of the format. */
  readonly version: number;
}

/** What stands in a file beside its keys. */
export interface FileNotes {
  /** `redis 7.0.15`, `valkey 8.1.0`; undefined where the file does not tell. */
  readonly writer: string | undefined;
  /** When it was written, ms since the epoch; undefined where the file does not tell. */
  readonly savedAt: number | undefined;
  /** Libraries of functions, none of which is loaded: that would run what the file holds. */
  readonly libraries: number;
  /** Values that only a module understands, by the module's type. */
  readonly modules: readonly { readonly module: string; readonly keys: number }[];
}

/** Looks at records on their way. */
export interface RecordNotes {
  /** Notes a record; false for one that is left out. */
  accept(record: RdbRecord<Bytes>): boolean;
  header(): FileHeader | undefined;
  /** Keys that the file has told of so far. */
  told(): number;
  facts(): FileNotes;
}

/** Makes notes of a file; `onSavedAt` hears when it was written, ms since the epoch. */
export function noteRecords(onSavedAt: (time: number) => void): RecordNotes {
  let header: FileHeader | undefined;
  let writer: string | undefined;
  let savedAt: number | undefined;
  let libraries = 0;
  let told = 0;
  const modules = new Map<string, number>();
  const takeAux = (name: Bytes, value: Bytes): void => {
    if (name === 'redis-ver') writer ??= `redis ${value}`;
    else if (name === 'valkey-ver') writer = `valkey ${value}`;
    else if (name === 'ctime' && /^[1-9]\d{0,11}$/.test(value)) onSavedAt((savedAt = Number(value) * 1000));
  };
  return {
    accept(record) {
      switch (record.kind) {
        case 'header':
          header = { version: record.version, dialect: record.dialect };
          return true;
        case 'aux':
          takeAux(record.name, record.value);
          return true;
        case 'size':
          told += Number(record.keys);
          return true;
        case 'function':
          libraries += 1;
          return false;
        case 'key':
          if (record.value.type === 'module') modules.set(record.value.module, (modules.get(record.value.module) ?? 0) + 1);
          return true;
        case 'database':
        case 'slot':
        case 'slotImport':
        case 'moduleAux':
        case 'end':
          return true;
      }
    },
    header: () => header,
    told: () => told,
    facts: () => ({ writer, savedAt, libraries, modules: [...modules].map(([module, count]) => ({ module, keys: count })) }),
  };
}
