import { allCommandFacts } from '../../src/protocol/commands/lookup.ts';
import { printReply, replyText, type Reply } from '../support/respReply.ts';
import type { Rule } from './script.ts';

/** Undefined where the rule holds, else what is wrong in a few words. */
export function difference(ours: Reply, theirs: Reply, rule: Rule): string | undefined {
  if (isNoAnswer(ours) || isNoAnswer(theirs)) return exact(ours, theirs);
  switch (rule.kind) {
    case 'exact':
      return exact(ours, theirs);
    case 'unordered':
      return unordered(ours, theirs, rule.width);
    case 'among':
      return among(ours, theirs, rule.pool, rule.distinct);
    case 'near':
      return near(ours, theirs, rule.slack);
    case 'shape':
      return printShape(ours) === printShape(theirs) ? undefined : 'other types';
    case 'fields':
      return fields(ours, theirs, rule.present, rule.equal);
    case 'help':
      return help(ours, theirs);
    case 'words':
      return printWords(ours, rule.anyOrder) === printWords(theirs, rule.anyOrder) ? undefined : 'other words';
    case 'entries':
      return entries(ours, theirs, rule.names);
    case 'each':
      return eachEntries(ours, theirs, rule.names);
  }
}

/** An error, a null, the end of a connection, a command that is only queued: no exception excuses them. */
function isNoAnswer(reply: Reply): boolean {
  return reply.kind === 'error' || reply.kind === 'null' || reply.kind === 'closed' || (reply.kind === 'simple' && reply.text === 'QUEUED');
}

function exact(ours: Reply, theirs: Reply): string | undefined {
  return printReply(ours) === printReply(theirs) ? undefined : 'another reply';
}

function unordered(ours: Reply, theirs: Reply, width: number): string | undefined {
  if (ours.kind !== theirs.kind) return `${ours.kind} for ${theirs.kind}`;
  const left = groups(ours, width).sort();
  const right = groups(theirs, width).sort();
  return left.join('\n') === right.join('\n') ? undefined : 'other elements';
}

/** The elements of an aggregate as printed groups: map entries, or `width` neighbours of a flat array. */
export function groups(reply: Reply, width: number): string[] {
  if ('entries' in reply) return reply.entries.map(([key, value]) => `${printReply(key)}\n${printReply(value)}`);
  if (!('items' in reply)) return [printReply(reply)];
  const printed = reply.items.map((item) => printReply(item));
  // RESP3 nests pairs (ZRANDMEMBER WITHSCORES): each is one element already.
  if (reply.items.every((item) => item.kind === 'array')) return printed;
  return Array.from({ length: Math.ceil(printed.length / width) }, (_, i) => printed.slice(i * width, (i + 1) * width).join('\n'));
}

function among(ours: Reply, theirs: Reply, pool: ReadonlySet<string>, distinct: boolean): string | undefined {
  if (printShape(ours) !== printShape(theirs)) return 'other types or another length';
  for (const reply of [ours, theirs]) {
    const words = leaves(reply);
    if (!words.every((word) => pool.has(word))) return 'an element that was never there';
    if (distinct && new Set(words).size !== words.length) return 'an element twice';
  }
  return undefined;
}

function leaves(reply: Reply): string[] {
  if ('items' in reply) return reply.items.flatMap(leaves);
  if ('entries' in reply) return reply.entries.flatMap(([key, value]) => [...leaves(key), ...leaves(value)]);
  return [replyText(reply) ?? ''];
}

function near(ours: Reply, theirs: Reply, slack: number): string | undefined {
  if (ours.kind !== theirs.kind) return `${ours.kind} for ${theirs.kind}`;
  if (printShape(ours) !== printShape(theirs)) return 'other types';
  const right = leaves(theirs);
  const close = (a: number, b: number): boolean => (a < 0 || b < 0 ? a === b : Math.abs(a - b) <= slack);
  return leaves(ours).every((text, i) => text === right[i] || close(Number(text), Number(right[i]))) ? undefined : `more than ${String(slack)} apart`;
}

/** The types of a reply without its texts; lengths of aggregates count. */
function printShape(reply: Reply): string {
  if ('items' in reply) return `${reply.kind}(${reply.items.map(printShape).join(' ')})`;
  if ('entries' in reply) return `${reply.kind}(${reply.entries.map(([key, value]) => `${printReply(key)}:${printShape(value)}`).join(' ')})`;
  return reply.kind;
}

