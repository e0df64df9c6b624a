import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aclCategories, categoriesOf } from '../../src/protocol/commands/categories.ts';
import type { CommandFact } from '../../src/protocol/commands/fact.ts';
import { allCommandFacts } from '../../src/protocol/commands/lookup.ts';
import { createServer, type PracticeServer } from '../../src/server/server.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { connectResp, openRespClient, printArguments, type RespClient } from '../support/respClient.ts';
import { printReply, type Reply } from '../support/respReply.ts';
import { difference } from './compare.ts';
import type { Rule } from './script.ts';

/** Sequences of rules that are tried; ACL_SEED takes others. */
const SEED = Number(process.env['ACL_SEED'] ?? 1);
const SEQUENCES = Number(process.env['ACL_SEQUENCES'] ?? 150);

const facts = [...allCommandFacts()].filter(({ since }) => since < '7.1');
const commands = facts.map(({ name }) => name);
const patterns = ['a', 'b', 'c*', 'a?', '[ab]c', '*', '', 'k1', 'k*1', '\\*', '[^a]*'];
const names = ['a', 'b', 'c', 'ab', 'ac', 'bc', 'k1', 'k11', 'c*', '*', '', 'q'];
const passwords = ['x', 'secret', '', 'pass word'];
const words: Rule = { kind: 'words', anyOrder: false };

function anyCase(random: Random, text: string): string {
  return random.oneIn(12) ? text.toUpperCase() : text;
}

/** A rule on commands, keys or channels: what a selector takes. */
function selectorRule(random: Random): string {
  switch (random.below(9)) {
    case 0:
    case 1:
      return anyCase(random, random.pick(['+', '-']) + random.pick(commands));
    case 2:
      return anyCase(random, `${random.pick(['+', '-'])}@${random.pick([...aclCategories, ...aclCategories, 'all', 'all', 'nosuch'])}`);
    case 3:
      return `${random.pick(['+', '+', '-'])}${random.pick(['select', 'get', 'debug', 'config', 'set', 'config|get', 'nosuch', 'acl', ''])}|${random.pick(['0', 'get', 'x', 'GET', '', 'x|y'])}`;
    case 4:
      return `~${random.pick(patterns)}`;
    case 5:
      return `${random.pick(['%R~', '%W~', '%RW~', '%wr~', '%r~', '%', '%R', '%RR~', '%X~'])}${random.pick(patterns)}`;
    case 6:
      return `&${random.pick(patterns)}`;
    case 7:
      return anyCase(random, random.pick(['allkeys', 'resetkeys', 'allchannels', 'resetchannels', 'resetkeys', 'resetchannels', 'allcommands', 'nocommands']));
    default:
      return random.pick(['resetkeys', 'resetchannels', 'bogus', '+', '-', '~a b', '&a b', '+@']);
  }
}

function rule(random: Random): string[] {
  switch (random.below(8)) {
    case 0:
      return [anyCase(random, random.pick(['on', 'off', 'nopass', 'resetpass', 'reset', 'clearselectors', 'sanitize-payload', 'skip-sanitize-payload']))];
    case 1:
      return [random.pick(['>', '<', '>', '#', '!']) + random.pick(passwords)];
    case 2: {
      const inner = Array.from({ length: random.below(4) }, () => selectorRule(random));
      const text = `(${inner.join(' ')}${random.oneIn(20) ? '' : ')'}`;
      return random.oneIn(2) ? [text] : text.split(' ');
    }
    default:
      return [selectorRule(random)];
  }
}

/** Commands that neither end nor hold up a connection or a server. */
const harmless = facts.filter((fact) => !['@admin', '@blocking', '@connection', '@pubsub', '@scripting', '@transaction'].some((one) => categoriesOf(fact).includes(one)) && !['migrate', 'acl|setuser', 'acl|deluser'].includes(fact.name));

function anyCall(random: Random, from: readonly CommandFact[] = facts): string[] {
  const { name, arity } = random.pick(from);
  const parts = name.split('|');
  const wanted = Math.max(0, Math.abs(arity) - parts.length) + (arity < 0 ? random.below(4) : 0) - (random.oneIn(15) ? 1 : 0);
  return [...parts, ...Array.from({ length: Math.max(0, wanted) }, () => random.pick([...names, '1', '2', 'STORE', 'STREAMS', 'KEYS', 'GET']))];
}

