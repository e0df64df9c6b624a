import { l10n } from '../l10n.ts';

/**
 * What is said of damaged or unknown data, by `protocol/rdb` and the practice server, which know no language but English. In places stand
 * numbers, names, and what another one of these says.
 */
export const damageTexts: readonly string[] = [
  'a collection without elements',
  'a compressed string that does not unpack',
  'a consumer with a pending entry that its group does not have',
  'a count of {0} cannot be right',
  'a database number of {0}',
  'a group with an entry that is pending twice',
  'a hash',
  'a hash field whose expiry is not a number',
  'a hash that ends in the middle of a field',
  'a hash that ends in the middle of a pair',
  'a length cannot start with 0x{0}',
  'a library of functions that does not load: {0}',
  'a list',
  'a list node of nothing',
  'a list node of the unknown kind {0}',
  'a listpack element cannot start with 0x{0}',
  'a listpack element whose size behind it is wrong',
  'a listpack of {0} elements that says {1}',
  'a listpack that ends too early',
  'a listpack whose size is not what it says',
  'a module value of the unknown kind {0}',
  'a pending entry that belongs to no consumer',
  'a score that is not a number',
  'a set',
  'a sorted set',
  'a sorted set that ends in the middle of a pair',
  'a stream entry whose number of fields cannot be right',
  'a stream node',
  'a stream node whose counts cannot be right',
  'a stream node with more entries than it says',
  'a stream that says it has entries, and has none',
  'a string of the unknown kind {0}',
  'a string of {0} bytes',
  'a string stands where a number should be',
  'a value of a module (type {0}), written in a way that only the module can read',
  'a value of the module {0}',
  'a value of the unknown type {0}',
  'a ziplist entry of the unknown kind 0x{0}',
  'a ziplist entry whose distance to the one before is wrong',
  'a ziplist of {0} entries that says {1}',
  'a ziplist that ends too early',
  'a ziplist whose size is not what it says',
  'a ziplist whose tail is not its last entry',
  'a zipmap of nothing',
  'a zipmap of {0} pairs that says {1}',
  'a zipmap that ends in the middle of a pair',
  'an element that is there twice',
  'an expiry or access time without a key behind it',
  'an intset of nothing',
  'an intset that is not in order',
  'an intset whose size is not what it says',
  'before they begin',
  'byte {0}: {1}',
  'fields that expire cannot be written in version {0}',
  'in the middle of a value',
  'it',
  'keys of database {0}, and this server has {1}: set databases higher',
  'stream entries that are not in order',
  'the checksum is wrong',
  'the checksum is wrong (RDB CRC error): some byte before is not what was written',
  'the checksum is wrong: some byte before is not what was written',
  'the data ends {0}',
  'the file is empty',
  'the file was changed since it was opened: open it again',
  'the ID of a stream node',
  'the key {0} is there twice',
  'the unknown opcode {0}',
  'the unknown type {0}',
  'the value',
  'this is no dump of Redis or Valkey: it does not begin with REDIS or VALKEY and a version',
  'this is no file, but a pipe or a device',
  'this value cannot be read, at byte {0} of the file: {1}',
  'this value would take about {0} bytes of memory, and there is room for {1}',
  'version {0} of {1} dumps; {2} to {3} can be read',
  'where a key or their end should be',
  'where its checksum should be',
  'within their first nine bytes',
  '{0} (key {1})',
  '{0} bytes cannot unpack to {1}',
  '{0} ends in the middle of a pair',
  '{0} ends where a number should be',
  '{0} has text where a number should be',
  '{0} has {1} bytes too many',
  '{0} in version {1} of {2} dumps',
  '{0} runs past its end',
];

interface Pattern {
  readonly text: string;
  readonly matches: RegExp;
}

let patterns: readonly Pattern[] | undefined;

/** Those that say something of another one come first, then those that say most. */
function makePatterns(): readonly Pattern[] {
  const weight = (text: string): number => text.length + (text.startsWith('{0}') ? 1000 : 0);
  return damageTexts.toSorted((a, b) => weight(b) - weight(a)).map((text) => ({
    text,
    matches: new RegExp(`^${text.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{\d\}/g, '([^]+?)')}$`),
  }));
}

/** What is said of damaged data (the message of an RdbError, for one) in the language of the window; a text that is not known is left as it is. */
export function damageText(text: string): string {
  patterns ??= makePatterns();
  for (const pattern of patterns) {
    const [, ...places] = pattern.matches.exec(text) ?? [];
    if (places.length > 0 || pattern.text === text) return l10n.t(pattern.text, ...places.map(damageText));
  }
  return text;
}
