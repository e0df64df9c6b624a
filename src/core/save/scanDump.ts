import { createDumpedWriter, type DumpedWriter } from '../../protocol/rdb/dumpedWriter.ts';
import { FOOTER, VALKEY } from '../../protocol/rdb/dump.ts';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import type { Clock } from '../connection/ports.ts';
import type { ConnectionProfile } from '../connection/profile.ts';
import type { ServerFacts, Sessions } from '../connection/session.ts';
import { endpointLabel } from '../connection/url.ts';
import { Failure, isFailure } from '../failure.ts';
import type { DatabaseList } from '../keyspace/databases.ts';
import { createScanPages } from '../transfer/namePages.ts';
import { createReader, type Held, type Reader } from '../transfer/reader.ts';
import { argumentValue } from '../transfer/requests.ts';
import { walkValues } from '../transfer/walkValues.ts';
import { createWire, frameCopy, marks, type Wire } from '../transfer/wire.ts';
import { l10n } from '../../l10n.ts';
import { writeDumpedKey, type DumpSink } from './dumpedKey.ts';
import { createSoundNames } from './soundNames.ts';
import type { TargetFile } from './target.ts';

export interface ScanDumpDeps {
  readonly sessions: Sessions;
  readonly clock: Clock;
}

export interface ScanDumpOptions {
  readonly profile: ConnectionProfile;
  readonly facts: ServerFacts;
  readonly databases: DatabaseList['databases'];
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly keys: number; readonly bytes: number }) => void;
  /** Ms without a byte while a reply is owed. */
  readonly patience: number;
}

/** What became of keys. */
interface DumpTally {
  keys: number;
  /** Gone between SCAN and DUMP. */
  vanished: number;
  /** The server would not show them. */
  refused: number;
  /** Its words for the first of those. */
  refusal: Failure | undefined;
}

export interface ScanDumpOutcome extends Readonly<DumpTally> {
  readonly libraries: boolean;
}

/** COUNT of SCAN. */
const COUNT = 1000;
/** Bytes that are held until they go to the file. */
const DRAIN = 256 * 1024;
/** Of a file without any value: every Redis since 5.0 reads it. */
const EMPTY_VERSION = 9;

/**
 * Writes what SCAN finds and DUMP tells, database by database, with the libraries of functions where the server lets us have
 * them. Not of one moment: what changes meanwhile is there in its old or its new form, and what comes or goes may be missing.
 *
 * Memory: the names of one database, each once (SCAN may tell them twice, and a file must not), some 13 bytes more for each, and
 * two batches of values. Throws Failure.
 */
export async function scanDump(deps: ScanDumpDeps, file: Pick<TargetFile, 'write'>, options: ScanDumpOptions): Promise<ScanDumpOutcome> {
  const { profile, databases, signal, patience } = options;
  const tally: DumpTally = { keys: 0, vanished: 0, refused: 0, refusal: undefined };
  const out = createSink(deps.clock, file, options.facts);
  let libraries: boolean | undefined;
  for (const { index, keys, expires } of databases.length > 0 ? databases : [{ index: 0, keys: 0, expires: 0 }]) {
    const wire = createWire(await deps.sessions.openChannel(profile, index, 'copy'), { where: endpointLabel(profile), signal, patience });
    try {
      libraries ??= await writeLibraries(wire, out);
      if (keys > 0) {
        out.select(index, keys, expires ?? 0);
        await dumpDatabase(await createReader(wire, { twice: true }), out, tally, options);
      }
    } finally {
      wire.close();
    }
  }
  await out.end();
  return { ...tally, libraries: libraries === true };
}

/** Answers whether there are any that the server lets us have. */
async function writeLibraries(wire: Wire, out: Sink): Promise<boolean> {
  let payload: Buffer | undefined;
  await wire.send(encodeRequest(['FUNCTION', 'DUMP']));
  await wire.frames(1, (frame) => {
    if (frame.mark === marks.bulk && !frame.absent) payload = argumentValue(frameCopy(frame));
  });
  if (payload === undefined) return false;
  out.writer(payload.readUInt16LE(payload.length - FOOTER)).libraries(payload);
  return payload.length > FOOTER;
}

interface Sink extends DumpSink {
  /** What follows is of this database. */
  select(index: number, keys: number, expires: number): void;
  readonly bytes: number;
  end(): Promise<void>;
}

function createSink(clock: Clock, file: Pick<TargetFile, 'write'>, facts: ServerFacts): Sink {
  let open: { readonly version: number; readonly writer: DumpedWriter } | undefined;
  let database: readonly [number, number, number] | undefined;
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const taken = open?.writer.take();
    if (taken === undefined) return;
    bytes += taken.length;
    await file.write(taken);
  };
  const start = (version: number): DumpedWriter => {
    const writer = createDumpedWriter(version);
    if (facts.version !== '') writer.aux(version >= VALKEY ? 'valkey-ver' : 'redis-ver', facts.version);
    writer.aux('redis-bits', '64');
    writer.aux('ctime', String(Math.floor(clock.now() / 1000)));
    open = { version, writer };
    return writer;
  };
  return {
    get bytes() {
      return bytes + (open?.writer.held() ?? 0);
    },
    select(...next) {
      database = next;
    },
    writer(version) {
      if (open !== undefined && open.version !== version) throw new Failure('server-changed', l10n.t('Another server answers by now, of another version. Nothing was saved; try again.'));
      const writer = open?.writer ?? start(version);
      if (database !== undefined) writer.database(...database);
      database = undefined;
      return writer;
    },
    async drain() {
      if (open !== undefined && open.writer.held() >= DRAIN) await flush();
    },
    async end() {
      (open?.writer ?? start(EMPTY_VERSION)).end();
      await flush();
    },
  };
}

/** Writes what was read while more is on its way. */
async function dumpDatabase(reader: Reader, sink: Sink, tally: DumpTally, { onProgress }: ScanDumpOptions): Promise<void> {
  const names = createSoundNames(createScanPages({ pattern: undefined, types: undefined }, COUNT));
  let before = Promise.resolve();
  const write = async (read: readonly Held[]): Promise<void> => {
    for (const { name, expireAt, payload } of read) {
      await writeDumpedKey(sink, argumentValue(name), argumentValue(payload), expireAt === '-1' ? undefined : BigInt(expireAt));
      tally.keys += 1;
    }
    onProgress({ keys: tally.keys, bytes: sink.bytes });
  };
  await walkValues(reader, names, {
    largest: Infinity,
    async values(_, read) {
      const held: Held[] = [];
      for (const one of read) {
        if (one === undefined) tally.vanished += 1;
        else if (isFailure(one)) {
          tally.refused += 1;
          tally.refusal ??= one;
        } else if (one.steady || !names.again(one.name)) held.push(one);
      }
      await before;
      before = write(held);
      // Whoever waits for it hears of a failure.
      before.catch(() => undefined);
    },
    // No value is.
    large: () => Promise.resolve(),
  });
  await before;
}
