import assert from 'node:assert/strict';
import { followingClock } from '../../../src/server/clock.ts';

describe('the clock of a server', () => {
  let wall: number;
  let steady: number;
  const pass = (ms: number): void => {
    wall += ms;
    steady += ms;
  };

  beforeEach(() => {
    wall = 1_700_000_000_000;
    steady = 12.25;
  });

  it('has fractions of a millisecond, and does not jump for less than a few', () => {
    const clock = followingClock(() => Math.floor(wall), () => steady);
    pass(0.5);
    assert.equal(clock.now(), 1_700_000_000_000.5);
    pass(1000.25);
    wall += 2;
    assert.equal(clock.now(), 1_700_000_001_000.75);
  });

  it('is right again after the machine was suspended, and follows who sets the time', () => {
    const clock = followingClock(() => Math.floor(wall), () => steady);
    wall += 3_600_000;
    pass(501);
    assert.equal(clock.now(), 1_700_003_600_501);
    wall -= 60_000;
    pass(501);
    assert.equal(clock.now(), 1_700_003_541_002);
  });

  it('is never 4 ms from a time of day that gains or loses 1 %', () => {
    for (const rate of [1.01, 0.99]) {
      const clock = followingClock(() => Math.floor(wall), () => steady);
      for (let count = 0; count < 5000; count += 1) {
        wall += rate;
        steady += 1;
        assert.ok(Math.abs(clock.now() - wall) < 4, `${String(clock.now() - wall)} after ${String(count)} ms`);
      }
    }
  });

  it('looks at the time of day seldom', () => {
    let looks = 0;
    const clock = followingClock(() => (looks += 1, wall), () => steady);
    for (let count = 0; count < 1000; count += 1) {
      pass(1);
      clock.now();
    }
    assert.ok(looks <= 11, `${String(looks)} looks`);
  });
});
