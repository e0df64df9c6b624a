import { quoteInline } from '../../protocol/resp/inline.ts';
import type { Reply } from '../../protocol/resp/reply.ts';

/**
 * A reply as redis-cli shows it to a person: typed, numbered, nested by indentation; lines end in `\n`. What the server wrote as text
 * (status, error, verbatim) is made harmless: it cannot move the cursor or change colours.
 */
export function formatReply(reply: Reply, indent = ''): string {
  switch (reply.kind) {
    case 'simple': return `${harmless(reply.text)}\n`;
    case 'error': return `(error) ${harmless(reply.text)}\n`;
    case 'integer': return `(integer) ${String(reply.value)}\n`;
    case 'bigNumber': return `(big number) ${reply.text}\n`;
    case 'double': return `(double) ${reply.text === undefined ? doubleText(reply.value) : harmless(reply.text)}\n`;
    case 'boolean': return reply.value ? '(true)\n' : '(false)\n';
    case 'null':
    case 'nullArray': return '(nil)\n';
    case 'bulk': return `${quoteInline(reply.value.toString('latin1'))}\n`;
    case 'latin1': return `${quoteInline(reply.value)}\n`;
    case 'verbatim': return `${harmless(reply.value.toString('latin1'))}\n`;
    case 'texts': return formatItems(reply.as, reply.values.map((value) => ({ kind: 'latin1', value })), indent);
    case 'array':
    case 'set':
    case 'map':
    case 'push':
    case 'attribute': return formatItems(reply.kind, reply.items, indent);
    case 'sequence': return reply.items.map((item) => formatReply(item, indent)).join('');
  }
}

/** The same in pieces, one for each item of the outermost aggregate: a reply of a million items is shown without holding the event loop. */
export function* replyPieces(reply: Reply): Generator<string> {
  if ('items' in reply && reply.kind !== 'sequence') yield* itemPieces(reply.kind, reply.items, '');
  else yield formatReply(reply);
}

/** What the server pushes to a client in RESP3 that did not wait for it, as redis-cli shows it. */
export function formatPush(reply: Reply): string {
  const [kind, keys] = reply.kind === 'push' ? reply.items : [];
  if (kind?.kind !== 'bulk' || kind.value.toString('latin1') !== 'invalidate' || keys === undefined) return formatReply(reply);
  return `-> invalidate: ${keys.kind === 'array' ? keys.items.map((key) => formatReply(key).trimEnd()).join(', ') : formatReply(keys).trimEnd()}\n`;
}

/** A text reply as it is, for the commands of which the reply is a page for people (`isPage`). */
export function formatPage(reply: Reply): string {
  return reply.kind === 'bulk' || reply.kind === 'verbatim' ? harmless(reply.value.toString('latin1')) : formatReply(reply);
}

const pages = new Set([
  'info', 'lolwut', 'debug htstats', 'debug htstats-key', 'debug buckets', 'debug client-eviction', 'memory malloc-stats', 'memory doctor', 'cluster nodes',
  'cluster info', 'client list', 'client info', 'latency graph', 'latency doctor', 'proxy info',
]);

/** True for a command of which redis-cli shows the reply as the page of text that it is. */
export function isPage(args: readonly string[]): boolean {
  const [name = '', subcommand = ''] = args;
  return pages.has(name.toLowerCase()) || pages.has(`${name} ${subcommand}`.toLowerCase());
}

type Aggregate = 'array' | 'set' | 'map' | 'push' | 'attribute';

const empty: Readonly<Record<Aggregate, string>> = { array: '(empty array)\n', set: '(empty set)\n', map: '(empty hash)\n', push: '(empty push)\n', attribute: '(empty attribute)\n' };
const marks: Readonly<Record<Aggregate, string>> = { array: ')', set: '~', map: '#', push: ')', attribute: '|' };

function formatItems(kind: Aggregate, items: readonly Reply[], indent: string): string {
  return [...itemPieces(kind, items, indent)].join('');
}

function* itemPieces(kind: Aggregate, items: readonly Reply[], indent: string): Generator<string> {
  if (items.length === 0) yield empty[kind];
  const step = kind === 'map' || kind === 'attribute' ? 2 : 1;
  const width = String(items.length / step).length;
  const within = `${indent}${' '.repeat(width + 2)}`;
  for (let at = 0; at < items.length; at += step) {
    const head = `${at === 0 ? '' : indent}${String(at / step + 1).padStart(width)}${marks[kind]} `;
    const first = formatReply(items[at] as Reply, within);
    if (step === 1) {
      yield head + first;
      continue;
    }
    const value = items[at + 1] as Reply;
    yield `${head}${first.slice(0, -1)} => ${spansLines(value) ? `\n${within}` : ''}${formatReply(value, within)}`;
  }
}

function spansLines(reply: Reply): boolean {
  if (reply.kind === 'texts') return reply.values.length > (reply.as === 'map' ? 2 : 1);
  if (!('items' in reply)) return false;
  const { kind, items } = reply;
  const step = kind === 'map' || kind === 'attribute' ? 2 : 1;
  return items.length > step || (items.length === step && spansLines(items[step - 1] as Reply));
}

function doubleText(value: number): string {
  return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

/** Text of bytes, one per character, read as UTF-8. */
function harmless(bytes: string): string {
  return harmlessText(Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\r\n', '\n'));
}

/** Text as a terminal may show it, whoever wrote it: control characters but line ends and tabs are shown by their numbers. */
export function harmlessText(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, (char) => `\\x${(char.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`);
}
