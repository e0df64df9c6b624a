import assert from 'node:assert/strict';
import { duplexPair, type Duplex } from 'node:stream';
import { startSnapshot } from '../../../../src/server/persistence/snapshot.ts';
import { frozenServer, type FrozenServer } from '../../../support/practiceServer.ts';
import { openRespClient, type RespClient } from '../../../support/respClient.ts';
import { printReply, replyText } from '../../../support/respReply.ts';
import { serveScript } from '../../../support/scriptedServer.ts';

const ID = 'a'.repeat(40);
const TIMEOUT = 60_000;

describe('a replica whose master falls silent', () => {
  let replica: FrozenServer;
  let client: RespClient;
  let dump: Buffer;
  /** What the master answers to a call, and what it was called; new for each connection. */
  let answers: (connection: number, name: string) => string | undefined;
  let calls: string[][];
  let masters: Duplex[];

  before(async () => {
    const other = frozenServer();
    const filler = openRespClient(other.connect());
    await filler.call(['SET', 'key', 'value']);
    const snapshot = startSnapshot(other.state, []);
    while (snapshot.step(() => false));
    dump = snapshot.take();
    filler.close();
    await other.close();
  });
  beforeEach(async () => {
    replica = frozenServer();
    [calls, masters] = [[], []];
    replica.state.outside = { ...replica.state.outside, connect: () => {
      const [near, far] = duplexPair();
      const connection = masters.push(far);
      calls.push([]);
      serveScript(far, ([word = Buffer.alloc(0), ...rest]) => {
        // An acknowledgement has no answer.
        const name = `${word.toString().toUpperCase()}${rest[0]?.toString() === 'ACK' ? ' ACK' : ''}`;
        calls[connection - 1]?.push([name, ...rest.map(String)].join(' '));
        const answer = answers(connection, name);
        return answer === undefined ? 'hang' : Buffer.from(answer, 'latin1');
      });
      setImmediate(() => near.emit('connect'));
      return near;
    } };
    client = openRespClient(replica.connect());
    await client.call(['CONFIG', 'SET', 'repl-timeout', String(TIMEOUT / 1000)]);
  });
  afterEach(async () => {
    client.close();
    await replica.close();
    for (const master of masters) master.destroy();
  });

  async function until(what: () => boolean): Promise<void> {
    while (!what()) await new Promise((resolve) => setImmediate(resolve));
  }
  const stage = (): string => replica.state.replication.link?.stage ?? '';
  /** Time passes in seconds, with a round of the cron in each, and some turns for what that brings about. */
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      replica.advance(Math.min(left, 1000));
      replica.cron();
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const polite = (name: string): string | undefined => (name === 'PING' ? '+PONG\r\n' : name === 'REPLCONF' ? '+OK\r\n' : undefined);
  const whole = (): string => `+FULLRESYNC ${ID} 100\r\n$${dump.length}\r\n${dump.toString('latin1')}`;

  const silences: readonly (readonly [string, string, (name: string) => string | undefined])[] = [
    ['before it says anything', 'handshake', () => undefined],
    ['when it is asked for its data', 'handshake', polite],
    ['before its data', 'sync', (name) => (name === 'PSYNC' ? `+FULLRESYNC ${ID} 100\r\n` : polite(name))],
    ['in the middle of its data', 'sync', (name) => (name === 'PSYNC' ? whole().slice(0, -5) : polite(name))],
  ];
  for (const [when, where, first] of silences) {
    it(`lets go of it and tries again: ${when}`, async () => {
      answers = (connection, name) => (connection === 1 ? first(name) : name === 'PSYNC' ? whole() : polite(name));
      await client.call(['REPLICAOF', 'master', '1']);
      await until(() => stage() === where);
      await pass(TIMEOUT - 1000);
      assert.deepEqual([stage(), masters.length], [where, 1]);
      await pass(3000);
      await until(() => stage() === 'connected');
      assert.equal(masters.length, 2);
      assert.ok(masters[0]?.destroyed === true || masters[0]?.readableEnded === true, 'the first connection is open');
      assert.equal(replyText(await client.call(['GET', 'key'])), 'value');
    });
  }

  it('lets go of it and goes on where it was: in the middle of its stream', async () => {
    answers = (connection, name) => (name === 'PSYNC' ? (connection === 1 ? whole() : '+CONTINUE\r\n') : polite(name));
    await client.call(['REPLICAOF', 'master', '1']);
    await until(() => stage() === 'connected');
    // What it says is heard, be it only that it is there: a call of 14 bytes.
    await pass(TIMEOUT - 5000);
    masters[0]?.write('*1\r\n$4\r\nPING\r\n');
    await pass(TIMEOUT - 5000);
    assert.deepEqual([stage(), masters.length], ['connected', 1]);
    await pass(7000);
    await until(() => masters.length === 2 && stage() === 'connected');
    assert.equal(calls[1]?.find((call) => call.startsWith('PSYNC')), `PSYNC ${ID} 115`);
    assert.match(printReply(await client.call(['ROLE'])), /"slave".*"connected"/s);
    assert.equal(replyText(await client.call(['GET', 'key'])), 'value');
  });
});
