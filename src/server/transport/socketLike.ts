import type { Duplex } from 'node:stream';

/** What clients call on a socket and a stream in memory has no use for. ioredis dies if one is missing. */
export interface SocketMethods {
  setNoDelay(noDelay?: boolean): this;
  setKeepAlive(enable?: boolean, initialDelay?: number): this;
  setTimeout(timeout: number, callback?: () => void): this;
  ref(): this;
  unref(): this;
}

/** A stream in memory that can stand where a net.Socket is expected. */
export type PracticeStream = Duplex & SocketMethods;

/** Gives a stream the methods of a socket, none of which does anything. */
export function withSocketMethods(stream: Duplex): PracticeStream {
  const harmless = (): PracticeStream => result;
  const result = Object.assign(stream, { setNoDelay: harmless, setKeepAlive: harmless, setTimeout: harmless, ref: harmless, unref: harmless }) as PracticeStream;
  return result;
}
