import { setImmediate as nextTurn } from 'node:timers/promises';
import { RdbError } from '../../protocol/rdb/bytes.ts';
import { addCrc64, crc64Bytes, startCrc64 } from '../../protocol/rdb/crc64.ts';
import { FOOTER } from '../../protocol/rdb/dump.ts';
import type { DumpedWriter } from '../../protocol/rdb/dumpedWriter.ts';
import { keyInError } from '../../protocol/rdb/parser.ts';
import { damageText } from '../damage.ts';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';

/** Where dumped keys go. */
export interface DumpSink {
  /** The writer of a file of this version: made at the first payload. Throws Failure `server-changed` if it is of another one by now. */
  writer(version: number): DumpedWriter;
  /** Moves what the writer holds to the file, if it is enough for that. Throws Failure `file`. */
  drain(): Promise<void>;
}

/** Bytes of a value that are moved before others have their turn. */
const PART = 256 * 1024;

/** Writes a key as DUMP told it, once its checksum is right. `expireAt`: ms since the epoch, undefined: no end. Throws Failure. */
export async function writeDumpedKey(sink: DumpSink, name: Buffer, payload: Buffer, expireAt: bigint | undefined): Promise<void> {
  const end = payload.length - FOOTER;
  const damaged = (): Failure => new Failure('server', l10n.t('The server sent a damaged value of the key {0}. Nothing was saved.', keyInError(name)));
  if (end < 1) throw damaged();
  const writer = sink.writer(payload.readUInt16LE(end));
  try {
    writer.key(name, payload[0] as number, expireAt);
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    throw new Failure('unsupported', l10n.t('The key {0} holds something that this version of Keyspace does not know: {1}. Nothing was saved.', keyInError(name), damageText(error.message)));
  }
  const crc = startCrc64();
  addCrc64(crc, payload, 0, 1);
  for (let at = 1; at < end; at += PART) {
    const stop = Math.min(end, at + PART);
    addCrc64(crc, payload, at, stop);
    writer.value(payload.subarray(at, stop));
    await sink.drain();
    if (stop < end) await nextTurn();
  }
  addCrc64(crc, payload, end, end + 2);
  if (!crc64Bytes(crc).equals(payload.subarray(end + 2))) throw damaged();
}
