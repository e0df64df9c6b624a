import { fields, hear, on, other, unordered, type Script } from '../script.ts';

export const pubsub: readonly Script[] = [
  {
    name: 'pubsub: channels and patterns',
    steps: [
      'PUBLISH c nobody', on('a', 'SUBSCRIBE c d c', 3), on('b', 'PSUBSCRIBE c* c* x?', 3), on('b', 'SUBSCRIBE c'), on('e', 'PSUBSCRIBE *'), 'PUBLISH c hello', hear('a'), hear('b', 2), hear('e'), 'PUBLISH cc "\\x00\\xff\\r\\n"', hear('b'), hear('e'), 'PUBLISH d ""', hear('a'), hear('e'), 'PUBLISH "" empty', on('e', 'PUNSUBSCRIBE'), unordered('PUBSUB CHANNELS'), 'PUBSUB CHANNELS d*', 'PUBSUB CHANNELS x', 'PUBSUB CHANNELS a b', 'PUBSUB NUMSUB', 'PUBSUB NUMSUB c d none c', 'PUBSUB NUMPAT', 'PUBSUB NUMPAT x', 'PUBSUB BOGUS', 'PUBSUB', 'PUBSUB SHARDCHANNELS', 'PUBSUB SHARDNUMSUB c', on('a', 'UNSUBSCRIBE c'), on('a', 'UNSUBSCRIBE none'), on('a', 'UNSUBSCRIBE'), on('a', 'UNSUBSCRIBE'), on('a', 'PUNSUBSCRIBE'), on('a', 'PUNSUBSCRIBE none'), on('b', 'PUNSUBSCRIBE', 2), on('b', 'UNSUBSCRIBE'), 'PUBLISH c gone', on('a', 'PING'), on('b', 'PING'), 'PUBSUB CHANNELS', 'PUBSUB NUMPAT', 'PUBLISH c', 'PUBLISH', 'PUBLISH a b c', 'SUBSCRIBE', 'PSUBSCRIBE',
    ],
  },
  {
    name: 'pubsub: what a subscriber may do',
    steps: [
      on('a', 'SUBSCRIBE c'), on('a', 'PING'), on('a', 'PING hello'), on('a', 'PING a b'), on('a', 'GET k'), on('a', 'SET k'), on('a', 'CONFIG GET databases'), on('a', 'CLIENT GETNAME'), on('a', 'NOSUCH'), on('a', 'MULTI'), on('a', 'DISCARD'), on('a', 'SUBSCRIBE'), on('a', 'PUBLISH c x', 1), on('a', 'PSUBSCRIBE p*'), on('a', 'UNSUBSCRIBE c'), on('a', 'ECHO x'), on('a', 'PUNSUBSCRIBE p*'), on('a', 'ECHO free'), on('a', 'SSUBSCRIBE s'), on('a', 'ECHO x'), on('a', 'RESET'), on('a', 'ECHO reset'), 'PUBSUB SHARDNUMSUB s', on('a', 'SUBSCRIBE c'), 'PUBSUB NUMSUB c', on('a', 'QUIT'), hear('a'), 'PING',
    ],
  },
  {
    name: 'pubsub: channels of a shard',
    steps: [
      on('a', 'SSUBSCRIBE s t', 2), on('b', 'SUBSCRIBE s'), 'SPUBLISH s for-shard', hear('a'), 'PUBLISH s for-all', hear('b'), 'SPUBLISH none x', unordered('PUBSUB SHARDCHANNELS'), 'PUBSUB SHARDCHANNELS s*', 'PUBSUB SHARDNUMSUB s t none', 'PUBSUB CHANNELS', on('a', 'SUBSCRIBE s'), on('a', 'SUNSUBSCRIBE s'), on('a', 'SUNSUBSCRIBE'), on('a', 'SUNSUBSCRIBE'), on('a', 'UNSUBSCRIBE'), on('b', 'UNSUBSCRIBE s s', 2), 'SPUBLISH s', 'SSUBSCRIBE', on('a', 'PING'),
    ],
  },
  {
    name: 'pubsub: with transactions, and in INFO and CLIENT LIST',
    steps: [
      on('a', 'SUBSCRIBE c'), on('b', 'PSUBSCRIBE c*'), 'MULTI', 'PUBLISH c one', 'PUBLISH c two', 'EXEC', hear('a', 2), hear('b', 2), fields('INFO stats', 'pubsub_channels pubsub_patterns', 'pubsub_channels pubsub_patterns'), fields('CLIENT LIST TYPE pubsub', 'sub psub ssub flags', 'flags resp'), fields('CLIENT LIST ID ID:a', 'flags', 'sub psub ssub flags cmd'), 'CLIENT KILL TYPE pubsub', hear('a'), hear('b'), 'CLIENT LIST TYPE pubsub', other('PING'), on('m', 'MULTI'), on('m', 'SUBSCRIBE x'), on('m', 'EXEC'), on('m', 'PING'), on('m', 'UNSUBSCRIBE x'), on('m', 'GET k'),
    ],
  },
];
