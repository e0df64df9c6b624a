import assert from 'node:assert/strict';
import { createServer } from '../../../src/server/server.ts';
import { openRespClient } from '../../support/respClient.ts';
import { replyText } from '../../support/respReply.ts';

describe('LOLWUT', () => {
  const server = createServer();
  const client = openRespClient(server.connect());
  after(async () => {
    client.close();
    await server.close();
  });

  async function lines(...options: readonly string[]): Promise<string[]> {
    const reply = await client.call(['LOLWUT', 'VERSION', ...options]);
    assert.ok(reply.kind === 'bulk');
    return reply.bytes.toString('utf8').split('\n');
  }

  it('draws in braille as wide as asked, and ends in the version', async () => {
    const drawn = await lines('5', '10', '2', '3');
    assert.match(drawn.at(-2) ?? '', / Redis ver\. 7\.0\.15$/);
    const picture = drawn.slice(0, -3);
    assert.ok(picture.length > 3);
    for (const line of picture) assert.match(line, /^[\u2800-\u28ff]{10}$/u);
    assert.ok(picture.some((line) => /[^\u2800]/u.test(line)), 'something is drawn');
  });

  it('draws in shades of a terminal as large as asked', async () => {
    const drawn = await lines('6', '12', '5');
    assert.match(drawn.at(-2) ?? '', / Redis ver\. 7\.0\.15$/);
    const picture = drawn.slice(0, 5);
    for (const line of picture) assert.equal(line.replace(/\u001b\[[\d;]*m/g, ''), ' '.repeat(12));
    assert.ok(new Set(picture.join('').match(/\u001b\[0;\d+;\d+m/g)).size > 1, 'more than one shade');
  });

  it('stays small whatever size is asked for', async () => {
    assert.ok((replyText(await client.call(['LOLWUT', 'VERSION', '5', '99999', '1', '9999'])) ?? '').length < 1_000_000);
    assert.ok((replyText(await client.call(['LOLWUT', 'VERSION', '6', '99999', '99999'])) ?? '').length < 10_000_000);
  });
});
