import type { ServerState } from '../state.ts';
import { makeString } from '../store/stringValue.ts';
import { makeZset, zsetSet } from '../store/zsetValue.ts';
import type { SampleEntry } from './index.ts';
import { json, makersFor, utf8 } from './make.ts';

const countries = ['ar', 'br', 'de', 'fr', 'in', 'jp', 'ke', 'nl', 'pl', 'us'];
const adjectives = ['brave', 'calm', 'eager', 'fancy', 'jolly', 'lucky', 'proud', 'quick', 'silent', 'witty'];
const animals = ['badger', 'crane', 'dolphin', 'falcon', 'gecko', 'heron', 'lynx', 'otter', 'panda', 'zebra'];
const PLAYERS = 50_000;
const PROFILES = 2000;

/** The scores of a game: one sorted set of 50,000 players, one for each country and day, ties, and players as hashes. About 2,040 keys. */
export function* leaderboardSample(server: ServerState): Generator<SampleEntry | undefined> {
  const env = server.environment;
  const now = Math.floor(server.clock.now());
  const { pick, between, hash, zset, list } = makersFor(env);
  const all = makeZset('player:1', env);
  const byCountry = new Map(countries.map((country) => [country, makeZset('player:1', env)]));
  for (let id = 1; id <= PLAYERS; id += 1) {
    // Most have little, few have much, and many have the same.
    const score = Math.floor(10 ** (1 + 4.5 * env.random() ** 2)) * 10;
    const country = pick(countries);
    zsetSet(all, `player:${id}`, score, env);
    const board = byCountry.get(country);
    if (board !== undefined) zsetSet(board, `player:${id}`, score, env);
    if (id <= PROFILES) yield [`player:${id}`, hash({ name: `${pick(adjectives)} ${pick(animals)}`, country, level: 1 + Math.floor(Math.log2(score)), games: between(1, 900) })];
    else if (id % 100 === 0) yield undefined;
  }
  yield ['leaderboard:all', all];
  for (const [country, board] of byCountry) yield [`leaderboard:country:${country}`, board];
  for (let day = 0; day < 14; day += 1) {
    const date = new Date(now - day * 86_400_000).toISOString().slice(0, 10);
    const board = zset(Array.from({ length: 400 }, () => [`player:${between(1, PLAYERS)}`, between(1, 5000)] as const));
    yield [`leaderboard:day:${date}`, Object.assign(board, { expireAt: now + (30 - day) * 86_400_000 })];
  }
  yield ['leaderboard:speedrun', zset(Array.from({ length: 120 }, (_, index) => [`player:${index + 1}`, between(60_000, 600_000) / 1000] as const))];
  yield ['leaderboard:lexical', zset(adjectives.flatMap((one) => animals.map((other) => [`${one}-${other}`, 0] as const)))];
  yield ['game:recent', list(Array.from({ length: 200 }, () => JSON.stringify({ winner: between(1, PLAYERS), loser: between(1, PLAYERS), by: between(1, 50) })))];
  yield ['game:season', makeString(json({ name: utf8('autumn'), ends_in_days: 21 }))];
}
