import { startPractice } from '../contract/practice.ts';
import { splitArguments } from '../contract/script.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { startRedisServer } from '../support/redisServer.ts';
import { connectResp, encodeCall, type RespClient } from '../support/respClient.ts';
import { printReply, replyText, type Reply } from '../support/respReply.ts';

/** Steps before both servers begin anew. */
const STEPS = 150;
const NAMES = ['a', 'b', 'c', 'd'] as const;
type Name = (typeof NAMES)[number];

/** What clients do to each other; `@` is the ID of some client, `#` a number that grows. `;` parts what is sent at once. SWAPDB serves those who wait in the order of a hash table, and is not here. */
const OPERATIONS = [
  'GET k', 'GET k', 'MGET k l n', 'GET n', 'EXISTS k m', 'LRANGE l 0 -1', 'LLEN m', 'TYPE k', 'TTL k', 'STRLEN k', 'SET k #', 'SET k #', 'MSET k # n #', 'INCR n', 'DEL k', 'DEL l m z s', 'APPEND k x', 'EXPIRE k 1000', 'PERSIST k', 'RENAME k n', 'COPY n k REPLACE', 'MOVE k 1', 'GETDEL k', 'GETEX k', 'RPUSH l #', 'RPUSH l #',
  'RPUSH m #', 'LPUSH l # #', 'LPOP l', 'ZADD z 1 a', 'XADD s #-1 f v', 'BLPOP l 0', 'BLPOP l m 0', 'BRPOP m l 0', 'BLMOVE l m LEFT RIGHT 0', 'BLMPOP 0 2 l m LEFT COUNT 2', 'BZPOPMIN z 0', 'XREAD BLOCK 0 STREAMS s $', 'FLUSHDB', 'FLUSHALL', 'SELECT 0', 'SELECT 0', 'SELECT 1',
  'CLIENT TRACKING ON', 'CLIENT TRACKING ON', 'CLIENT TRACKING ON NOLOOP', 'CLIENT TRACKING ON OPTIN', 'CLIENT TRACKING ON OPTOUT', 'CLIENT TRACKING ON BCAST', 'CLIENT TRACKING ON BCAST NOLOOP', 'CLIENT TRACKING ON BCAST PREFIX k PREFIX l', 'CLIENT TRACKING ON REDIRECT @', 'CLIENT TRACKING ON REDIRECT @ BCAST', 'CLIENT TRACKING OFF', 'CLIENT TRACKING OFF', 'CLIENT CACHING YES;GET k', 'CLIENT CACHING NO;MGET k n', 'CLIENT CACHING YES;MULTI;GET k;GET n;EXEC',
  'CLIENT PAUSE 1000000 WRITE', 'CLIENT UNPAUSE', 'CLIENT UNPAUSE', 'CLIENT UNBLOCK @ ERROR', 'CLIENT KILL ID @', 'CLIENT KILL TYPE pubsub', 'CLIENT SETNAME #', 'CLIENT GETNAME', 'CLIENT NO-EVICT ON', 'HELLO 2', 'HELLO 3', 'RESET', 'SUBSCRIBE c', 'UNSUBSCRIBE', 'PSUBSCRIBE c*', 'PUNSUBSCRIBE', 'SSUBSCRIBE c', 'SUNSUBSCRIBE', 'PUBLISH c #', 'SPUBLISH c #', 'PUBSUB NUMSUB c', 'MONITOR',
  'WATCH k', 'UNWATCH', 'MULTI;SET k #;GET k;EXEC', 'MULTI;RPUSH l # #;LPOP l;INCR n;EXEC', 'MULTI;BLPOP l 0;EXEC', 'MULTI;FLUSHALL;SET k #;EXEC', 'MULTI;nosuch;EXEC', 'MULTI;CLIENT TRACKING ON;GET k;SET k #;EXEC', 'GET k;SET k #;GET k', 'SET k #;PUBLISH c #;GET k', `EVAL "return redis.call('GET',KEYS[1])" 1 k`, `EVAL "return redis.call('SET','k',ARGV[1])" 1 n #`, `EVAL "redis.call('RPUSH','l',1,2) return redis.call('LPOP','l')" 0`, `EVAL_RO "return redis.call('GET','k')" 1 k`, 'nosuch', 'GET',
];

/**
 * Clients that track, block, pause, subscribe to, monitor and kill each other, on the practice server and on a real redis-server: each hears the
 * same in the same order, and CLIENT LIST tells the same of them. Throws at the first difference, with the seed and what was done before.
 */
