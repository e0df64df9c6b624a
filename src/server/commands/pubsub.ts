import type { Reply } from '../../protocol/resp/reply.ts';
import { publish, subscribe, unsubscribe } from '../clients/pubsub.ts';
import type { Kind } from '../clients/pubsub.ts';
import type { Context, Handlers } from '../state.ts';
import { globMatch } from '../store/glob.ts';
import type { Bytes } from '../store/value.ts';
import { NULL, arg, array, bulk, bulks, fail, integer, wrongSubcommand } from './support.ts';

const PREFIX: Readonly<Record<Kind, string>> = { channels: '', patterns: 'p', shards: 's' };

/** One confirmation, with the number of subscriptions left. Those of a shard are counted apart. */
function confirm(context: Context, verb: string, kind: Kind, name: Reply): Reply {
  const { channels, patterns, shards } = context.session.subscriptions;
  const count = kind === 'shards' ? shards.size : channels.size + patterns.size;
  return { kind: 'push', items: [bulk(PREFIX[kind] + verb), name, integer(count)] };
}

function subscribeTo(context: Context, args: readonly Bytes[], kind: Kind): Reply {
  const items = args.slice(1).map((name) => {
    subscribe(context.server, context.session, kind, name);
    return confirm(context, 'subscribe', kind, bulk(name));
  });
  return { kind: 'sequence', items };
}

function unsubscribeFrom(context: Context, args: readonly Bytes[], kind: Kind): Reply {
  const names = args.length > 1 ? args.slice(1) : [...context.session.subscriptions[kind]];
  if (names.length === 0) return confirm(context, 'unsubscribe', kind, NULL);
  const items = names.map((name) => {
    unsubscribe(context.server, context.session, kind, name);
    return confirm(context, 'unsubscribe', kind, bulk(name));
  });
  return { kind: 'sequence', items };
}

function listNames(context: Context, args: readonly Bytes[], kind: Kind): Reply {
  if (args.length > 3) wrongSubcommand(args);
  const pattern = args[2];
  return bulks([...context.server.listeners[kind].keys()].filter((name) => pattern === undefined || globMatch(pattern, name)));
}

function counts(context: Context, args: readonly Bytes[], kind: Kind): Reply {
  return array(args.slice(2).flatMap((name) => [bulk(name), integer(context.server.listeners[kind].get(name)?.size ?? 0)]));
}

/** SUBSCRIBE PUBLISH PUBSUB ... */
export const pubsubCommands: Handlers = {
  psubscribe: (context, args) => subscribeTo(context, args, 'patterns'),
  publish: (context, args) => integer(publish(context.server, 'channels', arg(args, 1), arg(args, 2))),
  'pubsub|channels': (context, args) => listNames(context, args, 'channels'),
  'pubsub|numpat': (context) => integer(context.server.listeners.patterns.size),
  'pubsub|numsub': (context, args) => counts(context, args, 'channels'),
  'pubsub|shardchannels': (context, args) => listNames(context, args, 'shards'),
  'pubsub|shardnumsub': (context, args) => counts(context, args, 'shards'),
  punsubscribe: (context, args) => unsubscribeFrom(context, args, 'patterns'),
  spublish: (context, args) => integer(publish(context.server, 'shards', arg(args, 1), arg(args, 2))),
  // Redis refuses this in a transaction, and the other two not.
  ssubscribe: (context, args) => (context.mayBlock ? subscribeTo(context, args, 'shards') : fail("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client")),
  subscribe: (context, args) => subscribeTo(context, args, 'channels'),
  sunsubscribe: (context, args) => unsubscribeFrom(context, args, 'shards'),
  unsubscribe: (context, args) => unsubscribeFrom(context, args, 'channels'),
};
