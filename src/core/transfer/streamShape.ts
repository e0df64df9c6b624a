import type { RdbConsumer, RdbGroup, RdbPending, RdbStream, RdbStreamId } from '../../protocol/rdb/value.ts';
import type { Command, Reply, Session } from '../connection/session.ts';
import { Failure, isFailure } from '../failure.ts';
import { l10n } from '../../l10n.ts';

/** Pending entries that are asked for at once. */
const PENDING = 1000;
/** Times that a page of them is asked for until both clocks around it tell the same ms. */
const ATTEMPTS = 20;

export function parseId(text: string): RdbStreamId {
  const [ms = '0', seq = '0'] = text.split('-');
  return { ms: BigInt(ms), seq: BigInt(seq) };
}

/** The ID after this one, as XRANGE and XPENDING take it. */
export function idAfter({ ms, seq }: RdbStreamId): string {
  return seq === 0xffff_ffff_ffff_ffffn ? `${ms + 1n}-0` : `${ms}-${seq + 1n}`;
}

/**
 * A stream without its entries: its IDs, its groups, their consumers and what is pending, read page by page. Before 7.0 a server does
 * not tell how many entries were added, deleted and read. Rejects with Failure.
 */
export async function readStreamShape<T>(session: Session, key: Buffer, nameOf: (bytes: Buffer) => T, signal: AbortSignal): Promise<RdbStream<T>> {
  const ask = (command: Command): Promise<Reply> => session.send(command, { signal });
  const info = pairsOf(await ask(['XINFO', 'STREAM', key]));
  const groups: RdbGroup<T>[] = [];
  for (const reply of listOf(await ask(['XINFO', 'GROUPS', key]))) {
    const group = pairsOf(reply);
    const name = bytesOf(group.get('name'));
    const pending = Number(group.get('pending')) > 0 ? await readPending(session, key, name, signal) : [];
    const consumers = listOf(await ask(['XINFO', 'CONSUMERS', key, name])).map((one): RdbConsumer<T> => {
      const consumer = bytesOf(pairsOf(one).get('name'));
      return { name: nameOf(consumer), seenAt: 0, activeAt: undefined, pending: pending.filter((entry) => entry.consumer.equals(consumer)).map(({ id }) => id) };
    });
    const read = group.get('entries-read');
    groups.push({ name: nameOf(name), lastId: parseId(textOf(group.get('last-delivered-id'))), entriesRead: read === undefined || read === null ? -1n : BigInt(textOf(read)), pending, consumers });
  }
  return {
    type: 'stream', entries: [], groups, lastId: parseId(textOf(info.get('last-generated-id'))),
    maxDeletedId: parseId(textOf(info.get('max-deleted-entry-id') ?? '0-0')), entriesAdded: BigInt(textOf(info.get('entries-added') ?? info.get('length'))),
  };
}

type Pending = RdbPending & { readonly consumer: Buffer };

async function readPending(session: Session, key: Buffer, group: Buffer, signal: AbortSignal): Promise<readonly Pending[]> {
  const found: Pending[] = [];
  for (let from = '-'; ;) {
    const page = await pendingPage(session, ['XPENDING', key, group, from, '+', String(PENDING)], signal);
    found.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < PENDING) return found;
    from = idAfter(last.id);
  }
}

/** XPENDING tells how long ago an entry was delivered: the server's clock before and after it tells when that was, if both say the same. */
async function pendingPage(session: Session, command: Command, signal: AbortSignal): Promise<readonly Pending[]> {
  for (let attempt = 1; ; attempt += 1) {
    const [before, reply, after] = (await session.sendAll([['TIME'], command, ['TIME']], { signal })).map((one) => {
      if (isFailure(one)) throw one;
      return one;
    });
    const now = msOf(before);
    if (now !== msOf(after) && attempt < ATTEMPTS) continue;
    return listOf(reply).map((one) => {
      const [id, consumer, idle, deliveries] = listOf(one);
      return { id: parseId(textOf(id)), consumer: bytesOf(consumer), deliveredAt: now - Number(idle), deliveries: Number(deliveries) };
    });
  }
}

function msOf(time: Reply | undefined): number {
  const [seconds, micros] = listOf(time).map((one) => Number(textOf(one)));
  return (seconds ?? NaN) * 1000 + Math.floor((micros ?? NaN) / 1000);
}

function pairsOf(reply: Reply | undefined): ReadonlyMap<string, Reply> {
  const items = listOf(reply);
  return new Map(items.flatMap((item, index) => (index % 2 === 0 ? [[textOf(item), items[index + 1] ?? null] as const] : [])));
}

function listOf(reply: Reply | undefined): readonly Reply[] {
  if (!Array.isArray(reply)) throw unexpected();
  return reply as readonly Reply[];
}

function bytesOf(reply: Reply | undefined): Buffer {
  if (!Buffer.isBuffer(reply)) throw unexpected();
  return reply;
}

function textOf(reply: Reply | undefined): string {
  if (Buffer.isBuffer(reply)) return reply.toString('latin1');
  if (typeof reply === 'string' || typeof reply === 'number') return String(reply);
  throw unexpected();
}

function unexpected(): Failure {
  return new Failure('server', l10n.t('The server answered with something else than was asked for.'));
}
