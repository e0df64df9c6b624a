import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { bufferArgument, createRequestDecoder } from '../../src/protocol/resp/requestDecoder.ts';

/** What a script answers: bytes as they go on the wire, no answer ever, or the end of the socket. */
export type ScriptedReply = Buffer | 'hang' | 'cut';

/**
 * Answers one command; its name comes as the client wrote it. `undefined` leaves it to the defaults, which know
 * AUTH, SELECT, INFO, CONFIG GET databases, COMMAND and PING, so that a script need not repeat the handshake.
 */
export type Script = (command: readonly Buffer[], client: number) => ScriptedReply | undefined | Promise<ScriptedReply | undefined>;

export interface ScriptedServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Every command so far, as latin1 words. */
  readonly received: readonly (readonly string[])[];
  /** Sockets that are open now. */
  readonly clients: number;
  /** The run_id that the default INFO tells; set it to play a restart. */
  runId: string;
  /** Cuts every socket; the port stays open. */
  cutAll(): void;
  stop(): Promise<void>;
}

export interface ScriptedOptions {
  /** Sends a reply, at once or later: how tests inject latency. Replies of one socket keep their order. Default: at once. */
  readonly deliver?: (send: () => void, command: readonly Buffer[]) => void;
}

/** Raw RESP2. */
export const resp = {
  simple: (text: string): Buffer => Buffer.from(`+${text}\r\n`),
  error: (text: string): Buffer => Buffer.from(`-${text}\r\n`),
  integer: (value: number | string | bigint): Buffer => Buffer.from(`:${value}\r\n`),
  bulk: (value: string | Buffer): Buffer => {
    const bytes = Buffer.from(value as string);
    return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
  },
  nil: Buffer.from('$-1\r\n'),
  array: (items: readonly Buffer[]): Buffer => Buffer.concat([Buffer.from(`*${items.length}\r\n`), ...items]),
  /** A reply of SCAN, SSCAN, HSCAN or ZSCAN. */
  scan: (cursor: string, items: readonly (string | Buffer)[]): Buffer =>
    resp.array([resp.bulk(cursor), resp.array(items.map((item) => resp.bulk(item)))]),
} as const;

/** Delivers every reply `ms` later, as a link with that latency does. For benchmarks: it waits in real time. */
export function latency(ms: number): NonNullable<ScriptedOptions['deliver']> {
  return (send) => void setTimeout(send, ms);
}

/** Serves a script over one stream (a socket, or one end of a pair in memory). */
export function serveScript(stream: Duplex, script: Script, options: ScriptedOptions & { readonly runId?: () => string; readonly client?: number; readonly onCommand?: (command: readonly Buffer[]) => void } = {}): void {
  const decoder = createRequestDecoder(bufferArgument);
  const deliver = options.deliver ?? ((send: () => void) => send());
  /** Replies in the order of their commands; those that are ready and due go out from the front. */
  const queue: { bytes: Buffer | undefined }[] = [];
  const flush = (): void => {
    for (let first = queue[0]; first?.bytes !== undefined; first = queue[0]) {
      queue.shift();
      if (!stream.destroyed) stream.write(first.bytes);
    }
  };
  const answer = async (command: readonly Buffer[]): Promise<void> => {
    const place: { bytes: Buffer | undefined } = { bytes: undefined };
    queue.push(place);
    options.onCommand?.(command);
    const reply = (await script(command, options.client ?? 0)) ?? standard(command, options.runId?.() ?? 'scripted');
    if (reply === 'hang') return;
    if (reply === 'cut') {
      stream.destroy();
      return;
    }
    deliver(() => {
      place.bytes = reply;
      flush();
    }, command);
  };
  stream.on('data', (chunk: Buffer) => {
    decoder.push(chunk);
    for (let command = decoder.next(); command !== undefined; command = decoder.next()) void answer(command);
  });
  stream.on('error', () => stream.destroy());
}

function standard(command: readonly Buffer[], runId: string): Buffer {
  const [name = '', sub = ''] = command.map((arg) => arg.toString('latin1').toUpperCase());
  switch (name) {
    case 'AUTH':
    case 'SELECT':
      return resp.simple('OK');
    case 'PING':
      return resp.simple('PONG');
    case 'INFO':
      return resp.bulk(`# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\nrun_id:${runId}\r\n`);
    case 'COMMAND':
      return resp.array([]);
    case 'CONFIG':
      if (sub === 'GET') return resp.array([resp.bulk('databases'), resp.bulk('16')]);
      break;
  }
  return resp.error(`ERR unknown command '${name}'`);
}

/** Starts a server on 127.0.0.1 and a free port whose replies `script` gives. */
export async function startScriptedServer(script: Script, options: ScriptedOptions = {}): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const received: string[][] = [];
  let runId = 'scripted-1';
  let clients = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    clients += 1;
    serveScript(socket, script, {
      ...options,
      runId: () => runId,
      client: clients,
      onCommand: (command) => received.push(command.map((arg) => arg.toString('latin1'))),
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    received,
    get clients() {
      return sockets.size;
    },
    get runId() {
      return runId;
    },
    set runId(value) {
      runId = value;
    },
    cutAll,
    async stop() {
      cutAll();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
