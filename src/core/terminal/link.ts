import type { Duplex } from 'node:stream';
import { Failure, isFailure } from '../failure.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { createReplyDecoder } from '../../protocol/resp/replyDecoder.ts';
import { l10n } from '../../l10n.ts';

/** Deepest nesting of a reply that is shown. */
const MAX_DEPTH = 128;
/** Replies that nobody has taken, above which no more are read. */
const UNTAKEN = 1000;

/** A channel of which the replies are taken one by one. */
export interface Link {
  readonly channel: Duplex;
  /** The next reply that is no push, or the next of any kind. Rejects with Failure when the link ends. */
  next(any: boolean): Promise<Reply>;
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
  };
  channel.on('data', (chunk: Buffer) => {
    try {
      decoder.push(chunk);
      for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) arrived.push(reply);
    } catch {
      end(new Failure('server', l10n.t('The server does not answer as a Redis server does.')));
    }
    deliver();
    if (arrived.length > UNTAKEN) channel.pause();
  });
  channel.on('error', (error) => end(isFailure(error) ? error : new Failure('unreachable', l10n.t('The connection was lost.'))));
  channel.on('close', () => end(new Failure('unreachable', l10n.t('The server closed the connection.'))));
  return {
    channel,
    next: async (any) => new Promise((resolve, reject) => {
      if (ended !== undefined) {
        reject(ended);
        return;
      }
      waiting = { any, resolve, reject };
      deliver();
      if (arrived.length <= UNTAKEN && channel.isPaused()) channel.resume();
    }),
    close: () => end(new Failure('cancelled', l10n.t('Interrupted.'))),
  };
}
