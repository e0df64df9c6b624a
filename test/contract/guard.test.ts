import assert from 'node:assert/strict';
import { once } from 'node:events';
import { harmless } from '../../src/core/connection/harmless.ts';
import { asList, asText } from '../../src/core/connection/reply.ts';
import type { Command, Reply, Session } from '../../src/core/connection/session.ts';
import { encodeRequest } from '../../src/protocol/resp/encode.ts';
import { Failure, isFailure } from '../../src/core/failure.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../support/testSessions.ts';

interface Listed {
  /** `get`, `config|set`. */
  readonly path: string;
  readonly arity: number;
  readonly flags: readonly string[];
}

/** Every entry of COMMAND, containers and subcommands included. */
function listCommands(reply: readonly Reply[]): Listed[] {
  return reply.flatMap((entry) => {
    const [name, arity, flags, ...rest] = asList(entry);
    const listed: Listed = { path: asText(name), arity: Number(arity), flags: asList(flags).map((flag) => asText(flag)) };
    return [listed, ...listCommands(asList(rest.at(-1)))];
  });
}

const keys = ['s', 'n', 'l', 'h', 'set', 'z', 'x', 'hll', 'missing'] as const;

/** The command with as many arguments as it wants at least, the first of them `key`. */
function dummy({ path, arity }: Listed, key: string): string[] {
  const words = path.split('|');
  const missing = Math.max(0, Math.abs(arity) - words.length);
  return [...words, ...Array.from({ length: missing }, (_, index) => (index === 0 ? key : '1'))];
}

