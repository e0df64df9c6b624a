import type { Duplex } from 'node:stream';
import { createSyncReader, type SyncEvent } from '../../protocol/psync/payload.ts';

/** What a master says before its stream begins. */
export interface MasterReader {
  /** Resolves once there is a connection. */
  readonly connected: Promise<void>;
  /** Sends text, a character a byte. */
  send(text: string): void;
  /** What it says next: a reply, or a part of its data. Rejects when the connection ends, or for what is none of these. */
  next(): Promise<SyncEvent>;
  /** The next thing, which has to be a reply. */
  reply(): Promise<string>;
  /** Lets go of the connection, which is paused then, with what was not read in it again. */
  release(): Duplex;
}

/** Reads from a connection that is being opened. `heard` is called for whatever comes. */
export function createMasterReader(socket: Duplex, heard: () => void): MasterReader {
  const reader = createSyncReader();
  let ended: Error | undefined;
  let changed = (): void => undefined;

  const end = (error: Error): void => {
    ended ??= error;
    changed();
  };
  const onData = (chunk: Buffer): void => {
    heard();
    reader.push(chunk);
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
  const next = (): Promise<SyncEvent> =>
    new Promise((resolve, reject) => {
      changed = () => {
        try {
          const event = reader.next();
          if (event === undefined && ended === undefined) return;
          changed = () => undefined;
          if (event !== undefined) resolve(event);
          else reject(ended ?? new Error('Connection with master lost.'));
        } catch (error) {
          changed = () => undefined;
          reject(new Error(`MASTER sends what it should not: ${error instanceof Error ? error.message : String(error)}`));
        }
      };
      changed();
    });

  return {
    connected,
    send: (text) => void socket.write(text, 'latin1'),
    next,
    async reply() {
      const event = await next();
      if (event.kind !== 'reply') throw new Error('MASTER sends data that nobody has asked for.');
      return event.text;
    },
    release() {
      socket.off('data', onData).off('error', onError).off('close', onClose).off('end', onClose);
      socket.pause();
      const rest = reader.rest();
      if (rest.length > 0) socket.unshift(rest);
      return socket;
    },
  };
}
