import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { seededRandom } from '../../src/server/random.ts';
import { createServer } from '../../src/server/server.ts';
import type { PracticeServer, ServerOptions } from '../../src/server/server.ts';
import type { PracticeStream } from '../../src/server/transport/socketLike.ts';

/** A practice server whose time stands still until it is moved, with no timer of its own. */
export interface FrozenServer extends PracticeServer {
  /** Moves the clock on, ms. */
  advance(ms: number): void;
}

/** Makes a practice server that is the same in every run. */
export function frozenServer(config: ServerOptions['config'] = {}, seed = 1): FrozenServer {
  let now = 1_700_000_000_000;
  const server = createServer({ clock: { now: () => now }, random: seededRandom(seed), cron: false, config });
  return Object.assign(server, {
    advance: (ms: number) => {
      now += ms;
    },
  });
}

/** ioredis over streams that `connect` makes, as the product uses it. */
export function redisOver(connect: () => PracticeStream, options: RedisOptions = {}): Redis {
  class MemoryConnector {
    firstError: Error | undefined;
    stream: PracticeStream | undefined;
    check(): boolean {
      return true;
    }
    connect(): Promise<PracticeStream> {
      this.stream = connect();
      return Promise.resolve(this.stream);
    }
    disconnect(): void {
      this.stream?.end();
    }
  }
  return new Redis({ lazyConnect: true, retryStrategy: () => null, ...options, Connector: MemoryConnector as unknown as NonNullable<RedisOptions['Connector']> });
}
