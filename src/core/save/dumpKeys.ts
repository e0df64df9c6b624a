import { setImmediate as nextTurn } from 'node:timers/promises';
import { RdbError } from '../../protocol/rdb/bytes.ts';
import { addCrc64, crc64Bytes, startCrc64 } from '../../protocol/rdb/crc64.ts';
import { FOOTER } from '../../protocol/rdb/dump.ts';
import type { DumpedWriter } from '../../protocol/rdb/dumpedWriter.ts';
import { keyInError } from '../../protocol/rdb/parser.ts';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { failureOfReply } from '../connection/failures.ts';
import { Failure } from '../failure.ts';
import { serverTime, type ExpiryQuestion } from '../keyspace/expiry.ts';
import type { Pipeline } from './pipeline.ts';

/** Where dumped keys go. */
export interface DumpSink {
  /** The writer of a file of this version: made at the first payload. Throws Failure `server-changed` if it is of another one by now. */
  writer(version: number): DumpedWriter;
  /** Moves what the writer holds to the file, if it is enough for that. Throws Failure `file`. */
  drain(): Promise<void>;
}

/** What became of keys. */
export interface DumpTally {
  keys: number;
  /** Gone between SCAN and DUMP. */
  vanished: number;
  /** The server would not show them. */
  refused: number;
  /** Its words for the first of those. */
  refusal: Failure | undefined;
}

/** A key that waits to be dumped, and how often it was tried. */
export interface Wanted {
  readonly name: Buffer;
  readonly tries: number;
}

/** Then a key that is written anew all the time is taken as it comes. */
const MAX_TRIES = 5;
/** Bytes of a value that are moved before others have their turn. */
const PART = 256 * 1024;
const TIME = encodeRequest(['TIME']);
const AROUND = 2;

/**
 * Dumps a batch: for each key its expiry, its value, its expiry, so that a key that was written in between is noticed. Answers
 * those that were, to be tried again, and the bytes that came. Throws Failure.
 * @param before the batch before this one: nothing is written until it is
 */
export async function dumpBatch(
  pipeline: Pipeline, batch: readonly Wanted[], expiry: ExpiryQuestion, sink: DumpSink, tally: DumpTally, now: () => number, before: Promise<void>,
): Promise<{ readonly again: readonly Wanted[]; readonly bytes: number }> {
  const asked = now();
  const replies = await pipeline.ask(requests(batch, expiry), batch.length * 3 + AROUND);
  await before;
  const started = serverTime(replies[0]) ?? asked;
  const passed = (serverTime(replies.at(-1)) ?? now()) - started;
  const again: Wanted[] = [];
  let bytes = 0;
  for (const [index, wanted] of batch.entries()) {
    const [first, dumped, last] = replies.slice(1 + index * 3, 4 + index * 3) as [Reply, Reply, Reply];
    if (dumped.kind === 'null') {
      tally.vanished += 1;
      continue;
    }
    if (dumped.kind !== 'bulk' || first.kind !== 'integer') {
      refuse(tally, dumped.kind === 'bulk' ? first : dumped, dumped.kind === 'bulk' ? expiry.command : 'DUMP');
      continue;
    }
    bytes += dumped.value.length;
    if (!expiry.agree(first, last, passed) && wanted.tries < MAX_TRIES) again.push({ name: wanted.name, tries: wanted.tries + 1 });
    else {
      await writeKey(sink, wanted.name, dumped.value, expiry.at(first, started));
      tally.keys += 1;
    }
  }
  return { again, bytes };
}

function requests(batch: readonly Wanted[], { command }: ExpiryQuestion): Buffer {
  const lived = Buffer.from(`*2\r\n$${command.length}\r\n${command}\r\n`);
  const dump = Buffer.from('*2\r\n$4\r\nDUMP\r\n');
  const end = Buffer.from('\r\n');
  const parts: Buffer[] = [TIME];
  for (const { name } of batch) {
    const head = Buffer.from(`$${name.length}\r\n`, 'latin1');
    parts.push(lived, head, name, end, dump, head, name, end, lived, head, name, end);
  }
  parts.push(TIME);
  return Buffer.concat(parts);
}

function refuse(tally: DumpTally, reply: Reply, command: string): void {
  const failure = reply.kind === 'error' ? failureOfReply(reply.text, [command]) : new Failure('server', `The server answered ${command} with something else.`);
  // Without the command itself nothing can come of it.
  if (reply.kind === 'error' && /^ERR unknown command/i.test(reply.text)) throw failure;
  tally.refused += 1;
  tally.refusal ??= failure;
}

async function writeKey(sink: DumpSink, name: Buffer, payload: Buffer, expireAt: number | bigint | undefined): Promise<void> {
  const end = payload.length - FOOTER;
  const damaged = (): Failure => new Failure('server', `The server sent a damaged value of the key ${keyInError(name)}. Nothing was saved.`);
  if (end < 1) throw damaged();
  const writer = sink.writer(payload.readUInt16LE(end));
  try {
    writer.key(name, payload[0] as number, expireAt);
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    throw new Failure('unsupported', `The key ${keyInError(name)} holds something that this version of Keyspace does not know: ${error.message}. Nothing was saved.`);
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
