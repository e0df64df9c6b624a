import assert from 'node:assert/strict';
import { parameters } from '../../src/server/config/parameters.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { printReply, replyItems, replyText } from '../support/respReply.ts';
import { startPractice, type Practice } from './practice.ts';

/** Parameters that are another thing for a server within a process: where it listens, what it may touch. */
const ownValues = new Set(['bind', 'port', 'dir', 'enable-debug-command']);

/** Not set here: they end the connection, or begin to work on the machine. */
const leftAlone = new Set(['port', 'bind', 'requirepass', 'watchdog-period', 'use-exit-on-panic', 'appendonly', 'io-threads', 'key-load-delay', 'rdb-key-save-delay']);

/** Only their own values are tried: with too little memory clients are cut off, and Redis takes minutes to make room for all the clients that there can be. */
const onlySpecial = new Set(['maxmemory-clients', 'maxclients']);

/** Tried on every parameter: numbers at and beyond the bounds of C's types, units, words, and what only looks like a number. */
const values = [
  '', ' ', 'abc', 'yes', 'no', 'YES', '0', '1', '-1', '10', '100', '101', '1000', '1001', '511', '512', '65535', '65536', '2147483647', '2147483648', '-2147483648', '-2147483649', '4294967295', '4294967296',
  '9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809', '18446744073709551615', '99999999999999999999', '007', '+5', ' 5', '5 ', '1.5', '1e3', '0x10', '1048575', '1048576',
  '1k', '1kb', '10Kb', '1m', '1MB', '3gb', '1tb', 'kb', 'b', '5b', '-1k', '5%', '100%', '101%', '%', '-5%', 'a/b', 'a b', '{title}', '{nosuch}', 'host.name-1', 'host_name',
];

/** Tried on those whose values are of their own kind. */
const special: Readonly<Record<string, readonly string[]>> = {
  save: ['900 1', '900 1 300', '900 1 300 10', '  900   1  ', '0 1', '1 0', '1 -1', '+5 3', '5 03', '5 0x3', '900 x', ''],
  'client-output-buffer-limit': [
    'normal 1mb 2kb 3', 'slave 0 0 0 pubsub 1 2 3', 'REPLICA 1 2 3 replica 4 5 6', 'nosuch 1 2 3', 'master 1 2 3', 'normal 1x 2 3', 'normal 1 2 -3', 'normal 1 2 +3', 'normal 1 2 x', 'normal 1 2 3 pubsub 1', 'normal  0 0',
    'normal 0 0 3 ', 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
  ],
  'oom-score-adj-values': ['1 2', '1 2 3', '3 2 1', '1 2 x', '1 2 3000', '-2000 2 3', ' 1 2 3', '+1 2 3', '1 02 0x3', '0 200 800'],
  'notify-keyspace-events': ['A', 'AKE', 'KEA', 'KEg', 'Kg$lshzxetdmn', 'KEAmn', 'mKE', 'E', 'K', 'KEg$', 'KEtd', 'Ag$lshzxetd', 'n', 'KEn', 'q', 'K E', ''],
  'latency-tracking-info-percentiles': ['50 200', '-1', '50.123456789 99', '1 x', '50 99 99.9 100 0.1 1e1', '0.0000001 99.99999999 1e-3 50. .5 +3 0x10', 'nan', '', '50 99 99.9'],
  'maxmemory-clients': ['5%', '100%', '105%', '1%%', '%', '-5%', 'abc', '1tb', '10000mb', '99999999999999999999', '0'],
  maxclients: ['abc', '-1', '4294967296', '9223372036854775808', '1k', '9000', '10000'],
  'shutdown-on-sigterm': ['now force', 'FORCE NOW', 'nosave save', 'default now', 'now bad', 'save', 'nosave now', 'default'],
  'maxmemory-policy': ['ALLKEYS-LRU', 'volatile-ttl', 'allkeys', 'noeviction'],
  'proc-title-template': ['{title} {listen-addr} {server-mode} {port} {tls-port} {unixsocket} {config-file}', '{title', 'x}', '}{title}', '{}', 'plain'],
  hz: ['0', '1', '500', '501', '1000', '10'],
  'repl-backlog-size': ['1', '16383', '16385', '1mb'],
};

