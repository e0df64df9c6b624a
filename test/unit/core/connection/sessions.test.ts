import assert from 'node:assert/strict';
import { once } from 'node:events';
import { duplexPair, type Duplex } from 'node:stream';
import { asText } from '../../../../src/core/connection/reply.ts';
import type { ConnectionProfile } from '../../../../src/core/connection/profile.ts';
import type { Session } from '../../../../src/core/connection/session.ts';
import type { SessionsDeps } from '../../../../src/core/connection/sessions.ts';
import { Failure, isFailure, type FailureKind } from '../../../../src/core/failure.ts';
import { resp, serveScript, startScriptedServer, type Script, type ScriptedServer } from '../../../support/scriptedServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const kind = (wanted: FailureKind, words = /./) => (error: unknown): boolean => isFailure(error, wanted) && words.test(error.message);
const name = (command: readonly Buffer[]): string => (command[0] ?? '').toString().toUpperCase();

/** Lets sockets do their work until the condition holds; fails after a second. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 1000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, `never came true: ${String(condition)}`);
    await new Promise(setImmediate);
  }
}

describe('sessions', () => {
  let servers: ScriptedServer[] = [];
  let opened: TestSessions[] = [];

  afterEach(async () => {
    await Promise.all(opened.map((sessions) => sessions.dispose()));
    await Promise.all(servers.map((server) => server.stop()));
    servers = [];
    opened = [];
  });

  async function serve(script: Script): Promise<ScriptedServer> {
    const server = await startScriptedServer(script);
    servers.push(server);
    return server;
  }
  function open(overrides: Partial<SessionsDeps> = {}): TestSessions {
    const sessions = createTestSessions(overrides);
    opened.push(sessions);
    return sessions;
  }
  const sent = (server: ScriptedServer, command: string): number => server.received.filter(([first]) => first === command).length;

  it('keeps integers exact, beyond 2^53 as digits, and bytes as bytes', async () => {
    const items = [resp.integer('9007199254740991'), resp.integer('9007199254740992'), resp.integer('-9223372036854775808'), resp.bulk(Buffer.from([0, 255])), resp.nil, resp.array([resp.integer('18446744073709551615')]), resp.simple('OK')];
    const server = await serve((command) => (name(command) === 'GET' ? resp.array(items) : undefined));
    const reply = await open().acquire(testProfile(server), 0).send(['GET', 'k']);
    assert.deepEqual(reply, [9007199254740991, '9007199254740992', '-9223372036854775808', Buffer.from([0, 255]), null, ['18446744073709551615'], Buffer.from('OK')]);
  });

  it('puts an error reply in its place of a pipeline, and throws it from send and out of EXEC', async () => {
    const server = await serve((command) => {
      if (name(command) === 'GET') return resp.error('WRONGTYPE Operation against a key');
      if (name(command) === 'MULTI') return resp.simple('OK');
      if (name(command) === 'EXEC') return resp.array([resp.integer(1), resp.error('WRONGTYPE no')]);
      return undefined;
    });
    const session = open().acquire(testProfile(server), 0);
    const [first, second, third] = await session.sendAll([['PING'], ['GET', 'k'], ['PING']]);
    assert.deepEqual([first, third], [Buffer.from('PONG'), Buffer.from('PONG')]);
    assert.ok(isFailure(second, 'wrong-type'));
    await assert.rejects(session.send(['GET', 'k']), kind('wrong-type'));
    assert.ok(isFailure((await session.sendAll([['MULTI'], ['EXEC']]))[1], 'wrong-type'));
    assert.deepEqual(await session.sendAll([]), []);
  });

  it('gives up on a server that owes a reply, says so, and connects anew with the next send', async () => {
    let silent = true;
    const server = await serve((command) => (name(command) === 'GET' && silent ? 'hang' : name(command) === 'GET' ? resp.nil : undefined));
    const sessions = open({ timeouts: { command: 30 } });
    const session = sessions.acquire(testProfile(server), 2);
    const behind = session.ready().then(() => Promise.allSettled([session.send(['GET', 'a']), session.send(['PING'])]));
    for (const result of await behind) assert.ok(result.status === 'rejected' && kind('timeout', /30 ms/)(result.reason));
    silent = false;
    assert.equal(await session.send(['GET', 'a']), null);
    assert.equal(sent(server, 'SELECT'), 2);
    const entry = sessions.log.find(({ text }) => text === 'GET a');
    assert.deepEqual([entry?.duration, entry?.outcome], [undefined, 'timeout']);
  });

  it('waits on while the bytes of a reply keep coming', async () => {
    // Ten pieces, 20 ms apart: longer than the limit of 60 ms as a whole, never that long between two.
    const server = await serve(() => undefined);
    const bytes = resp.bulk(Buffer.alloc(100, 'x'));
    const [near, far] = duplexPair();
    const drip = (from: number): void => {
      far.write(bytes.subarray(from, from + 11));
      if (from + 11 < bytes.length) setTimeout(() => drip(from + 11), 20);
    };
    serveScript(far, (command) => {
      if (name(command) !== 'GET') return undefined;
      drip(0);
      return 'hang';
    });
    const session = open({ practice: { connect: async () => near }, timeouts: { command: 60 } }).acquire(practiceProfile, 0);
    assert.equal((asText(await session.send(['GET', 'k']))).length, 100);
    assert.equal(server.received.length, 0);
  });

  it('gives up on a server that never answers the handshake', async () => {
    const server = await serve((command) => (name(command) === 'INFO' ? 'hang' : undefined));
    await assert.rejects(open({ timeouts: { connect: 30 } }).acquire(testProfile(server), 0).ready(), kind('timeout'));
  });

  it('fails what waits when the socket is cut, and sends none of it again', async () => {
    let cut = true;
    const server = await serve((command) => {
      if (name(command) === 'INCR' && cut) return 'cut';
      return name(command) === 'INCR' ? resp.integer(1) : undefined;
    });
    const session = open().acquire(testProfile(server), 0);
    const results = await Promise.allSettled([session.send(['INCR', 'a']), session.sendAll([['PING'], ['INCR', 'b']])]);
    for (const result of results) assert.ok(result.status === 'rejected' && kind('unreachable', /was cut/)(result.reason));
    cut = false;
    assert.equal(await session.send(['INCR', 'c']), 1);
    assert.deepEqual(server.received.filter(([first]) => first === 'INCR').map(([, key]) => key).filter((key) => key === 'a'), ['a']);
  });

  it('cancels at once, drops the late reply, and keeps replies with their commands', async () => {
    let release: (reply: Buffer) => void = () => undefined;
    const server = await serve((command) => {
      if (command[1]?.toString() === 'slow') return new Promise<Buffer>((resolve) => (release = resolve));
      return name(command) === 'GET' ? resp.bulk(command[1] ?? '') : undefined;
    });
    const session = open().acquire(testProfile(server), 0);
    await session.ready();
    const abort = new AbortController();
    const slow = session.send(['GET', 'slow'], { signal: abort.signal });
    const next = session.send(['GET', 'next']);
    await until(() => sent(server, 'GET') === 2);
    abort.abort();
    await assert.rejects(slow, kind('cancelled'));
    release(resp.bulk('late'));
    assert.equal(asText(await next), 'next');
    await assert.rejects(session.send(['GET', 'never'], { signal: AbortSignal.abort() }), kind('cancelled'));
    await assert.rejects(session.ready(AbortSignal.abort()), kind('cancelled'));
    assert.ok(!server.received.some(([, key]) => key === 'never'));
  });

  it('sends nothing that carries a cursor of another server', async () => {
    const server = await serve(() => undefined);
    const session = open().acquire(testProfile(server), 0);
    const { runId } = await session.ready();
    assert.equal(runId, 'scripted-1');
    server.runId = 'scripted-2';
    server.cutAll();
    await assert.rejects(session.send(['PING'], { runId }), (error) => isFailure(error, 'server-changed') || isFailure(error, 'unreachable'));
    await assert.rejects(session.sendAll([['PING']], { runId }), kind('server-changed'));
    assert.equal(sent(server, 'PING'), 0);
    assert.equal((await session.ready()).runId, 'scripted-2');
  });

  it('says what answers where no Redis does', async () => {
    const web = await serve(() => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await assert.rejects(open().acquire(testProfile(web), 0).ready(), kind('server', /does not answer as a Redis server/));
    const tls = await serve(() => 'cut');
    await assert.rejects(open().acquire(testProfile(tls), 0).ready(), kind('unreachable', /rediss:\/\//));
    const full = await serve(() => resp.error('ERR max number of clients reached'));
    await assert.rejects(open().acquire(testProfile(full), 0).ready(), kind('refused', /maxclients/));
    const odd = await serve((command) => (name(command) === 'INFO' ? resp.integer(1) : undefined));
    await assert.rejects(open().acquire(testProfile(odd), 0).ready(), kind('server'));
    const port = web.port;
    await web.stop();
    await assert.rejects(open().acquire(testProfile({ port }), 0).ready(), kind('refused', new RegExp(`127.0.0.1:${port}`)));
  });

  it('makes one attempt for all who wait, and waits longer after each failed one', async () => {
    const server = await serve((command) => (name(command) === 'AUTH' ? resp.error('WRONGPASS no') : undefined));
    const asked: number[] = [];
    const sessions = open({ timeouts: { backoff: (failures) => (asked.push(failures), 0) } });
    const profile = testProfile(server);
    sessions.passwords.set(profile.id, 'x');
    const session = sessions.acquire(profile, 0);
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => session.send(['PING'])));
    for (const result of results) assert.ok(result.status === 'rejected' && kind('auth')(result.reason));
    assert.equal(sent(server, 'AUTH'), 1);
    await assert.rejects(session.ready(), kind('auth'));
    await assert.rejects(session.ready(), kind('auth'));
    assert.deepEqual(asked, [1, 2]);
    assert.equal(sent(server, 'AUTH'), 3);
    assert.equal(sent(server, 'INFO'), 0, 'nothing goes on after a refused AUTH');
  });

  it('ends a connect that nobody waits for any more', async () => {
    const server = await serve((command) => (name(command) === 'INFO' ? 'hang' : undefined));
    const sessions = open();
    const session = sessions.acquire(testProfile(server), 0);
    const ready = assert.rejects(session.ready(), kind('closed'));
    await until(() => sent(server, 'INFO') > 0);
    session.release();
    await ready;
    await until(() => server.clients === 0);
    const again = sessions.acquire(testProfile(server), 0);
    const disconnected = assert.rejects(again.ready(), kind('closed'));
    await until(() => sent(server, 'INFO') === 2);
    await sessions.disconnect(again.profile.id);
    await disconnected;
    await until(() => server.clients === 0);
  });

  it('follows a connection that was edited to another server', async () => {
    const [first, second] = [await serve(() => undefined), await serve(() => undefined)];
    const sessions = open();
    const session = sessions.acquire(testProfile(first, { id: 'same' }), 0);
    await session.send(['PING']);
    sessions.acquire(testProfile(second, { id: 'same' }), 0);
    await session.send(['PING']);
    assert.deepEqual([sent(first, 'PING'), sent(second, 'PING')], [1, 1]);
    assert.equal(first.clients, 0);
  });

  it('takes the time of replies from the clock, and remembers the smallest', async () => {
    let now = 1000;
    const durations = new Map([['INFO', 40], ['30', 30], ['4', 4], ['50', 50]]);
    // The clock moves on while the server answers.
    const server = await serve((command) => {
      now += durations.get(command.at(-1)?.toString() ?? '') ?? 0;
      return name(command) === 'PING' ? resp.simple('PONG') : undefined;
    });
    const sessions = open({ clock: { now: () => 77, elapsed: () => now } });
    const session = sessions.acquire(testProfile(server), 0);
    assert.equal(session.smallestRoundTrip, 0);
    await session.ready();
    const seen: number[] = [session.smallestRoundTrip];
    for (const ms of ['30', '4', '50']) {
      await session.send(['PING', ms]);
      seen.push(session.smallestRoundTrip);
    }
    assert.deepEqual(seen, [40, 30, 4, 4]);
    assert.deepEqual(sessions.log.at(-1), { time: 77, connection: session.profile.name, database: 0, text: 'PING 50', duration: 50, outcome: 'ok' });
  });

  it('asks for the server\'s commands once per connect, and only for a guarded connection', async () => {
    const server = await serve(() => undefined);
    const sessions = open();
    await sessions.acquire(testProfile(server), 0).send(['PING']);
    assert.equal(sent(server, 'COMMAND'), 0);
    const guarded = sessions.acquire(testProfile(server, { id: 'ro', access: 'read-only' }), 0);
    await Promise.all([guarded.send(['PING']), guarded.send(['ECHO', 'x']).catch(() => undefined), guarded.send(['PING'])]);
    assert.equal(sent(server, 'COMMAND'), 1);
  });

  it('checks the server again after the user took a while to confirm', async () => {
    const server = await serve(() => undefined);
    const sessions = open({
      confirmWrite: async () => {
        server.runId = 'scripted-2';
        server.cutAll();
        await until(() => server.clients === 0);
        return true;
      },
    });
    const session = sessions.acquire(testProfile(server, { access: 'confirm-writes' }), 0);
    const { runId } = await session.ready();
    await assert.rejects(session.send(['DEL', 'k'], { runId }), (error) => isFailure(error, 'server-changed') || isFailure(error, 'unreachable'));
    assert.equal(sent(server, 'DEL'), 0);
  });

  /** A SET that waits for the user, what answers it, and the kind of its failure. */
  async function askedSet(): Promise<{ server: ScriptedServer; sessions: TestSessions; session: Session; answer: (write: boolean) => void; failed: Promise<string> }> {
    const server = await serve(() => undefined);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    let asked = false;
    const sessions = open({
      confirmWrite: () => {
        asked = true;
        return promise;
      },
    });
    const session = sessions.acquire(testProfile(server, { id: 'a', access: 'confirm-writes' }), 0);
    const failed = session.send(['SET', 'k', 'v']).then(() => 'sent', (error: unknown) => (error instanceof Failure ? error.kind : 'other'));
    await until(() => asked);
    return { server, sessions, session, answer: resolve, failed };
  }

  it('sends no confirmed write over a connection that was made read-only meanwhile', async () => {
    const { server, sessions, answer, failed } = await askedSet();
    sessions.acquire(testProfile(server, { id: 'a', access: 'read-only' }), 1);
    answer(true);
    assert.equal(await failed, 'guarded');
    assert.equal(sent(server, 'SET'), 0);
  });

  it('does not connect again for a write that is confirmed after the session was released', async () => {
    const { server, sessions, session, answer, failed } = await askedSet();
    await sessions.acquire(testProfile(server, { id: 'a', access: 'confirm-writes' }), 1).ready();
    session.release();
    await until(() => server.clients === 1);
    answer(true);
    assert.equal(await failed, 'closed');
    assert.deepEqual([server.clients, sent(server, 'SET')], [1, 0]);
  });

  it('goes by the saved connection, whatever version of it it is given', async () => {
    const server = await serve(() => undefined);
    const saved = testProfile(server, { id: 'a', access: 'read-only' });
    const sessions = open({ saved: (id) => (id === 'a' ? saved : undefined) });
    const before = testProfile(server, { id: 'a', access: 'read-write' });
    await assert.rejects(sessions.acquire(before, 0).send(['SET', 'k', 'v']), kind('guarded'));
    const channel = await sessions.openChannel(before, 0, 'copy');
    channel.write('SET k v\r\n');
    await assert.rejects(once(channel, 'close'), kind('guarded'));
    assert.equal(sent(server, 'SET'), 0);
  });

  it('keeps what a channel brought last until it is read, though the server has hung up', async () => {
    const server = await serve((command) => (name(command) === 'ECHO' ? resp.bulk('last words') : name(command) === 'QUIT' ? 'cut' : undefined));
    const channel = await open().openChannel(testProfile(server), 0, 'terminal');
    channel.write('ECHO x\r\n');
    await once(channel, 'readable');
    channel.write('QUIT\r\n');
    await until(() => server.clients === 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    let text = '';
    for await (const chunk of channel) text += String(chunk);
    assert.equal(text, '$10\r\nlast words\r\n');
  });

  it('says so when the secret storage fails, and keeps its words to itself', async () => {
    const server = await serve(() => undefined);
    const sessions = open({ secrets: { password: () => Promise.reject(new Error('keyring of ann: hunter2')) } });
    await assert.rejects(sessions.acquire(testProfile(server), 0).ready(), (error) => isFailure(error, 'auth') && !String(error.stack).includes('hunter2'));
    await assert.rejects(sessions.openChannel(testProfile(server), 0, 'copy'), kind('auth'));
    assert.equal(server.received.length, 0);
  });

  const practiceProfile: ConnectionProfile = { id: 'practice', name: 'Practice', endpoint: { kind: 'practice', instance: 'one' }, access: 'read-write' };

  describe('over a stream in memory', () => {
    let far: Duplex[];
    const practice = (script: Script = () => undefined): Pick<SessionsDeps, 'practice' | 'secrets'> => {
      far = [];
      return {
        practice: {
          connect: async (instance) => {
            assert.equal(instance, 'one');
            const [near, other] = duplexPair();
            far.push(other);
            serveScript(other, script);
            return near;
          },
        },
        secrets: { password: () => Promise.reject(new Error('a practice server has none')) },
      };
    };

    it('speaks as over a socket', async () => {
      const sessions = open(practice((command) => (name(command) === 'GET' ? resp.bulk('value') : undefined)));
      const session = sessions.acquire(practiceProfile, 3);
      assert.equal((await session.ready()).runId, 'scripted');
      assert.equal(asText(await session.send(['GET', 'k'])), 'value');
      assert.equal((await session.sendAll(Array.from({ length: 1000 }, () => ['GET', 'k']))).length, 1000);
      assert.equal(far.length, 1);
    });

    it('ends the other side on release, and notices when that ends', async () => {
      const sessions = open(practice());
      const session = sessions.acquire(practiceProfile, 0);
      await session.ready();
      far[0]?.end();
      await assert.rejects(async () => {
        for (let attempt = 0; attempt < 100; attempt += 1) await session.send(['PING'], far.length > 1 ? { runId: 'gone' } : {});
      }, (error) => isFailure(error, 'unreachable') || isFailure(error, 'server-changed'));
      await session.send(['PING']);
      assert.equal(far.length, 2);
      const last = far.at(-1);
      assert.ok(last !== undefined);
      const closed = once(last, 'end');
      session.release();
      await closed;
    });

    it('opens channels too, and says closed where no practice server runs', async () => {
      const sessions = open(practice());
      const channel = await sessions.openChannel(practiceProfile, 1, 'terminal');
      channel.write('PING\r\n');
      assert.deepEqual(await once(channel, 'data'), [Buffer.from('+PONG\r\n')]);
      channel.destroy();
      const none = open({ practice: { connect: () => Promise.reject(new Error('worker crashed at /secret/path')) } });
      await assert.rejects(none.acquire(practiceProfile, 0).ready(), kind('closed', /practice server could not be started/));
      await assert.rejects(open().openChannel(practiceProfile, 0, 'copy'), (error) => error instanceof Failure && error.kind === 'closed');
    });
  });
});
