import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createSyncReader } from '../../../../src/protocol/psync/payload.ts';
import { latin1Kind } from '../../../../src/protocol/rdb/bytes.ts';
import { createRdbParser } from '../../../../src/protocol/rdb/parser.ts';
import { standingClock } from '../../../../src/server/clock.ts';
import { createServer, type PracticeServer } from '../../../../src/server/server.ts';
import { openRespClient, type RespClient } from '../../../support/respClient.ts';
import { printReply } from '../../../support/respReply.ts';

const KEYS = 300;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What a file says: the first characters of each value, by key. */
function contents(file: Buffer): Map<string, string> {
  const parser = createRdbParser(latin1Kind);
  parser.push(file);
  parser.finish();
  const found = new Map<string, string>();
  for (let record = parser.next(); record !== undefined; record = parser.next()) {
    if (record.kind === 'key' && record.value.type === 'string') found.set(record.key, record.value.value.slice(0, 10));
  }
  return found;
}

/** Reads a dump to its end; the stream behind it may follow. */
async function dumpOf(replica: Duplex): Promise<Buffer> {
  const reader = createSyncReader();
  const parts: Buffer[] = [];
  let ended = false;
  replica.on('data', (chunk: Buffer) => {
    if (ended) return;
    reader.push(chunk);
    for (let event = reader.next(); event !== undefined; event = reader.next()) {
      if (event.kind === 'bytes') parts.push(Buffer.from(event.bytes));
      ended ||= event.kind === 'end';
    }
  });
  while (!ended) await turn();
  return Buffer.concat(parts);
}

describe('a save in the background beside a full synchronisation', () => {
  const clock = standingClock(1_700_000_000_000);
  let folder: string;
  let server: PracticeServer;
  let client: RespClient;
  let now: Map<string, string>;
  let written: number;
  let moreToSave = false;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyspace-instants-'));
    server = createServer({ clock, cron: false });
    server.state.outside = { ...server.state.outside, dataFile: () => join(folder, 'dump.rdb') };
    client = openRespClient(server.connect());
    await client.call(['CONFIG', 'SET', 'rdbcompression', 'no', 'repl-diskless-sync-delay', '0']);
    now = new Map();
    written = 0;
    for (let index = 0; index < KEYS; index += 1) await write();
  });
  afterEach(async () => {
    client.close();
    await server.close();
    await rm(folder, { recursive: true });
  });

  /** Changes the next key, from the last one to the first: a walk meets keys that are changed and others. */
  async function write(): Promise<void> {
    const key = `key:${(written * 7) % KEYS}`;
    const value = String(written).padStart(10, '0');
    written += 1;
    now.set(key, value);
    await client.call(['SET', key, value.padEnd(50_000, 'x')]);
  }
  const background = (): boolean => server.state.saving.background !== undefined;
  const syncing = (): boolean => server.state.replication.job !== undefined;
  /** Writes between every two slices; answers how often. */
  async function writeWhile(what: () => boolean, most = KEYS): Promise<number> {
    let rounds = 0;
    for (; what() && rounds < most; rounds += 1) {
      if (moreToSave) moreToSave = server.state.saving.background?.step() ?? false;
      await write();
    }
    while (what() && most === KEYS) await turn();
    return rounds;
  }
  async function save(): Promise<void> {
    assert.equal(printReply(await client.call(['BGSAVE'])), 'simple "Background saving started"');
    moreToSave = true;
  }

  for (const form of ['with a mark behind it', 'with its length before it'] as const) {
    it(`is of its own instant, and so is a snapshot ${form} for a replica that comes meanwhile`, async () => {
      await save();
      const saved = new Map(now);
      await writeWhile(background, 5);
      const replica = server.connect();
      replica.write(`REPLCONF capa ${form === 'with a mark behind it' ? 'eof' : 'psync2'}\r\nPSYNC ? -1\r\n`);
      const dumped = dumpOf(replica);
      assert.ok(await writeWhile(background) > 0);
      assert.equal(syncing(), false);
      // The replica has waited for it.
      clock.set(clock.now() + 1001);
      server.cron();
      assert.equal(syncing(), true);
      const sent = new Map(now);
      assert.ok(await writeWhile(syncing) > 3);
      assert.deepEqual(contents(await readFile(join(folder, 'dump.rdb'))), saved);
      assert.deepEqual(contents(await dumped), sent);
      assert.notDeepEqual(saved, sent);
      replica.destroy();
    });
  }

  it('is refused while the snapshot is written, and may begin while it is sent', async () => {
    const replica = server.connect();
    replica.write('SYNC\r\n');
    while (!syncing()) await turn();
    const sent = new Map(now);
    assert.equal(printReply(await client.call(['BGSAVE'])), 'error "ERR Background save already in progress"');
    assert.ok(await writeWhile(syncing) > 3);
    // Nobody reads: most of it is on the disk still.
    await save();
    const saved = new Map(now);
    assert.ok(await writeWhile(background) > 3);
    assert.deepEqual(contents(await dumpOf(replica)), sent);
    assert.deepEqual(contents(await readFile(join(folder, 'dump.rdb'))), saved);
    replica.destroy();
  });
});
