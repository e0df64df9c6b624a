import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { encodeReply } from '../../../../src/protocol/resp/encode.ts';
import { bufferArgument, createRequestDecoder } from '../../../../src/protocol/resp/requestDecoder.ts';
import { tableOfCommands } from '../../../../src/core/language/command.ts';
import type { Command } from '../../../../src/core/connection/session.ts';
import { Failure } from '../../../../src/core/failure.ts';
import { createConsole, type Console, type ConsoleDeps } from '../../../../src/core/terminal/console.ts';

/** A server that answers ECHO, and BLPOP never. */
function answering(sent: string[]): Duplex {
  const decoder = createRequestDecoder(bufferArgument);
  const channel: Duplex = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      decoder.push(chunk);
      for (let command = decoder.next(); command !== undefined; command = decoder.next()) {
        sent.push(command.map(String).join(' '));
        if (String(command[0]).toLowerCase() !== 'blpop') channel.push(encodeReply({ kind: 'bulk', value: command[1] ?? Buffer.from('PONG') }, 2));
      }
      done();
    },
  });
  return channel;
}

describe('core/terminal console', () => {
  let text = '';
  let sent: string[] = [];
  let kept: readonly string[] = [];
  let quits = 0;
  let opened: Console | undefined;

  const open = (options: Partial<ConsoleDeps> = {}): Console => (opened = createConsole({
    label: 'here', database: 0, open: async () => answering(sent), screen: (piece) => void (text += piece), book: tableOfCommands,
    clock: { now: () => 0, elapsed: () => 0 }, breathe: async () => new Promise(setImmediate), history: () => kept, keep: (lines) => void (kept = lines),
    search: async () => undefined, ask: async () => ['0', []], onQuit: () => void (quits += 1), ...options,
  }, 80));
  const settled = async (until: () => boolean): Promise<void> => {
    while (!until()) await new Promise(setImmediate);
  };
  const prompts = (): number => text.split('here> ').length - 1;

  beforeEach(() => {
    [text, sent, kept, quits] = ['', [], [], 0];
  });
  afterEach(() => opened?.close());

  it('runs what is typed and asks again', async () => {
    const { input } = open();
    assert.match(stripVTControlCharacters(text), /here> $/);
    for (const key of 'echo hi') input(key);
    input('\r');
    await settled(() => prompts() === 2 && text.includes('"hi"'));
    assert.deepEqual(sent, ['echo hi']);
    assert.match(stripVTControlCharacters(text), /"hi"\r\n/);
  });

  it('shows in grey what is missing, and takes it away', () => {
    const { input } = open();
    input('get ');
    assert.ok(text.endsWith('\x1b7\x1b[90mkey\x1b[39m\x1b8'), JSON.stringify(text));
    input('k');
    assert.ok(text.includes('\x1b[Kk'), JSON.stringify(text));
  });

  it('completes with Tab in the letters that one types in', () => {
    const { input } = open();
    input('hgeta');
    input('\t');
    assert.match(stripVTControlCharacters(text), /hgetall /);
    input('\x15HGETA');
    input('\t');
    assert.match(stripVTControlCharacters(text), /HGETALL /);
  });

  describe('completes names of keys', () => {
    const line = (): string => stripVTControlCharacters(text).split('here> ').at(-1) ?? '';
    /** What is sent when Tab and Enter are pressed behind this. */
    const completed = async (typed: string): Promise<string | undefined> => {
      const before = sent.length;
      for (const keys of [typed, '\t', '\r']) opened?.input(keys);
      await settled(() => sent.length > before);
      return sent.at(-1);
    };
    /** A server that has these names, and answers a page for each call. */
    const having = (pages: readonly (readonly string[])[], asked: Command[] = []): Partial<ConsoleDeps> => ({
      async ask(database, command) {
        asked.push([String(database), ...command]);
        const at = Number(command[1]);
        return [Buffer.from(at + 1 < pages.length ? String(at + 1) : '0'), (pages[at] ?? []).map((name) => Buffer.from(name, 'latin1'))];
      },
    });

    it('by pages of SCAN with the glob escaped, in the database that the terminal stands in', async () => {
      const asked: Command[] = [];
      open({ ...having([[], ['user:[1]'], []], asked), database: 3 });
      assert.equal(await completed('GET us'), 'GET user:[1]');
      assert.equal(await completed('mget a user:['), 'mget a user:[1]');
      assert.deepEqual(asked.map((command) => command.map(String)), [
        ...['0', '1', '2'].map((cursor) => ['3', 'SCAN', cursor, 'MATCH', 'us*', 'COUNT', '1000']),
        ...['0', '1', '2'].map((cursor) => ['3', 'SCAN', cursor, 'MATCH', 'user:\\[*', 'COUNT', '1000']),
      ]);
    });

    it('up to where they part, and shows them at the second Tab', async () => {
      const { input } = open(having([['user:2', 'user:1', 'user:1']]));
      assert.equal(await completed('DEL u'), 'DEL user:');
      await settled(() => prompts() === 2);
      for (const keys of ['DEL user:', '\t', '\t']) input(keys);
      await settled(() => /user:1 +user:2/.test(stripVTControlCharacters(text)));
    });

    it('in quotes where they have to be, with bytes as redis-cli reads them back', async () => {
      const { input } = open(having([['a b\n\xff"']]));
      input('GET a');
      input('\t');
      await settled(() => line().includes(String.raw`"a b\n\xff\"" `));
      input('\r');
      await settled(() => sent.length === 1);
      assert.deepEqual(Buffer.from(sent[0] ?? ''), Buffer.concat([Buffer.from('GET '), Buffer.from('a b\n\xff"', 'latin1')].map((part) => Buffer.from(part.toString()))));
      input('GET "a b');
      input('\t');
      await settled(() => line().startsWith(String.raw`GET "a b\n\xff\"" `));
    });

    it('cuts no escape where they part, and puts in nothing that others may not have', async () => {
      const { input } = open(having([['k\x01', 'k\x02']]));
      input('GET k');
      input('\t');
      await settled(() => line().includes('"k'));
      assert.doesNotMatch(line(), /\\x/);
      const { input: large } = open(having(Array.from({ length: 30 }, (_, at) => (at === 3 ? ['user:1'] : []))));
      large('GET us');
      large('\t');
      large('\t');
      await settled(() => /us… +user:1/.test(stripVTControlCharacters(text)) || /user:1 +us…/.test(stripVTControlCharacters(text)));
      assert.match(line(), /GET us\s*$/);
    });

    it("behind a single quote, in such quotes where they can hold them, else in double ones", async () => {
      open(having([['user:1 a']]));
      assert.equal(await completed("GET 'us"), 'GET user:1 a');
      assert.equal(await completed("MGET 'a b' 'user:1 "), 'MGET a b user:1 a');
      assert.match(text, /'us.*er:1 a' /);
      const { input } = open(having([["it's one", "it's two"]]));
      input("GET 'it");
      input('\t');
      // No escape is cut, and none is left half.
      await settled(() => line().includes(String.raw`GET 'it\'s `));
      input("one'\r");
      await settled(() => sent.length === 3);
      assert.equal(sent.at(-1), "GET it's one");
    });

    it('behind a single quote whatever they hold, so that the server reads them back', async () => {
      for (const name of ["it's", String.raw`it\'s`, 'it é', 'it "x"', String.raw`it\n`]) {
        open(having([[Buffer.from(name).toString('latin1')]]));
        assert.equal(await completed("GET 'it"), `GET ${name}`, name);
        assert.match(text.split('here> ').at(-2) ?? '', /'it/, name);
      }
      for (const name of ['it\n2', 'it\u202e', 'it\\']) {
        open(having([[Buffer.from(name).toString('latin1')]]));
        assert.equal(await completed("GET 'it"), `GET ${name}`, JSON.stringify(name));
        assert.match(text, /GET "it/);
      }
    });

    it('of a length that one can read, and not more than are asked for, whatever a server answers', async () => {
      const many = Array.from({ length: 20_000 }, (_, at) => `user:${String(at)}`);
      const { input } = open(having([['user:' + 'x'.repeat(10_000_000)]]));
      const before = performance.now();
      assert.equal(await completed('GET us'), 'GET us');
      await settled(() => prompts() === 2);
      const { input: other } = open(having([many]));
      other('GET us');
      other('\t');
      other('\t');
      await settled(() => /user:1 /.test(stripVTControlCharacters(text)));
      assert.ok(text.length < 100_000, `${String(text.length)} characters were shown`);
      assert.ok(performance.now() - before < 1000);
      input('');
    });

    it('nowhere else, and not where the server cannot be asked', async () => {
      const asked: Command[] = [];
      const { input } = open(having([['user']], asked));
      for (const typed of ['us', 'ECHO us', 'SET k us', "GET 'us'", "GET u'ser", 'GET us"er"', 'KEYS us', 'nonsense us']) {
        input(`\x15${typed}`);
        input('\t');
      }
      assert.deepEqual(asked, []);
      const { input: other } = open({ ask: () => Promise.reject(new Failure('unreachable', 'gone')) });
      other('GET us');
      other('\t');
      other('er\r');
      await settled(() => sent.length === 1);
      assert.deepEqual(sent, ['GET user']);
    });
  });

  it('brings back lines of before, and keeps none with a password', async () => {
    kept = ['ECHO old'];
    const { input } = open();
    input('\x1b[A\r');
    await settled(() => sent.length === 1);
    assert.deepEqual(sent, ['ECHO old']);
    await settled(() => prompts() >= 2);
    input('AUTH secret\r');
    await settled(() => sent.length === 2);
    assert.deepEqual(kept, ['ECHO old']);
  });

  it('keeps lines of several terminals that are open at once, for all of them to search', async () => {
    kept = ['ECHO old'];
    const first = open();
    const found: (readonly string[])[] = [];
    const second = open({ search: async (lines) => void found.push(lines) });
    first.input('ECHO one\r');
    await settled(() => sent.length === 1);
    second.input('ECHO two\r');
    await settled(() => sent.length === 2);
    first.input('ECHO old\r');
    await settled(() => sent.length === 3 && prompts() === 5);
    assert.deepEqual(kept, ['ECHO old', 'ECHO two', 'ECHO one']);
    second.input('\x12');
    assert.deepEqual(found, [kept]);
    first.close();
  });

  it('keeps none with a password that is run several times, or that a quote parts over pasted lines', async () => {
    const { input } = open();
    input('2 AUTH secret\r');
    await settled(() => sent.length === 2);
    await settled(() => prompts() >= 2);
    input('CONFIG SET requirepass "sec\rret" maxclients 7\rECHO b\r');
    await settled(() => sent.length === 4);
    assert.deepEqual(kept, ['ECHO b']);
  });

  it('shows what a server says of a connection that it refuses, and the name of a connection, without their control characters', async () => {
    const { input } = open({ label: 'dump\x1b]0;x\x07.rdb\u202e', open: () => Promise.reject(new Failure('server', 'refused: \x1b[2J\x1b]52;c;eA==\x07\u202e')) });
    input('PING\r');
    await settled(() => text.includes('refused'));
    assert.doesNotMatch(text, /\x1b\[2J|\x1b\]|\x07|\u202e/);
    assert.match(text, /refused: \\x1b\[2J/);
  });

  it('reads no more of a server that says what nobody has asked, until somebody asks', async () => {
    let pushed = 0;
    const { input } = open({
      open: async () => new Duplex({
        read() {
          setImmediate(() => this.push('+more\r\n'.repeat(1000)));
          pushed += 1;
        },
        write: (_chunk, _encoding, done) => done(),
      }),
    });
    input('PING\r');
    await settled(() => prompts() === 2);
    for (let turn = 0; turn < 300; turn += 1) await new Promise(setImmediate);
    assert.ok(pushed < 50, `${String(pushed)} kB and more`);
    const before = pushed;
    for (let round = 0; pushed === before; round += 1) {
      input('PING\r'.repeat(1000));
      await settled(() => prompts() === 3 + round);
    }
  });

  /** A server that says `OK` to MONITOR, and then what `say` makes it say. */
  const watched = (): { readonly channel: Duplex; readonly say: (lines: string) => void } => {
    const channel: Duplex = new Duplex({
      read: () => undefined,
      write(_chunk, _encoding, done) {
        channel.push('+OK\r\n');
        done();
      },
    });
    return { channel, say: (lines) => void channel.push(lines) };
  };
  const linesOf = (from: number, to: number): string => Array.from({ length: to - from }, (_, at) => `+line ${String(from + at)}\r\n`).join('');

  it('shows at once what MONITOR tells, and together what comes while that is looked at', async () => {
    const { channel, say } = watched();
    const waits: number[] = [];
    let goOn = (): void => undefined;
    const pieces: string[] = [];
    const { input } = open({
      open: async () => channel, screen: (piece) => void pieces.push(piece),
      breathe: async (ms) => {
        if (ms === undefined) return;
        waits.push(ms);
        await new Promise<void>((resolve) => (goOn = resolve));
      },
    });
    input('MONITOR\r');
    await settled(() => waits.length === 1);
    assert.equal(pieces.at(-1), 'OK\r\n');
    for (let at = 0; at < 500; at += 1) {
      say(linesOf(at, at + 1));
      await new Promise(setImmediate);
    }
    assert.equal(pieces.at(-1), 'OK\r\n');
    goOn();
    await settled(() => waits.length === 2);
    assert.equal(pieces.at(-1), linesOf(0, 500).replaceAll('+', ''));
    goOn();
    say(linesOf(500, 501));
    await settled(() => waits.length === 3);
    assert.equal(pieces.at(-1), 'line 500\r\n');
    // Of what the server said before it went away nothing is lost.
    say(linesOf(501, 503));
    await new Promise(setImmediate);
    channel.destroy();
    await new Promise(setImmediate);
    goOn();
    await settled(() => waits.length === 4);
    assert.equal(pieces.at(-1), 'line 501\r\nline 502\r\n');
    goOn();
    await settled(() => pieces.join('').includes('(error)'));
    assert.match(pieces.join(''), /\(error\) The server closed the connection/);
  });

  it('shows the latest of what comes faster than it is shown, says how much it left out, and does not hold the server up', async () => {
    const { channel, say } = watched();
    let waits = 0;
    let goOn = (): void => undefined;
    const { input } = open({
      open: async () => channel,
      breathe: async (ms) => {
        if (ms === undefined) return;
        waits += 1;
        await new Promise<void>((resolve) => (goOn = resolve));
      },
    });
    input('MONITOR\r');
    await settled(() => waits === 1);
    text = '';
    for (let at = 0; at < 20_000; at += 100) {
      say(linesOf(at, at + 100));
      await new Promise(setImmediate);
    }
    assert.equal(channel.isPaused(), false);
    goOn();
    await settled(() => waits === 2);
    const [note, ...rest] = text.trimEnd().split('\r\n');
    const left = Number(/^\((\d+) messages are left out/.exec(note ?? '')?.[1]);
    assert.equal(left + rest.length, 20_000, note);
    assert.ok(rest.length >= 500 && rest.length <= 2000, String(rest.length));
    assert.equal(rest.at(-1), 'line 19999');
    assert.equal(rest[0], `line ${String(left)}`);
    // Long ones: what nobody can read is left out as well, but the last one is shown.
    text = '';
    for (let at = 0; at < 100; at += 1) say(`+${String(at)} ${'x'.repeat(100_000)}\r\n`);
    await settled(() => channel.readableLength === 0);
    goOn();
    await settled(() => waits === 3);
    assert.match(text, /^\(\d+ messages are left out/);
    assert.match(text, /\n99 x+\r\n$/);
    assert.ok(text.length < 2_000_000, String(text.length));
  });

  it('gives up with Ctrl+C a search for names that a server does not answer', async () => {
    const { input } = open({ ask: () => new Promise(() => undefined) });
    input('GET us');
    input('\t');
    input('er');
    input('\x03');
    input('ECHO x\r');
    await settled(() => sent.length === 1);
    assert.deepEqual(sent, ['ECHO x']);
  });

  it('runs every line that is pasted, in order, and lines that a quote joins as one', async () => {
    const { input } = open();
    input('\x1b[200~ECHO a\rECHO "b\rc"\rECHO d\r\x1b[201~');
    await settled(() => sent.length === 3);
    assert.deepEqual(sent, ['ECHO a', 'ECHO b\nc', 'ECHO d']);
  });

  it('gives up with Ctrl+C what runs, and else what is typed', async () => {
    const { input } = open();
    input('BLPOP k 0\r');
    await settled(() => sent.length === 1);
    input('ECHO not yet');
    input('\x03');
    await settled(() => prompts() >= 2);
    input('ECHO x\x03ECHO y\r');
    await settled(() => sent.length === 2);
    assert.deepEqual(sent, ['BLPOP k 0', 'ECHO y']);
  });

  it('puts in what was found by Ctrl+R', async () => {
    kept = ['ECHO b', 'ECHO a'];
    const { input } = open({ search: async (lines) => lines[1] });
    input('xyz');
    input('\x12');
    await settled(() => stripVTControlCharacters(text).includes('ECHO a'));
    input('\r');
    await settled(() => sent.length === 1);
    assert.deepEqual(sent, ['ECHO a']);
  });

  it('ends with QUIT and with Ctrl+D, once', async () => {
    open().input('quit\r');
    await settled(() => quits === 1);
    open().input('\x04');
    await settled(() => quits === 2);
  });
});
