import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { damageText, damageTexts } from '../../../src/core/damage.ts';
import { speak } from '../../../src/l10n.ts';

const source = (path: string): string => join(import.meta.dirname, '../../../src', path);

describe('core/damage', () => {
  afterEach(() => speak(undefined));

  it('leaves what is said as it is where there are no other words', () => {
    for (const text of ['a listpack of 3 elements that says 4', 'a value of the unknown type 99 in version 7 of Redis dumps (key "a (key)")', 'ENOENT: no such file']) assert.equal(damageText(text), text);
  });

  it('finds the words of what is said, and of what is said inside of it', () => {
    speak({ '{0} has {1} bytes too many': '{0}多出 {1} 字节', 'a hash': '哈希', '{0} (key {1})': '{0}（键 {1}）', '{0} in version {1} of {2} dumps': '{2} 转储版本 {1} 中的{0}', 'a value of the unknown type {0}': '未知类型 {0} 的值' });
    assert.equal(damageText('a hash has 3 bytes too many'), '哈希多出 3 字节');
    assert.equal(damageText('a value of the unknown type 99 in version 7 of Redis dumps (key "a")'), 'Redis 转储版本 7 中的未知类型 99 的值（键 "a"）');
  });

  it('knows everything that is said of RDB data', () => {
    speak(Object.fromEntries(damageTexts.map((text) => [text, `〈${text}〉`])));
    const said = readdirSync(source('protocol/rdb')).flatMap((file) => {
      const text = readFileSync(source(`protocol/rdb/${file}`), 'utf8');
      return [...text.matchAll(/(?:corrupt\([\w.]+|RdbError\('\w+'), (?:(['"])(.*?)\1|`([^`]*)`)/g)].map((match) => (match[2] ?? match[3] ?? '').replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '7'));
    });
    assert.ok(said.length > 50);
    // The name behind it is told where there is one.
    assert.deepEqual(said.filter((text) => text !== '77' && damageText(text) === text), []);
  });
});
