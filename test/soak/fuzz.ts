import { once } from 'node:events';
import { commandFact } from '../../src/protocol/commands/lookup.ts';
import { RespError } from '../../src/protocol/resp/reply.ts';
import { createRequestDecoder, latin1Argument } from '../../src/protocol/resp/requestDecoder.ts';
import { createServer, type PracticeServer } from '../../src/server/server.ts';
import { createCalls, randomCommandNames } from '../contract/randomCalls.ts';
import { encodeAnyhow, fuzzWord, mangle, pieces, rubbish } from '../support/fuzzBytes.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { encodeCall, openRespClient, printArguments, type RespClient } from '../support/respClient.ts';
import { decodeReply, printReply } from '../support/respReply.ts';

/** Calls of one connection. */
const CALLS = 30;
/** Connections before the server is emptied and its memory looked at. */
const ROUND = 200;
/** Growth of the heap over a whole run that is no leak, bytes. */
const MEMORY = 500 * 1024 * 1024;
/** Time in which a connection that has ended its side has to be done with, ms. */
const PATIENCE = 10_000;

/** What ends the run, reaches beyond the server, takes long by design, or takes the rights of the one who looks on. */
const LEFT_OUT = /^(shutdown|debug|pfselftest|replicaof|slaveof|migrate|sync|psync|replconf|failover|save|bgsave|bgrewriteaof|module.*|acl.*|config.(set|rewrite)|client.kill|client.pause|cluster.*)$/;
/** What changes how a connection, or the others, are served from then on. */
const STATES = [
  'HELLO 3', 'HELLO 2', 'RESET', 'MULTI', 'MULTI', 'EXEC', 'EXEC', 'DISCARD', 'WATCH string:0', 'SELECT 1', 'SELECT 0', 'MONITOR', 'CLIENT TRACKING ON', 'CLIENT TRACKING ON BCAST', 'CLIENT TRACKING ON OPTIN', 'CLIENT CACHING YES', 'CLIENT TRACKING OFF',
  'CLIENT PAUSE 2', 'CLIENT PAUSE 3 WRITE', 'CLIENT UNPAUSE', 'CLIENT REPLY OFF', 'CLIENT REPLY ON', 'CLIENT REPLY SKIP', 'CLIENT LIST', 'CLIENT INFO', 'CLIENT KILL TYPE pubsub', 'CLIENT KILL TYPE normal SKIPME no ADDR 1', 'INFO everything', 'SUBSCRIBE c', 'PSUBSCRIBE *', 'SSUBSCRIBE c', 'UNSUBSCRIBE', 'PUBLISH c x', 'SPUBLISH c x',
  'BLPOP list:0 list:9 0', 'BLMOVE list:0 list:1 LEFT RIGHT 0', 'BZPOPMIN zset:9 0', 'XREAD BLOCK 0 STREAMS stream:0 $', 'BLPOP list:9 0.001', 'WAIT 1 1', 'QUIT', 'SWAPDB 0 1', 'FLUSHALL ASYNC', 'FLUSHDB', 'SCRIPT KILL', 'FUNCTION KILL',
].map((line) => line.split(' ').map((word) => Buffer.from(word)));

/** Commands that repeat as often as a negative count says. */
const REPEATS = /^(srandmember|hrandfield|zrandmember)$/;

/**
 * Random calls of all commands, in good and in broken framing, in pieces of any size: the server answers in RESP, no command
 * fails inside, no connection hangs, others are served meanwhile, and memory stays bounded. Beside it the decoder of requests alone.
 */
export async function run({ seed, seconds }: { seed: number; seconds: number }): Promise<{ checks: number }> {
  const end = performance.now() + seconds * 1000;
  const random = seededRandom(seed);
  const server = createServer({ config: { 'proto-max-bulk-len': '1048576' }, random: () => random.below(2 ** 30) / 2 ** 30 });
  const names = [...server.state.commands.keys()].filter((name) => !LEFT_OUT.test(name.replace('|', ' ')));
  const known = new Set(randomCommandNames().filter((name) => !['ACL', 'CONFIG', 'DEBUG'].includes(name) && server.state.commands.has(name.toLowerCase())));
  const nextSteps = createCalls(random, known);
  const nextCall = (): readonly Buffer[] => {
    if (random.oneIn(12)) return random.pick(STATES);
    if (random.oneIn(3)) return strayCall(random.pick(names), random);
    const step = random.pick(nextSteps());
    const args = 'args' in step && step.args.length > 0 ? step.args.map((arg) => Buffer.from(arg)) : [Buffer.from('PING')];
    return random.oneIn(3) ? misfit(args, random) : args;
  };
  const onlooker = openRespClient(server.connect());
  const before = process.memoryUsage();
  let checks = 0;
  try {
    for (let connection = 0; connection === 0 || performance.now() < end; connection += 1) {
      const together = Array.from({ length: random.pick([1, 1, 1, 5]) }, () => Array.from({ length: 1 + random.below(CALLS) }, nextCall));
      try {
        for (const calls of together) checks += decoderHolds(calls, random);
        checks += (await Promise.all(together.map((calls) => serverHolds(server, calls, random)))).reduce((sum, count) => sum + count, 0);
        if (connection % ROUND === ROUND - 1) checks += await memoryHolds(onlooker, before);
      } catch (error) {
        const shown = together.flat().map((args) => `    ${printArguments(args, 400)}`).join('\n');
        throw new Error(`seed ${String(seed)}, connection ${String(connection)}: ${error instanceof Error ? error.message : String(error)}\nof\n${shown}`, { cause: error });
      }
    }
    return { checks };
  } finally {
    onlooker.close();
    await server.close();
  }
}

