import type { Argument } from './respClient.ts';
import { escapeBytes, printReply, replyItems, replyText, type Reply } from './respReply.ts';

/** Somebody who can be asked: a client of respClient.ts. Its selected database is 0 afterwards. */
export interface Asked {
  call(args: readonly Argument[]): Promise<Reply>;
}

/** In what two servers differ at a key; `functions` and `digest` are of a whole server. */
export type DifferenceKind = 'missing' | 'value' | 'expiry' | 'stream' | 'functions' | 'digest';

/** One thing that is not the same on both, and what each says of it. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly database: number;
  /** With what is not printable escaped; of functions the library; '' for a whole server. */
  readonly key: string;
  readonly first: string;
  readonly second: string;
}

/** How they came to have the same. */
export interface Between {
  /** By a stream of replication, which in Redis 7.0 does not tell replicas how many entries a group has read (and so its lag). */
  readonly streamed?: boolean;
}

/** Keys that are asked for at once. */
const BATCH = 500;

/**
 * In what two servers differ; nothing if they hold the same data. It uses nothing of src, and only what redis-server 7.0 has: DEBUG
 * DIGEST as a whole and per key, and what that leaves out: when a key expires, groups of streams, functions. Those are listed and sorted,
 * since the order in FUNCTION DUMP is left to chance. Not compared: encodings, when a consumer was last seen (each server has a clock).
 * Nothing may be written meanwhile; see `untilEqual`.
 */
export async function differences(first: Asked, second: Asked, between: Between = {}): Promise<Difference[]> {
  const found: Difference[] = [];
  const databases = new Set([...(await databasesOf(first)), ...(await databasesOf(second))]);
  for (const database of [...databases].sort((a, b) => a - b)) {
    for (const side of [first, second]) await must(side, 'SELECT', String(database));
    const [ours, theirs] = [await keysOf(first), await keysOf(second)];
    const keys = [...ours.keys()].filter((key) => theirs.has(key)).sort();
    for (const [own, other, is, isNot] of [[ours, theirs, 'there', 'not there'], [theirs, ours, 'not there', 'there']] as const) {
      for (const key of own) if (!other.has(key)) found.push({ kind: 'missing', database, key: shown(key), first: is, second: isNot });
    }
    for (let at = 0; at < keys.length; at += BATCH) {
      const batch = keys.slice(at, at + BATCH);
      const [left, right] = await Promise.all([factsOf(first, batch, between), factsOf(second, batch, between)]);
      batch.forEach((key, index) => {
        for (const kind of ['value', 'expiry', 'stream'] as const) {
          const [one, two] = [left[index]?.[kind] ?? '', right[index]?.[kind] ?? ''];
          if (one !== two) found.push({ kind, database, key: shown(key), first: one, second: two });
        }
      });
    }
  }
  for (const side of [first, second]) await must(side, 'SELECT', '0');
  const [ours, theirs] = [await functionsOf(first), await functionsOf(second)];
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const [one, two] = [ours.get(name) ?? 'not there', theirs.get(name) ?? 'not there'];
    if (one !== two) found.push({ kind: 'functions', database: 0, key: name, first: one, second: two });
  }
  const [one, two] = [await text(first, 'DEBUG', 'DIGEST'), await text(second, 'DEBUG', 'DIGEST')];
  if (one !== two) found.push({ kind: 'digest', database: 0, key: '', first: one, second: two });
  return found;
}

