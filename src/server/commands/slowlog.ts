import type { Reply } from '../../protocol/resp/reply.ts';
import type { Context, Handlers } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { OK, arg, array, bulk, bulks, integer, rangeArg, wrongSubcommand } from './support.ts';

function get(context: Context, args: readonly Bytes[]): Reply {
  if (args.length > 3) wrongSubcommand(args);
  let count = 10;
  if (args.length === 3) {
    count = rangeArg(arg(args, 2), -1, Number.MAX_VALUE, 'ERR count should be greater than or equal to -1');
    if (count === -1) count = context.server.slowlog.length;
  }
  return array(
    context.server.slowlog.slice(0, count).map((entry) =>
      array([integer(entry.id), integer(entry.time), integer(entry.microseconds), bulks(entry.args), bulk(entry.address), bulk(entry.name)]),
    ),
  );
}

/** SLOWLOG, but for HELP. */
export const slowlogCommands: Handlers = {
  'slowlog|get': get,
  'slowlog|len': (context) => integer(context.server.slowlog.length),
  'slowlog|reset': (context) => {
    context.server.slowlog.length = 0;
    return OK;
  },
};
