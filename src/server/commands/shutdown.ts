import type { Reply } from '../../protocol/resp/reply.ts';
import { busyText } from '../lua/running.ts';
import { shutdownOptions } from '../outside.ts';
import type { Context } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { NO_REPLY, SYNTAX, fail } from './support.ts';

const words = new Set(['nosave', 'save', 'now', 'force', 'abort']);

/** SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE] | ABORT. There is no reply where the server ends, as in Redis. */
export function shutdown(context: Context, args: readonly Bytes[]): Reply {
  const given = args.slice(1).map((word) => word.toLowerCase());
  if (given.some((word) => !words.has(word))) fail(SYNTAX);
  const abort = given.includes('abort');
  if ((abort && given.some((word) => word !== 'abort')) || (given.includes('save') && given.includes('nosave'))) fail(SYNTAX);
  // A shutdown only takes time while replicas catch up.
  if (abort) fail('ERR No shutdown in progress.');
  const options = shutdownOptions(given);
  if (!options.now && !context.mayBlock) fail("ERR SHUTDOWN without NOW or ABORT isn't allowed for DENY BLOCKING client");
  const { running } = context.server.scripting;
  if (running !== undefined && options.save !== 'nosave') fail(busyText(running));
  const { shutDown } = context.server.outside;
  // Only a process of its own can end.
  if (shutDown === undefined || !shutDown(options)) return fail('ERR Errors trying to SHUTDOWN. Check logs.');
  context.session.closing = true;
  return NO_REPLY;
}
