import assert from 'node:assert/strict';
import { printReply, replyItems, replyText, type Reply } from '../support/respReply.ts';
import { bothServers } from './both.ts';
import { later } from './coverage.ts';

/** Fields that are sentences: ours are our own (test/contract/documents.test.ts), and no history is told. */
const PROSE = new Set(['summary', 'complexity', 'history', 'replaced_by']);

for (const protocol of [2, 3] as const) {
  describe(`COMMAND in RESP${String(protocol)}`, () => {
    const both = bothServers();

    before(async () => {
      for (const client of [both.ours, both.theirs]) await client.call(['HELLO', String(protocol)]);
    });

    /** Names of both servers' commands, subcommands among them. */
    async function shared(): Promise<string[]> {
      const [mine, real] = await Promise.all([both.ours, both.theirs].map(async (client) => new Set(namesIn(await client.call(['COMMAND'])))));
      assert.ok(mine !== undefined && real !== undefined && real.size > 350);
      return [...mine].filter((name) => real.has(name));
    }

    it('tells the same of every command, byte for byte apart from remarks', async () => {
      const names = await shared();
      const [mine, real] = await Promise.all([both.ours, both.theirs].map((client) => client.call(['COMMAND', 'INFO', ...names])));
      names.forEach((name, at) => {
        const known = new Set(names);
        assert.equal(printInfo(replyItems(mine)[at], known), printInfo(replyItems(real)[at], known), name);
      });
    });

    it('tells the same in DOCS, apart from sentences', async () => {
      const names = await shared();
      for (const name of names) {
        const [mine, real] = await Promise.all([both.ours, both.theirs].map(async (client) => printDocument(await client.call(['COMMAND', 'DOCS', name]), new Set(names))));
        assert.equal(mine, real, name);
      }
    });

    it('lists the same names by category, pattern and module', async () => {
      const names = new Set(await shared());
      const categories = replyItems(await both.theirs.call(['ACL', 'CAT'])).map((item) => replyText(item) ?? '');
      const filters = [
        ...[...categories, 'nosuch', 'STRING', '@read'].map((category) => ['ACLCAT', category]),
        ...['*', 'x*', '*|get', 'GET*', 'c[lo]*', 'nosuch', ''].map((pattern) => ['pattern', pattern]),
        ['MODULE', 'nosuch'],
      ];
      for (const filter of [[], ...filters.map((one) => ['FILTERBY', ...one])]) {
        const [mine, real] = await Promise.all([both.ours, both.theirs].map(async (client) => {
          const reply = await client.call(['COMMAND', 'LIST', ...filter]);
          return replyItems(reply).map((item) => replyText(item) ?? '').filter((name) => names.has(name)).sort();
        }));
        assert.deepEqual(mine, real, filter.join(' '));
      }
    });

    it('counts what COMMAND and DOCS tell', async () => {
      const count = Number(replyText(await both.ours.call(['COMMAND', 'COUNT'])));
      assert.equal(replyItems(await both.ours.call(['COMMAND'])).length, count);
      assert.equal(pairsOf(await both.ours.call(['COMMAND', 'DOCS'])).length, count);
    });
  });
}

function namesIn(reply: Reply): string[] {
  return replyItems(reply).flatMap((entry) => [replyText(replyItems(entry)[0]) ?? '', ...namesIn(replyItems(entry)[9] ?? { kind: 'array', items: [] })]);
}

/** An entry of COMMAND with remarks blotted out, and of its subcommands the names of those that both servers have. */
function printInfo(entry: Reply | undefined, known: ReadonlySet<string>): string {
  const parts = replyItems(entry);
  const below = parts[9];
  assert.ok(below !== undefined);
  const lines = printReply({ kind: 'array', items: parts.slice(0, 9) }).split('\n');
  const told = lines.map((line, at) => (/bulk "notes"$/.test(lines[at - 1] ?? '') ? '(a remark)' : line)).join('\n');
  return `${told}\n${below.kind} ${namesIn(below).filter((name) => known.has(name)).sort().join(' ')}`;
}

/** A reply of COMMAND DOCS without sentences, subcommands as their names. */
function printDocument(reply: Reply, known: ReadonlySet<string>): string {
  const [named] = pairsOf(reply);
  assert.ok(named !== undefined);
  const fields = pairsOf(named[1]).filter(([field]) => !PROSE.has(field));
  return fields.map(([field, value]) => {
    if (field !== 'subcommands') return `${field} ${printReply(value)}`;
    return `${field} ${value.kind} ${pairsOf(value).map(([name]) => name).filter((name) => known.has(name) && !later.has(name)).sort().join(' ')}`;
  }).join('\n');
}

/** A map, flat in RESP2. */
function pairsOf(reply: Reply): (readonly [string, Reply])[] {
  if (reply.kind === 'map') return reply.entries.map(([name, value]) => [replyText(name) ?? '', value]);
  const items = replyItems(reply);
  return Array.from({ length: items.length / 2 }, (_, at) => [replyText(items[2 * at]) ?? '', items[2 * at + 1] as Reply]);
}
