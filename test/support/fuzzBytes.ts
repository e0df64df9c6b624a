import type { Random } from './random.ts';
import { encodeCall } from './respClient.ts';

/** Arguments that were trouble somewhere: signs, edges of integers, lengths, glob and range notation, nothing, NULs. */
const WORDS = [
  '', '0', '1', '-1', '2', '-0', '+1', '00', '01', ' 1', '1 ', '1.5', '-1.5', 'inf', '-inf', '+inf', 'nan', '1e400', '0x10', '2147483647', '-2147483648', '4294967295', '4294967296', '9007199254740993',
  '9223372036854775807', '-9223372036854775808', '9223372036854775808', '18446744073709551616', '1e17', '*', '?', '[a-', '[', '(1', '(', '[a', '-', '+', '$', '>', '0-0', '0-1', '5-*', '1-', '-', '\\', '\0', 'a\0b', '\xff\xfe',
  '\r\n', '"', "'", '%', '~', '#', 'get', 'GET', 'LIMIT', 'COUNT', 'MATCH', 'BY', 'STORE', 'WITHSCORES', 'NX', 'XX', 'GT', 'CH', 'EX', 'PX', 'KEEPTTL', 'LEFT', 'RIGHT', 'MIN', 'MAX', 'BLOCK', 'STREAMS', 'GROUP', 'AGGREGATE',
  'WEIGHTS', 'BYSCORE', 'BYLEX', 'REV', 'FROMLONLAT', 'BYRADIUS', 'km', 'ASC', 'MAXLEN', '=', 'MKSTREAM', 'ID', 'u8', 'i64', 'u64', '#1', 'INCRBY', 'OVERFLOW', 'SAT', 'ENCODING', 'HELP', 'YES', 'on', 'off', 'BCAST', 'PREFIX',
];

const KEYS = ['string:0', 'string:1', 'list:0', 'hash:0', 'set:0', 'zset:0', 'stream:0', 'hll:0', 'geo:0', 'k', ''];

/** One argument: a key, a word of the list, a small number, or rubbish. */
export function fuzzWord(random: Random): Buffer {
  switch (random.below(8)) {
    case 0: case 1: case 2:
      return Buffer.from(random.pick(KEYS));
    case 3:
      return Buffer.from(String(random.below(300) - 100));
    case 4:
      return rubbish(random, random.oneIn(20) ? 3000 : 12);
    default:
      return Buffer.from(random.pick(WORDS), 'latin1');
  }
}

/** Up to `most` bytes of any kind. */
export function rubbish(random: Random, most: number): Buffer {
  return Buffer.from(Array.from({ length: random.below(most) }, () => random.below(256)));
}

/** Puts a fault into bytes: some changed, taken out, doubled, cut off, or a length that lies. */
export function mangle(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return bytes;
  const at = random.below(bytes.length);
  const span = 1 + random.below(random.oneIn(4) ? 200 : 4);
  switch (random.below(8)) {
    case 0:
      return Buffer.concat([bytes.subarray(0, at), rubbish(random, span + 1), bytes.subarray(at + span)]);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + span)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at + span), bytes.subarray(at)]);
    case 3:
      return bytes.subarray(0, at);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), rubbish(random, span + 1), bytes.subarray(at)]);
    case 5: {
      const lied = bytes.toString('latin1').replace(/([$*])(\d+)\r\n/, () => `${random.pick(['$', '*', ':', '+', ''])}${random.pick(WORDS)}\r\n`);
      return Buffer.from(lied, 'latin1');
    }
    case 6:
      return Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ (1 << random.below(8)) : byte)));
    default:
      return Buffer.from(bytes.toString('latin1').replaceAll('\r\n', random.pick(['\n', '\r', '\r\r\n', ''])), 'latin1');
  }
}

/** A call on the wire: as clients send it, inline, or as an array whose lengths are written strangely. */
export function encodeAnyhow(args: readonly Buffer[], random: Random): Buffer {
  if (random.oneIn(6) && args.every((arg) => /^[\w:*.-]+$/.test(arg.toString('latin1')))) return Buffer.from(`${args.map((arg) => arg.toString('latin1')).join(' ')}\r\n`, 'latin1');
  if (!random.oneIn(40)) return encodeCall(args);
  return Buffer.concat([Buffer.from(`*${String(args.length)}\r\n`), ...args.flatMap((arg) => [Buffer.from(`$${random.pick(['', '', '+', '0', ' '])}${String(arg.length)}\r\n`), arg, Buffer.from('\r\n')])]);
}

/** Bytes in pieces of any size: all at once, one by one, or in between. */
export function pieces(bytes: Buffer, random: Random): Buffer[] {
  const most = random.pick([1, 3, 40, 1000, bytes.length + 1]);
  if (most === 1 && bytes.length > 2000) return [bytes];
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = Math.min(bytes.length - at, 1 + random.below(most));
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parts;
}
