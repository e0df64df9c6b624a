import assert from 'node:assert/strict';
import { failureOfReply } from '../../../../src/core/connection/failures.ts';
import { plainText, readable } from '../../../../src/ui/platform/plainText.ts';

/** How VS Code finds the links in a notification. */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

describe('plainText', () => {
  it('leaves no link in what a server says, and words as they are', () => {
    const { message } = failureOfReply('ERR [Sign in](command:workbench.action.terminal.new) or [here](https://example.org "x")');
    assert.match(message, link);
    assert.doesNotMatch(plainText(message), link);
    assert.equal(plainText('The server refused GET: [a] (b)'), 'The server refused GET: [a] (b)');
  });

  it('turns no letters around, and is no longer than one can read', () => {
    assert.equal(plainText(failureOfReply('MOVED 1 a\u202eb\x1b').message), 'The key lives on another node of the cluster: a\\x202eb\\x1b. Connect to that node.');
    assert.equal(readable('a\u202eb'.repeat(100), 10), 'a\\x202eba…');
    assert.ok(plainText(failureOfReply(`MOVED 1 ${'x'.repeat(1_000_000)}`).message).length <= 2000);
  });
});
