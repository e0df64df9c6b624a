import assert from 'node:assert/strict';
import { tableOfCommands, titleOf } from '../../../../src/core/language/command.ts';
import { completeLine, hintFor } from '../../../../src/core/language/complete.ts';
import { allCommandFacts } from '../../../../src/protocol/commands/lookup.ts';

const offered = (text: string, at = text.length): readonly string[] => completeLine(text, at, tableOfCommands).items.map((item) => item.text);

describe('core/language completion', () => {
  it('completes every command from its first letters', () => {
    for (const { name } of allCommandFacts()) {
      const title = titleOf(name);
      const word = title.split(' ').at(-1) ?? '';
      for (const typed of [title.slice(0, title.length - word.length + 1), title.toLowerCase()]) assert.ok(offered(typed).includes(word), `${typed} → ${title}`);
    }
  });

  it('offers subcommands, then options, in any letters and where they may stand', () => {
    assert.deepEqual(offered('config '), ['GET', 'HELP', 'RESETSTAT', 'REWRITE', 'SET']);
    assert.deepEqual(offered('scan 0 m'), ['MATCH']);
    assert.deepEqual(offered('SET k v '), ['NX', 'XX', 'GET', 'EX', 'PX', 'EXAT', 'PXAT', 'KEEPTTL']);
    assert.deepEqual(offered('SET k v E'), ['EX', 'EXAT']);
    assert.deepEqual(offered('SET k '), []);
    assert.deepEqual(completeLine('  SE k v', 4, tableOfCommands), { from: 2, items: ['SET', 'SETBIT', 'SETEX', 'SETNX', 'SETRANGE', 'SELECT'].map((text) => ({ kind: 'command', text, command: text.toLowerCase() })).sort((a, b) => order(a.text) - order(b.text)) });
  });

  it('offers nothing within quotes, or behind what is no command', () => {
    for (const text of ['SET "', "SET 'M", 'nonsense ', 'GET k ']) assert.deepEqual(offered(text), [], text);
  });

  it('hints at what is missing', () => {
    assert.equal(hintFor('hset k', tableOfCommands), 'field value [field value ...]');
    assert.equal(hintFor('config set', tableOfCommands), 'parameter value [parameter value ...]');
    assert.equal(hintFor('get k', tableOfCommands), undefined);
    assert.equal(hintFor('get "k', tableOfCommands), undefined);
    assert.equal(hintFor('nonsense', tableOfCommands), undefined);
  });
});

const names = [...allCommandFacts()].map(({ name }) => name);

function order(text: string): number {
  return names.indexOf(text.toLowerCase());
}
