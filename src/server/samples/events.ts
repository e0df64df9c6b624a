import type { ServerState } from '../state.ts';
import { makeStream, streamAppend } from '../store/streamValue.ts';
import { makeString } from '../store/stringValue.ts';
import { addPending, makeGroup, seeConsumer } from '../store/streamGroups.ts';
import type { StreamGroup, StreamId, StreamValue } from '../store/value.ts';
import type { SampleEntry } from './index.ts';
import { makersFor } from './make.ts';

const ORDERS = 5000;

/**
 * Streams of events with those who work on them: a group that has read everything, one that is behind, one whose consumer died with
 * entries that are pending for hours and were delivered again and again, and a group that has not begun. About 20 keys.
 */
export function* eventsSample(server: ServerState): Generator<SampleEntry | undefined> {
  const now = Math.floor(server.clock.now());
  const { pick, between, hash } = makersFor(server.environment);
  const idOf = (index: number, every: number, count: number): StreamId => ({ ms: BigInt(now - (count - index) * every), seq: 0n });

  const orders = makeStream();
  for (let index = 0; index < ORDERS; index += 1) {
    const fields = ['order', String(10_000 + index), 'event', pick(['placed', 'paid', 'packed', 'sent']), 'amount', (between(500, 50_000) / 100).toFixed(2)];
    streamAppend(orders, { id: idOf(index, 15_000, ORDERS), fields });
    if (index % 500 === 0) yield undefined;
  }
  const orderId = (index: number): StreamId => idOf(index, 15_000, ORDERS);
  /** A group that has read `read` entries of the orders. */
  const group = (name: string, read: number): StreamGroup => {
    const made = makeGroup(read === 0 ? { ms: 0n, seq: 0n } : orderId(read - 1), BigInt(read));
    orders.groups.set(name, made);
    return made;
  };
  const pending = (to: StreamGroup, name: string, index: number, hoursAgo: number, deliveries: number): void => {
    const deliveredAt = now - Math.floor(hoursAgo * 3_600_000);
    const consumer = to.consumers.get(name) ?? seeConsumer(to, name, deliveredAt);
    consumer.seenAt = Math.max(consumer.seenAt, deliveredAt);
    addPending(to, { id: orderId(index), consumer, deliveredAt, deliveries });
  };

  seeConsumer(group('archive', ORDERS), 'archive-1', now - 2000);
  const billing = group('billing', ORDERS - 1200);
  for (let index = 0; index < 40; index += 1) pending(billing, `billing-${1 + (index % 3)}`, ORDERS - 1240 + index, between(0, 10) / 60, 1);
  const mail = group('mail', ORDERS - 10);
  seeConsumer(mail, 'mail-2', now - 5000);
  for (let index = 0; index < 25; index += 1) pending(mail, 'mail-1', ORDERS - 900 + index * 7, between(6, 30), between(2, 9));
  group('fraud', 0);
  yield ['events:orders', orders];

  for (let sensor = 1; sensor <= 12; sensor += 1) yield [`events:sensor:${sensor}`, sensorStream(sensor)];
  function sensorStream(sensor: number): StreamValue {
    const made = makeStream();
    for (let index = 0; index < 400; index += 1) {
      streamAppend(made, { id: { ms: BigInt(now - (400 - Math.floor(index / 2)) * 60_000), seq: BigInt(index % 2) }, fields: ['celsius', (15 + sensor + between(-30, 30) / 10).toFixed(1), 'battery', String(100 - sensor)] });
    }
    return made;
  }

  const dead = makeStream();
  for (let index = 0; index < 5; index += 1) {
    streamAppend(dead, { id: idOf(index, 900_000, 5), fields: ['from', 'events:orders', 'group', 'mail', 'error', pick(['mailbox full', 'no such address', 'time-out'])] });
  }
  yield ['events:dead-letters', dead];
  yield ['consumers:mail', hash({ 'mail-1': 'stopped', 'mail-2': 'runs' })];
  yield ['stats:events', makeString(String(ORDERS))];
}