describe('ACL beside redis-server', () => {
  let dir: string;
  let real: RedisServer;
  let practice: PracticeServer;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'keyspace-acl-'));
    for (const name of ['real.acl', 'ours.acl']) writeFileSync(join(dir, name), '');
    real = await startRedisServer(['--aclfile', join(dir, 'real.acl')]);
    practice = createServer({ config: { aclfile: 'ours.acl', dir } });
  });
  after(async () => {
    await practice.close();
    await real.stop();
    rmSync(dir, { recursive: true });
  });

  const open = async (): Promise<[RespClient, RespClient]> => [openRespClient(practice.connect()), await connectResp(real.port)];

  it(`makes the same users of random rules, and allows them the same (seed ${String(SEED)})`, async () => {
    const random = seededRandom(SEED);
    const clients = await open();
    const both = async (call: readonly string[], compared: Rule): Promise<void> => {
      const [ours, theirs] = (await Promise.all(clients.map((client) => client.call(call)))) as [Reply, Reply];
      const wrong = difference(ours, theirs, compared);
      assert.equal(wrong, undefined, `${printArguments(call, 2000)}\nours: ${printReply(ours)}\ntheirs: ${printReply(theirs)}`);
    };
    for (let round = 0; round < SEQUENCES; round += 1) {
      const user = `u${String(random.below(3))}`;
      if (random.oneIn(4)) await both(['ACL', 'DELUSER', user], { kind: 'exact' });
      if (random.oneIn(5)) await both(['ACL', 'SETUSER', user, '+@all', '-@dangerous', 'resetkeys', 'resetchannels'], { kind: 'exact' });
      for (let change = random.below(6); change >= 0; change -= 1) {
        await both(['ACL', 'SETUSER', user, ...Array.from({ length: 1 + random.below(3) }, () => rule(random)).flat()], { kind: 'exact' });
        await both(['ACL', 'GETUSER', user], words);
      }
      await both(['ACL', 'LIST'], words);
      for (let call = 0; call < 15; call += 1) await both(['ACL', 'DRYRUN', user, ...anyCall(random)], { kind: 'exact' });
    }
    for (const client of clients) client.close();
  });

  it(`refuses a limited client the same calls, and keeps the same log of them (seed ${String(SEED)})`, async () => {
    const random = seededRandom(SEED);
    const clients = await open();
    const limited = await open();
    const twice = async (of: readonly RespClient[], call: readonly string[]): Promise<[Reply, Reply]> => (await Promise.all(of.map((client) => client.call(call)))) as [Reply, Reply];
    const isRefusal = (reply: Reply): boolean => reply.kind === 'error' && reply.text.startsWith('NOPERM');
    let refusals = 0;
    for (let round = 0; round < SEQUENCES / 10; round += 1) {
      const rules = Array.from({ length: 3 + random.below(5) }, () => selectorRule(random)).filter((one) => !/^([~%&]|all)/.test(one));
      const keys = random.pick([['~a*', '%R~b'], ['~*'], ['%W~k*', '~c'], ['(%R~* +@read)', '~a']]);
      await twice(clients, ['ACL', 'LOG', 'RESET']);
      await twice(clients, ['ACL', 'SETUSER', 'u', 'reset', 'on', 'nopass', random.pick(['+@all', '+@read', '-@all']), random.pick(['&*', '&a', 'resetchannels']), ...keys]);
      for (const one of rules) await twice(clients, ['ACL', 'SETUSER', 'u', one]);
      await twice(limited, ['AUTH', 'u', 'x']);
      for (let count = 0; count < 40; count += 1) {
        const call = anyCall(random, harmless);
        const [ours, theirs] = await twice(limited, call);
        if (!isRefusal(ours) && !isRefusal(theirs)) continue;
        refusals += 1;
        assert.equal(printReply(ours), printReply(theirs), printArguments(call, 2000));
      }
      const [ours, theirs] = await twice(clients, ['ACL', 'LOG', '100']);
      assert.equal(difference(ours, theirs, { kind: 'each', names: ['count', 'reason', 'context', 'object', 'username'] }), undefined);
    }
    assert.ok(refusals > 0);
    for (const client of [...clients, ...limited]) client.close();
  });
});