describe('CONFIG against redis-server', () => {
  let real: RedisServer;
  let practice: Practice;
  let theirs: RespClient;
  let ours: RespClient;

  before(async () => {
    [real, practice] = await Promise.all([startRedisServer(), startPractice()]);
    [theirs, ours] = await Promise.all([connectResp(real.port), practice.openTcp()]);
  });
  after(async () => {
    await practice.close();
    await real.stop();
  });

  async function all(client: RespClient): Promise<Map<string, string>> {
    const words = replyItems(await client.call(['CONFIG', 'GET', '*'])).map((item) => replyText(item) ?? '');
    return new Map(words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? ''] as const] : [])));
  }

  async function same(...args: string[]): Promise<string | undefined> {
    const [mine, other] = await Promise.all([ours.call(args), theirs.call(args)]);
    return printReply(mine) === printReply(other) ? undefined : `${args.join(' ')}: ${printReply(mine)}, not ${printReply(other)}`;
  }

  it('has every parameter, and with its default', async () => {
    const [mine, reals] = [await all(ours), await all(theirs)];
    assert.deepEqual([...mine.keys()].sort(), [...reals.keys()].sort());
    for (const [name, value] of reals) if (!ownValues.has(name)) assert.equal(mine.get(name), value, name);
  });

  it('has the hidden ones for who knows them', async () => {
    for (const { name, hidden } of parameters) if (hidden) assert.equal(await same('CONFIG', 'GET', name), undefined);
  });

  it('answers and keeps every value alike', async () => {
    const wrong: string[] = [];
    let checks = 0;
    const names = parameters.flatMap(({ name, alias }) => (alias === undefined ? [name] : [name, alias])).filter((name) => !leftAlone.has(name));
    for (const name of names) {
      const before = replyText(replyItems(await theirs.call(['CONFIG', 'GET', name]))[1]) ?? '';
      for (const value of [...(onlySpecial.has(name) ? [] : values), ...(special[name] ?? [])]) {
        const problems = await Promise.all([same('CONFIG', 'SET', name, value), ...(ownValues.has(name) ? [] : [same('CONFIG', 'GET', name)])]);
        checks += problems.length;
        wrong.push(...problems.filter((problem) => problem !== undefined));
      }
      await same('CONFIG', 'SET', name, before);
    }
    assert.deepEqual(wrong, []);
    assert.ok(checks > 15_000, String(checks));
  });

  it('sets all or none, in the order of the checks of Redis', async () => {
    const commands = [
      'CONFIG SET', 'CONFIG SET a', 'CONFIG SET a b c', 'CONFIG SET nosuch 1', 'CONFIG SET nosuch 1 daemonize yes', 'CONFIG SET daemonize yes nosuch 1', 'CONFIG SET daemonize yes maxmemory x', 'CONFIG SET timeout 5 TIMEOUT 6',
      'CONFIG SET active-expire-effort 3 timeout x', 'CONFIG GET active-expire-effort', 'CONFIG SET slave-priority 1 replica-priority 2', 'CONFIG GET replica-priority', 'CONFIG SET SLAVE-PRIORITY abc', 'CONFIG SET timeout 7 tls-port 6380',
      'CONFIG GET timeout', 'CONFIG SET tls-cluster yes', 'CONFIG SET tls-replication yes timeout 8', 'CONFIG GET timeout', 'CONFIG SET Replica-Priority 100', 'CONFIG SET dir /tmp', 'CONFIG SET dbfilename x', 'CONFIG SET maxclients 0',
      'CONFIG SET maxclients 9000 hash-max-ziplist-value 65', 'CONFIG GET hash-max-listpack-value', 'CONFIG SET maxclients 10000 hash-max-ziplist-value 64', 'CONFIG GET TimeOut', 'CONFIG GET hz HZ h?', 'CONFIG GET nosuch', 'CONFIG GET hash-max-listpack-entries\\*',
      'CONFIG GET hz nosuch', 'CONFIG GET', 'CONFIG RESETSTAT x', 'CONFIG REWRITE', 'CONFIG REWRITE x', 'CONFIG HELP x', 'CONFIG', 'CONFIG NOSUCH',
    ];
    for (const command of commands) assert.equal(await same(...command.split(' ')), undefined);
  });
});
