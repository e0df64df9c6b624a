import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { formatPage, formatReply, isPage } from '../../src/core/terminal/formatReply.ts';
import { quoteInline } from '../../src/protocol/resp/inline.ts';
import { createReplyDecoder } from '../../src/protocol/resp/replyDecoder.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { encodeCall, type Argument } from '../support/respClient.ts';
import { splitArguments } from './script.ts';
import { bitmaps } from './scripts/bitmaps.ts';
import { functions } from './scripts/functions.ts';
import { generic } from './scripts/generic.ts';
import { geo } from './scripts/geo.ts';
import { hashes } from './scripts/hashes.ts';
import { lists } from './scripts/lists.ts';
import { scripting } from './scripts/scripting.ts';
import { sets } from './scripts/sets.ts';
import { sortedSets } from './scripts/sortedSets.ts';
import { streamGroups } from './scripts/streamGroups.ts';
import { streams } from './scripts/streams.ts';
import { strings } from './scripts/strings.ts';

/** What would change the connection itself, ends it, or depends on who asks or on chance. */
const aside = /^(hello|quit|reset|.?.?subscribe|monitor|client|auth|shutdown|debug|config|function|bgsave|sync|psync|multi|exec|blpop|wait|spop|srandmember|hrandfield|zrandmember|randomkey)$/i;
const pages = ['LOLWUT VERSION 1', 'MEMORY DOCTOR', 'CLIENT NO-EVICT off', 'COMMAND INFO get', 'ACL LIST', 'LATENCY DOCTOR', 'OBJECT HELP', 'nonsense', 'GET', 'DEBUG PROTOCOL DOUBLE', 'DEBUG PROTOCOL TRUE', 'DEBUG PROTOCOL NULL', 'DEBUG PROTOCOL MAP', 'DEBUG PROTOCOL SET', 'DEBUG PROTOCOL ARRAY', 'DEBUG PROTOCOL VERBATIM', 'DEBUG PROTOCOL STRING', 'DEBUG PROTOCOL FALSE'];

function commandsOf(script: { readonly steps: readonly unknown[] }): (readonly Argument[])[] {
  const calls = script.steps.flatMap((step): (readonly Argument[])[] => {
    if (typeof step === 'string') return [splitArguments(step)];
    const call = step as { readonly do?: string; readonly args?: readonly Argument[]; readonly rule?: { readonly kind: string } };
    return call.do === 'call' && call.rule?.kind === 'exact' && call.args !== undefined ? [call.args] : [];
  });
  // redis-cli 7.0 ends at a big number, and at one that is none.
  return calls.filter((args) => !aside.test(String(args[0])) && args.every((arg) => arg.length < 2000 && !/big_number|0\/0|^debug$/i.test(String(arg))));
}

const latin1 = (arg: Argument): string => (typeof arg === 'string' ? Buffer.from(arg) : arg).toString('latin1');

describe('the terminal beside redis-cli', () => {
  let server: RedisServer;
  before(async () => {
    server = await startRedisServer(['--enable-debug-command', 'yes']);
  });
  after(() => server.stop());

  const scripts = [...strings, ...hashes, ...lists, ...sets, ...sortedSets, ...bitmaps, ...geo, ...streams, ...streamGroups, ...generic, ...scripting, ...functions];
  const commands = [...scripts.flatMap((script) => [['FLUSHALL'], ['FUNCTION', 'FLUSH'], ...commandsOf(script)]), ['FLUSHALL'], ...pages.map((page) => page.split(' '))];

  /** What redis-cli prints for each command, told apart by replies to ECHO. */
  const theirs = async (version: 2 | 3): Promise<readonly string[]> => {
    const client = spawn('redis-cli', ['-p', String(server.port), ...(version === 3 ? ['-3'] : [])], { env: { ...process.env, FAKETTY: '1' }, stdio: ['pipe', 'pipe', 'inherit'] });
    const output = text(client.stdout.setEncoding('latin1'));
    client.stdin.end(commands.map((args, at) => `${args.map((arg) => quoteInline(latin1(arg))).join(' ')}\nECHO "end of ${String(at)}"\n`).join(''), 'latin1');
    const [printed] = await Promise.all([output, once(client, 'exit')]);
    const found: string[] = [];
    let from = 0;
    for (const at of commands.keys()) {
      const end = printed.indexOf(`"end of ${String(at)}"\n`, from);
      assert.ok(end >= 0, `redis-cli stopped at ${commands[at]?.map(String).join(' ') ?? ''}`);
      found.push(Buffer.from(printed.slice(from, end), 'latin1').toString('utf8').replaceAll('\r\n', '\n'));
      from = end + `"end of ${String(at)}"\n`.length;
    }
    return found;
  };

  const ours = async (version: 2 | 3): Promise<readonly string[]> => {
    const socket = connect(server.port, '127.0.0.1');
    const decoder = createReplyDecoder({ maxDepth: 1000 });
    const found: string[] = [];
    socket.write(encodeCall(['HELLO', String(version)]));
    for (const args of commands) socket.write(encodeCall(args));
    let greeted = false;
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      decoder.push(chunk);
      for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) {
        if (greeted) found.push((isPage((commands[found.length] ?? []).map(String)) ? formatPage : formatReply)(reply));
        greeted = true;
      }
      if (found.length >= commands.length) break;
    }
    return found;
  };

  for (const version of [2, 3] as const) {
    it(`prints what redis-cli prints, RESP${String(version)}`, async () => {
      assert.ok(commands.length > 300, `only ${String(commands.length)} commands`);
      const [expected, actual] = [await theirs(version), await ours(version)];
      for (const [at, args] of commands.entries()) assert.equal(actual[at], expected[at], `command ${String(at)}: ${args.map((arg) => quoteInline(latin1(arg))).join(' ')}`);
    });
  }
});
