import type { Duplex } from 'node:stream';

/** What a master says before its stream begins: lines, and then bytes that somebody else takes. */
export interface LineReader {
  /** Resolves once there is a connection. */
  readonly connected: Promise<void>;
  /** Sends text, a character a byte. */
  send(text: string): void;
  /** The next line that is not empty, without its end. Rejects when the connection ends. */
  next(): Promise<string>;
  /** Hands on what comes until `take` answers what it did not need. Rejects when the connection ends, or with what `take` throws. */
  pour(take: (chunk: Buffer) => Buffer | undefined): Promise<void>;
  /** Lets go of the connection, which is paused then, with what was not read in it again. */
  release(): Duplex;
}

/** Longest line, bytes: a greeting has no longer ones. */
const LONGEST = 16 * 1024;
const LF = 10;

/** Reads from a connection that is being opened. `heard` is called for whatever comes. */
export function createLineReader(socket: Duplex, heard: () => void): LineReader {
  let rest: Buffer = Buffer.alloc(0);
  let ended: Error | undefined;
  let changed = (): void => undefined;
  let take: ((chunk: Buffer) => Buffer | undefined) | undefined;

  const end = (error: Error): void => {
    ended ??= error;
    changed();
  };
  const onData = (chunk: Buffer): void => {
    heard();
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    changed();
  };
  const onError = (error: Error): void => end(new Error(`Error condition on socket for SYNC: ${error.message}`));
  const onClose = (): void => end(new Error('Connection with master lost.'));
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error: Error) => reject(new Error(`Error condition on socket for SYNC: ${error.message}`)));
    socket.once('close', () => reject(new Error('Connection with master lost.')));
  });
  // It may be over before anybody asks.
  connected.catch(() => undefined);
  socket.on('data', onData).on('error', onError).on('close', onClose).on('end', onClose);

  /** Tries again whenever something has come. */
  const until = <T>(attempt: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      changed = () => {
        try {
          const found = attempt();
          if (found === undefined && ended === undefined) return;
          changed = () => undefined;
          if (found !== undefined) resolve(found);
          else reject(ended ?? new Error('Connection with master lost.'));
        } catch (error) {
          changed = () => undefined;
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      changed();
    });

  const line = (): string | undefined => {
    for (;;) {
      const feed = rest.indexOf(LF);
      if (feed === -1) {
        if (rest.length > LONGEST) throw new Error('MASTER sends what is no greeting.');
        return undefined;
      }
      const text = rest.toString('latin1', 0, feed).replace(/\r$/, '');
      rest = rest.subarray(feed + 1);
      // Masters send empty lines while they are at work.
      if (text !== '') return text;
    }
  };

  return {
    connected,
    send: (text) => void socket.write(text, 'latin1'),
    next: () => until(line),
    pour: async (taker) => {
      take = taker;
      await until(() => {
        if (rest.length === 0) return undefined;
        const chunk = rest;
        rest = Buffer.alloc(0);
        const left = take?.(chunk);
        if (left === undefined) return undefined;
        rest = left;
        return true;
      });
    },
    release() {
      socket.off('data', onData).off('error', onError).off('close', onClose).off('end', onClose);
      socket.pause();
      if (rest.length > 0) socket.unshift(rest);
      return socket;
    },
  };
}
