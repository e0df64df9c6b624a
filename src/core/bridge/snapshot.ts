import { RdbError, bufferKind, createByteWriter, putByte, putBytes, reserve, type ByteKind, type ByteWriter } from '../../protocol/rdb/bytes.ts';
import { addCrc64, startCrc64 } from '../../protocol/rdb/crc64.ts';
import { closePayload, FOOTER } from '../../protocol/rdb/dump.ts';
import { createRdbParser, type RdbKeyRecord, type RdbRecord } from '../../protocol/rdb/parser.ts';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import { damageText } from '../damage.ts';
import { Failure } from '../failure.ts';
import { bufferArgument, createRequestDecoder } from '../../protocol/resp/requestDecoder.ts';
import { l10n } from '../../l10n.ts';
import { frameText, marks, type Wire } from '../transfer/wire.ts';
import { databasesOf, removeExtras } from './applyValues.ts';
import { persist, type Bridging } from './context.ts';
import type { Ends } from './ends.ts';
import { createTransaction, visitReplies } from './outcomes.ts';
import { elsewhere, fields, positionText, readKept, type Position } from './position.ts';
import type { Feed } from './sourceLink.ts';
import type { Spool } from './spool.ts';
import { needDatabases, putOtherwise, refusalOf, TAKEN_BY_ALL, takenAtOnce } from './values.ts';

/** Thrown where a spool is closed: another synchronisation has taken the place of this one. */
export const superseded = new Failure('closed', 'The source began anew.');

/** Bytes and keys that are put at once. */
const PART_BYTES = 1024 * 1024;
const PART_KEYS = 5000;

const EMPTY = Buffer.alloc(0);
const nothing: ByteKind<Buffer> = { slice: () => EMPTY, text: () => EMPTY };

/** Requests that are sent together. */
interface Part {
  readonly writer: ByteWriter;
  /** Of each RESTORE the first byte, the place of its reply, and the database. */
  restores: number[];
  replies: number;
  selected: number | undefined;
  number: number;
}

/**
 * Puts a snapshot from a spool at the target by RESTORE, while it still comes; payloads are the bytes of the file. What was there before
 * goes: everything where all is copied, else what is in scope and not at the source. The position stands behind it then, and is answered.
 * Rejects with Failure, `elsewhere` and `superseded` among them.
 */
export async function applySnapshot(bridging: Bridging, feed: Feed, snapshot: Spool, ends: Ends, onProgress: (bytes: number) => void): Promise<Position> {
  const { mapping, home, key, facts } = bridging;
  const token = `${feed.id}:${feed.from}`;
  const parser = createRdbParser(bufferKind, nothing);
  const parts = [0, 1].map((): Part => ({ writer: createByteWriter(2 * PART_BYTES), restores: [], replies: 0, selected: undefined, number: 0 })) as [Part, Part];
  let part = parts[0];
  let delivering: Promise<void> = Promise.resolve();
  let version = 0;
  let database = 0;
  let streamDatabase = 0;
  let arrived = -1;

  const put = (...command: readonly (string | Buffer)[]): number => {
    putBytes(part.writer, encodeRequest(command));
    return part.replies++;
  };
  const greet = (number: number) => async (fresh: Wire): Promise<void> => {
    if (number === 0) return;
    const { loading } = await readKept(fresh, key);
    if (loading !== `${token}:${arrived}` && loading !== `${token}:${number}`) throw elsewhere;
  };
  const deliver = async (one: Part): Promise<void> => {
    await persist(bridging, async () => {
      await bridging.lease.hold();
      await send(bridging, await bridging.links.target(greet(one.number)), one);
      arrived = one.number;
    });
  };
  /** Keys of a database that the target lacks would get into the one before. */
  const reach = async (into: number | undefined): Promise<void> => {
    if (into === undefined || bridging.links.reached.has(into)) return;
    await delivering;
    await persist(bridging, async () => needDatabases(bridging, await bridging.links.target(greet(arrived)), [into]));
  };
  const flush = async (): Promise<void> => {
    put('SELECT', String(home));
    put('HSET', key, fields.loading, `${token}:${part.number}`);
    await delivering;
    const full = part;
    delivering = deliver(full);
    delivering.catch(() => undefined);
    part = parts[(full.number + 1) % 2] as Part;
    Object.assign(part, { restores: [], replies: 0, selected: undefined, number: full.number + 1 });
    part.writer.size = 0;
  };
  const take = (record: RdbRecord<Buffer>): void => {
    if (record.kind === 'key') {
      const name = mapping.rename(record.key);
      const into = mapping.database(database);
      if (name === undefined || into === undefined) return;
      if (record.expireAt !== undefined) ends.add(record.key);
      if (part.selected !== into) put('SELECT', String(into));
      part.selected = into;
      part.restores.push(part.writer.size, part.replies++, into);
      putRestore(part.writer, name, record, parser.bytes(record.place), version);
    } else if (record.kind === 'database') database = record.index;
    else if (record.kind === 'header') ({ version } = record);
    else if (record.kind === 'aux') {
      if (record.name.toString() === 'repl-stream-db') streamDatabase = Number(record.value.toString());
    } else if (record.kind === 'function' && mapping.whole && facts.target('function|load') !== undefined) put('FUNCTION', 'LOAD', 'REPLACE', record.source);
  };
  /** Puts a value that the target does not take as one; false: it does. */
  const putLarge = async ({ key: original, type, expireAt, place }: RdbKeyRecord<Buffer>): Promise<boolean> => {
    const [name, into] = [mapping.rename(original), mapping.database(database)];
    const size = 1 + place.length + FOOTER;
    if (name === undefined || into === undefined || size <= (bridging.links.taken ?? TAKEN_BY_ALL)) return false;
    if (expireAt !== undefined) ends.add(original);
    await delivering;
    return persist(bridging, async () => {
      const wire = await bridging.links.target(greet(arrived));
      if (await takenAtOnce(bridging, wire, size)) return false;
      const payload = closePayload(Buffer.concat([Buffer.of(type), parser.bytes(place)]), version);
      await putOtherwise(bridging, wire, { name, database: into, value: { payload, expireAt: expireAt === undefined ? '-1' : String(expireAt > 0 ? expireAt : 1) } }, undefined);
      return true;
    });
  };

  const takeAll = async (): Promise<void> => {
    // A watch of before would stand in the way of transactions.
    await persist(bridging, async () => bridging.fence?.disarm(await bridging.links.target(greet(0))));
    if (mapping.whole) await persist(bridging, async () => bridging.lease.empty(await bridging.links.target(greet(0)), facts.target('function|flush') !== undefined));
    else put('HDEL', key, fields.position, fields.whole);
    await flush();
    for (let ended = false; !ended;) {
      const chunk = await snapshot.take();
      if (chunk !== undefined) parser.push(chunk);
      else if (snapshot.complete) parser.finish();
      else throw superseded;
      try {
        for (let record = parser.next(); record !== undefined && !ended; record = parser.next()) {
          if (record.kind === 'database') await reach(mapping.database(record.index));
          if (record.kind !== 'key' || record.place.length < TAKEN_BY_ALL / 2 || !await putLarge(record)) take(record);
          ended = record.kind === 'end';
          if (ended || part.writer.size >= PART_BYTES || part.restores.length >= 3 * PART_KEYS) await flush();
        }
      } catch (error) {
        if (!(error instanceof RdbError)) throw error;
        throw new Failure(error.fault === 'unsupported' ? 'unsupported' : 'server', l10n.t("The source's data cannot be read, at byte {0}: {1}.", error.offset, damageText(error.message)));
      }
      onProgress(parser.offset());
    }
  };

  try {
    await takeAll();
    await delivering;
  } finally {
    // Nobody else may use the link before this is over.
    await delivering.catch(() => undefined);
  }
  return finish(bridging, { id: feed.id, offset: feed.from, database: streamDatabase }, `${token}:${arrived}`);
}