export async function run({ seed, seconds }: { seed: number; seconds: number }): Promise<{ checks: number }> {
  const end = performance.now() + seconds * 1000;
  const random = seededRandom(seed);
  let checks = 0;
  for (let session = 0; session === 0 || performance.now() < end; session += 1) {
    // To a client that hears in another's place Redis 7.0 tells it before or behind its own reply, as the command has it, and within that of EXEC, which is no RESP.
    const absent = random.pick(['MULTI', 'REDIRECT']);
    const ordered = absent === 'REDIRECT';
    const operations = OPERATIONS.filter((line) => !line.includes(absent));
    const [real, practice] = await Promise.all([startRedisServer(), startPractice()]);
    const tables = [await sit(() => practice.openTcp(), ordered), await sit(() => connectResp(real.port), ordered)] as const;
    const done: string[] = [];
    try {
      for (let step = 0; step < STEPS && (step === 0 || performance.now() < end); step += 1) {
        const free = NAMES.filter((name) => !tables[1].blocked.has(name));
        // Somebody has to let the others go on.
        const action: Action = free.length === 0 ? { name: undefined, text: random.pick(['CLIENT UNPAUSE', 'CLIENT UNPAUSE', 'CLIENT KILL ID @']), other: random.pick(NAMES) } : choose(random, operations, free, tables[1]);
        const text = action.text.replaceAll('#', () => String(done.length + 1));
        done.push(`${action.name ?? 'observer'}: ${text}${text.includes('@') ? ` (${action.other})` : ''}`);
        const [ours, theirs] = await Promise.all(tables.map((table) => table.act({ ...action, text })));
        checks += 1;
        if (ours !== theirs) throw new Error(`${done.at(-1) ?? ''}${apart(ours ?? '', theirs ?? '')}`);
      }
    } catch (error) {
      throw new Error(`seed ${String(seed)}, session ${String(session)}: ${error instanceof Error ? error.message : String(error)}\nafter\n    ${done.slice(-60).join('\n    ')}`, { cause: error });
    } finally {
      for (const table of tables) table.leave();
      await Promise.all([practice.close(), real.stop()]);
    }
  }
  return { checks };
}

/** Both from a little before where they part. */
function apart(ours: string, theirs: string): string {
  const [left, right] = [ours.split('\n'), theirs.split('\n')];
  const at = Math.max(0, left.findIndex((line, index) => line !== right[index]) - 6);
  const show = (lines: readonly string[]): string => lines.slice(at, at + 40).map((line) => `    ${line}`).join('\n');
  return `, line ${String(at)} on\n  ours:\n${show(left)}\n  theirs:\n${show(right)}`;
}

interface Action {
  /** Undefined: the observer does it. */
  readonly name: Name | undefined;
  readonly text: string;
  /** Whose ID `@` is. */
  readonly other: Name;
}

function choose(random: Random, operations: readonly string[], free: readonly Name[], { flags }: Table): Action {
  const name = random.pick(free);
  for (;;) {
    const text = random.pick(operations);
    // Asked a second time MONITOR says nothing, so that one would wait for ever.
    if (text !== 'MONITOR' || !flags.get(name)?.includes('O')) return { name, text, other: random.pick(NAMES) };
  }
}

/** One server with its clients, and one beside them that looks on. */
interface Table {
  readonly blocked: ReadonlySet<Name>;
  /** Letters of CLIENT LIST. */
  readonly flags: ReadonlyMap<Name, string>;
  /** Does it, and tells what everyone has heard since. */
  act(action: Action): Promise<string>;
  leave(): void;
}

interface Seated {
  readonly client: RespClient;
  readonly id: string;
}

