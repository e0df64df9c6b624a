import assert from 'node:assert/strict';
import { connectResp } from '../support/respClient.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { replyText } from '../support/respReply.ts';
import { isNotYet } from './coverage.ts';
import { play, type Player } from './play.ts';
import { startPractice, type Practice } from './practice.ts';
import { scripts } from './scripts/index.ts';

/** Fewer checked replies than this, in each of the four ways, mean that scripts were lost, not that all is well. */
const LEAST_CHECKS = 10_000;

/** Differences shown for one script: the first ones explain the rest. */
const SHOWN = 12;

describe('the practice server answers as redis-server 7.0', () => {
  let real: RedisServer;
  let practice: Practice;
  const checks = new Map<string, number>();

  before(async () => {
    [real, practice] = await Promise.all([startRedisServer(), startPractice()]);
  });
  after(async () => {
    await practice.close();
    await real.stop();
  });

  const theirs: Player = { open: () => connectResp(real.port) };
  const ours: Readonly<Record<string, Player>> = {
    stream: { open: () => Promise.resolve(practice.openStream()) },
    TCP: { open: () => practice.openTcp() },
  };

  for (const protocol of [2, 3] as const) {
    for (const [way, player] of Object.entries(ours)) {
      const mode = `RESP${String(protocol)} over ${way}`;
      describe(mode, () => {
        for (const script of scripts) {
          const absent = script.needs?.filter(isNotYet) ?? [];
          if (absent.length > 0) {
            it(`${script.name}: not there yet`, async () => {
              const client = await player.open();
              for (const name of absent) assert.match(replyText(await client.call(name.split('|'))) ?? '', /^ERR unknown (sub)?command/, name);
              client.close();
            });
            continue;
          }
          it(script.name, async () => {
            const played = await play(script, player, theirs, protocol);
            checks.set(mode, (checks.get(mode) ?? 0) + played.checks);
            assert.ok(played.checks > 0, 'the script checks nothing');
            assert.equal(played.differences.length, 0, explain(played.differences, played.checks));
          });
        }

        it(`has compared at least ${String(LEAST_CHECKS)} replies`, () => {
          assert.ok((checks.get(mode) ?? 0) >= LEAST_CHECKS, `only ${String(checks.get(mode) ?? 0)}`);
        });
      });
    }
  }

  it('names each script once', () => {
    const names = scripts.map((script) => script.name);
    assert.deepEqual(names.filter((name, at) => names.indexOf(name) !== at), []);
  });
});

function explain(differences: readonly string[], checks: number): string {
  const more = differences.length > SHOWN ? `\n… and ${String(differences.length - SHOWN)} more` : '';
  return `${String(differences.length)} of ${String(checks)} replies differ\n${differences.slice(0, SHOWN).join('\n')}${more}`;
}
