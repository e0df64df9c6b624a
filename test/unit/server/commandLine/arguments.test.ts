import assert from 'node:assert/strict';
import { readArguments } from '../../../../src/server/commandLine/arguments.ts';

/** The directives that the arguments stand for, and what else they ask for. */
function served(...argv: readonly string[]): { file: string | undefined; stdin: boolean; lines: string[]; sample: string | undefined } {
  const line = readArguments(argv);
  assert.ok(line.do === 'serve');
  return { file: line.file, stdin: line.stdin, lines: line.options.split('\n').map((text) => text.trim()), sample: line.sample };
}

const lines = (...argv: readonly string[]): string[] => served(...argv).lines;

describe('commandLine/arguments', () => {
  it('makes a directive of each option, its words quoted', () => {
    assert.deepEqual(lines('--port', '6380', '--save', '900', '1', '--requirepass', 'a "b"\n'), ['port "6380"', 'save "900" "1"', 'requirepass "a \\"b\\"\\n"']);
    assert.deepEqual(lines('--port 6380', '--hz', '10'), ['port 6380', 'hz "10"']);
    assert.deepEqual(lines('--masterauth', 'pässword'), ['masterauth "p\\xc3\\xa4ssword"']);
  });

  it('takes a word with two dashes as a value where one is missing, and a bare --save as one of nothing', () => {
    assert.deepEqual(lines('--masterauth', '--secret', '--hz', '10'), ['masterauth "--secret"', 'hz "10"']);
    assert.deepEqual(lines('--save', '--hz', '10', '--SAVE'), ['save ""', 'hz "10"', 'SAVE ""']);
    assert.deepEqual(lines('--save', ''), ['save ""']);
  });

  it('knows a file in front, and a dash first or last', () => {
    assert.deepEqual(served('a.conf', '--port', '1', '-'), { file: 'a.conf', stdin: true, lines: ['port "1"'], sample: undefined });
    assert.deepEqual(served('-', '--port', '1'), { file: undefined, stdin: true, lines: ['port "1"'], sample: undefined });
    assert.deepEqual(lines('--user', '-', 'on'), ['user "-" "on"']);
    assert.deepEqual(served(), { file: undefined, stdin: false, lines: [''], sample: undefined });
  });

  it('keeps --sample to itself', () => {
    assert.deepEqual(served('--sample', 'shop', '--port', '1'), { file: undefined, stdin: false, lines: ['port "1"'], sample: 'shop' });
    assert.equal(served('--port', '1', '--sample').sample, '');
  });

  it('tells the questions from the rest', () => {
    assert.deepEqual(['-v', '--version', '-h', '--help', '--check-system', '--test-memory'].map((word) => readArguments([word]).do), ['version', 'version', 'usage', 'usage', 'check-system', 'test-memory']);
    assert.equal(readArguments(['a.conf', '--sentinel']).do, 'sentinel');
    assert.equal(readArguments(['--version', '--port', '1']).do, 'version');
    assert.equal(readArguments(['--port', '1', '--version']).do, 'serve');
  });
});
