import { encodeCall, printArguments, type Argument, type RespClient } from '../support/respClient.ts';
import { printReply, replyItems, replyText, type Reply } from '../support/respReply.ts';
import { difference, groups } from './compare.ts';
import { toStep, type Rule, type Script, type Step } from './script.ts';

/** A server as a script sees it: it opens connections. */
export interface Player {
  open(): Promise<RespClient>;
}

export interface Played {
  /** Replies that were compared. */
  readonly checks: number;
  /** Steps that were played: all, or up to the first difference. */
  readonly steps: number;
  /** One text per difference: the command, ours and theirs. */
  readonly differences: readonly string[];
}

type Protocol = 2 | 3;

/** An iteration that has not come back to cursor 0 after so many calls never will. */
const MOST_PAGES = 100_000;

/** How a script is played. */
export interface PlayOptions {
  readonly stopAtFirst?: boolean;
  /** True: the keyspace events of every step are compared too, message by message. False: the servers tell of none. */
  readonly events?: boolean;
}

/** Plays a script on both servers, step by step, and compares every reply. Both are emptied first. */
export async function play(script: Script, ours: Player, theirs: Player, protocol: Protocol, { stopAtFirst = false, events }: PlayOptions = {}): Promise<Played> {
  const seats = [await sit(ours, protocol), await sit(theirs, protocol)] as const;
  const ears = events === true ? ([await listen(ours), await listen(theirs)] as const) : undefined;
  if (events === false) for (const seat of seats) await seat.first.call(['CONFIG', 'SET', 'notify-keyspace-events', '']);
  const differences: string[] = [];
  let checks = 0;
  let steps = 0;
  try {
    for (const step of script.steps.map(toStep)) {
      if (stopAtFirst && differences.length > 0) break;
      steps += 1;
      const scans = step.do === 'scan' && protocol === 3;
      if (scans) differences.push(...(await compareMessages(seats, false)));
      const [left, right] = await Promise.all([perform(step, seats[0]), perform(step, seats[1])]).catch((error: unknown) => {
        throw new Error(`step ${String(steps)}, ${printStep(step)}: ${String(error)}`, { cause: error });
      });
      const rule: Rule = step.do === 'call' || step.do === 'other' || step.do === 'on' ? step.rule : { kind: 'exact' };
      for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
        const mine = left[i] ?? { kind: 'closed' };
        const real = right[i] ?? { kind: 'closed' };
        checks += 1;
        const wrong = difference(mine, real, rule);
        if (wrong !== undefined) differences.push(describe(step, wrong, mine, real));
      }
      if (scans) differences.push(...(await compareMessages(seats, true)));
      if (ears === undefined) continue;
      // A scan removes what has expired in the order of a hash table.
      const order: Rule = step.do === 'scan' ? { kind: 'unordered', width: 2 } : { kind: 'exact' };
      const [mine, real] = [await ears[0].heard(), await ears[1].heard()];
      checks += 1;
      if (difference(mine, real, order) !== undefined) differences.push(describe(step, 'other events', mine, real));
    }
    if (differences.length === 0) differences.push(...(await compareMessages(seats, false)));
  } finally {
    for (const seat of seats) seat.leave();
    for (const ear of ears ?? []) ear.leave();
  }
  return { checks, steps, differences };
}

/**
 * What the first clients heard out of turn since the last look (RESP3's messages), compared; a text for each difference.
 * After a scan invalidations may come in any order and grouped in any way: it removes what has expired in the order of a
 * hash table, and each page of it ends what is told in one message.
 */
async function compareMessages([ours, theirs]: readonly [Seat, Seat], afterScan: boolean): Promise<string[]> {
  const [mine, real] = await Promise.all([ours, theirs].map(async (seat): Promise<Reply> => {
    const messages = await seat.messages();
    return { kind: 'array', items: afterScan ? keyByKey(messages) : messages };
  })) as [Reply, Reply];
  const wrong = difference(mine, real, { kind: 'exact' });
  return wrong === undefined ? [] : [`messages out of turn\n  ${wrong}\n  ours:\n${block(printReply(mine))}\n  theirs:\n${block(printReply(real))}`];
}

/** Messages in their order, and behind them the keys of invalidations, sorted. */
function keyByKey(messages: readonly Reply[]): Reply[] {
  const others: Reply[] = [];
  const keys: Reply[] = [];
  for (const message of messages) {
    const [kind, names] = replyItems(message);
    if (kind !== undefined && replyText(kind) === 'invalidate' && names?.kind === 'array') keys.push(...names.items);
    else others.push(message);
  }
  return [...others, ...keys.sort((a, b) => (printReply(a) < printReply(b) ? -1 : 1))];
}

interface Seat {
  readonly first: RespClient;
  /** What the first client heard out of turn since the last time: all that was sent before the answer to a PING. */
  messages(): Promise<readonly Reply[]>;
  second(): Promise<RespClient>;
  named(name: string): Promise<RespClient>;
  /** The arguments with every `ID:name` put in. */
  filled(args: readonly Argument[]): Promise<readonly Argument[]>;
  /** Resolves once so many clients are blocked. */
  blocked(count: number): Promise<void>;
  /** Names of the clients that are. */
  readonly waiting: Set<string>;
  leave(): void;
}

