import type { ServerState } from '../state.ts';
import { makeString } from '../store/stringValue.ts';
import type { Value } from '../store/value.ts';
import type { SampleEntry } from './index.ts';
import { json, makersFor } from './make.ts';

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const browsers = ['Firefox', 'Chrome', 'Safari', 'Edge'];

/**
 * What a web site keeps of those who are signed in: sessions that live from seconds to a month, one-time codes, rate limits and locks that
 * are over soon, and what has no time to live beside them. About 6,400 keys, fewer from the first minute on.
 */
export function* sessionsSample(server: ServerState): Generator<SampleEntry | undefined> {
  const now = Math.floor(server.clock.now());
  const { pick, between, hash, set } = makersFor(server.environment);
  /** The longer, the more: most sessions are young. */
  const expiring = (value: Value, ms: number): Value => Object.assign(value, { expireAt: now + ms });
  const token = (): string => between(36 ** 7, 36 ** 8 - 1).toString(36) + between(36 ** 7, 36 ** 8 - 1).toString(36);

  const signedIn = new Map<number, string[]>();
  for (let index = 0; index < 4000; index += 1) {
    const [user, id] = [between(1, 1200), token()];
    const lives = index < 200 ? between(5, 120) * SECOND : index < 1500 ? between(120, 3600) * SECOND : between(1, 30) * DAY - between(0, 86_000) * SECOND;
    yield [`session:${id}`, expiring(hash({ user, browser: pick(browsers), ip: `203.0.113.${between(1, 254)}`, seen: now - between(0, 3600) * SECOND, remember: lives > DAY ? 1 : 0 }), lives)];
    signedIn.set(user, [...(signedIn.get(user) ?? []), id]);
  }
  for (const [user, ids] of signedIn) yield [`user:${user}:sessions`, expiring(set(ids), 30 * DAY)];
  for (let index = 0; index < 150; index += 1) yield [`login:code:${between(1, 1200)}`, makeString(String(between(100_000, 999_999)), now + between(30, 300) * SECOND)];
  for (let index = 0; index < 1000; index += 1) yield [`ratelimit:198.51.100.${between(1, 254)}:${index}`, makeString(String(between(1, 60)), now + between(10, 600) * SECOND)];
  for (let index = 0; index < 60; index += 1) yield [`csrf:${token()}`, makeString(token(), now + between(600, 1800) * SECOND)];
  yield ['lock:nightly-report', makeString(token(), now + 30 * SECOND)];
  yield ['banner:maintenance', makeString('Back in five minutes.', now + 300 * SECOND)];
  yield ['config:session', makeString(json({ idle_minutes: 60, remember_days: 30 }))];
  yield ['stats:sign-ins', makeString('918273')];
}
