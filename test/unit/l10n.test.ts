import assert from 'node:assert/strict';
import { failureOfReply } from '../../src/core/connection/failures.ts';
import { tableOfCommands } from '../../src/core/language/command.ts';
import { helpOf, helpText } from '../../src/core/language/help.ts';
import { l10n, speak } from '../../src/l10n.ts';
import { documentOf } from '../../src/protocol/commands/documents.ts';

describe('l10n', () => {
  afterEach(() => speak(undefined));

  it('says English until it is told other words', () => {
    assert.equal(l10n.t('{0} of {1}', 3, 'four'), '3 of four');
  });

  it('puts what is given where the translation has it, whatever it holds', () => {
    speak({ '{0} of {1}': '{1} 中的 {0}' });
    assert.equal(l10n.t('{0} of {1}', '$& {1}', 4), '4 中的 $& {1}');
    assert.equal(l10n.t('of {0} and {1}', 1), 'of 1 and {1}');
  });

  it('is what core says its failures with, from when it was told', () => {
    speak({ 'The server refused {0}: {1}': '服务器拒绝了 {0}：{1}', 'The server is still loading its data. Try again in a moment.': '服务器仍在加载数据，请稍后重试。' });
    assert.equal(failureOfReply('ERR something odd', [Buffer.from('GET')]).message, '服务器拒绝了 GET：something odd');
    assert.equal(failureOfReply('LOADING Redis is loading').message, '服务器仍在加载数据，请稍后重试。');
  });

  it('is what commands are described with, and a server describes them in English all the same', () => {
    speak({ 'Removes keys': '删除键', 'summary: {0}': '摘要：{0}' });
    assert.equal(helpOf('del', tableOfCommands)?.summary, '删除键');
    assert.match(helpText(['del'], tableOfCommands), /^ {2}摘要：删除键$/m);
    assert.equal(documentOf('del')?.summary, 'Removes keys');
  });
});
