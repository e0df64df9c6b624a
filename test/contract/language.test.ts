import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { tableOfCommands, titleOf } from '../../src/core/language/command.ts';
import { diagnoseLine } from '../../src/core/language/diagnose.ts';
import { notationOf } from '../../src/core/language/notation.ts';
import { splitLine } from '../../src/core/language/words.ts';
import { argumentsOf } from '../../src/protocol/commands/arguments.ts';
import { allCommandFacts } from '../../src/protocol/commands/lookup.ts';
import { connectResp } from '../support/respClient.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';

const groups = ['generic', 'string', 'list', 'set', 'sorted-set', 'hash', 'pubsub', 'transactions', 'connection', 'server', 'scripting', 'hyperloglog', 'cluster', 'geo', 'stream', 'bitmap'];

/** What Debian's server and redis-cli know of. */
const commands = [...allCommandFacts()].filter(({ since }) => since.localeCompare('7.1', 'en', { numeric: true }) < 0);

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
    const ours = commands.map(({ name }) => `${titleOf(name)} ${notationOf(argumentsOf(name))}`.trim());
    assert.deepEqual(ours.filter((line) => !theirs.has(line)), []);
  });

  it('finds fault with just the lines that the server does not take, for every command and 0 to 8 arguments', async () => {
    assert.ok(commands.length > 350, String(commands.length));
    const client = await connectResp(server.port);
    // Done at once within a transaction, too.
    const lines = [...commands.map(({ name }) => titleOf(name)), 'NONSENSE', 'CONFIG NONSENSE', 'GET|SET', 'OBJECT'].filter((name) => !/^(MULTI|EXEC|DISCARD|WATCH|QUIT|RESET)$/.test(name))
      .flatMap((name) => Array.from({ length: 9 }, (_, count) => [name, ...Array.from({ length: count }, (__, at) => String(at))].join(' ')));
    try {
      const verdicts = await Promise.all(lines.map(async (line) => {
        const [, reply] = await Promise.all([client.call(['MULTI']), client.call(line.split(' ')), client.call(['DISCARD'])]);
        return reply.kind === 'error' ? (/unknown command|unknown subcommand|wrong number of arguments/.exec(reply.text)?.[0] ?? '') : '';
      }));
      for (const [at, line] of lines.entries()) {
        const fault = diagnoseLine(splitLine(line), tableOfCommands);
        const ours = { 'unknown-command': 'unknown command', 'unknown-subcommand': 'unknown subcommand', 'no-subcommand': 'wrong number of arguments', arguments: 'wrong number of arguments', 'open-quote': '?', 'glued-quote': '?', none: '' }[fault?.kind ?? 'none'];
        assert.equal(ours, verdicts[at], line);
      }
    } finally {
      client.close();
    }
  });
});
