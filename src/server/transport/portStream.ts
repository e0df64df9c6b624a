import { Duplex } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';
import { withSocketMethods } from './socketLike.ts';
import type { PracticeStream } from './socketLike.ts';

/** What travels on the port of one connection. */
type PortMessage =
  | { readonly kind: 'data'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'taken'; readonly size: number }
  | { readonly kind: 'end' }
  | { readonly kind: 'destroy' };

/** Bytes sent and not yet read at the other end; more wait. */
const WINDOW = 512 * 1024;
/** Largest message: one that is larger would hold both threads while it is copied. */
const MESSAGE = 256 * 1024;

/**
 * A byte stream over a MessagePort between two threads; both make one of theirs. Backpressure, end and destroy reach the
 * other side, and a port that closes because the other thread is gone destroys the stream.
 */
export function portStream(port: MessagePort, side: 'client' | 'server'): PracticeStream {
  let inFlight = 0;
  let resume: (() => void) | undefined;
  let unread = 0;
  let closed = false;

  const send = (message: PortMessage): void => {
    if (closed) return;
    if (message.kind === 'data') port.postMessage(message, [message.bytes.buffer]);
    else port.postMessage(message);
  };

  const stream = new Duplex({
    allowHalfOpen: side === 'server',
    read() {
      if (unread === 0) return;
      send({ kind: 'taken', size: unread });
      unread = 0;
    },
    write(chunk: Buffer, _encoding, callback) {
      const step = (from: number): void => {
        let start = from;
        while (start < chunk.length) {
          if (closed) return callback(new Error('the practice server is gone'));
          if (inFlight >= WINDOW) {
            resume = () => step(start);
            return;
          }
          // A copy of its own: a Buffer is a view of a pool that must not be given away.
          const bytes = Uint8Array.from(chunk.subarray(start, start + MESSAGE));
          start += bytes.length;
          inFlight += bytes.length;
          send({ kind: 'data', bytes });
        }
        callback();
      };
      step(0);
    },
    final(callback) {
      send({ kind: 'end' });
      callback();
    },
    destroy(error, callback) {
      const clean = stream.writableFinished && stream.readableEnded;
      if (!clean) send({ kind: 'destroy' });
      closed = true;
      const pending = resume;
      resume = undefined;
      pending?.();
      port.close();
      callback(error);
    },
  });

  port.on('message', (message: PortMessage) => {
    switch (message.kind) {
      case 'data':
        unread += message.bytes.length;
        if (stream.push(Buffer.from(message.bytes.buffer, message.bytes.byteOffset, message.bytes.byteLength))) {
          send({ kind: 'taken', size: unread });
          unread = 0;
        }
        return;
      case 'taken': {
        inFlight -= message.size;
        const next = resume;
        if (next === undefined || inFlight >= WINDOW) return;
        resume = undefined;
        next();
        return;
      }
      case 'end':
        stream.push(null);
        return;
      case 'destroy':
        stream.destroy();
        return;
    }
  });
  port.on('close', () => {
    closed = true;
    if (!stream.destroyed) stream.destroy();
  });
  return withSocketMethods(stream);
}