describe('the guard on a real server', () => {
  let server: RedisServer;
  let sessions: TestSessions;
  let open: Session;
  let guarded: Session;
  let commands: Listed[];

  before(async () => {
    server = await startRedisServer();
    sessions = createTestSessions();
    open = sessions.acquire(testProfile(server, { id: 'open' }), 0);
    guarded = sessions.acquire(testProfile(server, { id: 'guarded', access: 'read-only' }), 0);
    commands = listCommands(asList(await open.send(['COMMAND'])));
    await open.sendAll([
      ['SET', 's', 'text'], ['SET', 'n', '5'], ['RPUSH', 'l', '1', '2'], ['HSET', 'h', 'f', '1'], ['SADD', 'set', '1'],
      ['ZADD', 'z', '1', 'm'], ['XADD', 'x', '1-1', 'f', 'v'], ['PFADD', 'hll', '1'],
      // PFCOUNT caches its result inside the value; once it has, asking again changes nothing.
      ['PFCOUNT', 'hll'],
      ['FUNCTION', 'LOAD', '#!lua name=lib\nredis.register_function{function_name="f", callback=function() return 1 end, flags={"no-writes"}}'],
    ]);
  });
  after(async () => {
    await sessions.dispose();
    await server.stop();
  });

  /** All that a command might change: data, settings, users, functions, the dirty counter, clients. */
  async function state(): Promise<Record<string, unknown>> {
    const replies = await open.sendAll([
      ['DEBUG', 'DIGEST'], ['CONFIG', 'GET', '*'], ['ACL', 'LIST'], ['FUNCTION', 'DUMP'], ['LASTSAVE'], ['SLOWLOG', 'LEN'], ['DBSIZE'],
      ['INFO', 'persistence'], ['INFO', 'replication'],
    ]);
    for (const reply of replies) assert.ok(!(reply instanceof Failure), String(reply));
    const text = JSON.stringify(replies.slice(0, 7));
    const info = replies.slice(7).map((reply) => asText(reply as Reply)).join('');
    const field = (name: string): string => new RegExp(`${name}:(.*)\r`).exec(info)?.[1] ?? 'none';
    return { text, dirty: field('rdb_changes_since_last_save'), saving: field('rdb_bgsave_in_progress'), role: field('role'), saves: field('rdb_saves') };
  }

  async function calls(): Promise<Set<string>> {
    const stats = asText(await open.send(['INFO', 'commandstats']));
    return new Set([...stats.matchAll(/^cmdstat_([^:]+):/gm)].map((match) => match[1] ?? ''));
  }

  const allowed = ({ path, flags }: Listed): boolean => flags.includes('readonly') || harmless.has(path);

  it('knows the whole of COMMAND', () => {
    const names = new Set(commands.map(({ path }) => path));
    assert.ok(commands.length > 350, `only ${commands.length} commands`);
    for (const name of ['get', 'config|set', 'xgroup|create', 'script|flush']) assert.ok(names.has(name), name);
    // No line of the table may be a typing mistake; the rest is of newer servers, modules and sentinels.
    const elsewhere = new Set(['client|setinfo', 'client|no-touch', 'cluster|myshardid']);
    const unknown = [...harmless].filter((path) => !names.has(path) && !elsewhere.has(path) && !path.startsWith('sentinel|'));
    assert.deepEqual(unknown, []);
    // What the table allows is never flagged as a write.
    assert.deepEqual(commands.filter(({ path, flags }) => harmless.has(path) && flags.includes('write')), []);
  });

  it('refuses all that is neither flagged readonly nor in the reviewed table, and none of it reaches the server', async () => {
    const refused = commands.filter((command) => !allowed(command));
    assert.ok(refused.length > 150, `only ${refused.length}`);
    await guarded.ready();
    const before = await state();
    await open.send(['CONFIG', 'RESETSTAT']);
    for (const command of refused) {
      await assert.rejects(guarded.send(dummy(command, 's')), (error) => isFailure(error, 'guarded') || isFailure(error, 'unsupported'), command.path);
      await assert.rejects(guarded.sendAll([['PING'], dummy(command, 's')]), Failure, command.path);
    }
    const reached = await calls();
    for (const { path } of refused) if (path !== 'config|resetstat') assert.ok(!reached.has(path), `${path} reached the server`);
    assert.ok(!reached.has('ping'), 'a pipeline is judged whole, before anything of it is sent');
    assert.deepEqual(await state(), before);
  });

  it('lets everything else through, and nothing of it changes anything', async () => {
    const passing = commands.filter(allowed);
    const before = await state();
    await open.send(['CONFIG', 'RESETSTAT']);
    const shared: Command[] = [];
    const alone: Command[] = [];
    for (const command of passing) {
      try {
        await guarded.send(dummy(command, 's'));
      } catch (error) {
        assert.ok(error instanceof Failure);
        assert.notEqual(error.kind, 'guarded', command.path);
        // MULTI comes with its EXEC or not at all; other commands change the socket.
        if (error.kind === 'unsupported' || error.kind === 'bad-input') alone.push(dummy(command, 's'));
      }
      shared.push(...keys.map((key) => dummy(command, key)));
    }
    for (const command of shared) await guarded.send(command).catch((error: unknown) => assert.ok(error instanceof Failure && error.kind !== 'guarded'));
    for (const command of alone) await onChannel(command);
    const reached = await calls();
    const missed = passing.map(({ path }) => path).filter((path) => !reached.has(path));
    // A container by itself is answered with an error before it counts as called; SORT_RO and the like all count.
    const containers = new Set(commands.filter(({ path }) => path.includes('|')).map(({ path }) => path.slice(0, path.indexOf('|'))));
    assert.deepEqual(missed.filter((path) => !containers.has(path)), []);
    assert.deepEqual(await state(), before);
  });

  async function onChannel(command: Command): Promise<void> {
    const channel = await sessions.openChannel(testProfile(server, { id: 'guarded', access: 'read-only' }), 0, 'terminal');
    channel.on('error', (error) => assert.fail(error));
    channel.write(encodeRequest(command));
    const [bytes] = (await once(channel, 'data')) as [Buffer];
    assert.ok(bytes.length > 0);
    channel.destroy();
  }

  it('refuses scripts and other writes in disguise, and passes their read-only forms', async () => {
    const disguises: Command[] = [
      ['EVAL', 'return 1', '0'], ['EVALSHA', 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db', '0'], ['FCALL', 'f', '0'],
      ['SORT', 'l'], ['SORT', 'l', 'STORE', 'other'], ['GETEX', 's', 'PERSIST'], ['BITFIELD', 's', 'GET', 'u8', '0'], ['GEORADIUS', 'z', '1', '1', '1', 'm'],
      ['CONFIG', 'SET', 'maxmemory', '1'], ['config', 'set', 'maxmemory', '1'], ['CoNfIg', 'ReWrite'], ['REPLICAOF', 'NO', 'ONE'], ['SHUTDOWN', 'NOSAVE'],
      ['DEBUG', 'SLEEP', '0'], ['SCRIPT', 'FLUSH'], ['SCRIPT', 'LOAD', 'return 1'], ['FUNCTION', 'FLUSH'], ['ACL', 'SETUSER', 'eve', 'on'], ['SWAPDB', '0', '1'],
      ['CLIENT', 'KILL', 'ID', '1'], ['CLIENT', 'PAUSE', '1'], ['PUBLISH', 'c', 'm'], ['NOSUCHCOMMAND'], ['config|get', 'x'], ['get|', 's'], ['CONFIG'], ['CONFIG', 'NOSUCH'],
      ['MEMORY', 'PURGE'], ['LATENCY', 'RESET'], ['SLOWLOG', 'RESET'], ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'x', '>'], ['SAVE'], ['BGSAVE'], ['CLUSTER', 'RESET'],
      [Buffer.from('FLUSHALL')], [Buffer.from('config'), Buffer.from('SET'), 'maxmemory', '1'],
    ];
    const before = await state();
    for (const command of disguises) {
      await assert.rejects(guarded.send(command), (error) => isFailure(error, 'guarded'), command.join(' '));
    }
    await assert.rejects(guarded.sendAll([['MULTI'], ['SET', 's', '2'], ['EXEC']]), (error) => isFailure(error, 'guarded'));
    assert.equal(asText(await guarded.send(['EVAL_RO', "return redis.call('GET', KEYS[1])", '1', 's'])), 'text');
    await assert.rejects(guarded.send(['EVAL_RO', "return redis.call('SET', KEYS[1], '2')", '1', 's']), (error) => isFailure(error, 'server'));
    assert.equal(await guarded.send(['FCALL_RO', 'f', '0']), 1);
    assert.deepEqual(asList((await guarded.sendAll([['MULTI'], ['GET', 's'], ['EXEC']]))[2] as Reply).map((reply) => asText(reply)), ['text']);
    assert.equal(asList(await guarded.send(['CONFIG', 'GET', 'databases'])).length, 2);
    assert.deepEqual(await state(), before);
    const refusals = sessions.log.filter(({ outcome }) => outcome === 'refused').map(({ text }) => text);
    assert.ok(refusals.includes('CONFIG SET maxmemory 1'), 'a refusal stands in the command log');
  });

  it('asks before a write on a confirm-writes connection, once for a pipeline, and sends nothing when it is declined', async () => {
    let answer = false;
    const asked: string[] = [];
    const own = createTestSessions({
      confirmWrite: async (request) => {
        asked.push(request.summary);
        return answer;
      },
    });
    const session = own.acquire(testProfile(server, { access: 'confirm-writes' }), 1);
    try {
      assert.equal(await session.send(['GET', 'k']), null);
      assert.deepEqual(asked, []);
      await assert.rejects(session.sendAll([['GET', 'k'], ['SET', 'k', '1'], ['DEL', 'other']]), (error) => isFailure(error, 'declined'));
      assert.deepEqual(asked, ['SET k 1\nDEL other']);
      assert.equal(await session.send(['GET', 'k']), null);
      answer = true;
      await session.send(['SET', 'k', '1']);
      assert.equal(asText(await session.send(['GET', 'k'])), '1');
      assert.equal(asked.length, 2);
    } finally {
      await own.dispose();
    }
  });

  it('guards what is written into a channel, however it is cut, and gives each intent its own few commands', async () => {
    const profile = testProfile(server, { id: 'guarded', access: 'read-only' });
    for (const bytes of ['SET s changed\r\n', '*3\r\n$3\r\nSET\r\n$1\r\ns\r\n$7\r\nchanged\r\n', 'GET s\r\nset s changed\r\n']) {
      const channel = await sessions.openChannel(profile, 0, 'terminal');
      const failed = once(channel, 'error');
      for (const byte of Buffer.from(bytes)) channel.write(Buffer.from([byte]));
      const [error] = (await failed) as [unknown];
      assert.ok(isFailure(error, 'guarded'), String(error));
      assert.ok(channel.destroyed);
    }
    assert.equal(asText(await open.send(['GET', 's'])), 'text');

    const answer = async (intent: 'terminal' | 'monitor' | 'copy' | 'subscribe', command: Command): Promise<string> => {
      const channel = await sessions.openChannel(profile, 0, intent);
      try {
        return await new Promise<string>((resolve, reject) => {
          channel.on('error', reject);
          channel.on('data', (chunk: Buffer) => resolve(chunk.toString()));
          channel.write(encodeRequest(command));
        });
      } finally {
        channel.destroy();
      }
    };
    assert.equal(await answer('monitor', ['MONITOR']), '+OK\r\n');
    assert.equal(await answer('copy', ['REPLCONF', 'listening-port', '1']), '+OK\r\n');
    assert.match(await answer('subscribe', ['SUBSCRIBE', 'c']), /subscribe/);
    assert.equal(await answer('terminal', ['GET', 's']), '$4\r\ntext\r\n');
    await assert.rejects(answer('terminal', ['MONITOR']), (error) => isFailure(error, 'guarded'));
    await assert.rejects(answer('terminal', ['PSYNC', '?', '-1']), (error) => isFailure(error, 'guarded'));
    await assert.rejects(answer('copy', ['RESTORE', 's', '0', 'x']), (error) => isFailure(error, 'guarded'));
  });

  it('binds sessions that were acquired before the connection was edited to read-only', async () => {
    const before = sessions.acquire(testProfile(server, { id: 'edited' }), 2);
    await before.send(['SET', 'k', '1']);
    const after = sessions.acquire(testProfile(server, { id: 'edited', access: 'read-only' }), 0);
    await assert.rejects(before.send(['SET', 'k', '2']), (error) => isFailure(error, 'guarded'));
    assert.equal(asText(await before.send(['GET', 'k'])), '1');
    before.release();
    after.release();
  });
});
