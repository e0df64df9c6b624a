import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { encodeRequest } from '../protocol/resp/encode.ts';
import type { Reply } from '../protocol/resp/reply.ts';
import { createReplyDecoder } from '../protocol/resp/replyDecoder.ts';
import type { Bytes } from './store/value.ts';

/** Where another server is. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The error where there is none. */
export const NO_WAY = 'ERR this server has no way to other servers: start one with a network, or ask the other one to come here';

/** Opens a connection to another server. The process need not stay for it. */
export function connectTo({ host, port }: Address): Socket {
  return connect({ host, port, noDelay: true }).unref();
}

/** Another server; `timeout` in ms, for each step. */
export interface Target extends Address {
  /** Opens the connection. */
  readonly connect: (address: Address) => Duplex;
  readonly timeout: number;
}

/** During what it came to nothing, in the words of Redis's errors. */
export type Failed = 'connecting' | 'writing' | 'reading';

/** The replies that came, as many as requests unless it failed. */
export interface Answers {
  readonly replies: readonly Reply[];
  readonly failed: Failed | undefined;
}

/** Sends requests to another server by a connection of their own and gathers the replies. Never rejects. */
export function sendRequests({ host, port, timeout, connect: open }: Target, requests: readonly (readonly Bytes[])[]): Promise<Answers> {
  return new Promise((resolve) => {
    const replies: Reply[] = [];
    const decoder = createReplyDecoder();
    // To Redis a refused connection fails at the first write; only a name that is none, or no answer at all, fails before.
    let stage: Failed = 'connecting';
    if (port < 1 || port > 65535) return resolve({ replies, failed: 'writing' });
    const socket = open({ host, port });
    const end = (failed: Failed | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ replies, failed });
    };
    let timer: NodeJS.Timeout | undefined;
    const wait = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => end(stage), timeout);
    };
    wait();
    socket.on('connect', () => {
      stage = 'reading';
      wait();
      for (const request of requests) socket.write(encodeRequest(request.map((text) => Buffer.from(text, 'latin1'))));
    });
    socket.on('data', (chunk: Buffer) => {
      wait();
      try {
        decoder.push(chunk);
        for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) replies.push(reply);
      } catch {
        return end('reading');
      }
      if (replies.length >= requests.length) end(undefined);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => end(stage === 'connecting' && error.syscall === 'connect' ? 'writing' : stage));
    socket.on('close', () => end(stage));
  });
}