async function sit(open: () => Promise<RespClient>, ordered: boolean): Promise<Table> {
  const observer = await open();
  const seats = new Map<Name, Seated>();
  const blocked = new Set<Name>();
  const flags = new Map<Name, string>();
  let token = 0;

  const enter = async (name: Name): Promise<void> => {
    const client = await open();
    const id = replyText(await client.call(['CLIENT', 'ID'])) ?? '';
    await client.call(['HELLO', name === 'c' ? '2' : '3']);
    client.keepOrder();
    seats.set(name, { client, id });
  };
  for (const name of NAMES) await enter(name);

  /** What CLIENT LIST tells of everyone; it also sets who is blocked. */
  const look = async (): Promise<string[]> => {
    const lines = (replyText(await observer.call(['CLIENT', 'LIST'])) ?? '').split('\n');
    return NAMES.map((name) => {
      const line = lines.find((one) => one.startsWith(`id=${seats.get(name)?.id ?? ''} `));
      const fields = new Map((line ?? '').split(' ').map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
      flags.set(name, fields.get('flags') ?? '');
      if (fields.get('flags')?.includes('b') === true) blocked.add(name);
      else blocked.delete(name);
      const redirect = fields.get('redir');
      return `${name} ${['name', 'flags', 'db', 'sub', 'psub', 'ssub', 'multi', 'cmd', 'resp'].map((field) => `${field}=${fields.get(field) ?? 'gone'}`).join(' ')} redir=${redirect === '0' || redirect === '-1' ? redirect : 'other'}`;
    });
  };

  /** Everything up to the answer to a question of its own. */
  const drain = async (name: Name, first: readonly Reply[]): Promise<string[]> => {
    const seat = seats.get(name);
    if (seat === undefined) return [];
    token += 1;
    const mark = `mark-${String(token)}`;
    const heard = [...first];
    let [reply] = await seat.client.raw(encodeCall(['PING', mark]), 1);
    while (reply !== undefined && reply.kind !== 'closed' && !isMark(reply, mark)) {
      heard.push(reply);
      [reply] = await seat.client.raw(Buffer.alloc(0), 1);
    }
    if (reply?.kind === 'closed') {
      heard.push(reply);
      seat.client.close();
      await enter(name);
    }
    const texts = heard.map((one) => `${name} < ${settle(printReply(one))}`);
    return ordered ? texts : texts.sort();
  };

  return {
    blocked,
    flags,
    async act({ name, text, other }) {
      const requests = text.split(';').map((line) => splitArguments(line).map((arg) => (arg.toString() === '@' ? (seats.get(other)?.id ?? '0') : arg)));
      const seat = name === undefined ? undefined : seats.get(name);
      const first: Reply[] = [];
      if (seat === undefined) await observer.call(requests[0] ?? ['PING']);
      else {
        let answered = false;
        // One reply tells that the server has got so far; a client that is blocked gets none.
        const reply = seat.client.raw(Buffer.concat(requests.map((args) => encodeCall(args))), 1).then((replies) => {
          answered = true;
          first.push(...replies);
        });
        while (!answered) {
          await look();
          if (name !== undefined && blocked.has(name)) break;
        }
        // It may have been blocked by a later one of its requests.
        pendingReplies.set(seat.client, { reply, first });
      }
      await look();
      const heard: string[] = [];
      // Monitors last: they hear of what the others are asked.
      const order = [...NAMES].sort((x, y) => Number(flags.get(x)?.includes('O') ?? false) - Number(flags.get(y)?.includes('O') ?? false));
      for (const one of order) {
        if (blocked.has(one)) continue;
        const client = seats.get(one)?.client;
        const waited = client === undefined ? undefined : pendingReplies.get(client);
        if (waited !== undefined && client !== undefined) {
          await waited.reply;
          pendingReplies.delete(client);
        }
        heard.push(...(await drain(one, waited?.first ?? [])));
      }
      return [...heard, ...(await look())].join('\n');
    },
    leave() {
      observer.close();
      for (const { client } of seats.values()) client.close();
    },
  };
}

/** The first replies to what clients sent last; blocked ones have not got them yet. */
const pendingReplies = new WeakMap<RespClient, { readonly reply: Promise<void>; readonly first: Reply[] }>();

function isMark(reply: Reply, mark: string): boolean {
  return replyText(reply) === mark || (reply.kind === 'array' && reply.items.length === 2 && replyText(reply.items[0]) === 'pong' && replyText(reply.items[1]) === mark);
}

/** Without times, addresses and IDs; a null for one client that another hears of is Redis 7.0's in the version of the first, ours in that of the second. */
function settle(text: string): string {
  return text
    .replace(/\d{10}\.\d{6}/g, 'TIME')
    .replace(/127\.0\.0\.1:\d+/g, 'ADDRESS')
    .replace(/(bulk "(?:id|tracking-redir-broken)"\s+integer) \d+/g, '$1 N')
    .replace(/(REDIRECT|UNBLOCK|ID)(\\"| )+\d+/g, '$1 N')
    .replace(/(invalidate"\s+null) [$_]/g, '$1')
    .replace(/mark-\d+/g, 'MARK');
}
