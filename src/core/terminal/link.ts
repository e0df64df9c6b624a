import type { Duplex } from 'node:stream';
import { Failure, isFailure } from '../failure.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { createReplyDecoder } from '../../protocol/resp/replyDecoder.ts';
import { l10n } from '../../l10n.ts';

/** Deepest nesting of a reply that is shown; of a hostile one each level would be another three characters before every line. */
const MAX_DEPTH = 256;
/** Replies that nobody has taken, above which no more are read; of those for who listens the older half is left out instead. */
const UNTAKEN = 1000;
/** Bytes of such. */
const UNTAKEN_BYTES = 4 * 2 ** 20;

/** A channel of which the replies are taken one by one. */
export interface Link {
  readonly channel: Duplex;
  /** The next reply that is no push, or the next of any kind. Rejects with Failure when the link ends. */
  next(any: boolean): Promise<Reply>;
  /**
   * Hands on what the server says, in order, all that has come since the time before together, until `take` answers false. While that takes
   * its time the server is not held up: of what comes then the latest is kept. Rejects as `next`, with nothing lost that had come.
   */
  listen(take: (messages: readonly Reply[], leftOut: number) => Promise<boolean>): Promise<void>;
  close(): void;
}

/** True for a command that is answered for as long as one listens. */
export function streams([name = '']: readonly string[]): boolean {
  return /^(monitor|s?subscribe|psubscribe)$/i.test(name);
}

/** Reads the replies of a channel. @param onPush told of what comes in RESP3 and nobody waits for */
export function openLink(channel: Duplex, onPush: (reply: Reply) => void, onEnd: () => void): Link {
  const decoder = createReplyDecoder({ maxDepth: MAX_DEPTH });
  const arrived: Reply[] = [];
  /** Bytes that have come since there was nothing to be taken. */
  let size = 0;
  let listening = false;
  let leftOut = 0;
  let waiting: { readonly any: boolean; readonly resolve: (reply: Reply) => void; readonly reject: (error: Failure) => void } | undefined;
  let ended: Failure | undefined;

  const end = (error: Failure): void => {
    ended ??= error;
    waiting?.reject(ended);
    waiting = undefined;
    channel.destroy();
    onEnd();
  };
  const deliver = (): void => {
    while (arrived.length > 0) {
      const [reply] = arrived as [Reply];
      if (reply.kind === 'push' && waiting?.any !== true) onPush(reply);
      else if (waiting === undefined) return;
      else {
        waiting.resolve(reply);
        waiting = undefined;
      }
      arrived.shift();
    }
    size = 0;
  };
  const isFull = (): boolean => arrived.length > 1 && (arrived.length > UNTAKEN || size > UNTAKEN_BYTES);
  const goOn = (): void => {
    if (!isFull() && channel.isPaused()) channel.resume();
  };
  const next = async (any: boolean): Promise<Reply> => new Promise((resolve, reject) => {
    waiting = { any, resolve, reject };
    deliver();
    if (ended !== undefined) waiting?.reject(ended);
    goOn();
  });
  channel.on('data', (chunk: Buffer) => {
    size += chunk.length;
    try {
      decoder.push(chunk);
      for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) arrived.push(reply);
    } catch {
      end(new Failure('server', l10n.t('The server does not answer as a Redis server does.')));
    }
    while (listening && isFull()) {
      leftOut += arrived.splice(0, Math.floor(arrived.length / 2)).length;
      size /= 2;
    }
    deliver();
    if (isFull()) channel.pause();
  });
  channel.on('error', (error) => end(isFailure(error) ? error : new Failure('unreachable', l10n.t('The connection was lost.'))));
  channel.on('close', () => end(new Failure('unreachable', l10n.t('The server closed the connection.'))));
  return {
    channel,
    next,
    async listen(take) {
      listening = true;
      try {
        for (let more = true; more;) {
          const messages = [await next(true), ...arrived.splice(0)];
          const before = leftOut;
          size = leftOut = 0;
          goOn();
          more = await take(messages, before);
        }
      } finally {
        listening = false;
      }
    },
    close: () => end(new Failure('cancelled', l10n.t('Interrupted.'))),
  };
}
