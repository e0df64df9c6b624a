import assert from 'node:assert/strict';
import { allCommandFacts, commandFact } from '../../src/protocol/commands/lookup.ts';
import { channelsOf, hasKeys, keysOf } from '../../src/protocol/commands/keys.ts';
import { keySpecsOf, type KeySpec } from '../../src/protocol/commands/keySpecs.ts';
import { commandRows } from '../../src/protocol/commands/table.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { replyItems, replyText, type Reply } from '../support/respReply.ts';

/** Calls made of each command with keys. */
const CALLS = 150;

/** Words that searches for keys look at, numbers, and what looks like either. */
const WORDS = [
  ...'STORE storedist STREAMS streams KEYS keys COPY REPLACE AUTH AUTH2 BY GET get LIMIT BLOCK COUNT GROUP NOACK SET INCRBY OVERFLOW WEIGHTS LEFT'.split(' '),
  ...['0', '1', '2', '3', '-1', '01', '1x', ' 2', '', 'u8', '#', '4294967297', '99999999999999999999', 'store\0x', 'GET\0', 'k', 'k1', 'k2'],
];

describe('the keys of a call', () => {
  let server: RedisServer;
  let client: RespClient;

  before(async () => {
    server = await startRedisServer();
    client = await connectResp(server.port);
    await client.call(['HELLO', '3']);
  });
  after(async () => {
    client.close();
    await server.stop();
  });

  it('are specified as COMMAND INFO does, for every command', async () => {
    const entries = replyItems(await client.call(['COMMAND'])).flatMap((entry) => [entry, ...replyItems(replyItems(entry)[9])]);
    const theirs = entries.map((entry) => [replyText(replyItems(entry)[0]) ?? '', replyItems(replyItems(entry)[8]).map(printTheirs).join(', ')] as const);
    assert.ok(theirs.length > 350);
    for (const [name, specs] of theirs) assert.equal(keySpecsOf(name).map(printOurs).join(', '), specs, name);
  });

  it('are found with their flags as COMMAND GETKEYSANDFLAGS finds them', async () => {
    const random = seededRandom(7);
    const differences: string[] = [];
    let checked = 0;
    for (const [name, arity] of commandRows.filter(([, , , , , , , since]) => since < '7.1')) {
      const fact = commandFact(name);
      assert.ok(fact !== undefined);
      if (!hasKeys(fact)) continue;
      const calls = Array.from({ length: CALLS }, () => randomCall(name, arity, random));
      const replies = await Promise.all(calls.map((args) => client.call(['COMMAND', 'GETKEYSANDFLAGS', ...args])));
      calls.forEach((args, at) => {
        checked += 1;
        const ours = printUses(keysOf(fact, args)?.map(({ index, flags }) => `${args[index] ?? 'beyond'} ${[...flags].sort().join(' ')}`));
        const theirs = printReplies(replies[at]);
        if (ours !== theirs) differences.push(`${JSON.stringify(args)}: ours ${ours}, theirs ${theirs}`);
      });
    }
    assert.ok(checked > 20_000, String(checked));
    assert.deepEqual(differences, []);
  });

  it('are joined by the channels that an ACL asks for', async () => {
    await client.call(['ACL', 'SETUSER', 'listener', 'on', 'nopass', '+@all', '~*', 'resetchannels', '&mine*']);
    for (const fact of allCommandFacts()) {
      if (fact.group !== 'pubsub' || fact.name === 'pubsub' || fact.since > '7.1') continue;
      for (const words of [['mine', 'x'], ['x', 'mine'], ['mine*', 'mine?'], ['min*', 'mine*'], ['mine1', 'mine2']]) {
        // A pattern has to be among the user's own; a channel has to match one of them.
        const refused = channelsOf(fact, [...fact.name.split('|'), ...words]).find(
          ({ index, isPattern, action }) => action !== 'unsubscribe' && (isPattern ? words[index - 1] !== 'mine*' : words[index - 1]?.startsWith('mine') !== true),
        );
        const reply = replyText(await client.call(['ACL', 'DRYRUN', 'listener', ...fact.name.split('|'), ...words])) ?? '';
        if (/wrong number/i.test(reply)) continue;
        assert.equal(reply, refused === undefined ? 'OK' : `This user has no permissions to access the '${words[refused.index - 1] ?? ''}' channel`, `${fact.name} ${words.join(' ')}`);
      }
    }
  });
});

/** Enough arguments for the arity; each is a word of its own or one that a search may look for. */
function randomCall(name: string, arity: number, random: Random): string[] {
  const length = arity > 0 ? arity : -arity + random.below(9);
  const args = name.split('|');
  while (args.length < length) args.push(random.oneIn(2) ? random.pick(WORDS) : `arg${String(args.length)}`);
  return args;
}

function printUses(uses: readonly string[] | undefined): string {
  return uses === undefined ? 'invalid' : uses.map((use) => use.trim()).join(', ');
}

function printReplies(reply: Reply | undefined): string {
  if (reply?.kind === 'error') return /Invalid arguments/.test(reply.text) ? 'invalid' : reply.text;
  return printUses(replyItems(reply).map((pair) => {
    const [name, flags] = replyItems(pair);
    return `${replyText(name) ?? ''} ${replyItems(flags).map((flag) => replyText(flag) ?? '').sort().join(' ')}`;
  }));
}

function printOurs({ begin, find, flags, notes }: KeySpec): string {
  const start = begin === undefined ? 'unknown' : 'at' in begin ? `index ${begin.at}` : `keyword ${begin.word} ${begin.from}`;
  const range = find === undefined ? 'unknown' : find === 'counted' ? 'keynum 0 1 1' : `range ${find.last} ${find.step} ${find.limit}`;
  return `${start} ${range} ${[...flags].sort().join(' ')}${notes === undefined ? '' : ' with notes'}`;
}

function printTheirs(reply: Reply): string {
  const spec = fieldsOf(reply);
  const part = (name: string): string => {
    const fields = fieldsOf(spec.get(name));
    return [replyText(fields.get('type')), ...[...fieldsOf(fields.get('spec')).values()].map(replyText)].join(' ').trim();
  };
  const flags = replyItems(spec.get('flags')).map((flag) => replyText(flag) ?? '').sort();
  return `${part('begin_search')} ${part('find_keys')} ${flags.join(' ')}${spec.has('notes') ? ' with notes' : ''}`;
}

function fieldsOf(reply: Reply | undefined): Map<string, Reply> {
  assert.ok(reply?.kind === 'map');
  return new Map(reply.entries.map(([key, value]) => [replyText(key) ?? '', value]));
}
