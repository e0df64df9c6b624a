import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { encodeReply } from '../../../../src/protocol/resp/encode.ts';
import { bufferArgument, createRequestDecoder } from '../../../../src/protocol/resp/requestDecoder.ts';
import { tableOfCommands } from '../../../../src/core/language/command.ts';
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
    clock: { now: () => 0, elapsed: () => 0 }, breathe: async () => new Promise(setImmediate), history: [], keep: (lines) => void (kept = lines),
    search: async () => undefined, onQuit: () => void (quits += 1), ...options,
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

  it('brings back lines of before, and keeps none with a password', async () => {
    const { input } = open({ history: ['ECHO old'] });
    input('\x1b[A\r');
    await settled(() => sent.length === 1);
    assert.deepEqual(sent, ['ECHO old']);
    await settled(() => prompts() >= 2);
    input('AUTH secret\r');
    await settled(() => sent.length === 2);
    assert.deepEqual(kept, ['ECHO old']);
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
    const { input } = open({ history: ['ECHO b', 'ECHO a'], search: async (lines) => lines[1] });
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