/** A call of a command with about as many arguments as it takes, whatever they are. */
function strayCall(name: string, random: Random): readonly Buffer[] {
  const words: Buffer[] = name.split('|').map((word) => Buffer.from(random.oneIn(8) ? word.toUpperCase() : word));
  const least = Math.abs(commandFact(name)?.arity ?? 2) - words.length;
  return harmless([...words, ...Array.from({ length: Math.max(0, least + random.pick([0, 0, 0, 1, 1, 2, 5, -1])) }, () => fuzzWord(random))]);
}

/** A call with an argument or two replaced by what does not belong there, or put in between. */
function misfit(args: readonly Buffer[], random: Random): readonly Buffer[] {
  const changed: Buffer[] = [...args];
  for (let faults = 1 + random.below(2); faults > 0; faults -= 1) changed.splice(1 + random.below(args.length), random.below(2), fuzzWord(random));
  return harmless(changed);
}

/** Without a count that asks for more elements than there is memory. */
function harmless(args: readonly Buffer[]): readonly Buffer[] {
  return REPEATS.test(args[0]?.toString().toLowerCase() ?? '') ? args.map((arg) => (/^-\d{4,}$/.test(arg.toString()) ? Buffer.from('-20') : arg)) : args;
}

/** However requests are cut into chunks they are the same, and broken ones end in an error and hold no more than came. */
function decoderHolds(calls: readonly (readonly Buffer[])[], random: Random): number {
  const whole = Buffer.concat(calls.map((args) => encodeCall(args)));
  const wanted = calls.map((args) => args.map((arg) => arg.toString('latin1')));
  const read = decodeAll(pieces(whole, random));
  if (JSON.stringify(read.requests) !== JSON.stringify(wanted)) throw new Error('the decoder read other requests than were sent');
  let broken: Buffer = whole;
  for (let faults = 1 + random.below(4); faults > 0; faults -= 1) broken = mangle(broken, random);
  const size = random.pick([1, 7, broken.length + 1]);
  const cut = decodeAll(Array.from({ length: Math.ceil(broken.length / size) }, (_, at) => broken.subarray(at * size, (at + 1) * size)));
  const atOnce = decodeAll([broken]);
  if (JSON.stringify(cut) !== JSON.stringify(atOnce)) throw new Error(`the decoder read ${JSON.stringify(broken.toString('latin1'))} differently in pieces of ${String(size)}`);
  return 2;
}

function decodeAll(chunks: readonly Buffer[]): { requests: string[][]; error: string } {
  const decoder = createRequestDecoder(latin1Argument, { maxBulk: 1024 * 1024 });
  const requests: string[][] = [];
  let pushed = 0;
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      pushed += chunk.length;
      for (let request = decoder.next(); request !== undefined; request = decoder.next()) requests.push(request);
      if (decoder.held() + decoder.consumed() > pushed) throw new Error('the decoder holds more than came');
    }
  } catch (error) {
    if (!(error instanceof RespError)) throw error;
    return { requests, error: error.message };
  }
  return { requests, error: '' };
}

/** Sends calls on a connection of their own, a third of them with faults in the framing, and reads what comes until it ends. */
async function serverHolds(server: PracticeServer, calls: readonly (readonly Buffer[])[], random: Random): Promise<number> {
  const stream = server.connect();
  const parts: Buffer[] = [];
  let ended = false;
  stream.on('data', (chunk: Buffer) => parts.push(chunk));
  stream.on('error', () => undefined);
  stream.on('close', () => (ended = true));
  const faulty = random.oneIn(3);
  if (random.oneIn(2)) stream.write(encodeCall(['HELLO', '3']));
  if (faulty && random.oneIn(10)) stream.write(rubbish(random, 100));
  for (const args of calls) {
    const bytes = encodeAnyhow(args, random);
    for (const piece of pieces(faulty && random.oneIn(8) ? mangle(bytes, random) : bytes, random)) if (!ended) stream.write(piece);
  }
  if (!ended) stream.end();
  await within(ended ? Promise.resolve() : once(stream, 'close'), 'the connection does not end');
  return checkReplies(Buffer.concat(parts));
}

async function within(work: Promise<unknown>, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(what)), PATIENCE);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** All that came is replies, but for the last that may have been cut off, and none is of a fault inside the server. */
function checkReplies(bytes: Buffer): number {
  let at = 0;
  let count = 0;
  while (at < bytes.length) {
    const decoded = decodeReply(bytes, at);
    if (typeof decoded === 'number') break;
    at = decoded.next;
    count += 1;
  }
  const fault = /ERR internal error[^\r]*/.exec(bytes.toString('latin1'));
  if (fault !== null) throw new Error(fault[0]);
  return count;
}

/** Empties the server and looks at the heap. */
async function memoryHolds(onlooker: RespClient, before: NodeJS.MemoryUsage): Promise<number> {
  for (const line of ['FLUSHALL', 'SCRIPT FLUSH', 'FUNCTION FLUSH', 'PING']) {
    const reply = await onlooker.call(line.split(' '));
    if (reply.kind === 'error' && !reply.text.startsWith('ERR unknown')) throw new Error(`${line}: ${printReply(reply)}`);
  }
  const now = process.memoryUsage();
  const grown = now.heapUsed + now.external - before.heapUsed - before.external;
  if (grown > MEMORY) throw new Error(`${String(Math.round(grown / 1024 / 1024))} MB more than at the start`);
  return 1;
}
