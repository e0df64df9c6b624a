import assert from 'node:assert/strict';
import { rdbVersionOf, readsRdb } from '../../../../src/core/replicate/rdbVersions.ts';

describe('versions of RDB', () => {
  it('follow from those of servers', () => {
    const redis = { '2.8.24': 6, '3.0.7': 6, '3.2.0': 7, '4.0.14': 8, '5.0.0': 9, '6.2.13': 9, '7.0.15': 10, '7.2.4': 11, '7.4.0': 12, '8.4.0': 12, '8.6.1': 13, '8.8.0': 14, '8.10.0': 15, '9.0.0': 15 };
    for (const [version, rdb] of Object.entries(redis)) assert.equal(rdbVersionOf({ version, flavour: 'redis' }), rdb, version);
    for (const [version, rdb] of Object.entries({ '7.2.5': 11, '8.1.0': 11, '9.0.0': 80, '9.2.0': 81 })) assert.equal(rdbVersionOf({ version, flavour: 'valkey' }), rdb, version);
    for (const version of ['', 'unstable', '2.4.0']) assert.equal(rdbVersionOf({ version, flavour: 'redis' }), undefined, version);
    assert.equal(rdbVersionOf({ version: '7.0.15', flavour: 'unknown' }), undefined);
  });

  it('are read by newer servers, and by the other family up to where they parted', () => {
    for (const [own, other] of [[10, 10], [10, 6], [15, 12], [80, 11], [80, 9], [81, 80]] as const) assert.ok(readsRdb(own, other), `${own} reads ${other}`);
    for (const [own, other] of [[9, 10], [11, 12], [80, 12], [80, 81], [15, 80], [11, 80]] as const) assert.ok(!readsRdb(own, other), `${own} does not read ${other}`);
  });
});
