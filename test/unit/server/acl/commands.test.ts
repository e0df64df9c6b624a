import assert from 'node:assert/strict';
import { createServer } from '../../../../src/server/server.ts';
import { openRespClient } from '../../../support/respClient.ts';
import { replyItems, replyText } from '../../../support/respReply.ts';

describe('ACL of the practice server', () => {
  it('makes passwords of as many bits as are asked for, each another', async () => {
    const practice = createServer();
    const client = openRespClient(practice.connect());
    for (const [bits, length] of [[undefined, 64], [1, 1], [4, 1], [5, 2], [8, 2], [9, 3], [4096, 1024]] as const) {
      const generate = async (): Promise<string> => replyText(await client.call(['ACL', 'GENPASS', ...(bits === undefined ? [] : [String(bits)])])) ?? '';
      const password = await generate();
      assert.match(password, new RegExp(`^[0-9a-f]{${String(length)}}$`), String(bits));
      if (length > 10) assert.notEqual(await generate(), password);
    }
    await practice.close();
  });

  it('is still within the transaction while EXEC runs', async () => {
    const practice = createServer();
    const client = openRespClient(practice.connect());
    for (const call of [['MULTI'], ['CLIENT', 'INFO'], ['AUTH', 'nobody', 'x']]) await client.call(call);
    const [info] = replyItems(await client.call(['EXEC']));
    assert.match(replyText(info) ?? '', / flags=x .* multi=2 /);
    assert.match(replyText(await client.call(['CLIENT', 'INFO'])) ?? '', / flags=N .* multi=-1 /);
    assert.equal(replyText(replyItems(replyItems(await client.call(['ACL', 'LOG']))[0])[5]), 'multi');
    await practice.close();
  });

  it('tells the age of a refusal by the server\'s clock, and joins those of one minute', async () => {
    let now = 1_000_000;
    const practice = createServer({ clock: { now: () => now }, cron: false });
    const client = openRespClient(practice.connect());
    const limited = openRespClient(practice.connect());
    await client.call(['ACL', 'SETUSER', 'u', 'on', 'nopass', '+get', '~k']);
    await limited.call(['AUTH', 'u', 'x']);
    const ages = async (): Promise<string[]> =>
      replyItems(await client.call(['ACL', 'LOG'])).map((entry) => replyItems(entry).filter((_, at) => at === 1 || at === 11).map((item) => replyText(item) ?? '').join(' '));
    await limited.call(['GET', 'x']);
    now += 250;
    assert.deepEqual(await ages(), ['1 0.25']);
    now += 50_000;
    await limited.call(['GET', 'x']);
    assert.deepEqual(await ages(), ['2 0']);
    now += 60_001;
    await limited.call(['GET', 'x']);
    assert.deepEqual(await ages(), ['1 0', '2 60.000999999999998']);
    await practice.close();
  });
});