/** Appends a RESTORE whose payload is the type, the bytes of the file, and a footer. */
function putRestore(writer: ByteWriter, name: Buffer, { type, expireAt }: RdbKeyRecord<Buffer>, body: Buffer, version: number): void {
  // 0 would be never, and less than that an error: both are long past.
  const until = expireAt === undefined ? '0' : String(expireAt > 0 ? expireAt : 1);
  putBytes(writer, '*6\r\n$7\r\nRESTORE\r\n$');
  putBytes(writer, `${name.length}\r\n`);
  putBytes(writer, name);
  putBytes(writer, `\r\n$${until.length}\r\n`);
  putBytes(writer, until);
  putBytes(writer, `\r\n$${1 + body.length + FOOTER}\r\n`);
  const from = writer.size;
  putByte(writer, type);
  putBytes(writer, body);
  putByte(writer, version & 0xff);
  putByte(writer, version >> 8);
  const crc = startCrc64();
  addCrc64(crc, writer.bytes, from, writer.size);
  const at = reserve(writer, 8);
  writer.bytes.writeInt32LE(crc.low | 0, at);
  writer.bytes.writeInt32LE(crc.high | 0, at + 4);
  putBytes(writer, '\r\n$6\r\nABSTTL\r\n');
  putBytes(writer, '$7\r\nREPLACE\r\n');
}

async function send(bridging: Bridging, wire: Wire, { writer, restores, replies }: Part): Promise<void> {
  await wire.send(writer.bytes.subarray(0, writer.size));
  const errors = new Map<number, string>();
  await visitReplies(wire, replies, (frame, index) => {
    if (frame.mark === marks.error) errors.set(index, frameText(frame));
  });
  if (errors.size === 0) return;
  for (let at = 0; at < restores.length; at += 3) {
    const [from = 0, place = 0, database = 0] = restores.slice(at, at + 3);
    const error = errors.get(place);
    if (error === undefined) continue;
    errors.delete(place);
    const decoder = createRequestDecoder(bufferArgument, { maxBulk: 2 ** 32, maxRequest: 2 ** 32 });
    decoder.push(writer.bytes.subarray(from, writer.size));
    const [, name = Buffer.alloc(0), until, payload = Buffer.alloc(0)] = decoder.next() ?? [];
    await putOtherwise(bridging, wire, { name, database, value: { payload, expireAt: String(until) === '0' ? '-1' : String(until) } }, error);
  }
  for (const error of errors.values()) throw refusalOf(error, l10n.t('FLUSHALL, SELECT or FUNCTION'));
}

/** Removes what the source has not, and says that all is there. */
async function finish(bridging: Bridging, position: Position, loaded: string): Promise<Position> {
  const { mapping, key } = bridging;
  await persist(bridging, async () => {
    let done = false;
    const wire = await bridging.links.target(async (fresh) => {
      const kept = await readKept(fresh, key);
      done = kept.position !== undefined && positionText(kept.position) === positionText(position);
      if (!done && kept.loading !== loaded) throw elsewhere;
    });
    if (done) return;
    await bridging.lease.hold();
    if (!mapping.whole) for (const [from] of mapping.pairs(await databasesOf(wire))) await removeExtras(bridging, wire, from);
    const transaction = createTransaction();
    transaction.add(['DEL', key.toString('latin1')]);
    transaction.add(['HSET', key.toString('latin1'), fields.position, positionText(position), fields.whole, '']);
    const ran = await transaction.run(wire);
    if (ran.kind === 'refused') throw refusalOf(ran.error, 'HSET');
  });
  return position;
}
