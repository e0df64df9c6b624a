import assert from 'node:assert/strict';
import { argumentsOf, readSyntax, type CommandArgument } from '../../src/protocol/commands/arguments.ts';
import { documentOf } from '../../src/protocol/commands/documents.ts';
import { commandRows } from '../../src/protocol/commands/table.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { replyItems, replyText, type Reply } from '../support/respReply.ts';

type Fields = ReadonlyMap<string, Reply>;

describe('what is said about commands', () => {
  let server: RedisServer;
  let client: RespClient;
  let docs: ReadonlyMap<string, Fields>;

  before(async () => {
    server = await startRedisServer();
    client = await connectResp(server.port);
    await client.call(['HELLO', '3']);
    docs = new Map(documentsIn(await client.call(['COMMAND', 'DOCS'])));
    assert.ok(docs.size > 350);
  });
  after(async () => {
    client.close();
    await server.stop();
  });

  it('has the arguments of COMMAND DOCS: names, types, tokens, keys, flags, versions', () => {
    for (const [name, doc] of docs) assert.deepEqual(argumentsOf(name), argumentsIn(doc), name);
  });

  it('names the deprecated commands, since when, and the commands to use instead', () => {
    const commandsIn = (text: string): string[] => (text.match(/`[A-Z ]+`/g) ?? []).filter((word) => docs.has(word.slice(1, -1).toLowerCase().replace(' ', '|')));
    for (const [name, doc] of docs) {
      const ours = documentOf(name);
      assert.deepEqual(ours?.flags, doc.has('doc_flags') ? replyItems(doc.get('doc_flags')).map(replyText) : [], name);
      assert.equal(ours.deprecated?.since, replyText(doc.get('deprecated_since')), name);
      assert.deepEqual(commandsIn(ours.deprecated?.instead ?? ''), commandsIn(replyText(doc.get('replaced_by')) ?? ''), name);
    }
  });

  it('tells the complexity that Redis tells, and none where it tells none', () => {
    for (const [name, doc] of docs) {
      const ours = documentOf(name)?.complexity;
      const theirs = replyText(doc.get('complexity'));
      assert.equal(ours === undefined, theirs === undefined, name);
      assert.ok(theirs?.includes(/^[^ ,;]*/.exec(ours ?? '')?.[0] ?? '') ?? true, `${name}: ${String(ours)} for ${String(theirs)}`);
    }
  });

  it('says in words of our own what every command does', () => {
    for (const [name] of commandRows) {
      const summary = documentOf(name)?.summary ?? '';
      assert.match(summary, /^[A-Z].{8,90}[^.]$/, name);
      assert.notEqual(summary, replyText(docs.get(name)?.get('summary')), name);
    }
  });

  it('reads no notation that is none', () => {
    for (const wrong of ['a  b', 'a(b', 'a{b|c}', '?', 'A>', 'a b)', "'x"]) assert.throws(() => readSyntax(wrong), /cannot read/, wrong);
  });
});

function* documentsIn(reply: Reply): Generator<readonly [string, Fields]> {
  for (const [name, doc] of fieldsOf(reply)) {
    const fields = fieldsOf(doc);
    yield [name, fields];
    const below = fields.get('subcommands');
    if (below !== undefined) yield* documentsIn(below);
  }
}

function argumentsIn(doc: Fields): CommandArgument[] {
  const list = doc.get('arguments');
  return list === undefined ? [] : replyItems(list).map((reply) => {
    const fields = fieldsOf(reply);
    const text = (name: string): string | undefined => replyText(fields.get(name));
    const spec = text('key_spec_index');
    return {
      name: text('name') ?? '',
      type: text('type') as CommandArgument['type'],
      keySpec: spec === undefined ? undefined : Number(spec),
      token: text('token'),
      since: text('since'),
      deprecatedSince: text('deprecated_since'),
      flags: fields.has('flags') ? replyItems(fields.get('flags')).map((flag) => replyText(flag) as CommandArgument['flags'][number]) : [],
      parts: argumentsIn(fields),
    };
  });
}

function fieldsOf(reply: Reply | undefined): Map<string, Reply> {
  assert.ok(reply?.kind === 'map');
  return new Map(reply.entries.map(([key, value]) => [replyText(key) ?? '', value]));
}
