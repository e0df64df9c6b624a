import assert from 'node:assert/strict';
import { RdbError, latin1Kind } from '../../../../src/protocol/rdb/bytes.ts';
import { closePayload, decodeDump, encodeDump, payloadBody } from '../../../../src/protocol/rdb/dump.ts';
import { encodeDefaults } from '../../../../src/protocol/rdb/encodeValue.ts';
import { seededRandom } from '../../../support/random.ts';
import { damage, everyValue } from '../../../support/rdbDamage.ts';

const SEED = 5;
const ROUNDS = 1000;

describe('damaged payloads', () => {
  for (const value of everyValue) {
    for (const compress of [true, false]) {
      const payload = encodeDump(value, { ...encodeDefaults, version: 12, compress });
      const name = `type ${payload[0]}${compress ? ', compressed' : ''}`;

      it(`of ${name} are values or errors with a place, whatever is changed (seed ${SEED})`, () => {
        const random = seededRandom(SEED);
        const body = payloadBody(payload);
        let refused = 0;
        for (let round = 0; round < ROUNDS; round += 1) {
          const damaged = damage(body, random);
          try {
            decodeDump(closePayload(damaged, 12), latin1Kind);
          } catch (error) {
            assert.ok(error instanceof RdbError, `round ${round}: ${String(error)}`);
            assert.ok(error.offset >= 0 && error.offset <= damaged.length + 10, `round ${round}: ${error.offset}`);
            refused += 1;
          }
        }
        assert.ok(refused > ROUNDS / 20, `${refused} refused`);
      });
    }
  }
});
