import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { notationOf } from '../../src/core/language/notation.ts';
import { argumentsOf } from '../../src/protocol/commands/arguments.ts';
import { allCommandFacts } from '../../src/protocol/commands/lookup.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';

const groups = ['generic', 'string', 'list', 'set', 'sorted-set', 'hash', 'pubsub', 'transactions', 'connection', 'server', 'scripting', 'hyperloglog', 'cluster', 'geo', 'stream', 'bitmap'];

describe('what is said of commands beside redis-cli', () => {
  let server: RedisServer;
  before(async () => {
    server = await startRedisServer();
  });
  after(() => server.stop());

  it('writes the arguments of every command as its help does', async () => {
    const client = spawn('redis-cli', ['-p', String(server.port)], { stdio: ['pipe', 'pipe', 'inherit'] });
    client.stdin.end(groups.map((group) => `help @${group}\n`).join(''));
    const theirs = new Set(stripVTControlCharacters(await text(client.stdout)).split('\n').map((line) => line.trim()));
    // Commands of Redis 7.2 and later are unknown to redis-cli 7.0.
    const commands = [...allCommandFacts()].filter(({ since }) => since.localeCompare('7.1', 'en', { numeric: true }) < 0);
    assert.ok(commands.length > 350, String(commands.length));
    const ours = commands.map(({ name }) => `${name.toUpperCase().replace('|', ' ')} ${notationOf(argumentsOf(name))}`.trim());
    assert.deepEqual(ours.filter((line) => !theirs.has(line)), []);
  });
});
