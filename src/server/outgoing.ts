import { connect } from 'node:net';
import { encodeRequest } from '../protocol/resp/encode.ts';
import type { Reply } from '../protocol/resp/reply.ts';
import { createReplyDecoder } from '../protocol/resp/replyDecoder.ts';
import type { Bytes } from './store/value.ts';

/** Another server; `timeout` in ms, for each step. */
export interface Target {
  readonly host: string;
  readonly port: number;
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
export function sendRequests({ host, port, timeout }: Target, requests: readonly (readonly Bytes[])[]): Promise<Answers> {
  return new Promise((resolve) => {
    const replies: Reply[] = [];
    const decoder = createReplyDecoder();
    // To Redis a refused connection fails at the first write; only a name that is none, or no answer at all, fails before.
    let stage: Failed = 'connecting';
    if (port < 1 || port > 65535) return resolve({ replies, failed: 'writing' });
    const socket = connect({ host, port });
    const end = (failed: Failed | undefined): void => {
      socket.destroy();
      resolve({ replies, failed });
    };
    socket.setTimeout(timeout, () => end(stage));
    // The process need not stay for it.
    socket.unref();
    socket.on('connect', () => {
      stage = 'reading';
      for (const request of requests) socket.write(encodeRequest(request.map((text) => Buffer.from(text, 'latin1'))));
    });
    socket.on('data', (chunk) => {
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
