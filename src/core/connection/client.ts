import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Redis } from 'ioredis';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import type { Command, Reply } from './session.ts';

/** ioredis over a stream that is open already: encodes requests, pairs them with replies. Nothing else of it is used. */
export interface Client {
  /** Sends a command at once. Rejects with ErrorReply for an error reply, with any other error if the stream ended. */
  send(command: Command): Promise<Reply>;
  /** What the stream brought that is not RESP, if it did. */
  readonly protocolError: string | undefined;
}

/** An error reply, reduced to its text: ioredis's own error carries the command's arguments, passwords included. */
export class ErrorReply extends Error {
  override readonly name = 'ErrorReply';
}

/** ioredis calls these on its stream; one that is absent ends the process. */
const socketMethods = ['setNoDelay', 'setKeepAlive', 'setTimeout', 'ref', 'unref'] as const;

function asSocket(stream: Duplex): Socket {
  const socket = stream as unknown as Record<string, unknown>;
  for (const name of socketMethods) {
    if (typeof socket[name] !== 'function') Object.defineProperty(stream, name, { value: () => stream, configurable: true });
  }
  return stream as Socket;
}

/**
 * Makes a client. ioredis is loaded here and not before, which keeps activation short. Its own handshake, queues, retries
 * and reconnecting are off: the session does all that, because ioredis goes on in database 0 when SELECT is refused.
 */
export async function createClient(stream: Duplex): Promise<Client> {
  const { AbstractConnector, Command: IoCommand, Redis: IoRedis } = await import('ioredis');
  const socket = asSocket(stream);

  class StreamConnector extends AbstractConnector {
    constructor() {
      super(0);
    }

    override async connect(): Promise<Socket> {
      return socket;
    }

    override disconnect(): void {
      socket.destroy();
    }
  }

  const redis: Redis = new IoRedis({
    Connector: StreamConnector,
    lazyConnect: true,
    // RESP2: RESP3 would turn scores into JavaScript numbers.
    protocol: 2,
    // Integers as digits; within 2^53 they become numbers below, beyond it they stay exact.
    stringNumbers: true,
    disableClientInfo: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
  });
  let protocolError: string | undefined;
  redis.on('error', (error: unknown) => {
    // Socket errors carry a code and are heard on the stream itself.
    if (error instanceof Error && !('code' in error)) protocolError ??= error.message;
  });
  await redis.connect();

  return {
    get protocolError() {
      return protocolError;
    },
    async send([name, ...args]) {
      // Upper case passes ioredis's tables of transformers by, which are kept under lower-case names.
      const upper = (typeof name === 'string' ? name : (name ?? '').toString('latin1')).toUpperCase();
      const command = new IoCommand(upper, args);
      try {
        redis.sendCommand(command);
        return toReply(await command.promise);
      } catch (error) {
        throw isErrorReply(error) ? new ErrorReply(error.message) : error;
      }
    },
  };
}

function isErrorReply(error: unknown): error is Error {
  return error instanceof Error && (error.name === 'ReplyError' || error.name === 'ErrorReply');
}

/** Makes a Reply of what ioredis decoded: arrays are changed in place. Throws ErrorReply for an error inside an array (EXEC). */
function toReply(value: unknown): Reply {
  if (typeof value === 'string') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const item: unknown = value[index];
      if (!Buffer.isBuffer(item)) value[index] = toReply(item);
    }
    return value as Reply[];
  }
  if (value === null || Buffer.isBuffer(value) || typeof value === 'number') return value;
  if (isErrorReply(value)) throw new ErrorReply(value.message);
  throw new Failure('server', l10n.t('The server answered with something that RESP2 does not have.'));
}
