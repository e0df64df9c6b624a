/* Parts of RDB files, byte by byte. */

/** Without a checksum, counts, or anything about itself. */
export const header = Buffer.from('REDIS0010');
export const end = Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
export const text = (value: string): Buffer => Buffer.from([value.length, ...Buffer.from(value)]);
/** A key of the type of that number, and the bytes of its value. */
export const keyOf = (type: number, key: string, ...value: readonly Buffer[]): Buffer => Buffer.concat([Buffer.from([type]), text(key), ...value]);
export const stringKey = (key: string, value: string): Buffer => keyOf(0, key, text(value));
export const manyKeys = (count: number): Buffer => Buffer.concat(Array.from({ length: count }, (_, index) => stringKey(`key:${index}`, 'value')));
export const auxiliary = (name: string, value: string): Buffer => Buffer.concat([Buffer.from([0xfa]), text(name), text(value)]);
/** A value of a module of type 7: the name of its own type (nine characters) and a version in 64 bits, a string, and the end mark. */
export function moduleValue(content: string, name = 'ReJSON-RL'): Buffer {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const id = Buffer.alloc(9, 0x81);
  id.writeBigUInt64BE([...name].reduce((sum, letter) => (sum << 6n) | BigInt(letters.indexOf(letter)), 0n) << 10n | 3n, 1);
  return Buffer.concat([id, Buffer.from([5]), text(content), Buffer.from([0])]);
}
