import { fstatSync, readSync } from 'node:fs';
import { RdbError, latin1Kind, readerOf } from '../../protocol/rdb/bytes.ts';
import { takeWholeValue } from '../../protocol/rdb/decodeValue.ts';
import type { RdbDialect } from '../../protocol/rdb/value.ts';
import { CommandError } from '../commands/support.ts';
import { systemError } from '../systemError.ts';
import type { Contents, Unread } from '../store/unread.ts';
import type { StoreEnvironment, Value } from '../store/value.ts';
import { fromFile } from './fromRdb.ts';

/** An open file, as it was when its keys were read. */
export interface SourceFile {
  /** Its descriptor: a file that is replaced by another one of its name stays readable. */
  readonly fd: number;
  readonly size: number;
  readonly mtimeMs: number;
}

/** Share of the room for contents that were read before. The rest is for what reading leaves to the garbage collector. */
const KEPT = 1 / 2;

/** Memory for reading that is not kept for the next one, bytes. */
const LARGE = 4 * 1024 * 1024;

/**
 * Reads contents from a file when they are asked for; those used last stay in memory, as many as fit into half of `room` (bytes; it
 * may shrink). One that is larger than all of it is an error. Reads at once and holds up the thread meanwhile.
 */
export function createFileContents(options: {
  readonly file: SourceFile;
  readonly dialect: () => RdbDialect;
  readonly environment: StoreEnvironment;
  readonly room: () => number;
}): Contents {
  const { file, room } = options;
  /** In order of use. */
  const cache = new Map<Unread, Value>();
  let held = 0;
  /** What was read last stands here until the next is: nothing of a value points to it. */
  let memory = Buffer.alloc(0);
  /** A command asks for the same one many times. */
  let last: { readonly slot: Unread; readonly content: Value } | undefined;

  function makeRoom(weight: number): void {
    const most = Math.max(room() * KEPT, weight);
    for (const slot of cache.keys()) {
      if (held + weight <= most) break;
      cache.delete(slot);
      held -= slot.weight;
    }
    if (weight > room()) throw new CommandError(`ERR this value would take about ${weight} bytes of memory, and there is room for ${room()}`);
  }

  function bytesOf({ offset, length }: Unread): Buffer {
    const { size, mtimeMs } = fstatSync(file.fd);
    if (size !== file.size || mtimeMs !== file.mtimeMs) throw new CommandError('ERR the file was changed since it was opened: open it again');
    if (length > memory.length) memory = Buffer.allocUnsafe(length);
    const bytes = memory.subarray(0, length);
    if (length > LARGE) memory = Buffer.alloc(0);
    for (let at = 0; at < length;) {
      const count = readSync(file.fd, bytes, at, length - at, offset + at);
      if (count === 0) throw new CommandError('ERR the file was changed since it was opened: open it again');
      at += count;
    }
    return bytes;
  }

  function decoded(slot: Unread): Value {
    try {
      return fromFile(takeWholeValue(readerOf(bytesOf(slot), slot.offset), slot.rdbType, latin1Kind, options.dialect()), options.environment);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      const offset = error instanceof RdbError && error.offset > slot.offset ? error.offset : slot.offset;
      throw new CommandError(`ERR this value cannot be read, at byte ${offset} of the file: ${systemError(error)}`);
    }
  }

  return {
    of(slot) {
      if (last?.slot === slot) return last.content;
      let content = cache.get(slot);
      if (content === undefined) {
        last = undefined;
        makeRoom(slot.weight);
        content = decoded(slot);
        held += slot.weight;
      } else cache.delete(slot);
      cache.set(slot, content);
      last = { slot, content };
      return content;
    },
  };
}
