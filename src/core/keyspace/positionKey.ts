const PREFIX = 'keyspace:bridge:';
const bytesOfPrefix = Buffer.from(PREFIX);

/** The hash, in database 0 of a server, that tells which live bridges write to it; each has a field of its ID. */
export const holdersKey = Buffer.from(`${PREFIX}holders`);

/** The key in which the bridge of this ID keeps its position. */
export function positionKey(id: string): Buffer {
  return Buffer.from(`${PREFIX}${id}`);
}

/** True for the name of a key (`bytes` from `start` to `end`) in which bridges keep what is theirs: it is no data, is not copied and is no difference. */
export function isPositionKey(bytes: Buffer, start = 0, end = bytes.length): boolean {
  return end - start > PREFIX.length && bytes[start] === bytesOfPrefix[0] && bytes.compare(bytesOfPrefix, 0, PREFIX.length, start, start + PREFIX.length) === 0;
}

/** As `isPositionKey`, for latin1 text. */
export function isPositionName(name: string): boolean {
  return name.length > PREFIX.length && name.startsWith(PREFIX);
}
