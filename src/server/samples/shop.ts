import type { ServerState } from '../state.ts';
import { hashSet, makeHash } from '../store/hashValue.ts';
import { makeStream, streamAppend } from '../store/streamValue.ts';
import { makeString } from '../store/stringValue.ts';
import type { Value } from '../store/value.ts';
import type { SampleEntry } from './index.ts';
import { json, makersFor, utf8 } from './make.ts';

const firstNames = ['Ada', 'Björn', 'Chiara', 'Dmitri', 'Eleni', 'Farid', 'Grace', 'Hiroshi', 'Inés', 'Jürgen', 'Keiko', 'Liam', 'Møller', 'Noor', 'Olga', 'Pedro'];
const cities = ['Lisbon', 'Zürich', 'Kraków', 'Osaka', 'Montréal', 'Nairobi', 'Reykjavík', 'São Paulo'];
const goods = ['kettle', 'lamp', 'notebook', 'mug', 'backpack', 'umbrella', 'headphones', 'plant pot', 'desk', 'bicycle bell'];
const colours = ['red', 'blue', 'green', 'black', 'white', 'ochre'];

/**
 * A small shop: customers, products, orders, carts, sessions, caches; every type, keys that expire, names that are awkward to
 * show, and one hash of 50,000 fields. About 6,000 keys.
 */
export function* shopSample(server: ServerState): Generator<SampleEntry | undefined> {
  const env = server.environment;
  const now = Math.floor(server.clock.now());
  const { pick, between, hash, list, set, zset } = makersFor(env);

  yield ['shop:name', makeString(utf8('Keyspace practice shop'))];
  yield ['shop:opened', makeString('2019')];
  yield ['shop:config', makeString(json({ currency: 'EUR', vat: 0.21, languages: ['en', 'de', 'pt'], free_shipping_above: 50 }))];
  yield ['counters:orders', makeString('3000')];
  yield ['counters:visits', makeString('18446744')];

  for (let id = 1; id <= 1500; id += 1) {
    const name = pick(firstNames);
    yield [`customer:${id}`, hash({ name, city: pick(cities), email: `${name.toLowerCase()}.${id}@example.org`, orders: between(0, 40), since: between(2019, 2026) })];
    // Every customer is a key and a namespace as well.
    if (id % 50 === 0) yield [`customer:${id}:wishlist`, set(Array.from({ length: between(3, 12) }, () => `product:${between(1, 800)}`))];
    if (id % 75 === 0) yield [`customer:${id}:notes`, list(['called about a refund', 'prefers e-mail', 'birthday in May'])];
  }
  for (let id = 1; id <= 800; id += 1) {
    const name = `${pick(colours)} ${pick(goods)}`;
    yield [`product:${id}`, makeString(json({ id, name, price: between(199, 19999) / 100, stock: between(0, 500), tags: [pick(colours), pick(goods)] }))];
  }
  for (let id = 1; id <= 3000; id += 1) {
    yield [
      `order:${2024 + (id % 3)}:${String(id).padStart(6, '0')}`,
      hash({ customer: between(1, 1500), total: (between(500, 50000) / 100).toFixed(2), status: pick(['new', 'paid', 'sent', 'returned']), items: between(1, 9) }),
    ];
  }
  for (let id = 1; id <= 400; id += 1) {
    const value = makeString(json({ customer: between(1, 1500), csrf: between(1e9, 9e9).toString(36) }), now + between(300, 86400) * 1000);
    yield [`session:${between(1e9, 9e9).toString(36)}${id}`, value];
  }
  for (let id = 1; id <= 60; id += 1) {
    const cart = hash({ [`product:${between(1, 800)}`]: between(1, 4), [`product:${between(1, 800)}`]: 1 });
    cart.expireAt = now + between(3600, 7 * 86400) * 1000;
    yield [`cart:${between(1, 1500)}`, cart];
  }
  for (const city of cities) yield [`index:customers:by-city:${utf8(city)}`, set(Array.from({ length: between(100, 700) }, () => String(between(1, 1500))))];
  for (const colour of colours) yield [`index:products:by-colour:${colour}`, set(Array.from({ length: between(20, 90) }, () => `product:${between(1, 800)}`))];

  yield ['bestsellers', zset(goods.map((name) => [name, between(10, 5000)] as const))];
  yield ['leaderboard:customers', zset(Array.from({ length: 1200 }, (_, index) => [`customer:${index + 1}`, between(0, 100000) / 100] as const))];
  yield ['queue:emails', list(Array.from({ length: 3000 }, (_, index) => JSON.stringify({ to: `customer:${between(1, 1500)}`, template: pick(['welcome', 'receipt', 'reminder']), n: index })))];
  yield ['queue:refunds', list(['order:2024:000003', 'order:2025:000001'])];

  const events = makeStream();
  for (let index = 0; index < 2000; index += 1) {
    const ms = BigInt(now - (2000 - index) * 30000);
    streamAppend(events, { id: { ms, seq: 0n }, fields: ['event', pick(['view', 'cart', 'buy']), 'customer', String(between(1, 1500)), 'product', String(between(1, 800))] });
    if (index % 500 === 0) yield undefined;
  }
  yield ['events:shop', events];

  const prices = makeHash();
  for (let index = 1; index <= 50000; index += 1) {
    hashSet(prices, `sku-${String(index).padStart(5, '0')}`, (between(99, 99999) / 100).toFixed(2), env);
    if (index % 2000 === 0) yield undefined;
  }
  yield ['catalogue:prices', prices];

  yield* awkwardNames(now);
}

/** Names that a browser must show without breaking: empty segments, globs, quotes, newlines, markdown, bytes, great length. */
function* awkwardNames(now: number): Generator<SampleEntry> {
  const text = (value: string, expireAt?: number): Value => makeString(utf8(value), expireAt);
  yield ['awkward::empty-segment', text('a::b has an empty segment in the middle')];
  yield [':leading-delimiter', text(':x starts with the delimiter')];
  yield ['trailing-delimiter:', text('x: ends with the delimiter')];
  yield ['awkward', text('a key that is also a namespace')];
  yield ['awkward:star*and[brackets]?', text('glob characters')];
  yield ['awkward:quotes"and\'apostrophes', text('quotes')];
  yield ['awkward:line\nbreak', text('a newline in the name')];
  yield ['awkward:**bold** `code` [link](x)', text('markdown')];
  yield ['awkward:with spaces  and\ttabs', text('blanks')];
  yield [utf8('awkward:ключ-鍵-🔑'), text('letters of the world')];
  yield ['awkward:\x00\x01\xfe\xffbinary', makeString('\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe\xfd')];
  yield [`awkward:${'long-'.repeat(400)}name`, text('a name of 2 kB')];
  yield ['awkward:empty-value', text('')];
  yield ['awkward:not-quite-json', text('{"open": [1, 2,')];
  yield ['awkward:number-as-text', text('007')];
  yield ['awkward:gone-in-an-hour', text('expires an hour after loading', now + 3600 * 1000)];
  yield ['', text('the empty name is a name too')];
}
