import assert from 'node:assert/strict';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { printReply, type Reply } from '../support/respReply.ts';
import { bothServers } from './both.ts';
import { commandsOf } from './coverageTable.ts';

/** Arguments behind the name, at most. */
const MOST = 6;

/** Arguments of every call: they are no numbers, no options and no subcommands, and each is another one. */
const WORDS = ['x', 'y', 'z', 'v', 'w', 'u'];

/** ZRANK and ZREVRANK take WITHSCORE here, as Redis 7.2 does, so that they cannot refuse it by their arity. */
const LATER = /^z(rev)?rank \S+ \S+ ./;

/** How the practice server says what it cannot do (errorsOnly in coverage.ts, and to save without a directory). */
const LIMITED = /this server (writes|keeps)|not available in this server| yet"/;

/** Calls that would do too much: they end or stop the real server, or begin what has no end. */
const SKIPPED = /^(shutdown|sync|pfselftest|debug (segfault|panic))$/;

type Way = 'alone' | 'in a transaction' | 'in a script';

/** Ways in which a command comes to a server. */
const callsBy: Readonly<Record<Way, (args: readonly string[]) => readonly (readonly string[])[]>> = {
  alone: (args) => [args],
  'in a transaction': (args) => [['MULTI'], args, ['EXEC']],
  'in a script': (args) => ['return redis.call(unpack(ARGV))', 'return redis.pcall(unpack(ARGV))', '#!lua flags=no-writes\nreturn redis.call(unpack(ARGV))'].map((script) => ['EVAL', script, '0', ...args]),
};
const ways = Object.keys(callsBy) as readonly Way[];

describe('every command with every number of arguments', function () {
  this.timeout(120_000);
  let names: readonly string[];
  const both = bothServers();

  before(async () => {
    const [real, had] = await Promise.all([commandsOf(both.theirs), commandsOf(both.ours)]);
    names = [...had.keys()].filter((name) => real.has(name)).sort();
  });

  for (const protocol of [2, 3] as const) {
    for (const way of ways) {
      it(`answers the same errors in RESP${String(protocol)}, ${way}`, async () => {
        const differences: string[] = [];
        for (const name of names) {
          const calls = callsOf(name).filter((args) => way === 'in a transaction' || !SKIPPED.test(args.join(' ')));
          // Subscribing, MONITOR, RESET and their like change what a connection is: each call has one of its own.
          const [mine, real] = await Promise.all([
            Promise.all(calls.map((args) => answers(both.practice.openStream(), protocol, way, args))),
            Promise.all(calls.map(async (args) => answers(await connectResp(both.real.port), protocol, way, args))),
          ]);
          calls.forEach((args, at) => {
            if (LATER.test(args.join(' '))) return;
            const [left, right] = [told(mine[at], way), told(real[at], way)];
            if (LIMITED.test(left)) return;
            if (left !== right) differences.push(`${args.join(' ')}\n  ours: ${left}\n  theirs: ${right}`);
          });
        }
        assert.deepEqual(differences, []);
      });
    }
  }
});

/** The command with no arguments, one, … and as many as there are; a container also with a subcommand that it does not have. */
function callsOf(name: string): string[][] {
  return Array.from({ length: MOST + 1 }, (_, count) => [...name.split('|'), ...WORDS.slice(0, count)]);
}

/** What the call brings: between MULTI and EXEC three replies. */
async function answers(client: RespClient, protocol: 2 | 3, way: Way, args: readonly string[]): Promise<Reply[]> {
  if (protocol === 3) await client.call(['HELLO', '3']);
  client.keepOrder();
  const replies: Reply[] = [];
  for (const call of callsBy[way](args)) {
    // QUIT and its like end the connection.
    replies.push(await client.call(call).catch((): Reply => ({ kind: 'closed' })));
  }
  client.close();
  return replies;
}

/** Errors as they are, of anything else the kind, with those of the replies in an EXEC's: other tests look at the rest. */
function told(replies: readonly Reply[] | undefined, way: Way): string {
  const brief = (reply: Reply): string => (reply.kind === 'error' ? printReply(reply) : reply.kind);
  return (replies ?? []).map((reply, at) => (way === 'in a transaction' && at === 2 && reply.kind === 'array' ? `array of ${reply.items.map(brief).join(', ')}` : brief(reply))).join('; ');
}
