import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFailure, type FailureKind } from '../../../../src/core/failure.ts';
import { saveRdb, type SaveReport } from '../../../../src/core/save/saveRdb.ts';
import { latin1Kind } from '../../../../src/protocol/rdb/bytes.ts';
import { closePayload, encodeDump } from '../../../../src/protocol/rdb/dump.ts';
import { createRdbParser } from '../../../../src/protocol/rdb/parser.ts';
import { resp, startScriptedServer, type Script, type ScriptedServer } from '../../../support/scriptedServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const text = (value: string): Buffer => encodeDump({ type: 'string', value });
const FORBIDDEN = resp.error('NOPERM this user has no permissions');

describe('saving by SCAN and DUMP, from a server that does as it is told', () => {
  let folder: string;
  let server: ScriptedServer | undefined;
  let sessions: TestSessions;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyspace-scan-'));
    sessions = createTestSessions();
  });
  afterEach(async () => {
    await sessions.dispose();
    await server?.stop();
    await rm(folder, { recursive: true });
  });

  /** Saves; `answer` gives what is special, by the command's name and first argument. */
  async function save(answer: (name: string, argument: string) => Buffer | undefined): Promise<SaveReport> {
    const script: Script = ([command, argument]) => {
      const name = (command ?? '').toString('latin1').toUpperCase();
      const special = answer(name, (argument ?? '').toString('latin1'));
      if (special !== undefined) return special;
      switch (name) {
        case 'INFO': return argument === undefined ? undefined : resp.bulk('# Keyspace\r\ndb0:keys=3,expires=1,avg_ttl=0\r\n');
        case 'REPLCONF': case 'PSYNC': case 'FUNCTION': return FORBIDDEN;
        case 'PEXPIRETIME': return resp.integer(-1);
        case 'DUMP': return resp.bulk(text('value'));
        case 'TIME': return resp.array([resp.bulk('1700000000'), resp.bulk('0')]);
      }
      return undefined;
    };
    server = await startScriptedServer(script);
    return saveRdb({ sessions, clock: { now: () => 1_700_000_000_000, elapsed: () => performance.now() } }, { profile: testProfile(server), path: join(folder, 'dump.rdb') },
      { signal: new AbortController().signal, onProgress: () => undefined });
  }
  /** Keys of the file, with their values and when they expire. */
  async function saved(): Promise<unknown[]> {
    const parser = createRdbParser(latin1Kind);
    parser.push(await readFile(join(folder, 'dump.rdb')));
    parser.finish();
    const keys: unknown[] = [];
    for (let record = parser.next(); record !== undefined; record = parser.next()) {
      if (record.kind === 'key' && record.value.type === 'string') keys.push([record.key, record.value.value, record.expireAt]);
    }
    return keys;
  }
  async function fails(work: Promise<unknown>, kind: FailureKind, words: RegExp): Promise<void> {
    await assert.rejects(work, (error) => isFailure(error, kind) && words.test(error.message) || assert.fail(String(error)));
    assert.deepEqual(await readdir(folder), []);
  }

  it('writes a key once that SCAN told twice, and leaves out what is gone', async () => {
    const report = await save((name, argument) => {
      if (name === 'SCAN') return argument === '0' ? resp.scan('7', ['a', 'b', 'a']) : resp.scan('0', ['b', 'gone', 'a', 'c']);
      return name === 'DUMP' && argument === 'gone' ? resp.nil : undefined;
    });
    assert.deepEqual(await saved(), [['a', 'value', undefined], ['b', 'value', undefined], ['c', 'value', undefined]]);
    assert.equal(report.keys, 3);
    assert.equal(report.vanished, 1);
  });

  it('reads a key again that was written between its value and its time to live', async () => {
    let asked = 0;
    let dumped = 0;
    await save((name, argument) => {
      if (name === 'SCAN') return resp.scan('0', ['lock']);
      // The first is the question whether the server knows the command. Then a lock that expires is replaced by a value that does not.
      if (name === 'PEXPIRETIME' && argument === 'lock') return resp.integer((asked += 1) === 1 ? 1_700_000_009_000 : -1);
      if (name === 'DUMP') return resp.bulk(text((dumped += 1) === 1 ? 'locked' : 'for good'));
      return undefined;
    });
    assert.deepEqual(await saved(), [['lock', 'for good', undefined]]);
    assert.equal(dumped, 2);
  });

  it('takes a key as it comes that is written all the time', async () => {
    let at = 1_800_000_000_000;
    await save((name, argument) => {
      if (name === 'SCAN') return resp.scan('0', ['busy']);
      return name === 'PEXPIRETIME' && argument === 'busy' ? resp.integer((at += 1)) : undefined;
    });
    assert.equal((await saved()).length, 1);
  });

  it('adds what PTTL says to the time of the server, not of this machine', async () => {
    await save((name) => {
      if (name === 'SCAN') return resp.scan('0', ['a']);
      if (name === 'PEXPIRETIME') return resp.error("ERR unknown command 'PEXPIRETIME', with args beginning with: ''");
      if (name === 'PTTL') return resp.integer(5000);
      return name === 'TIME' ? resp.array([resp.bulk('1600000000'), resp.bulk('250999')]) : undefined;
    });
    assert.deepEqual(await saved(), [['a', 'value', 1_600_000_005_250]]);
  });

  it('takes the version from the server, be it one that is not known yet', async () => {
    const payload = text('value');
    await save((name) => {
      if (name === 'SCAN') return resp.scan('0', ['a']);
      return name === 'DUMP' ? resp.bulk(closePayload(payload.subarray(0, -10), 81)) : undefined;
    });
    assert.equal((await readFile(join(folder, 'dump.rdb'))).toString('latin1', 0, 9), 'VALKEY081');
  });

  it('stops where the server is of another version in the middle', async () => {
    const payload = text('value');
    await fails(save((name, argument) => {
      if (name === 'SCAN') return resp.scan('0', ['a', 'b']);
      return name === 'DUMP' && argument === 'b' ? resp.bulk(closePayload(payload.subarray(0, -10), 11)) : undefined;
    }), 'server-changed', /of another version/);
  });

  it('stops at a damaged value, and at one that stands behind something unknown', async () => {
    const damaged = Buffer.from(text('value'));
    damaged[2] = (damaged[2] ?? 0) ^ 1;
    await fails(save((name) => (name === 'SCAN' ? resp.scan('0', ['a\n']) : name === 'DUMP' ? resp.bulk(damaged) : undefined)), 'server', /damaged value of the key "a\\n"/);
    await server?.stop();
    const unknown = closePayload(Buffer.from([0xf3, 1, 2]), 13);
    await fails(save((name) => (name === 'SCAN' ? resp.scan('0', ['a']) : name === 'DUMP' ? resp.bulk(unknown) : undefined)), 'unsupported', /The key "a" holds something .* unknown opcode 243/);
  });

  it('stops where the server has no DUMP', async () => {
    await fails(save((name) => (name === 'SCAN' ? resp.scan('0', ['a']) : name === 'DUMP' ? resp.error("ERR unknown command 'DUMP'") : undefined)), 'unsupported', /does not know the command DUMP/);
  });
});
