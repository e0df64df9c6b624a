import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { isFailure } from '../../../../src/core/failure.ts';
import { createScanPages } from '../../../../src/core/transfer/namePages.ts';
import { createReader, readSizes, readValues } from '../../../../src/core/transfer/reader.ts';
import { argument, createRequests } from '../../../../src/core/transfer/requests.ts';
import { createWire, type Wire } from '../../../../src/core/transfer/wire.ts';

const never = new AbortController().signal;

describe('a wire', () => {
  let server: ReturnType<typeof createServer>;
  let sockets: Socket[];
  let wire: Wire | undefined;
  /** What the server says at once, whatever it is asked. */
  const answered = async (bytes: string | Buffer, options: { readonly patience?: number; readonly end?: boolean } = {}): Promise<Wire> => {
    server.once('connection', (socket: Socket) => {
      socket.write(bytes);
      if (options.end === true) socket.end();
      else if (bytes.length > 0) socket.resume();
    });
    const channel = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(channel, 'connect');
    return (wire = createWire(channel, { where: 'the server', signal: never, patience: options.patience ?? 10_000 }));
  };
  const names = [argument('a')];

  beforeEach(async () => {
    sockets = [];
    server = createServer({ pauseOnConnect: true }, (socket) => sockets.push(socket.on('error', () => undefined)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    wire?.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  const isRubbish = (error: unknown): boolean => isFailure(error, 'server') && error.message.includes('does not answer as a Redis server');
  for (const [what, bytes] of [
    ['a line without CR', ':1\n:1\r\n'],
    ['a line without an end', `+${'x'.repeat(200_000)}`],
    ['another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['a length that is none', '$abc\r\nabc\r\n'],
    ['a negative length', '$-2\r\n'],
    ['a value that is longer than it says', '$3\r\nabcdef\r\n:1\r\n'],
  ] as const) {
    it(`takes ${what} for no reply`, async () => {
      const one = await answered(bytes);
      await assert.rejects(one.frames(2, () => undefined), isRubbish);
    });
  }

  for (const bytes of ['+OK\r\n', '*3\r\n$1\r\n0\r\n*0\r\n*0\r\n', '*2\r\n$1\r\nx\r\n*0\r\n', '*2\r\n$1\r\n0\r\n:7\r\n', '*2\r\n$1\r\n0\r\n*-1\r\n', '*2\r\n$1\r\n0\r\n*1\r\n:1\r\n', '*2\r\n$1\r\n0\r\n*1\r\n$-1\r\n']) {
    it(`takes ${JSON.stringify(bytes)} for no page of names`, async () => {
      const one = await answered(bytes);
      const pages = createScanPages({ pattern: undefined, types: undefined }, 10);
      pages.put(createRequests());
      await assert.rejects(pages.take(one), isRubbish);
    });
  }

  for (const bytes of [':-1\r\n+OK\r\n', ':-1\r\n:5\r\n', '+OK\r\n$3\r\nabc\r\n', '$1\r\n1\r\n$3\r\nabc\r\n', '*0\r\n*0\r\n']) {
    it(`takes ${JSON.stringify(bytes)} for no value: it would go to the target as it is`, async () => {
      const one = await answered(bytes);
      await assert.rejects(readValues({ wire: one, absolute: true, memory: true, twice: false }, names), isRubbish);
    });
  }

  it('takes no text for a size', async () => {
    const one = await answered('+OK\r\n');
    await assert.rejects(readSizes({ wire: one, absolute: true, memory: true, twice: false }, names), isRubbish);
  });

  it('ends where the server closes in the middle of a frame', async () => {
    const one = await answered(':1\r\n$100\r\nabc', { end: true });
    await assert.rejects(createReader(one), (error) => isFailure(error, 'unreachable'));
  });

  for (const [what, act] of [
    ['says nothing', (one: Wire): Promise<void> => one.frames(1, () => undefined)],
    ['takes nothing', (one: Wire): Promise<void> => one.send(Buffer.alloc(64 * 1024 * 1024))],
  ] as const) {
    it(`gives up a server that ${what}`, async () => {
      const one = await answered('', { patience: 50 });
      await assert.rejects(act(one), (error) => isFailure(error, 'timeout'));
    });
  }
});
