import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lessons } from '../../../../src/core/lessons/index.ts';
import { nextLesson, stepsDone, withStep, withoutLesson } from '../../../../src/core/lessons/progress.ts';
import { fillIn, hintMarkdown, parseProse } from '../../../../src/core/lessons/prose.ts';
import { splitScript } from '../../../../src/core/language/script.ts';
import { readProse } from './stage.ts';

describe('core/lessons prose', () => {
  it('reads steps, cells and hints', () => {
    const prose = parseProse('# A title\n\nHello.\n\n<!-- step one -->\n## First\n\nText.\n\n```redis copy\nGET a\nGET b\n```\n\n```redis\nPING\n```\n<!-- hint none -->\nNothing, {0}.\n<!-- step two -->\n## Second\n');
    assert.deepEqual(prose, {
      title: 'A title',
      opening: '# A title\n\nHello.',
      steps: [
        {
          id: 'one', title: 'First', hints: new Map([['none', 'Nothing, {0}.']]),
          parts: [{ kind: 'text', markdown: '## First\n\nText.' }, { kind: 'commands', text: 'GET a\nGET b', server: 'copy' }, { kind: 'commands', text: 'PING', server: undefined }],
        },
        { id: 'two', title: 'Second', hints: new Map(), parts: [{ kind: 'text', markdown: '## Second' }] },
      ],
    });
    assert.equal(fillIn('{1} of {0}, {2}', ['a', 'b']), 'b of a, {2}');
  });

  it('puts values into a hint as text, and into its code as they are', () => {
    assert.equal(hintMarkdown('It found `{0}`, not {0}.', ['a_*\\']), 'It found `a_*\\`, not a\\_\\*\\\\.');
    assert.equal(hintMarkdown('`{0}` {1}', ['`` [x](command:y)', 'http://x.y <b>']), '``` `` [x](command:y) ``` http\\:\\/\\/x\\.y \\<b\\>');
    assert.equal(hintMarkdown('`GET {0} 1`, {1}', ['', '\x1b[31m\u202e\n  a']), '`GET  1`, \\\\x1b\\[31m\\\\x202e a');
    assert.ok(hintMarkdown('{0} `{0}`', ['x'.repeat(10_000_000)]).length < 1000);
  });

  for (const { id, checks, servers } of lessons) {
    it(`has every step of ${id} and every hint that its checks may give, and no other`, () => {
      const { title, steps } = readProse(id);
      assert.notEqual(title, '');
      assert.deepEqual(steps.map((step) => step.id), Object.keys(checks));
      const source = readFileSync(join(import.meta.dirname, '../../../../src/core/lessons', `${id}.ts`), 'utf8');
      for (const hint of steps.flatMap(({ hints }) => [...hints.keys()])) assert.match(source, new RegExp(`missing\\([^;]*'${hint}'`), `no check gives the hint ${hint}`);
      for (const step of steps) {
        assert.notEqual(step.title, '', step.id);
        for (const part of step.parts) {
          if (part.kind === 'text') continue;
          assert.ok(part.server === undefined || servers.includes(part.server), part.server);
          for (const { line } of splitScript(part.text)) assert.equal(line.fault, undefined, part.text);
        }
      }
    });
  }

  it('keeps progress, and knows the next lesson', () => {
    const [first] = lessons;
    assert.ok(first !== undefined);
    let progress = withStep({}, first.id, 'first');
    assert.equal(withStep(progress, first.id, 'first'), progress);
    progress = withStep(progress, first.id, 'gone');
    assert.deepEqual(stepsDone(progress, first), ['first']);
    assert.equal(nextLesson(progress, lessons, undefined), first);
    for (const lesson of lessons) for (const step of Object.keys(lesson.checks)) progress = withStep(progress, lesson.id, step);
    assert.equal(nextLesson(progress, lessons, first.id), undefined);
    assert.equal(nextLesson(withoutLesson(progress, first.id), lessons, undefined), first);
    assert.equal(nextLesson(withoutLesson(progress, first.id), lessons, lessons.at(-1)?.id), first);
  });
});
