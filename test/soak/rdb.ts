import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RdbError, latin1Kind } from '../../src/protocol/rdb/bytes.ts';
import { closePayload, decodeDump } from '../../src/protocol/rdb/dump.ts';
import { createRdbParser } from '../../src/protocol/rdb/parser.ts';
import { createRdbSkimmer } from '../../src/protocol/rdb/skimmer.ts';
import { standingClock } from '../../src/server/clock.ts';
import { openFile } from '../../src/server/persistence/openFile.ts';
import { createServer } from '../../src/server/server.ts';
import { dictForEach } from '../../src/server/store/dict.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { damage, everyBody, everyFile } from '../support/rdbDamage.ts';
import { openRespClient } from '../support/respClient.ts';

/** Longest time that a damaged dump of some kilobytes may take, ms: a hang is what this is after. */
const PATIENCE = 2000;

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

function inPieces(file: Buffer, random: Random, take: (piece: Buffer) => void): void {
  const piece = 1 + random.below(file.length);
  for (let at = 0; at < file.length; at += piece) take(file.subarray(at, at + piece));
}

function parse(file: Buffer, random: Random): void {
  const parser = createRdbParser(latin1Kind);
  inPieces(file, random, (piece) => {
    parser.push(piece);
    while (parser.next() !== undefined);
  });
  parser.finish();
  while (parser.next() !== undefined);
}

function skim(file: Buffer, random: Random): void {
  const skimmer = createRdbSkimmer();
  inPieces(file, random, (piece) => skimmer.push(piece));
  skimmer.finish();
}

/** Opens a file as one that is looked at, and looks into every value that came of it: each is there, or refused in words. */
async function lookInto(path: string, size: number): Promise<void> {
  const started = performance.now();
  const clock = standingClock();
  const server = createServer({ clock, cron: false, config: { databases: '4' } });
  const outcome = await openFile(server.state, clock, { path, maxMemory: 2 ** 26, scratch: false, signal: new AbortController().signal, onProgress: () => undefined });
  if (outcome.kind === 'opened') {
    const { damage: told } = outcome.facts;
    assert.ok(told === undefined || (told.offset >= 0 && told.offset <= size), JSON.stringify(told));
    const client = openRespClient(server.connect());
    for (const { index, dict } of server.state.databases) {
      await client.call(['SELECT', String(index)]);
      const names: string[] = [];
      dictForEach(dict, ({ key }) => {
        names.push(key);
      });
      for (const name of names) {
        const reply = await client.call(['DUMP', Buffer.from(name, 'latin1')]);
        if (reply.kind === 'error') assert.match(reply.text, /^ERR this value (cannot be read, at byte \d+ of the file: |would take about )/);
      }
    }
    client.close();
  }
  await server.close();
  assert.ok(performance.now() - started < PATIENCE, 'it took too long');
}

/** How many times a damaged file is read for one time that it is opened. */
const READ = 50;

/** Damaged payloads of DUMP and damaged files, read and opened: a value or an error with a place, never a crash or a hang. */
export async function run({ seed, seconds }: { readonly seed: number; readonly seconds: number }): Promise<{ checks: number }> {
  const random = seededRandom(seed);
  const bodies = everyBody();
  const file = everyFile();
  const until = performance.now() + seconds * 1000;
  const folder = await mkdtemp(join(tmpdir(), 'keyspace-soak-'));
  let checks = 0;
  try {
    do {
      for (const { version, body } of bodies) {
        const payload = closePayload(damage(body, random), version);
        attempt(payload.length, () => decodeDump(payload, latin1Kind));
      }
      for (let files = 0; files < READ; files += 1) {
        const damaged = damage(file, random);
        attempt(damaged.length, () => parse(damaged, random));
        attempt(damaged.length, () => skim(damaged, random));
      }
      const damaged = damage(file, random);
      const path = join(folder, `${checks}.rdb`);
      await writeFile(path, damaged);
      await lookInto(path, damaged.length);
      await rm(path);
      checks += bodies.length + READ * 2 + 1;
    } while (performance.now() < until);
  } finally {
    await rm(folder, { recursive: true });
  }
  return { checks };
}
