import { Duplex } from 'node:stream';
import { withSocketMethods } from './socketLike.ts';
import type { PracticeStream } from './socketLike.ts';

/**
 * Two ends of a byte stream within one thread, the client's and the server's. A chunk is accepted when the other end has read the one before, so a reader
 * that stops stops the writer. Ending one end ends the other's reading; destroying one destroys the other.
 */
export function streamPair(): [PracticeStream, PracticeStream] {
  const ends: Duplex[] = [];
  const waiting: (((error?: Error | null) => void) | undefined)[] = [undefined, undefined];
  const make = (self: number): Duplex => {
    const other = 1 - self;
    return new Duplex({
      // As with sockets: a client ends when the server does; the server still answers what it was sent.
      allowHalfOpen: self === 1,
      read() {
        const resume = waiting[other];
        waiting[other] = undefined;
        resume?.();
      },
      write(chunk: Buffer, _encoding, callback) {
        const peer = ends[other];
        if (peer === undefined || peer.destroyed) return callback(new Error('the other end of the stream is closed'));
        waiting[self] = callback;
        if (peer.push(chunk)) {
          // The peer wants more: it may not call read() again for this chunk.
          process.nextTick(() => {
            if (waiting[self] !== callback) return;
            waiting[self] = undefined;
            callback();
          });
        }
      },
      final(callback) {
        ends[other]?.push(null);
        callback();
      },
      destroy(error, callback) {
        const peer = ends[other];
        const resume = waiting[self];
        waiting[self] = undefined;
        resume?.(error);
        const self_ = ends[self];
        const clean = self_?.writableFinished === true && self_.readableEnded;
        if (!clean && peer !== undefined && !peer.destroyed) process.nextTick(() => peer.destroy());
        callback(error);
      },
    });
  };
  ends.push(make(0), make(1));
  return [withSocketMethods(ends[0] as Duplex), withSocketMethods(ends[1] as Duplex)];
}
