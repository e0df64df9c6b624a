import assert from 'node:assert/strict';
import { failureOfReply } from '../../../../src/core/connection/failures.ts';
import { plainText } from '../../../../src/ui/platform/plainText.ts';

/** How VS Code finds the links in a notification. */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

describe('plainText', () => {
  it('leaves no link in what a server says, and words as they are', () => {
    const { message } = failureOfReply('ERR [Sign in](command:workbench.action.terminal.new) or [here](https://example.org "x")');
    assert.match(message, link);
    assert.doesNotMatch(plainText(message), link);
    assert.equal(plainText('The server refused GET: [a] (b)'), 'The server refused GET: [a] (b)');
  });
});
