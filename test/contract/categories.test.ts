import assert from 'node:assert/strict';
import { aclCategories, categoriesOf } from '../../src/protocol/commands/categories.ts';
import { allCommandFacts, commandFact } from '../../src/protocol/commands/lookup.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { replyItems, replyText, type Reply } from '../support/respReply.ts';

const texts = (reply: Reply | undefined): string[] => replyItems(reply).map((item) => replyText(item) ?? '');

describe('ACL categories', () => {
  let server: RedisServer;
  let client: RespClient;

  before(async () => {
    server = await startRedisServer();
    client = await connectResp(server.port);
  });
  after(async () => {
    client.close();
    await server.stop();
  });

  it('are those of COMMAND INFO for every command, in its order', async () => {
    const entries = replyItems(await client.call(['COMMAND'])).flatMap((entry) => [entry, ...replyItems(replyItems(entry)[9])]);
    assert.ok(entries.length > 350);
    for (const entry of entries) {
      const [name, , , , , , categories] = replyItems(entry);
      const fact = commandFact(replyText(name) ?? '');
      assert.ok(fact !== undefined);
      assert.deepEqual(categoriesOf(fact), texts(categories), fact.name);
    }
  });

  it('are those of ACL CAT', async () => {
    assert.deepEqual(aclCategories, texts(await client.call(['ACL', 'CAT'])));
    for (const category of aclCategories) {
      const ours = [...allCommandFacts()].filter((fact) => fact.since < '7.1' && categoriesOf(fact).includes(`@${category}`)).map(({ name }) => name);
      assert.deepEqual(ours.sort(), texts(await client.call(['ACL', 'CAT', category])).sort(), category);
    }
  });
});
