import { RdbError, createByteWriter, putByte, readerOf, takeByte, written } from './bytes.ts';
import type { ByteKind } from './bytes.ts';
import { crc64 } from './crc64.ts';
import { takeWholeValue } from './decodeValue.ts';
import { encodeDefaults, putValue, rdbTypeOf } from './encodeValue.ts';
import type { EncodeOptions } from './encodeValue.ts';
import { skipKeyMetadata } from './module.ts';
import { KEY_METADATA, opcodes } from './parser.ts';
import type { RdbValue } from './value.ts';

/** Bytes at the end of a payload: u16 version, u64 CRC. */
export const FOOTER = 10;
/** The version of Redis 7.0. */
const LATEST = 10;
/** Versions from here on are Valkey's own numbering. */
export const VALKEY = 80;

/** The version in the footer of a payload of DUMP or FUNCTION DUMP if its checksum is right, else undefined. */
export function payloadVersion(payload: Buffer): number | undefined {
  const end = payload.length - FOOTER;
  if (end < 1 || !crc64(payload, 0, end + 2).equals(payload.subarray(end + 2))) return undefined;
  return payload.readUInt16LE(end);
}

/** Appends version and CRC-64 to what DUMP and FUNCTION DUMP answer. */
export function closePayload(body: Uint8Array, version: number): Buffer {
  const payload = Buffer.allocUnsafe(body.length + FOOTER);
  payload.set(body);
  payload.writeUInt16LE(version, body.length);
  crc64(payload, 0, body.length + 2).copy(payload, body.length + 2);
  return payload;
}

/** A payload with the checksum that belongs to it, where the version in its footer is one of Redis 7.0 or before; otherwise as it is. */
export function signPayload(payload: Buffer): Buffer {
  const end = payload.length - FOOTER;
  return end < 1 || payload.readUInt16LE(end) > LATEST ? payload : closePayload(payload.subarray(0, end), payload.readUInt16LE(end));
}

/** A payload without its footer: equal bytes mean equal values. */
export function payloadBody(payload: Buffer): Buffer {
  return payload.subarray(0, Math.max(0, payload.length - FOOTER));
}

/** The value of a DUMP payload. Throws RdbError: `corrupt` for a wrong checksum, or as `takeValue`. */
export function decodeDump<T>(payload: Buffer, kind: ByteKind<T>): RdbValue<T> {
  const version = payloadVersion(payload);
  if (version === undefined) throw new RdbError('corrupt', 'the checksum is wrong', Math.max(0, payload.length - FOOTER));
  const reader = readerOf(payload, 0, 0, payload.length - FOOTER);
  const dialect = version >= VALKEY ? 'valkey' : 'redis';
  if (dialect === 'redis' && version >= KEY_METADATA && payload[0] === opcodes.keyMetadata) {
    takeByte(reader);
    skipKeyMetadata(reader);
  }
  return takeWholeValue(reader, takeByte(reader), kind, dialect);
}

/** A value as DUMP of the given version answers it. Throws RdbError as `rdbTypeOf`. */
export function encodeDump<T extends Uint8Array | string>(value: RdbValue<T>, options: EncodeOptions = encodeDefaults): Buffer {
  const type = rdbTypeOf(value, options.version);
  const writer = createByteWriter();
  putByte(writer, type);
  putValue(writer, value, type, options);
  return closePayload(written(writer), options.version);
}
