import type { Duplex } from 'node:stream';
import type { Reply } from '../../protocol/resp/reply.ts';
import { createReplyDecoder } from '../../protocol/resp/replyDecoder.ts';
import { cancelled, cut, failureOfSocket } from '../connection/failures.ts';
import { Failure } from '../failure.ts';

/** Asks over a channel: many commands at once, with nothing noted of each. */
export interface Pipeline {
  /** Sends encoded commands and resolves with their replies; several may be under way. Rejects with Failure if the link ends. */
  ask(requests: Buffer, count: number): Promise<readonly Reply[]>;
  /** Ends the link. */
  close(): void;
}

export interface PipelineOptions {
  /** The server in words. */
  readonly where: string;
  readonly signal: AbortSignal;
  /** Ms without a byte while a reply is owed, until the link is cut. */
  readonly patience: number;
}

/** A value is held as a whole: as large as the server's largest, whatever that is. */
const LIMITS = { maxBulk: 2 ** 32 };

interface Waiting {
  readonly replies: Reply[];
  readonly count: number;
  readonly resolve: (replies: readonly Reply[]) => void;
  readonly reject: (failure: Failure) => void;
}

/** Takes a channel for this alone. */
export function createPipeline(channel: Duplex, { where, signal, patience }: PipelineOptions): Pipeline {
  const decoder = createReplyDecoder(LIMITS);
  const waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let over: Failure | undefined;

  const end = (failure: Failure): void => {
    over ??= failure;
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    channel.destroy();
    for (const one of waiting.splice(0)) one.reject(over);
  };
  const abort = (): void => end(cancelled());
  const watch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => end(new Failure('timeout', `${where} has sent nothing for ${Math.round(patience / 1000)} s.`)), patience);
  };
  signal.addEventListener('abort', abort);
  channel.on('data', (chunk: Buffer) => {
    timer?.refresh();
    try {
      decoder.push(chunk);
      for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) {
        const first = waiting[0];
        if (first === undefined) throw new Error('a reply to nothing');
        first.replies.push(reply);
        if (first.replies.length < first.count) continue;
        waiting.shift();
        if (waiting.length === 0) clearTimeout(timer);
        first.resolve(first.replies);
      }
    } catch {
      end(new Failure('server', `${where} does not answer as a Redis server does.`));
    }
  });
  channel.on('error', (error) => end(failureOfSocket(error, where)));
  channel.on('end', () => end(cut(where)));
  channel.on('close', () => end(cut(where)));
  if (signal.aborted) abort();

  return {
    async ask(requests, count) {
      if (over !== undefined) throw over;
      return new Promise<readonly Reply[]>((resolve, reject) => {
        waiting.push({ replies: [], count, resolve, reject });
        if (waiting.length === 1) watch();
        channel.write(requests);
      });
    },
    close: () => end(new Failure('closed', 'The connection was closed.')),
  };
}
