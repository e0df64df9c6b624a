// node --expose-gc --single-threaded-gc test/support/rdbMemory.ts SEED SECONDS: what reading damaged dumps takes at most. In a process of its own, as it goes by its peak.
import assert from 'node:assert/strict';
import { RdbError, latin1Kind } from '../../src/protocol/rdb/bytes.ts';
import { closePayload, decodeDump, encodeDump, payloadBody } from '../../src/protocol/rdb/dump.ts';
import { encodeDefaults } from '../../src/protocol/rdb/encodeValue.ts';
import { createRdbParser } from '../../src/protocol/rdb/parser.ts';
import type { RdbValue } from '../../src/protocol/rdb/value.ts';
import { createRdbWriter } from '../../src/protocol/rdb/writer.ts';
import { seededRandom } from './random.ts';
import { damage } from './rdbDamage.ts';

/** Times its input that a dump may take. */
const FACTOR = 10;
const COUNT = 20_000;
/** Bytes of a text. */
const LENGTH = 200;

const random = seededRandom(Number(process.argv[2]));
const texts = Array.from({ length: COUNT }, () => Array.from({ length: LENGTH / 8 }, () => random.below(2 ** 32).toString(36).padStart(8, '-').slice(-8)).join(''));
const ids = texts.map((_, index) => ({ ms: BigInt(index + 1), seq: 0n }));
const last = { ms: BigInt(texts.length), seq: 0n };
const large: readonly RdbValue<string>[] = [
  { type: 'string', value: texts.join('') },
  { type: 'list', items: texts },
  ...[true, false].flatMap((compact): RdbValue<string>[] => [
    { type: 'set', compact, members: texts }, { type: 'hash', compact, pairs: texts }, { type: 'zset', compact, members: texts.map((member, score) => ({ member, score })) },
  ]),
  { type: 'hash', compact: false, pairs: texts, expiries: texts.slice(texts.length / 2).map((_, index) => index + 1e12) },
  { type: 'stream', entries: texts.map((text, index) => ({ id: ids[index] ?? last, fields: ['f', text] })), lastId: last, maxDeletedId: last, entriesAdded: 1n, groups: [] },
];

/** Bytes that this process had at most since its start. */
const peak = (): number => process.resourceUsage().maxRSS * 1024;

function attempt(read: () => void): void {
  globalThis.gc?.();
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof RdbError, String(error));
  }
}

/** Damage where it does most: where lengths and counts are. */
function damageHead(bytes: Buffer): Buffer {
  const head = random.pick([6, 6, 16, 64]);
  return Buffer.concat([damage(bytes.subarray(0, head), random), bytes.subarray(head)]);
}

const inputs = large.map((value) => payloadBody(encodeDump(value, { ...encodeDefaults, version: 12, compress: false })));
const files = large.map((value) => {
  const writer = createRdbWriter<string>({ ...encodeDefaults, version: 12, compress: false });
  writer.database(0, 1, 0);
  writer.key({ key: 'key', value });
  writer.end();
  return writer.take();
});
globalThis.gc?.();
const before = peak();
const largest = Math.max(...inputs.map(({ length }) => length));
const until = performance.now() + Number(process.argv[3]) * 1000;
let checks = 0;
do {
  for (const [index, body] of inputs.entries()) {
    for (const damaged of [body, damageHead(body), damage(body, random)]) {
      attempt(() => decodeDump(closePayload(damaged, 12), latin1Kind));
      checks += 1;
    }
    const file = files[index] ?? body;
    for (const damaged of [damageHead(file), damage(file, random)]) {
      attempt(() => {
        const parser = createRdbParser(latin1Kind);
        parser.push(damaged);
        parser.finish();
        while (parser.next() !== undefined);
      });
      checks += 1;
    }
    const taken = peak() - before;
    assert.ok(taken <= FACTOR * largest, `${large[index]?.type}: ${(taken / largest).toFixed(1)} times its ${largest} bytes`);
  }
} while (performance.now() < until);
console.log(checks);
