import { startPractice, type Practice } from '../contract/practice.ts';
import type { RespClient } from '../support/respClient.ts';
import { printReply, replyItems, replyText } from '../support/respReply.ts';
import { seededRandom, type Random } from '../support/random.ts';

/** What is walked: the keys of a database or the elements of one key. */
interface Walked {
  readonly name: 'SCAN' | 'HSCAN' | 'SSCAN' | 'ZSCAN';
  /** Index of the cursor in the call. */
  readonly head: readonly string[];
  /** Elements per entry of the reply: name, or name and value. */
  readonly width: 1 | 2;
  add(elements: readonly string[], value: string): readonly (readonly string[])[];
  remove(elements: readonly string[]): readonly (readonly string[])[];
  readonly count: readonly string[];
}

const CONTAINER = 'walked:key';

const WALKED: readonly Walked[] = [
  {
    name: 'SCAN', head: ['SCAN'], width: 1, count: ['DBSIZE'],
    add: (elements, value) => [['MSET', ...elements.flatMap((element) => [element, value])]],
    // Not only DEL: a key that expires or is renamed away leaves the table in other ways.
    remove: (elements) => elements.map((element, i) => (i % 3 === 0 ? ['PEXPIRE', element, '-1'] : ['DEL', element])),
  },
  {
    name: 'HSCAN', head: ['HSCAN', CONTAINER], width: 2, count: ['HLEN', CONTAINER],
    add: (elements, value) => [['HSET', CONTAINER, ...elements.flatMap((element) => [element, value])]],
    remove: (elements) => [['HDEL', CONTAINER, ...elements]],
  },
  {
    name: 'SSCAN', head: ['SSCAN', CONTAINER], width: 1, count: ['SCARD', CONTAINER],
    add: (elements) => [['SADD', CONTAINER, ...elements]],
    remove: (elements) => [['SREM', CONTAINER, ...elements]],
  },
  {
    name: 'ZSCAN', head: ['ZSCAN', CONTAINER], width: 2, count: ['ZCARD', CONTAINER],
    add: (elements, value) => [['ZADD', CONTAINER, ...elements.flatMap((element) => [value, element])]],
    remove: (elements) => [['ZREM', CONTAINER, ...elements]],
  },
];

/** Batches sent as one command: large ones resize the table more than once at a stroke. */
const BATCH = 400;

/**
 * The guarantee of the SCAN family, on the practice server through its stream, while elements come and go between
 * calls: what stays from the start to the end of an iteration is returned, and what is returned is there at that
 * moment, with the value it has then. Throws at the first breach with the seed.
 */
