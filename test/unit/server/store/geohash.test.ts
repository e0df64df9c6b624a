import assert from 'node:assert/strict';
import { cellsCovering, geoDistance, geoPosition, geoScore, geohashText, neighbour } from '../../../../src/server/store/geohash.ts';

describe('geohashes', () => {
  it('turn a position into 52 bits and back into the middle of its cell', () => {
    const score = geoScore([13.361389, 38.115556]);
    assert.equal(score, 3479099956230698);
    const [longitude, latitude] = geoPosition(score);
    assert.ok(Math.abs(longitude - 13.361389) < 1e-5 && Math.abs(latitude - 38.115556) < 1e-5);
    assert.equal(geohashText(score), 'sqc8b49rny0');
  });

  it('measure over a sphere', () => {
    assert.equal(geoDistance(geoPosition(3479099956230698), geoPosition(3479447370796909)).toFixed(4), '166274.1516');
    assert.equal(geoDistance([5, 10], [5, 10]), 0);
  });

  it('go round the world', () => {
    assert.deepEqual(neighbour({ longitude: 7, latitude: 0, step: 3 }, 1, -1), { longitude: 0, latitude: 7, step: 3 });
  });

  it('cover a shape with at most nine cells, the middle one first', () => {
    const cells = cellsCovering({ kind: 'circle', centre: [15, 37], radius: 200_000 });
    assert.ok(cells.length >= 1 && cells.length <= 9);
    assert.equal(new Set(cells.map((cell) => `${cell.longitude}/${cell.latitude}`)).size, cells.length);
    assert.equal(cellsCovering({ kind: 'circle', centre: [0, 0], radius: 0 }).every((cell) => cell.step === 26), true);
  });
});
