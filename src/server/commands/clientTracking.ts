import type { Reply } from '../../protocol/resp/reply.ts';
import type { Context, Handlers, Session } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { startTracking, stopTracking } from '../clients/tracking.ts';
import { OK, SYNTAX, array, bulk, fail, integer, integerArg, isOption, map, shown } from './support.ts';

/** The options of CLIENT TRACKING as they were given. */
interface Options {
  redirect: number;
  broadcast: boolean;
  optin: boolean;
  optout: boolean;
  noLoop: boolean;
  readonly prefixes: Bytes[];
}

function parse(context: Context, args: readonly Bytes[]): Options {
  const options: Options = { redirect: 0, broadcast: false, optin: false, optout: false, noLoop: false, prefixes: [] };
  for (let index = 3; index < args.length; index += 1) {
    const value = args[index + 1];
    if (isOption(args[index], 'REDIRECT') && value !== undefined) {
      if (options.redirect !== 0) fail('ERR A client can only redirect to a single other client');
      options.redirect = Number(integerArg(value));
      if (!context.server.sessions.has(options.redirect)) fail('ERR The client ID you want redirect to does not exist');
      index += 1;
    } else if (isOption(args[index], 'PREFIX') && value !== undefined) {
      options.prefixes.push(value);
      index += 1;
    } else if (isOption(args[index], 'BCAST')) options.broadcast = true;
    else if (isOption(args[index], 'OPTIN')) options.optin = true;
    else if (isOption(args[index], 'OPTOUT')) options.optout = true;
    else if (isOption(args[index], 'NOLOOP')) options.noLoop = true;
    else fail(SYNTAX);
  }
  return options;
}

/** Throws the error of options that contradict each other, or how the client tracks already. */
function check({ tracking: before }: Session, { broadcast, optin, optout, prefixes }: Options): void {
  if (!broadcast && prefixes.length > 0) fail('ERR PREFIX option requires BCAST mode to be enabled');
  if (before !== undefined && before.broadcast !== broadcast) {
    fail("ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.");
  }
  if (broadcast && (optin || optout)) fail('ERR OPTIN and OPTOUT are not compatible with BCAST');
  if (optin && optout) fail("ERR You can't specify both OPTIN mode and OPTOUT mode");
  if ((optin && before?.reads === 'optout') || (optout && before?.reads === 'optin')) {
    fail("ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.");
  }
  if (broadcast) checkPrefixes([...(before?.prefixes ?? [])].sort(), prefixes);
}

function checkPrefixes(existing: readonly Bytes[], given: readonly Bytes[]): void {
  const overlap = (a: Bytes, b: Bytes): boolean => a.startsWith(b) || b.startsWith(a);
  given.forEach((prefix, index) => {
    const refuse = (which: string, other: Bytes): never =>
      fail(`ERR Prefix '${shown(prefix)}' overlaps with ${which} prefix '${shown(other)}'. Prefixes for a single client must not overlap.`);
    for (const other of existing) if (overlap(prefix, other)) refuse('an existing', other);
    for (const other of given.slice(index + 1)) if (overlap(prefix, other)) refuse('another provided', other);
  });
}

function tracking(context: Context, args: readonly Bytes[]): Reply {
  const { server, session } = context;
  const options = parse(context, args);
  if (isOption(args[2], 'ON')) {
    check(session, options);
    const { redirect, broadcast, optin, optout, noLoop, prefixes } = options;
    startTracking(server, session, { redirect, broadcast, noLoop, reads: optin ? 'optin' : optout ? 'optout' : 'all', prefixes: new Set(prefixes) });
  } else if (isOption(args[2], 'OFF')) stopTracking(server, session);
  else fail(SYNTAX);
  return OK;
}

function caching({ session }: Context, args: readonly Bytes[]): Reply {
  const mode = session.tracking ?? fail('ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled');
  if (isOption(args[2], 'YES')) {
    if (mode.reads !== 'optin') fail('ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.');
  } else if (!isOption(args[2], 'NO')) fail(SYNTAX);
  else if (mode.reads !== 'optout') fail('ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.');
  mode.caching = true;
  return OK;
}

function trackingInfo({ session: { tracking: mode } }: Context): Reply {
  const flags = [
    mode === undefined ? 'off' : 'on',
    mode?.broadcast === true && 'bcast',
    mode?.reads === 'optin' && 'optin',
    mode?.reads === 'optin' && mode.caching && 'caching-yes',
    mode?.reads === 'optout' && 'optout',
    mode?.reads === 'optout' && mode.caching && 'caching-no',
    mode?.noLoop === true && 'noloop',
    mode?.broken === true && 'broken_redirect',
  ].filter((flag) => flag !== false);
  return map([
    ['flags', { kind: 'set', items: flags.map(bulk) }],
    ['redirect', integer(mode?.redirect ?? -1)],
    ['prefixes', array([...(mode?.prefixes ?? [])].sort().map(bulk))],
  ]);
}

/** CLIENT TRACKING CACHING GETREDIR TRACKINGINFO. */
export const trackingCommands: Handlers = {
  'client|caching': caching,
  'client|getredir': ({ session }) => integer(session.tracking?.redirect ?? -1),
  'client|tracking': tracking,
  'client|trackinginfo': trackingInfo,
};
