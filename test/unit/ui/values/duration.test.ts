import assert from 'node:assert/strict';
import { parseDuration } from '../../../../src/ui/values/duration.ts';

describe('parseDuration', () => {
  it('reads seconds, and units', () => {
    const cases: readonly (readonly [string, number])[] = [['90', 90_000], ['1.5 s', 1500], ['10min', 600_000], [' 2 h ', 7_200_000], ['7 d', 604_800_000], ['250 ms', 250]];
    for (const [text, ms] of cases) assert.equal(parseDuration(text), ms, text);
  });

  it('takes only the word for never: an empty box is no answer', () => {
    assert.equal(parseDuration('never'), undefined);
    assert.equal(parseDuration(' Never '), undefined);
    assert.equal(parseDuration(''), null);
    assert.equal(parseDuration('  '), null);
  });

  it('refuses what is no time above 0', () => {
    for (const text of ['0', '-1', 'soon', '1 week', '1e9', '0.0001 ms', '99999999999999999999 d']) assert.equal(parseDuration(text), null, text);
  });
});