async function sit(player: Player, protocol: Protocol): Promise<Seat> {
  const enter = async (): Promise<RespClient> => {
    const client = await player.open();
    if (protocol === 3) await client.call(['HELLO', '3']);
    return client;
  };
  const first = await enter();
  await first.call(['FLUSHALL']);
  let second: Promise<RespClient> | undefined;
  const named = new Map<string, Promise<RespClient>>();
  const ids = new Map<string, Argument>();
  const enterAs = async (name: string): Promise<RespClient> => {
    const client = await enter();
    client.keepOrder();
    ids.set(`ID:${name}`, replyText(await client.call(['CLIENT', 'ID'])) ?? '');
    return client;
  };
  const byName = (name: string): Promise<RespClient> => {
    const client = named.get(name) ?? enterAs(name);
    named.set(name, client);
    return client;
  };
  let watcher: Promise<RespClient> | undefined;
  let seen = 0;
  return {
    first,
    async messages() {
      // A script may leave its client closed.
      await first.raw(encodeCall(['PING']), 1);
      const messages = first.pushes.slice(seen);
      seen = first.pushes.length;
      return messages;
    },
    second: () => (second ??= enter()),
    named: byName,
    async filled(args) {
      await Promise.all(named.values());
      return args.map((arg) => ids.get(arg.toString()) ?? arg);
    },
    async blocked(count) {
      const client = await (watcher ??= player.open());
      for (let look = 0; ; look += 1) {
        const info = replyText(await client.call(['INFO', 'clients'])) ?? '';
        if (Number(/blocked_clients:(\d+)/.exec(info)?.[1]) === count) return;
        if (look > 2000) throw new Error(`there never were ${String(count)} blocked clients`);
      }
    },
    waiting: new Set(),
    leave: () => {
      first.close();
      for (const opened of [second, watcher, ...named.values()]) {
        void opened?.then((client) => {
          client.close();
        });
      }
    },
  };
}

/** A client that hears every keyspace event of a server. */
interface Ear {
  /** What came since the last time, as `channel message`. */
  heard(): Promise<Reply>;
  leave(): void;
}

async function listen(player: Player): Promise<Ear> {
  const client = await player.open();
  await client.call(['HELLO', '3']);
  await client.call(['CONFIG', 'SET', 'notify-keyspace-events', 'AKEmn']);
  client.keepOrder();
  await client.call(['PSUBSCRIBE', '__key*__:*']);
  return {
    async heard() {
      const items: Reply[] = [];
      // The answer to PING comes after all that was sent before.
      for (let [reply] = await client.raw(encodeCall(['PING']), 1); reply?.kind === 'push'; [reply] = await client.raw(Buffer.alloc(0), 1)) {
        const [, , channel, message] = replyItems(reply);
        items.push({ kind: 'simple', text: `${replyText(channel) ?? ''} ${replyText(message) ?? ''}` });
      }
      return { kind: 'array', items };
    },
    leave: () => {
      client.close();
    },
  };
}

async function perform(step: Step, seat: Seat): Promise<readonly Reply[]> {
  switch (step.do) {
    case 'call':
      return [await seat.first.call(await seat.filled(step.args))];
    case 'other':
      return [await (await seat.second()).call(step.args)];
    case 'on': {
      const client = await seat.named(step.client);
      const bytes = step.args.length === 0 ? Buffer.alloc(0) : encodeCall(await seat.filled(step.args));
      const replies = client.raw(bytes, step.replies);
      if (step.blocks) await seat.blocked(seat.waiting.add(step.client).size);
      else if (step.replies > 0) seat.waiting.delete(step.client);
      return replies;
    }
    case 'raw':
      return seat.first.raw(step.bytes, step.replies);
    case 'scan':
      return [await scanAll(seat.first, step.args, step.at, step.width)];
  }
}

/** Walks from cursor 0 to cursor 0; the elements as a set, because repeats are allowed and the order is nobody's. */
async function scanAll(client: RespClient, args: readonly Argument[], at: number, width: number): Promise<Reply> {
  const found = new Set<string>();
  let cursor = '0';
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const reply = await client.call(args.with(at, cursor));
    if (reply.kind !== 'array') return reply;
    const [next, elements] = replyItems(reply);
    if (next?.kind !== 'bulk' || elements?.kind !== 'array') return reply;
    for (const element of groups(elements, width)) found.add(element);
    cursor = replyText(next) ?? '';
    if (cursor === '0') return { kind: 'array', items: [...found].sort().map((text): Reply => ({ kind: 'simple', text })) };
  }
  return { kind: 'error', text: `no cursor 0 within ${String(MOST_PAGES)} calls` };
}

function printStep(step: Step): string {
  if (step.do === 'raw') return JSON.stringify(step.bytes.toString('latin1').slice(0, 200));
  return step.do === 'on' ? `${step.client}: ${printArguments(step.args)}` : printArguments(step.args);
}

function describe(step: Step, wrong: string, ours: Reply, theirs: Reply): string {
  const command = printStep(step);
  const [mine, real] = around(printReply(ours), printReply(theirs));
  return `${command}\n  ${wrong}\n  ours:\n${block(mine)}\n  theirs:\n${block(real)}`;
}

/** Both texts cut to a window that holds their first difference. */
function around(left: string, right: string, width = 700): readonly [string, string] {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  const from = Math.max(0, at - width / 2);
  const cut = (text: string): string => (from > 0 ? '…' : '') + text.slice(from, from + width) + (text.length > from + width ? '…' : '');
  return [cut(left), cut(right)];
}

function block(text: string): string {
  return text.split('\n').map((line) => `    ${line}`).join('\n');
}