describe('the aclfile beside that of redis-server', () => {
  let dir: string;
  let real: RedisServer;
  let practice: PracticeServer;
  let clients: readonly RespClient[];

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'keyspace-acl-'));
    writeFileSync(join(dir, 'real.acl'), '');
    writeFileSync(join(dir, 'ours.acl'), '');
    real = await startRedisServer(['--aclfile', join(dir, 'real.acl')]);
    practice = createServer({ config: { aclfile: join(dir, 'ours.acl') } });
    clients = [openRespClient(practice.connect()), await connectResp(real.port)];
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    await practice.close();
    await real.stop();
    rmSync(dir, { recursive: true });
  });

  /** The same call on both; paths are made the same. */
  async function both(...call: string[]): Promise<[string, string]> {
    const texts = await Promise.all(clients.map(async (client) => printReply(await client.call(call))));
    return texts.map((text) => text.replaceAll(join(dir, 'real.acl'), 'FILE').replaceAll(join(dir, 'ours.acl'), 'FILE')) as [string, string];
  }
  async function same(...call: string[]): Promise<string> {
    const [ours, theirs] = await both(...call);
    assert.equal(ours, theirs, call.join(' '));
    return ours;
  }
  const write = (text: string): void => {
    for (const name of ['real.acl', 'ours.acl']) writeFileSync(join(dir, name), text, 'latin1');
  };

  it('loads, saves and keeps what was there when a line is wrong', async () => {
    await same('ACL', 'SETUSER', 'old', 'on', 'nopass', '+get', '~a');
    await same('ACL', 'SAVE');
    assert.equal(readFileSync(join(dir, 'ours.acl'), 'latin1'), readFileSync(join(dir, 'real.acl'), 'latin1'));
    const good = 'user a on nopass ~k* &c +@all (+get ~x ) \r\n\n  user b  off\tuser default on nopass +@all\n\nuser c on +get|x >pw %R~q\n';
    for (const text of [
      good.replace('\tuser default', '\nuser default'), '', 'user x on\nuser x off\n', 'foo\n', 'user\n', 'user  x\n', 'user x +nosuch %x #zz +bad\n', 'user x #zz +nosuch\n', 'user x ~* ~a\nuser y on\n', 'user x (+get %x)\n', 'User x on\n', 'user x >a b\n', 'user x\x00y on\nuser z foo', 'user d on >secret\nuser default on >pw +@all\n', 'user x on >pw\tuser\n', 'user x\ton\n', good, 'user default off +@all\n', 'user default on nopass +@all ~* &*\n',
    ]) {
      write(text);
      await same('ACL', 'LOAD');
      await same('ACL', 'LIST');
      await same('ACL', 'USERS');
    }
    for (const name of ['real.acl', 'ours.acl']) rmSync(join(dir, name));
    await same('ACL', 'LOAD');
    await same('ACL', 'SAVE');
    assert.equal(readFileSync(join(dir, 'ours.acl'), 'latin1'), readFileSync(join(dir, 'real.acl'), 'latin1'));
    assert.match(await same('ACL', 'WHOAMI'), /default/);
  });

  it('ends the connections of users that were there before, but not those of the default user', async () => {
    await same('ACL', 'SETUSER', 'u', 'on', 'nopass', '+@all', '~*');
    await same('ACL', 'SAVE');
    const others = [openRespClient(practice.connect()), await connectResp(real.port)];
    for (const client of others) await client.call(['AUTH', 'u', 'x']);
    await same('ACL', 'LOAD');
    for (const client of others) {
      const [reply] = await client.raw(Buffer.alloc(0), 1);
      assert.equal(reply?.kind, 'closed');
    }
    await same('PING');
    await same('AUTH', 'u', 'x');
    await same('ACL', 'LOAD');
    for (const client of clients) assert.equal((await client.raw(Buffer.alloc(0), 1))[0]?.kind, 'closed');
  });

  it('says in the log why a file cannot be written', async () => {
    const said: string[] = [];
    practice.state.outside = { ...practice.state.outside, log: (_level, text) => said.push(text) };
    practice.state.config.start('aclfile', join(dir, 'nowhere', 'x.acl'));
    assert.match(printReply(await (clients[0] as RespClient).call(['ACL', 'SAVE'])), /There was an error trying to save the ACLs/);
    assert.deepEqual(said, ['Opening temp ACL file for ACL SAVE: No such file or directory']);
  });
});
