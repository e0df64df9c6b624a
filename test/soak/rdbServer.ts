import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RdbError } from '../../src/protocol/rdb/bytes.ts';
import { closePayload } from '../../src/protocol/rdb/dump.ts';
import { standingClock } from '../../src/server/clock.ts';
import { openFile } from '../../src/server/persistence/openFile.ts';
import { createServer, type PracticeServer } from '../../src/server/server.ts';
import { frozenServer } from '../support/practiceServer.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { damage, everyBody, everyFile } from '../support/rdbDamage.ts';
import { openRespClient, printArguments, type Argument, type RespClient } from '../support/respClient.ts';
import { replyText, type Reply } from '../support/respReply.ts';
import { loadInto } from '../support/serverFile.ts';

/** What reads all of a value, and what changes it. */
const walks: Readonly<Record<string, { readonly read: readonly string[]; readonly write: readonly string[] }>> = {
  string: { read: ['GET k', 'STRLEN k', 'GETRANGE k -3 -1', 'BITCOUNT k'], write: ['APPEND k x', 'SETRANGE k 2 y'] },
  list: { read: ['LRANGE k 0 -1', 'LLEN k', 'LINDEX k -1', 'LPOS k x'], write: ['RPUSH k x', 'LSET k -1 y', 'LTRIM k 0 3', 'LPOP k 3'] },
  set: { read: ['SMEMBERS k', 'SSCAN k 0', 'SCARD k', 'SRANDMEMBER k 5', 'SISMEMBER k x'], write: ['SADD k x 1', 'SPOP k 2', 'SREM k x'] },
  zset: { read: ['ZRANGE k 0 -1 WITHSCORES', 'ZSCAN k 0', 'ZRANGEBYSCORE k -inf +inf', 'ZREVRANK k x', 'ZCOUNT k 0 5'], write: ['ZADD k 1 x', 'ZPOPMIN k 2', 'ZREMRANGEBYRANK k 1 2'] },
  hash: { read: ['HGETALL k', 'HSCAN k 0', 'HLEN k', 'HRANDFIELD k 3', 'HGET k a'], write: ['HSET k x y', 'HDEL k x a'] },
  stream: { read: ['XRANGE k - +', 'XREVRANGE k + -', 'XINFO STREAM k FULL COUNT 0', 'XINFO GROUPS k', 'XLEN k'], write: ['XTRIM k MAXLEN ~ 1', 'XDEL k 1-0', 'XGROUP DESTROY k g', 'XTRIM k MAXLEN 1'] },
};

/** What RESTORE may say of damage. */
const REFUSED = /^ERR (Bad data format|DUMP payload version or checksum are wrong)$/;

interface Tried {
  readonly client: RespClient;
  checks: number;
}

async function ask(tried: Tried, args: readonly Argument[]): Promise<Reply> {
  const reply = await tried.client.call(args);
  assert.ok(reply.kind !== 'error' && reply.kind !== 'closed', `${printArguments(args)}: ${replyText(reply) ?? reply.kind}`);
  return reply;
}

/** A value that came through is whole: it can be read, dumped, restored from that to an equal one, and changed. */
async function walk(tried: Tried, key: Argument): Promise<void> {
  const type = replyText(await ask(tried, ['TYPE', key])) ?? '';
  const commands = walks[type];
  if (commands === undefined) return;
  const all = async (texts: readonly string[]): Promise<void> => {
    for (const text of texts) await ask(tried, text.split(' ').map((word, index) => (word === 'k' && index < 4 ? key : word)));
  };
  await all(commands.read);
  for (const what of [['OBJECT', 'ENCODING', key], ['MEMORY', 'USAGE', key]]) await ask(tried, what);
  const dumped = await ask(tried, ['DUMP', key]);
  assert.ok(dumped.kind === 'bulk');
  await ask(tried, ['RESTORE', '{again}', '0', dumped.bytes, 'REPLACE', 'ABSTTL']);
  const digests = [];
  await ask(tried, ['PERSIST', key]);
  for (const one of [key, '{again}']) digests.push(replyText((await ask(tried, ['DEBUG', 'DIGEST-VALUE', one]) as Reply & { kind: 'array' }).items[0]));
  assert.equal(digests[0], digests[1], 'what was dumped is not what is there');
  await all(commands.write);
  await ask(tried, ['DEL', '{again}']);
}

async function walkAll(server: PracticeServer): Promise<number> {
  const tried = { client: openRespClient(server.connect()), checks: 0 };
  try {
    const keys = await ask(tried, ['KEYS', '*']);
    assert.ok(keys.kind === 'array');
    for (const key of keys.items) if (key.kind === 'bulk') await walk(tried, key.bytes);
    return keys.items.length;
  } finally {
    tried.client.close();
  }
}

/** Damaged payloads by RESTORE. */
async function restoreAll(tried: Tried, bodies: ReturnType<typeof everyBody>, random: Random): Promise<void> {
  for (const { version, body } of bodies) {
    const payload = closePayload(damage(body, random), version);
    const reply = await tried.client.call(['RESTORE', 'key', '0', payload, 'REPLACE']);
    const text = replyText(reply) ?? reply.kind;
    try {
      if (reply.kind === 'simple') await walk(tried, 'key');
      else assert.match(text, REFUSED);
    } catch (error) {
      throw new Error(`after ${payload.toString('hex')}`, { cause: error });
    }
    tried.checks += 1;
  }
  await ask(tried, ['FLUSHALL']);
}

/** A damaged file, loaded as at the start of a server. */
async function loadOne(file: Buffer): Promise<void> {
  const server = frozenServer();
  try {
    loadInto(server, file);
  } catch (error) {
    assert.ok(error instanceof RdbError, String(error));
  }
  try {
    await walkAll(server);
  } finally {
    await server.close();
  }
}

/** A damaged file, opened as a copy that may be changed; as one to be looked at the soak `rdb` opens it. */
async function openOne(path: string, file: Buffer): Promise<void> {
  await writeFile(path, file);
  const clock = standingClock();
  const server = createServer({ clock, cron: false });
  try {
    const outcome = await openFile(server.state, clock, { path, maxMemory: 2 ** 28, scratch: true, signal: new AbortController().signal, onProgress: () => undefined });
    if (outcome.kind === 'opened') await walkAll(server);
    else assert.ok(outcome.kind === 'unreadable' || outcome.kind === 'too-large', outcome.kind);
  } finally {
    await server.close();
  }
}

/** Damage that gets into the practice server by RESTORE, by loading and by opening a file: refused, or a whole value. */
export async function run({ seed, seconds }: { readonly seed: number; readonly seconds: number }): Promise<{ checks: number }> {
  const random = seededRandom(seed);
  const bodies = everyBody();
  const file = everyFile();
  const folder = await mkdtemp(join(tmpdir(), 'keyspace-soak-'));
  const server = frozenServer();
  const tried: Tried = { client: openRespClient(server.connect()), checks: 0 };
  const until = performance.now() + seconds * 1000;
  try {
    do {
      await restoreAll(tried, bodies, random);
      for (let count = 0; count < 10; count += 1) await loadOne(damage(file, random));
      await openOne(join(folder, 'dump.rdb'), damage(file, random));
      tried.checks += 11;
    } while (performance.now() < until);
    return { checks: tried.checks };
  } finally {
    tried.client.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}
