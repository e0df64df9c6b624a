import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { RdbError, latin1Kind } from '../../src/protocol/rdb/bytes.ts';
import { encodeDefaults } from '../../src/protocol/rdb/encodeValue.ts';
import { createRdbParser, type RdbRecord } from '../../src/protocol/rdb/parser.ts';
import { createRdbSkimmer } from '../../src/protocol/rdb/skimmer.ts';
import { createRdbWriter } from '../../src/protocol/rdb/writer.ts';
import { load, save } from '../../src/server/persistence/save.ts';
import { createServer, type PracticeServer } from '../../src/server/server.ts';
import { differences, printDifferences, type Difference } from '../support/oracle.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { everyFile } from '../support/rdbDamage.ts';
import { compareWithExpected, expectedOf } from '../support/rdbExpected.ts';
import { sampleTypes, sampleValue } from '../support/rdbSamples.ts';
import { startRedisServer } from '../support/redisServer.ts';
import { connectResp, openRespClient } from '../support/respClient.ts';

const DATABASES = '256';
/** Up to here redis-server 7.0 reads. */
const READABLE = 10;

interface Outcome {
  readonly records: readonly RdbRecord<string>[];
  readonly error: RdbError | undefined;
}

/** Reads a file in pieces of a size. */
function read(file: Buffer, size: number): Outcome {
  const parser = createRdbParser(latin1Kind);
  const records: RdbRecord<string>[] = [];
  try {
    for (let at = 0; at <= file.length; at += size) {
      if (at + size > file.length) parser.push(file.subarray(at));
      else parser.push(file.subarray(at, at + size));
      if (at + size >= file.length) parser.finish();
      for (let record = parser.next(); record !== undefined; record = parser.next()) records.push(record);
    }
    return { records, error: undefined };
  } catch (error) {
    if (error instanceof RdbError) return { records, error };
    throw error;
  }
}

/** The skimmer walks over the same keys, as far as they are right. */
function skim(file: Buffer, { records, error }: Outcome): void {
  const skimmer = createRdbSkimmer();
  try {
    skimmer.push(file);
    skimmer.finish();
    if (error === undefined) assert.equal(skimmer.summary.keys, records.filter(({ kind }) => kind === 'key').length, 'keys that the skimmer counts');
  } catch (problem) {
    assert.ok(problem instanceof RdbError, String(problem));
    assert.ok(error !== undefined, `the skimmer: ${problem.message}`);
  }
}

/** The records as a file of an older version, without what that cannot say; undefined if there is something that it has no type for. */
function inVersion(version: 9 | 10, records: readonly RdbRecord<string>[]): Buffer | undefined {
  const writer = createRdbWriter<string>({ ...encodeDefaults, version });
  for (const record of records) {
    if (record.kind === 'database') writer.database(record.index, 0, 0);
    if (record.kind === 'function' && version >= 10) writer.library(record.source);
    if (record.kind !== 'key') continue;
    if (record.value.type === 'module' || (record.value.type === 'hash' && record.value.expiries?.some((at) => at !== undefined) === true)) return undefined;
    if (!isEmpty(record.value)) writer.key({ key: record.key, value: record.value, expireAt: record.expireAt });
  }
  writer.end();
  return writer.take();
}

function isEmpty(value: (RdbRecord<string> & { kind: 'key' })['value']): boolean {
  return ('items' in value && value.items.length === 0) || ('members' in value && value.members.length === 0) || ('pairs' in value && value.pairs.length === 0);
}

/**
 * False for what redis-server says of a stream without looking at it: that it has as many entries as the file tells, which old files
 * may have wrong (what the entries are is compared by their digest), and of one without entries what the first of them is.
 */
function isOfInterest({ kind, first, second }: Difference): boolean {
  if (kind !== 'stream') return true;
  const [redis, own] = [first, second].map((told) => told.replace(/(?<=recorded-first-entry-id=bulk )"18446744073709551615-18446744073709551615"/, '"0-0"'));
  const [length, counted] = [redis, own].map((told) => /^length=\S+ \d+/.exec(told ?? '')?.[0]);
  return length === counted && redis !== own;
}

