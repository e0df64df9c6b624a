import { RdbError, createByteWriter, putByte, putBytes, reserve, written } from './bytes.ts';
import type { ByteWriter } from './bytes.ts';
import { addCrc64, crc64Bytes, startCrc64 } from './crc64.ts';
import { FOOTER, VALKEY } from './dump.ts';
import { FIRST_OPCODE, opcodes } from './parser.ts';
import { putMilliseconds, putNumber, putString } from './primitives.ts';
import type { Milliseconds } from './value.ts';

/**
 * Writes a file of what a server's DUMP answers, whose values need not be understood: version and values are the server's own.
 * First `aux` and `libraries`, then for each database its keys, then `end`.
 */
export interface DumpedWriter {
  aux(name: string, value: string): void;
  /** The payload of FUNCTION DUMP. */
  libraries(payload: Buffer): void;
  /** The keys that follow belong to this database; `keys` and `expires` let a reader make room. */
  database(index: number, keys: number, expires: number): void;
  /** What stands before a value; the value follows by `value`. Throws RdbError `unsupported` for a type that is no value's. */
  key(name: Uint8Array, type: number, expireAt: Milliseconds | undefined): void;
  /** A part of a payload: all of it but the first byte (the type) and the footer. */
  value(part: Uint8Array): void;
  end(): void;
  /** Bytes written and not taken yet. */
  held(): number;
  /** Takes them: valid for good. */
  take(): Buffer;
}

const CAPACITY = 256 * 1024;

/** Starts a file of the version that the footers of the server's payloads tell. */
export function createDumpedWriter(version: number): DumpedWriter {
  const crc = startCrc64();
  let out: ByteWriter = createByteWriter(CAPACITY);
  putBytes(out, version >= VALKEY ? `VALKEY${version.toString().padStart(3, '0')}` : `REDIS${version.toString().padStart(4, '0')}`);
  const take = (): Buffer => {
    const bytes = written(out);
    addCrc64(crc, bytes);
    out = createByteWriter(CAPACITY);
    return bytes;
  };
  return {
    aux(name, value) {
      putByte(out, opcodes.aux);
      putString(out, name, false);
      putString(out, value, false);
    },
    libraries(payload) {
      putBytes(out, payload.subarray(0, payload.length - FOOTER));
    },
    database(index, keys, expires) {
      putByte(out, opcodes.database);
      putNumber(out, index);
      putByte(out, opcodes.resize);
      putNumber(out, keys);
      putNumber(out, expires);
    },
    key(name, type, expireAt) {
      if (type >= FIRST_OPCODE) throw new RdbError('unsupported', `the unknown opcode ${type}`, 0);
      if (expireAt !== undefined) {
        putByte(out, opcodes.expireMs);
        putMilliseconds(out, expireAt);
      }
      putByte(out, type);
      putString(out, name, false);
    },
    value(part) {
      putBytes(out, part);
    },
    end() {
      putByte(out, opcodes.end);
      const sum = { ...crc };
      addCrc64(sum, written(out));
      const at = reserve(out, 8);
      crc64Bytes(sum).copy(out.bytes, at);
    },
    held: () => out.size,
    take,
  };
}