export async function run({ seed, seconds }: { seed: number; seconds: number }): Promise<{ checks: number }> {
  const practice = await startPractice();
  const end = performance.now() + seconds * 1000;
  const random = seededRandom(seed);
  const client = practice.openStream();
  let checks = 0;
  let round = 0;
  try {
    do {
      const walked = WALKED[round % WALKED.length] as Walked;
      checks += await iterate(client, practice, walked, random);
      round += 1;
    } while (performance.now() < end || round < WALKED.length);
  } catch (error) {
    throw new Error(`seed ${String(seed)}, iteration ${String(round)}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    client.close();
    await practice.close();
  }
  return { checks };
}

async function iterate(client: RespClient, practice: Practice, walked: Walked, random: Random): Promise<number> {
  await client.call(['FLUSHALL']);
  const table = createTable(client, walked, random);
  // Large tables are hash tables from the start; small ones become them under way, when the walk of a listpack is over in one call.
  await table.insert(random.pick([0, 5, 100, 600, 2000, 5000]));
  // A table shrinks only below a tenth of its buckets: where few stay, it can.
  const staying = random.pick([2, 3, 20, 100]);
  const stays = new Set(table.names().filter(() => (staying === 3 ? !random.oneIn(3) : random.oneIn(staying))));
  const match = random.oneIn(3) ? String(random.below(10)) : undefined;
  const options = match === undefined ? [] : ['MATCH', `*${match}`];
  const temper = random.pick(['calm', 'growing', 'shrinking', 'wild'] as const);
  const returned = new Set<string>();
  let cursor = '0';
  let checks = 0;
  for (let page = 0; ; page += 1) {
    // Every call visits at least one bucket; a table of a few thousand elements cannot take this many.
    if (page > 200_000) throw new Error(`${walked.name} did not come back to cursor 0 in ${String(page)} calls`);
    const count = random.oneIn(4) ? [] : ['COUNT', String(1 + random.below(random.pick([3, 30, 300])))];
    const reply = await client.call([...walked.head, cursor, ...options, ...count]);
    const [next, elements] = replyItems(reply);
    const flat = replyItems(elements).map((item) => replyText(item) ?? '');
    for (let i = 0; i < flat.length; i += walked.width) {
      const name = flat[i] ?? '';
      const value = table.value(name);
      if (value === undefined) throw new Error(`${walked.name} returned ${JSON.stringify(name)}, which is not there`);
      if (walked.width === 2 && flat[i + 1] !== value) throw new Error(`${walked.name} returned ${name} with ${String(flat[i + 1])} and not ${value}`);
      if (match !== undefined && !name.endsWith(match)) throw new Error(`${walked.name} MATCH *${match} returned ${name}`);
      returned.add(name);
      checks += 1;
    }
    cursor = replyText(next) ?? '';
    if (!/^(0|[1-9]\d*)$/.test(cursor) || BigInt(cursor) >= 1n << 64n) throw new Error(`${walked.name} gave the cursor ${JSON.stringify(cursor)}`);
    if (cursor === '0') break;
    if (!random.oneIn(4)) await table.disturb(temper, stays);
    // A database shrinks in the server's cron, not at a deletion.
    if (random.oneIn(8)) practice.cron();
  }
  for (const name of stays) {
    if (match !== undefined && !name.endsWith(match)) continue;
    if (!returned.has(name)) throw new Error(`${walked.name} never returned ${name}, which was there from start to end (${temper}, ${String(stays.size)} stayed)`);
    checks += 1;
  }
  const size = await client.call(walked.count);
  if (printReply(size) !== `integer ${String(table.size())}`) throw new Error(`${walked.count.join(' ')} says ${printReply(size)}, not ${String(table.size())}`);
  return checks + 1;
}

type Temper = 'calm' | 'growing' | 'shrinking' | 'wild';

/** What the walked table holds at this moment, and the ways to change it. */
interface Table {
  size(): number;
  names(): string[];
  value(name: string): string | undefined;
  insert(count: number): Promise<void>;
  /** Between two calls: a few elements, or so many that the table grows or shrinks. Those of `stays` only change their value. */
  disturb(temper: Temper, stays: ReadonlySet<string>): Promise<void>;
}

function createTable(client: RespClient, walked: Walked, random: Random): Table {
  const values = new Map<string, string>();
  let made = 0;

  const send = async (commands: readonly (readonly string[])[]): Promise<void> => {
    const replies = await Promise.all(commands.map((command) => client.call(command)));
    const failed = replies.find((reply) => reply.kind === 'error');
    if (failed !== undefined) throw new Error(printReply(failed));
  };
  const write = async (names: readonly string[]): Promise<void> => {
    const value = String(random.below(1000));
    for (let i = 0; i < names.length; i += BATCH) {
      const batch = names.slice(i, i + BATCH);
      await send(walked.add(batch, value));
      for (const name of batch) values.set(name, value);
    }
  };
  const insert = (count: number): Promise<void> =>
    write(Array.from({ length: count }, () => {
      made += 1;
      return `e:${String(made)}`;
    }));
  const remove = async (count: number, stays: ReadonlySet<string>): Promise<void> => {
    const leaving: string[] = [];
    for (const name of values.keys()) {
      if (leaving.length >= count) break;
      if (!stays.has(name) && !random.oneIn(5)) leaving.push(name);
    }
    if (leaving.length === 0) return;
    await send(walked.remove(leaving));
    for (const name of leaving) values.delete(name);
  };

  return {
    size: () => values.size,
    names: () => [...values.keys()],
    value: (name) => values.get(name),
    insert,
    async disturb(temper, stays) {
      const bulk = temper === 'wild' ? random.oneIn(6) : random.oneIn(20);
      const grow = temper === 'growing' || (temper === 'wild' && random.oneIn(2));
      const shrink = temper === 'shrinking' || (temper === 'wild' && !grow);
      const amount = bulk ? 200 + random.below(random.oneIn(2) ? 2000 : 12_000) : random.below(5);
      // The table has a ceiling, else a walk at COUNT 1 would chase its growth for ever.
      if (grow && values.size < 12_000) await insert(amount);
      else if (temper === 'calm' && random.oneIn(2)) await insert(random.below(3));
      if (shrink || random.oneIn(3)) await remove(shrink ? amount * 2 : random.below(4), stays);
      if (random.oneIn(10) && stays.size > 0) await write([...stays].slice(0, 5));
    },
  };
}
