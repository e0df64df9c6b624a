import assert from 'node:assert/strict';
import { splitScript, statementAt } from '../../../../src/core/language/script.ts';

const texts = (script: string): readonly string[] => splitScript(script).map(({ text }) => text);

describe('core/language scripts', () => {
  it('takes a command a line, whatever the line ends in, and passes over comments and empty lines', () => {
    assert.deepEqual(texts('# a shop\nSET a 1\r\n\n  // more\n  GET a\n#'), ['SET a 1', '  GET a']);
    assert.deepEqual(texts(''), []);
  });

  it('joins the lines of a quote', () => {
    const script = 'SET a "x\ny\nz"\nGET a';
    const [first, second] = splitScript(script);
    assert.equal(first?.line.words[2]?.bytes.toString(), 'x\ny\nz');
    assert.equal(second?.text, 'GET a');
    assert.equal(script.slice(first?.from, first?.to), first?.text);
  });

  it('leaves a quote that is never closed to its own line', () => {
    const [first, second] = splitScript("SET a 'x\nGET a");
    assert.equal(first?.line.fault?.kind, 'open');
    assert.equal(second?.text, 'GET a');
  });

  it('joins what a line closes and opens anew, and knows which quotes close what', () => {
    assert.deepEqual(texts('SET a "x\ny" "z\nw"\nGET a'), ['SET a "x\ny" "z\nw"', 'GET a']);
    assert.deepEqual(texts(`SET a "it's\n\\" so" 'b\n\\' "'\nGET a`), [`SET a "it's\n\\" so" 'b\n\\' "'`, 'GET a']);
    assert.deepEqual(texts('SET a "x\ny"z\nGET a'), ['SET a "x\ny"z', 'GET a']);
    assert.deepEqual(texts(`SET a b"x\ny" c\nGET a`), [`SET a b"x\ny" c`, 'GET a']);
  });

  it('cuts a file of quotes that are never closed in time', () => {
    const before = performance.now();
    const line = `${'a'.repeat(100)}\\"`;
    assert.equal(splitScript(Array.from({ length: 5000 }, () => line).join('\n')).length, 5000);
    assert.equal(splitScript(Array.from({ length: 5000 }, (_, at) => (at % 2 === 0 ? line : `${line} \\'`)).join('\n')).length, 5000);
    assert.ok(performance.now() - before < 1000, `${String(performance.now() - before)} ms`);
  });

  it('tells the command at a place', () => {
    const statements = splitScript('SET a 1\n\nGET a');
    assert.deepEqual([0, 7, 8, 9, 14].map((at) => statementAt(statements, at)?.text), ['SET a 1', 'SET a 1', undefined, 'GET a', 'GET a']);
  });
});
