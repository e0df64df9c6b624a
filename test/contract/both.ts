import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { startPractice, type Practice } from './practice.ts';

/** redis-server and the practice server, and a client of each. */
export interface Both {
  readonly real: RedisServer;
  readonly practice: Practice;
  /** Of redis-server. */
  readonly theirs: RespClient;
  /** Of the practice server. */
  readonly ours: RespClient;
}

/** Has both servers there for the tests of the suite in which this is called; hooks that follow may use them. */
export function bothServers(): Both {
  let both: Both | undefined;
  const started = (): Both => {
    if (both === undefined) throw new Error('the servers are there from the first hook to the last');
    return both;
  };
  before(async () => {
    const [real, practice] = await Promise.all([startRedisServer(), startPractice()]);
    both = { real, practice, theirs: await connectResp(real.port), ours: practice.openStream() };
  });
  after(async () => {
    both?.theirs.close();
    both?.ours.close();
    await both?.practice.close();
    await both?.real.stop();
  });
  return {
    get real() {
      return started().real;
    },
    get practice() {
      return started().practice;
    },
    get theirs() {
      return started().theirs;
    },
    get ours() {
      return started().ours;
    },
  };
}
