import { createDumpedWriter, type DumpedWriter } from '../../protocol/rdb/dumpedWriter.ts';
import { FOOTER, VALKEY } from '../../protocol/rdb/dump.ts';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import type { Clock } from '../connection/ports.ts';
import type { ConnectionProfile } from '../connection/profile.ts';
import type { ServerFacts, Sessions } from '../connection/session.ts';
import { endpointLabel } from '../connection/url.ts';
import { cancelled, failureOfReply } from '../connection/failures.ts';
import { Failure } from '../failure.ts';
import type { DatabaseList } from '../keyspace/databases.ts';
import { createNameStore } from '../keyspace/nameStore.ts';
import { dumpBatch, type DumpSink, type DumpTally, type Wanted } from './dumpKeys.ts';
import { expiryProbe, expiryQuestion, type ExpiryQuestion } from '../keyspace/expiry.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
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

export interface ScanDumpOutcome extends Readonly<DumpTally> {
  readonly libraries: boolean;
}

/** Bytes of a batch of values that are asked for at once, keys of one, and batches under way. */
const BATCH_BYTES = 512 * 1024;
const BATCH_KEYS = 512;
const FIRST_KEYS = 16;
const UNDER_WAY = 2;
/** Names that are found ahead. */
const AHEAD = UNDER_WAY * BATCH_KEYS;
/** COUNT, doubled with every call up to what holds a server for a small part of a millisecond: our own DUMPs would mislead a measurement. */
const FIRST_COUNT = 100;
const MAX_COUNT = 1000;
/** Bytes that are held until they go to the file. */
const DRAIN = 256 * 1024;
/** Of a file without any value: every Redis since 5.0 reads it. */
const EMPTY_VERSION = 9;

/**
 * Writes what SCAN finds and DUMP tells, database by database, with the libraries of functions where the server lets us have
 * them. Not of one moment: what changes meanwhile is there in its old or its new form, and what comes or goes may be missing.
 *
 * Memory: the names of one database, each once (SCAN may tell them twice, and a file must not), some 13 bytes more for each, and
 * up to `UNDER_WAY` batches. Throws Failure.
 */
export async function scanDump(deps: ScanDumpDeps, file: Pick<TargetFile, 'write'>, options: ScanDumpOptions): Promise<ScanDumpOutcome> {
  const { profile, databases } = options;
  const tally: DumpTally = { keys: 0, vanished: 0, refused: 0, refusal: undefined };
  const out = createSink(deps.clock, file, options.facts);
  let libraries = false;
  let expiry: ExpiryQuestion | undefined;
  for (const { index, keys, expires } of databases.length > 0 ? databases : [{ index: 0, keys: 0, expires: 0 }]) {
    const channel = await deps.sessions.openChannel(profile, index, 'copy');
    const pipeline = createPipeline(channel, { where: endpointLabel(profile), signal: options.signal, patience: options.patience });
    try {
      if (expiry === undefined) {
        const [probe, functions] = await pipeline.ask(Buffer.concat([expiryProbe, encodeRequest(['FUNCTION', 'DUMP'])]), 2);
        expiry = expiryQuestion(probe);
        if (functions?.kind === 'bulk') {
          libraries = functions.value.length > FOOTER;
          out.writer(functions.value.readUInt16LE(functions.value.length - FOOTER)).libraries(functions.value);
        }
      }
      if (keys > 0) {
        out.select(index, keys, expires ?? 0);
        await dumpDatabase(deps, options, pipeline, expiry, out, tally);
      }
    } finally {
      pipeline.close();
    }
  }
  await out.end();
  return { ...tally, libraries };
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
      if (open !== undefined && open.version !== version) throw new Failure('server-changed', 'Another server answers by now, of another version. Nothing was saved; try again.');
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

/** Scans ahead while batches are dumped, and dumps one while the next is on its way. */
async function dumpDatabase({ clock }: ScanDumpDeps, { signal, onProgress }: ScanDumpOptions, pipeline: Pipeline, expiry: ExpiryQuestion, sink: Sink, tally: DumpTally): Promise<void> {
  const names = createNameStore();
  const scan = createScan(pipeline);
  let queue: Wanted[] = [];
  let scanning: Promise<void> | undefined;
  const underWay: Promise<void>[] = [];
  let size = FIRST_KEYS;
  let writing = Promise.resolve();

  const find = async (): Promise<void> => {
    for (const name of await scan.next()) {
      const known = names.size;
      names.add(name);
      if (names.size > known) queue.push({ name, tries: 1 });
    }
    scanning = undefined;
  };
  const dump = async (batch: readonly Wanted[], before: Promise<void>): Promise<void> => {
    const { again, bytes } = await dumpBatch(pipeline, batch, expiry, sink, tally, clock.now, before);
    queue.push(...again);
    const fitting = Math.floor(BATCH_BYTES / Math.max(1, bytes / batch.length));
    size = Math.max(1, Math.min(BATCH_KEYS, fitting, size * 2));
    onProgress({ keys: tally.keys, bytes: sink.bytes });
  };

  for (;;) {
    if (signal.aborted) throw cancelled();
    if (queue.length < AHEAD && !scan.complete && scanning === undefined) {
      scanning = find();
      // Whoever waits for it hears of a failure.
      scanning.catch(() => undefined);
    }
    if (queue.length > 0 && underWay.length < UNDER_WAY) {
      const batch = queue.slice(0, size);
      queue = queue.slice(size);
      writing = dump(batch, writing);
      writing.catch(() => undefined);
      underWay.push(writing);
    } else if (queue.length === 0 && scanning !== undefined) await scanning;
    else if (underWay.length > 0) await underWay.shift();
    else if (scan.complete) return;
  }
}

interface Scan {
  readonly complete: boolean;
  /** What one more call finds. Throws Failure. */
  next(): Promise<Buffer[]>;
}

/** A whole iteration over one link, and so over one server. */
function createScan(pipeline: Pipeline): Scan {
  let cursor = '0';
  let count = FIRST_COUNT;
  let complete = false;
  return {
    get complete() {
      return complete;
    },
    async next() {
      const [reply] = await pipeline.ask(encodeRequest(['SCAN', cursor, 'COUNT', String(count)]), 1);
      count = Math.min(MAX_COUNT, count * 2);
      if (reply?.kind === 'error') throw failureOfReply(reply.text, ['SCAN']);
      const [next, found] = reply?.kind === 'array' ? reply.items : [];
      if (next?.kind !== 'bulk' || found?.kind !== 'array') throw new Failure('server', 'The server answered SCAN with something else.');
      cursor = next.value.toString('latin1');
      complete = cursor === '0';
      return found.items.flatMap((item) => (item.kind === 'bulk' ? [item.value] : []));
    },
  };
}
