import type { Argument } from './respClient.ts';
import type { Random } from './random.ts';

const numbers = ['0', '1', '-1', '127', '128', '-128', '-129', '4095', '4096', '-4096', '-4097', '32767', '32768', '8388607', '8388608', '-8388609', '2147483647', '2147483648', '-2147483648',
  '9223372036854775807', '-9223372036854775808', '007', '+1', '1.5', ' 1'] as const;

/** Text of every length class and kind: integers at the edges, binary, repetitive, long. */
export function sampleText(random: Random): Buffer {
  switch (random.below(6)) {
    case 0: return Buffer.from(random.pick(numbers));
    case 1: return Buffer.from(Array.from({ length: random.below(20) }, () => random.below(256)));
    case 2: return Buffer.alloc(random.pick([0, 20, 21, 63, 64, 65, 300, 4095, 4096, 5000]), 'ab\0\xff');
    case 3: return Buffer.from(Array.from({ length: random.pick([30, 63, 64, 200, 9000]) }, () => random.below(256)));
    case 4: return Buffer.from(random.below(100_000).toString());
    default: return Buffer.from(`text ${random.below(1000)}`);
  }
}

function texts(random: Random, count: number): Buffer[] {
  return Array.from({ length: count }, () => sampleText(random));
}

const scores = ['0', '-0', '1', '2.5', '-inf', 'inf', '1e300', '0.1', '-3', '9007199254740993', '1e-300', '123456789012'] as const;

/** Commands that make one value of each type under `key`, in small and in large encodings, by chance. */
export function sampleValue(random: Random, type: 'string' | 'list' | 'set' | 'zset' | 'hash' | 'stream' | 'hll', key: string): Argument[][] {
  const count = random.pick([1, 2, 5, 20, 130, 600]);
  switch (type) {
    case 'string': return random.oneIn(4) ? [['SETRANGE', key, random.below(40).toString(), 'x']] : [['SET', key, sampleText(random)]];
    case 'hll': return [['PFADD', key, ...texts(random, random.pick([1, 50, 3000]))]];
    case 'list': return [[random.pick(['RPUSH', 'LPUSH']), key, ...texts(random, count)], ['LSET', key, '0', sampleText(random)]];
    case 'set': return [['SADD', key, ...(random.oneIn(2) ? Array.from({ length: count }, () => random.pick([random.below(100), random.below(2 ** 31), -random.below(2 ** 50)]).toString()) : texts(random, count))]];
    case 'zset': return [['ZADD', key, ...texts(random, count).flatMap((member) => [random.oneIn(2) ? random.pick(scores) : random.below(1000).toString(), member])]];
    case 'hash': return [['HSET', key, ...texts(random, count * 2)]];
    case 'stream': return streamCommands(random, key, count);
  }
}

function streamCommands(random: Random, key: string, count: number): Argument[][] {
  const commands: Argument[][] = [];
  const ids: string[] = [];
  let ms = random.below(1000) + 1;
  for (let index = 0; index < count; index += 1) {
    ms += random.below(3);
    const id = `${ms}-${index + 1}`;
    ids.push(id);
    const fields = random.oneIn(3) ? texts(random, random.pick([2, 4, 6])) : [Buffer.from('a'), sampleText(random), Buffer.from('b'), Buffer.from(`${index}`)];
    commands.push(['XADD', key, id, ...fields]);
  }
  for (const id of ids) if (random.oneIn(6)) commands.push(['XDEL', key, id]);
  for (let group = random.below(3); group > 0; group -= 1) {
    const name = `group ${group}`;
    commands.push(['XGROUP', 'CREATE', key, name, random.pick(['0', '$', random.pick(ids)])]);
    commands.push(['XGROUP', 'CREATECONSUMER', key, name, 'idle']);
    for (const consumer of ['alice', 'bob\0']) commands.push(['XREADGROUP', 'GROUP', name, consumer, 'COUNT', '7', 'STREAMS', key, '>']);
    commands.push(['XACK', key, name, random.pick(ids)]);
  }
  if (random.oneIn(3)) commands.push(['XSETID', key, '99999999999999-18446744073709551615']);
  return commands;
}

/** Every type that `sampleValue` makes. */
export const sampleTypes = ['string', 'list', 'set', 'zset', 'hash', 'stream', 'hll'] as const;
