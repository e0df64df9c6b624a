import { connect } from 'node:net';
import { startPractice } from '../contract/practice.ts';
import { encodeAnyhow, fuzzWord, mangle } from '../support/fuzzBytes.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { startRedisServer } from '../support/redisServer.ts';

/** What an inline command may trip over: quotes, escapes, blanks of all kinds. */
const PIECES = [' ', '  ', '"', '"', "'", '\\', '\\x', '41', '\\n', '\\"', "\\'", 'a', 'PING', 'ECHO', '\t', '\v', '\f', '\r', '\0', '\xe9', '*', '$'];

/** Time in which a server has to be done with a connection, ms. */
const PATIENCE = 10_000;

/**
 * Requests in broken framing, on the practice server and on a real redis-server: the same bytes come back until the connection ends.
 * Throws at the first difference, with the seed and what was sent.
 */
export async function run({ seed, seconds }: { seed: number; seconds: number }): Promise<{ checks: number }> {
  const end = performance.now() + seconds * 1000;
  const random = seededRandom(seed);
  const [real, practice] = await Promise.all([startRedisServer(), startPractice()]);
  try {
    const port = await practice.port();
    let checks = 0;
    for (; checks === 0 || performance.now() < end; checks += 1) {
      const bytes = broken(random);
      const [ours, theirs] = await Promise.all([conversation(port, bytes), conversation(real.port, bytes)]);
      if (ours !== theirs) throw new Error(`seed ${String(seed)}, try ${String(checks)}: to ${JSON.stringify(bytes.toString('latin1'))}\n  ours:   ${JSON.stringify(ours)}\n  theirs: ${JSON.stringify(theirs)}`);
    }
    return { checks };
  } finally {
    await practice.close();
    await real.stop();
  }
}

function broken(random: Random): Buffer {
  const calls = Array.from({ length: 1 + random.below(5) }, () => (random.oneIn(4) ? inlineLine(random) : encodeAnyhow(call(random), random)));
  let bytes: Buffer = Buffer.concat(calls);
  for (let faults = random.below(4); faults > 0; faults -= 1) bytes = mangle(bytes, random);
  return bytes;
}

function call(random: Random): Buffer[] {
  const word = (): Buffer => fuzzWord(random);
  const name = Buffer.from(random.pick(['PING', 'ECHO', 'SET', 'GET', 'STRLEN', 'nosuch', 'CLIENT']));
  switch (name.toString()) {
    case 'PING': return random.oneIn(2) ? [name] : [name, word()];
    case 'SET': return [name, Buffer.from('k'), word()];
    case 'GET': case 'STRLEN': return [name, Buffer.from('k')];
    case 'CLIENT': return [name, Buffer.from('GETNAME')];
    default: return [name, word(), ...(random.oneIn(3) ? [word()] : [])];
  }
}

function inlineLine(random: Random): Buffer {
  const pieces = Array.from({ length: 1 + random.below(10) }, () => random.pick(PIECES));
  return Buffer.from(`${random.pick(['ECHO ', 'PING ', '', 'SET k '])}${pieces.join('')}${random.pick(['\r\n', '\n'])}`, 'latin1');
}

/** All that a server says to these bytes on a new connection, the client's end of which is closed behind them. */
function conversation(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
    const parts: Buffer[] = [];
    const late = setTimeout(() => reject(new Error(`no end of a connection after ${JSON.stringify(bytes.toString('latin1'))}`)), PATIENCE);
    const done = (): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(Buffer.concat(parts).toString('latin1'));
    };
    socket.on('data', (chunk: Buffer) => parts.push(chunk));
    for (const event of ['end', 'close', 'error']) socket.once(event, done);
    socket.once('connect', () => {
      socket.write('FLUSHALL\r\n');
      socket.end(bytes);
    });
  });
}
