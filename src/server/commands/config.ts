import type { Reply } from '../../protocol/resp/reply.ts';
import { userLines } from '../acl/acl.ts';
import { block, endWait } from '../run/blocking.ts';
import { evictClients } from '../clients/clientEviction.ts';
import { failed } from '../config.ts';
import { isLocal } from '../run/protected.ts';
import type { Context, Handlers } from '../state.ts';
import { resetStatistics } from '../observing/statistics.ts';
import type { Bytes } from '../store/value.ts';
import { NULL, OK, arg, bulk, fail, SYNTAX } from './support.ts';

function get(context: Context, args: readonly Bytes[]): Reply {
  const { config } = context.server;
  return { kind: 'map', items: config.match(args.slice(2)).flatMap((name) => [bulk(name), bulk(config.get(name))]) };
}

function set(context: Context, args: readonly Bytes[]): Reply {
  if (args.length % 2 === 1) fail(SYNTAX);
  const { config, outside } = context.server;
  const changes: [Bytes, Bytes][] = [];
  for (let index = 2; index < args.length; index += 2) changes.push([arg(args, index), arg(args, index + 1)]);
  const allowed = config.get('enable-protected-configs');
  const restore = config.backup();
  const before = { port: config.get('port'), bind: config.get('bind') };
  const problem = config.set(changes, { unprotected: allowed === 'yes' || (allowed === 'local' && isLocal(context.session.address)) });
  if (problem !== undefined) return fail(problem);
  if (changes.some(([name]) => name.toLowerCase().startsWith('maxmemory'))) evictClients(context.server);
  const moved = (['port', 'bind'] as const).filter((name) => config.get(name) !== before[name]);
  const [first] = moved;
  if (first === undefined || outside.listenAgain === undefined) return OK;
  const listening = outside.listenAgain().then((there): Reply => {
    if (there) return OK;
    restore();
    if (first === 'bind') outside.log('warning', 'Failed to bind');
    outside.log('warning', `Failed applying new configuration. Possibly related to new ${first} setting. Restoring previous settings.`);
    return { kind: 'error', text: failed(first, first === 'port' ? 'Unable to listen on this port. Check server logs.' : 'Failed to bind to specified addresses.') };
  });
  // Node listens in its own time; within a transaction the reply cannot wait for it.
  if (!context.mayBlock) return OK;
  const reply = block(context, { keys: [], deadline: 0, timedOut: NULL, serve: () => undefined });
  const { wait } = context.session;
  void listening.then((answer) => {
    if (wait !== undefined) endWait(wait, answer);
  });
  return reply;
}

function rewrite(context: Context): Reply {
  const { acl, config, outside } = context.server;
  if (outside.rewriteConfig === undefined) return fail('ERR The server is running without a config file');
  const problem = outside.rewriteConfig(config.get('aclfile') === '' ? userLines(acl) : [], false);
  if (problem === undefined) {
    outside.log('warning', 'CONFIG REWRITE executed with success.');
    return OK;
  }
  outside.log('warning', `CONFIG REWRITE failed: ${problem}`);
  return fail(`ERR Rewriting config file: ${problem}`);
}

/** CONFIG GET SET RESETSTAT REWRITE. */
export const configCommands: Handlers = {
  'config|get': get,
  'config|resetstat': (context) => {
    resetStatistics(context.server);
    return OK;
  },
  'config|rewrite': rewrite,
  'config|set': set,
};