function fields(ours: Reply, theirs: Reply, present: readonly string[], equal: readonly string[]): string | undefined {
  if (ours.kind !== theirs.kind) return `${ours.kind} for ${theirs.kind}`;
  const left = fieldsOf(replyText(ours) ?? '');
  const right = fieldsOf(replyText(theirs) ?? '');
  const absent = [...present, ...equal].filter((name) => !left.has(name) || !right.has(name));
  if (absent.length > 0) return `without the fields ${absent.join(' ')}`;
  const others = equal.filter((name) => left.get(name) !== right.get(name));
  return others.length === 0 ? undefined : `other values of ${others.join(' ')}`;
}

/** `name:value` lines (INFO, with its sections as fields of their own) or `name=value` words (CLIENT INFO). */
function fieldsOf(text: string): Map<string, string> {
  const bare = text.replace(/^txt:/, '');
  const lines = bare.includes('\r\n') ? bare.split('\r\n') : bare.trim().split(/\s+/);
  return new Map(
    lines.map((line): [string, string] => {
      const at = line.search(/[:=]/);
      return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

function help(ours: Reply, theirs: Reply): string | undefined {
  if (ours.kind !== 'array' || theirs.kind !== 'array') return 'no lines';
  const [left, right] = [ours, theirs].map(({ items }) => items.map(syntaxOfHelp).join('\n'));
  return left === right ? undefined : `other lines:\n${left ?? ''}`;
}

/** A line of HELP: as it is, or of one that explains its indent and the option it begins with. */
function syntaxOfHelp(line: Reply, at: number, lines: readonly Reply[]): string {
  const text = replyText(line) ?? '';
  const explains = /^ +[^ \[]/.test(text) && at < lines.length - 1;
  return `${line.kind} ${explains ? (/^ +(?:\* [A-Z]+)?/.exec(text)?.[0] ?? '') : text}`;
}

function entries(ours: Reply, theirs: Reply, names: readonly string[]): string | undefined {
  if (ours.kind !== theirs.kind) return `${ours.kind} for ${theirs.kind}`;
  const left = entriesOf(ours);
  const right = entriesOf(theirs);
  const others = names.filter((name) => !left.has(name) || !right.has(name) || left.get(name) !== right.get(name));
  return others.length === 0 ? undefined : `other values of ${others.join(' ')}`;
}

function eachEntries(ours: Reply, theirs: Reply, names: readonly string[]): string | undefined {
  if (ours.kind !== 'array' || theirs.kind !== 'array') return exact(ours, theirs);
  if (ours.items.length !== theirs.items.length) return 'another length';
  return ours.items.map((item, i) => entries(item, theirs.items[i] ?? item, names)).find((wrong) => wrong !== undefined);
}

const laterCommands = new Set([...allCommandFacts()].filter(({ since }) => since >= '7.1').map(({ name }) => name));

function printWords(reply: Reply, anyOrder: boolean): string {
  if ('items' in reply) {
    const items = reply.items.map((item) => printWords(item, anyOrder)).filter((text) => !anyOrder || text !== '');
    return `${reply.kind}(${(anyOrder ? items.sort() : items).join('\n')})`;
  }
  if ('entries' in reply) return `${reply.kind}(${reply.entries.map((pair) => pair.map((item) => printWords(item, anyOrder)).join(': ')).join('\n')})`;
  // Each selector in parentheses by itself; single commands come last in it.
  const parts = (replyText(reply) ?? '').split(/ (?=\()/).map((part) => part.replace(/\)$/, '').split(' '));
  const isCommand = (word: string): boolean => /^[+-][^@]/.test(word);
  return parts
    .map((words) => words.filter((word) => !laterCommands.has(word.replace(/^[+-]/, ''))))
    .map((words) => [...words.filter((word) => !isCommand(word)), ...words.filter(isCommand).sort()].join(' '))
    .join('\n');
}

function entriesOf(reply: Reply): Map<string, string> {
  if ('entries' in reply) return new Map(reply.entries.map(([key, value]) => [replyText(key) ?? '', printReply(value)]));
  const items = 'items' in reply ? reply.items : [];
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < items.length; i += 2) pairs.push([replyText(items[i]) ?? '', printReply(items[i + 1] as Reply)]);
  return new Map(pairs);
}
