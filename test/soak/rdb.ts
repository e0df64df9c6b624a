import assert from 'node:assert/strict';
import { RdbError, latin1Kind } from '../../src/protocol/rdb/bytes.ts';
import { closePayload, decodeDump, encodeDump, payloadBody } from '../../src/protocol/rdb/dump.ts';
import { encodeDefaults } from '../../src/protocol/rdb/encodeValue.ts';
import { createRdbParser } from '../../src/protocol/rdb/parser.ts';
import { createRdbWriter } from '../../src/protocol/rdb/writer.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { damage, everyValue } from '../support/rdbDamage.ts';

const options = { ...encodeDefaults, version: 12 } as const;
/** Longest time that a damaged dump of some kilobytes may take, ms: a hang is what this is after. */
const PATIENCE = 1000;

/** A file with a key of every type. */
function makeFile(): Buffer {
  const writer = createRdbWriter<string>(options);
  writer.aux('redis-ver', '7.4.0');
  writer.library("#!lua name=lib\nredis.register_function('f', function() return 1 end)");
  writer.database(0, everyValue.length, 1);
  everyValue.forEach((value, index) => writer.key({ key: `key:${index}`, value, expireAt: index % 3 === 0 ? 33_300_000_000_000 : undefined, idle: index, frequency: index }));
  writer.end();
  return writer.take();
}

/** Reads what may be damaged: it is read, or refused with a place in it. */
function attempt(size: number, read: () => void): void {
  const started = performance.now();
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof RdbError, String(error));
    assert.ok(error.offset >= 0 && error.offset <= size, `offset ${error.offset} of ${size}`);
  }
  assert.ok(performance.now() - started < PATIENCE, 'it took too long');
}

function readFile(file: Buffer, random: Random): void {
  const parser = createRdbParser(latin1Kind);
  const piece = 1 + random.below(file.length);
  for (let at = 0; at < file.length; at += piece) {
    parser.push(file.subarray(at, at + piece));
    while (parser.next() !== undefined);
  }
  parser.finish();
  while (parser.next() !== undefined);
}

/** Damaged payloads of DUMP and damaged files: a value or an error with a place, never a crash or a hang. */
export function run({ seed, seconds }: { readonly seed: number; readonly seconds: number }): Promise<{ checks: number }> {
  const random = seededRandom(seed);
  const bodies = everyValue.flatMap((value) => [true, false].map((compress) => payloadBody(encodeDump(value, { ...options, compress }))));
  const file = makeFile();
  const until = performance.now() + seconds * 1000;
  let checks = 0;
  do {
    for (const body of bodies) {
      const payload = closePayload(damage(body, random), 12);
      attempt(payload.length, () => decodeDump(payload, latin1Kind));
    }
    const damaged = damage(file, random);
    attempt(damaged.length, () => readFile(damaged, random));
    checks += bodies.length + 1;
  } while (performance.now() < until);
  return Promise.resolve({ checks });
}