/** redis-server on a file, beside a practice server that has loaded the same data. Says why if redis-server refuses the file. */
async function compareWithRedis(path: string, practice: PracticeServer): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'keyspace-corpus-'));
  try {
    await copyFile(path, join(folder, 'dump.rdb'));
    const server = await startRedisServer(['--dir', folder, '--databases', DATABASES]).catch((error: unknown) => String(error));
    if (typeof server === 'string') return server;
    const [client, own] = [await connectResp(server.port), openRespClient(practice.connect())];
    try {
      const found = (await differences(client, own)).filter(isOfInterest);
      assert.equal(found.length, 0, `redis-server and the practice server differ:\n${printDifferences(found)}`);
    } finally {
      client.close();
      own.close();
      await server.stop();
    }
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Two practice servers hold the same, but for what is not to be looked at. */
async function expectSame(first: PracticeServer, second: PracticeServer, matters: (difference: Difference) => boolean): Promise<void> {
  const clients = [openRespClient(first.connect()), openRespClient(second.connect())] as const;
  try {
    const found = (await differences(...clients)).filter(matters);
    assert.equal(found.length, 0, `what was written again differs:\n${printDifferences(found)}`);
  } finally {
    for (const client of clients) client.close();
  }
}

/** What the practice server makes of a file; undefined if it refuses it. */
function loaded(path: string): { readonly practice: PracticeServer; readonly error: RdbError | undefined } {
  const practice = createServer({ config: { databases: DATABASES } });
  try {
    load(practice.state, path);
    return { practice, error: undefined };
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    return { practice, error };
  }
}

async function check(path: string, scratch: string, random: Random): Promise<string> {
  const file = await readFile(path);
  const whole = read(file, Math.max(1, file.length));
  const pieces = read(file, 1 + random.below(Math.max(1, file.length)));
  assert.deepEqual(pieces.records, whole.records, 'in pieces');
  assert.equal(pieces.error?.message, whole.error?.message, 'in pieces');
  skim(file, whole);
  const header = whole.records[0];
  const told = expectedOf(path, whole.records);
  // One of a version that is not known has no header.
  if (told.length > 0 && header !== undefined) {
    if (whole.error !== undefined) throw whole.error;
    compareWithExpected(whole.records, told);
  }
  const { practice, error } = loaded(path);
  try {
    // What modules keep beside keys is skipped here, and redis-server does not start without the module.
    const readable = header?.kind === 'header' && header.dialect === 'redis' && header.version <= READABLE && !whole.records.some(({ kind }) => kind === 'moduleAux');
    const refusal = readable || (whole.error !== undefined && error !== undefined) ? await compareWithRedis(path, error === undefined ? practice : createServer()) : undefined;
    if (readable) assert.equal(error === undefined, refusal === undefined, `redis-server: ${refusal ?? 'loads it'}\npractice server: ${error?.message ?? 'loads it'}`);
    if (whole.error !== undefined) return `refused: ${whole.error.message}, at byte ${whole.error.offset}`;
    const functions = whole.records.some(({ kind }) => kind === 'function');
    for (const version of functions ? [10] as const : [9, 10] as const) {
      const again = error === undefined ? inVersion(version, whole.records) : undefined;
      if (again === undefined) continue;
      await writeFile(scratch, again);
      const same = loaded(scratch);
      try {
        assert.equal(await compareWithRedis(scratch, same.practice), undefined, `written again in version ${version}`);
        // Version 9 does not hold all that is told of streams.
        await expectSame(practice, same.practice, ({ kind }) => version === 10 || kind !== 'stream');
      } finally {
        await same.practice.close();
      }
    }
    if (error === undefined) {
      assert.ok(save(practice.state, scratch));
      assert.equal(read(await readFile(scratch), 4096).error, undefined, 'saved');
    }
    const keys = whole.records.filter(({ kind }) => kind === 'key').length;
    return `${keys} keys${told.length === 0 ? '' : ', as expected'}${error === undefined ? '' : `; not loaded: ${error.message}`}`;
  } finally {
    await practice.close();
  }
}

/** Files to try where none are given: of redis-server with many small and many large encodings, and of version 12. */
async function makeFiles(folder: string, random: Random): Promise<void> {
  for (const limit of ['2', '512']) {
    const server = await startRedisServer(['--dir', folder, '--dbfilename', `${limit}.rdb`, '--hash-max-listpack-entries', limit, '--zset-max-listpack-entries', limit, '--set-max-intset-entries', limit]);
    const client = await connectResp(server.port);
    for (const type of sampleTypes) for (let index = 0; index < 5; index += 1) for (const command of sampleValue(random, type, `${type}:${index}`)) await client.call(command);
    await client.call(['SAVE']);
    client.close();
    await server.stop();
  }
  await writeFile(join(folder, 'every.rdb'), everyFile());
}

/** Reads every file of a folder and holds it against what is told of it and against redis-server, as far as that reads it. */
export async function run({ seed, dir }: { readonly seed: number; readonly dir?: string | undefined }): Promise<{ checks: number }> {
  const random = seededRandom(seed);
  const own = await mkdtemp(join(tmpdir(), 'keyspace-corpus-'));
  const failures: Error[] = [];
  let checks = 0;
  try {
    if (dir === undefined) await makeFiles(own, random);
    const folder = dir ?? own;
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.rdb')).sort()) {
      checks += 1;
      try {
        const said = await check(join(folder, name), join(own, 'written'), random);
        if (dir !== undefined) console.log(`${name}: ${said}`);
      } catch (error) {
        failures.push(new Error(basename(name), { cause: error }));
      }
    }
  } finally {
    await rm(own, { recursive: true, force: true });
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${checks} files`);
  return { checks };
}