/** Looks until both hold the same data, and rejects with the differences if that does not come about within so many ms. */
export async function untilEqual(first: Asked, second: Asked, { patience = 8000, ...between }: Between & { readonly patience?: number } = {}): Promise<void> {
  const giveUp = performance.now() + patience;
  for (;;) {
    const found = await differences(first, second, between);
    if (found.length === 0) return;
    if (performance.now() > giveUp) throw new Error(`the data differ:\n${printDifferences(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Some of them, for people: of long texts what is about where they differ. */
export function printDifferences(found: readonly Difference[], most = 20): string {
  const lines = found.slice(0, most).map(({ kind, database, key, first, second }) => {
    let same = 0;
    while (same < first.length && first[same] === second[same]) same += 1;
    const about = (told: string): string => `${same > 60 ? '…' : ''}${told.slice(Math.max(0, same - 60), same + 100)}`;
    return `${kind} ${database}:${key}\n  first:  ${about(first)}\n  second: ${about(second)}`;
  });
  return [...lines, ...(found.length > most ? [`… ${found.length} in all`] : [])].join('\n');
}

function shown(key: string): string {
  return escapeBytes(Buffer.from(key, 'latin1'));
}

async function must(side: Asked, ...args: Argument[]): Promise<Reply> {
  const reply = await side.call(args);
  if (reply.kind === 'error' || reply.kind === 'bulkError') throw new Error(`${String(args[0])}: ${replyText(reply) ?? ''}`);
  return reply;
}

async function text(side: Asked, ...args: Argument[]): Promise<string> {
  return replyText(await must(side, ...args)) ?? '';
}

async function databasesOf(side: Asked): Promise<number[]> {
  return [...(await text(side, 'INFO', 'keyspace')).matchAll(/^db(\d+):/gm)].map(([, index]) => Number(index));
}

/** The keys of the selected database; latin1. */
async function keysOf(side: Asked): Promise<Set<string>> {
  const keys = new Set<string>();
  let cursor = '0';
  do {
    const [next, batch] = replyItems(await must(side, 'SCAN', cursor, 'COUNT', '1000'));
    for (const key of replyItems(batch)) keys.add(replyText(key) ?? '');
    cursor = replyText(next) ?? '0';
  } while (cursor !== '0');
  return keys;
}

interface Facts {
  readonly value: string;
  readonly expiry: string;
  readonly stream: string;
}

async function factsOf(side: Asked, keys: readonly string[], between: Between): Promise<Facts[]> {
  const names = keys.map((key) => Buffer.from(key, 'latin1'));
  const [digests, types, expiries] = await Promise.all([
    must(side, 'DEBUG', 'DIGEST-VALUE', ...names),
    Promise.all(names.map((key) => text(side, 'TYPE', key))),
    Promise.all(names.map((key) => text(side, 'PEXPIRETIME', key))),
  ]);
  const streams = await Promise.all(names.map((key, index) => (types[index] === 'stream' ? streamOf(side, key, between) : Promise.resolve(''))));
  return names.map((_, index) => ({ value: `${types[index] ?? ''} ${replyText(replyItems(digests)[index]) ?? ''}`, expiry: expiries[index] ?? '', stream: streams[index] ?? '' }));
}

/** All of a stream but its entries, which are in its digest, its encoding, and when consumers were seen. */
async function streamOf(side: Asked, key: Buffer, between: Between): Promise<string> {
  // It may expire between two calls.
  const reply = await side.call(['XINFO', 'STREAM', key, 'FULL', 'COUNT', '0']);
  if (reply.kind === 'error') return reply.text;
  const parts: string[] = [];
  for (const [name, value] of pairsOf(reply)) {
    if (name === 'entries' || name.startsWith('radix-tree-')) continue;
    if (name !== 'groups') parts.push(`${name}=${line(value)}`);
    else for (const group of replyItems(value)) parts.push(groupOf(group, between));
  }
  return parts.join(' ');
}

function groupOf(group: Reply, { streamed = false }: Between): string {
  const facts = pairsOf(group).filter(([name]) => !streamed || (name !== 'entries-read' && name !== 'lag'));
  const parts = facts.map(([name, value]) => {
    if (name !== 'consumers') return `${name}=${line(value)}`;
    const consumers = replyItems(value).map((consumer) => pairsOf(consumer).filter(([fact]) => fact !== 'seen-time').map(([fact, told]) => `${fact}=${line(told)}`).join(' '));
    return `consumers=${consumers.map((consumer) => `{${consumer}}`).join(' ')}`;
  });
  return `group={${parts.join(' ')}}`;
}

function line(reply: Reply): string {
  return printReply(reply).replace(/\n */g, ', ');
}

/** Names and values, as RESP2 and as RESP3 have them. */
function pairsOf(reply: Reply): (readonly [string, Reply])[] {
  if ('entries' in reply) return reply.entries.map(([name, value]) => [replyText(name) ?? '', value] as const);
  const items = replyItems(reply);
  return items.flatMap((name, index) => (index % 2 === 0 ? [[replyText(name) ?? '', items[index + 1] as Reply] as const] : []));
}

/** The code of each library. */
async function functionsOf(side: Asked): Promise<Map<string, string>> {
  const libraries = replyItems(await must(side, 'FUNCTION', 'LIST', 'WITHCODE')).map((library) => new Map(pairsOf(library)));
  return new Map(libraries.map((library) => [replyText(library.get('library_name')) ?? '', replyText(library.get('library_code')) ?? '']));
}
