import assert from 'node:assert/strict';
import type { CommandRow } from '../../src/protocol/commands/fact.ts';
import { commandRows } from '../../src/protocol/commands/table.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { replyItems, replyText, type Reply } from '../support/respReply.ts';

/** Commands that came after 7.0 stand in the table from their documents; the real server here cannot vouch for them. */
const isIn70 = (row: CommandRow): boolean => {
  const [major = 0, minor = 0] = row[7].split('.').map(Number);
  return major < 7 || (major === 7 && minor === 0);
};

describe('protocol/commands against a real redis-server 7.0', () => {
  let server: RedisServer;
  let client: RespClient;
  let real: Map<string, CommandRow>;

  before(async () => {
    server = await startRedisServer();
    client = await connectResp(server.port);
    await client.call(['HELLO', '3']);
    const docs = groupsAndVersions(await client.call(['COMMAND', 'DOCS']));
    real = new Map(replyItems(await client.call(['COMMAND'])).flatMap((command) => rowsOf(command, docs)).map((row) => [row[0], row]));
  });
  after(async () => {
    client.close();
    await server.stop();
  });

  it('asks a server of 7.0', async () => {
    const info = replyText(await client.call(['INFO', 'server'])) ?? '';
    assert.match(info, /redis_version:7\.0\./);
    assert.ok(real.size > 350, `only ${String(real.size)} commands came`);
  });

  it('names each command once, subcommands beside a container that exists', () => {
    const names = commandRows.map(([name]) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of names.filter((one) => one.includes('|'))) assert.ok(names.includes(name.slice(0, name.indexOf('|'))), `${name} has no container`);
  });

  it('holds every command and subcommand of the server, and none besides', () => {
    assert.deepEqual(commandRows.filter(isIn70).map(([name]) => name).sort(), [...real.keys()].sort());
  });

  it('has their arity, flags, key positions, group and version', () => {
    const theirs = commandRows.filter(isIn70).map(([name]) => printRow(real.get(name)));
    assert.deepEqual(commandRows.filter(isIn70).map(printRow), theirs);
  });

  it('marks what the server does not have by a later version', () => {
    const later = commandRows.filter((row) => !isIn70(row));
    assert.ok(later.length > 0);
    for (const [name] of later) assert.ok(!real.has(name), `${name} is in 7.0 already`);
  });
});

function printRow(row: CommandRow | undefined): string {
  if (row === undefined) return 'absent';
  const [name, arity, flags, first, last, step, group, since] = row;
  return `${name} ${String(arity)} [${flags.split(' ').sort().join(' ')}] ${String(first)} ${String(last)} ${String(step)} ${group} ${since}`;
}

interface Doc {
  readonly group: string;
  readonly since: string;
}

/** COMMAND DOCS as group and version by full name. Sentinel-less internals may lack a field: `?` then. */
function groupsAndVersions(reply: Reply, container = ''): Map<string, Doc> {
  const found = new Map<string, Doc>();
  for (const [key, value] of entriesOf(reply)) {
    const name = replyText(key) ?? '';
    const fields = new Map(entriesOf(value).map(([field, of]) => [replyText(field) ?? '', of]));
    const full = name.includes('|') || container === '' ? name : `${container}|${name}`;
    found.set(full, { group: replyText(fields.get('group')) ?? '?', since: replyText(fields.get('since')) ?? '?' });
    const below = fields.get('subcommands');
    if (below !== undefined) for (const [sub, doc] of groupsAndVersions(below, name)) found.set(sub, doc);
  }
  return found;
}

function entriesOf(reply: Reply): readonly (readonly [Reply, Reply])[] {
  assert.ok(reply.kind === 'map', `a map was due, not ${reply.kind}`);
  return reply.entries;
}

/** One COMMAND entry and those of its subcommands, in the table's form. */
function rowsOf(command: Reply, docs: ReadonlyMap<string, Doc>): CommandRow[] {
  const parts = replyItems(command);
  const name = replyText(parts[0]) ?? '';
  const number = (at: number): number => Number(replyText(parts[at]));
  const flags = replyItems(parts[2]).map((flag) => replyText(flag) ?? '').join(' ');
  const doc = docs.get(name) ?? { group: '?', since: '?' };
  const row: CommandRow = [name, number(1), flags, number(3), number(4), number(5), doc.group as CommandRow[6], doc.since];
  return [row, ...replyItems(parts[9]).flatMap((sub) => rowsOf(sub, docs))];
}
