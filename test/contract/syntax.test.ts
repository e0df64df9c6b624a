import assert from 'node:assert/strict';
import { commandFact } from '../../src/protocol/commands/lookup.ts';
import { seededRandom } from '../support/random.ts';
import { connectResp } from '../support/respClient.ts';
import { printReply, type Reply } from '../support/respReply.ts';
import { bothServers } from './both.ts';
import { errorsOnly } from './coverage.ts';
import { commandsOf } from './coverageTable.ts';
import { syntaxCall, syntaxData } from './syntaxCalls.ts';

/** Calls made of each command in each protocol. */
const CALLS = 40;
/** Calls on one data set. */
const SESSION = 20;

/** Commands that end or block the server or the connection, change who may do what, or take up other servers. */
const SKIPPED = /^(shutdown|sync|psync|monitor|debug|quit|reset|multi|exec|discard|auth|hello|failover|replconf|migrate|select|swapdb|flushall|flushdb|pfselftest|wait|waitaof|client\|(kill|pause|reply|tracking|unblock)|acl\|(setuser|deluser|load|save|genpass)|config\|(set|rewrite)|p?s?(un)?subscribe|module\|.*|spop|(bg)?save)$/;

/** Commands that answer chance, time, places in memory or how large something is: only errors and the kind of reply are compared. */
const LOOSE = /^(info|time|lastsave|randomkey|keys|role|lolwut|command.*|latency.*|slowlog.*|memory.*|client.*|object\|(idletime|freq)|acl.*|config.*|dump|scan|[hsz]scan|.*rand(member|field)|function.*|script.*|geo.*|.*ttl|.*expiretime|xinfo.*|xpending|xclaim|xautoclaim|xadd|sort|sort_ro|pubsub.*|.*help)$/;

describe('calls made from the syntax of every command', function () {
  this.timeout(120_000);
  let names: readonly string[];
  const both = bothServers();

  before(async () => {
    const [real, had] = await Promise.all([commandsOf(both.theirs), commandsOf(both.ours)]);
    names = [...had.keys()].filter((name) => real.has(name) && !SKIPPED.test(name) && !errorsOnly.has(name)).sort();
    assert.ok(names.length > 200);
  });

  for (const protocol of [2, 3] as const) {
    it(`are answered alike in RESP${String(protocol)}`, async () => {
      const random = seededRandom(protocol);
      const clients = [both.practice.openStream(), await connectResp(both.real.port)] as const;
      const ask = (args: readonly string[]): Promise<readonly Reply[]> => Promise.all(clients.map((client) => client.call(args)));
      await ask(['HELLO', String(protocol)]);
      const differences: string[] = [];
      for (const name of names) {
        for (let call = 0; call < CALLS; call += 1) {
          if (call % SESSION === 0) for (const args of [['FLUSHALL'], ...syntaxData]) await ask(args);
          const args = syntaxCall(name, random);
          // In a transaction nothing blocks.
          const calls = commandFact(name)?.flags.has('blocking') === true ? [['MULTI'], args, ['EXEC']] : [args];
          let [mine, real] = ['', ''];
          for (const one of calls) {
            const [left, right] = (await ask(one)).map((reply) => told(reply, LOOSE.test(name)));
            mine += left;
            real += right;
          }
          if (mine !== real) differences.push(`${JSON.stringify(args)}\n  ours: ${mine}\n  theirs: ${real}`);
        }
      }
      for (const client of clients) client.close();
      assert.deepEqual(differences, []);
    });
  }
});

/** A reply for comparison; elements in any order, since a hash table may have been walked. */
function told(reply: Reply, loose: boolean): string {
  if (reply.kind === 'error') return printReply(reply);
  if (loose) return reply.kind;
  if ('items' in reply) return `${reply.kind}: ${reply.items.map((item) => printReply(item)).sort().join(', ')}`;
  return printReply(reply);
}
