import { encodeRequest } from '../../protocol/resp/encode.ts';
import type { ServerState } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import type { MasterReader } from './masterReader.ts';
import type { MasterLink } from './state.ts';

/** How the master goes on: with a snapshot of that place of its stream, or with the stream where we left it. */
export type Welcome =
  | { readonly kind: 'full'; readonly id: string; readonly offset: number; readonly old: boolean }
  | { readonly kind: 'continue'; readonly id: string | undefined };

/** A call on the wire, latin1. */
export function wire(args: readonly Bytes[]): string {
  return encodeRequest(args.map((text) => Buffer.from(text, 'latin1'))).toString('latin1');
}

/** Errors to PING that say that the server is there and wants to know who asks. */
const asksWho = /^-(NOAUTH|NOPERM|ERR operation not permitted)/;

/** Says who we are and asks to be told of the data (PING, AUTH, REPLCONF, PSYNC). Rejects with what goes into the log. */
export async function greetMaster(server: ServerState, link: MasterLink, master: MasterReader): Promise<Welcome> {
  const { config, outside } = server;
  master.send(wire(['PING']));
  const pong = await master.reply();
  if (!pong.startsWith('+') && !asksWho.test(pong)) throw new Error(`Error reply to PING from master: '${pong}'`);
  outside.log('notice', 'Master replied to PING, replication can continue...');
  const [user, password, ip] = [config.get('masteruser'), config.get('masterauth'), config.get('replica-announce-ip')];
  const port = config.number('replica-announce-port') || server.port;
  const calls: readonly (readonly [string, readonly Bytes[]])[] = [
    ...(password === '' ? [] : [['AUTH', ['AUTH', ...(user === '' ? [] : [user]), password]] as const]),
    ['REPLCONF listening-port', ['REPLCONF', 'listening-port', String(port)]],
    ...(ip === '' ? [] : [['REPLCONF ip-address', ['REPLCONF', 'ip-address', ip]] as const]),
    ['REPLCONF capa', ['REPLCONF', 'capa', 'eof', 'capa', 'psync2']],
  ];
  master.send(calls.map(([, args]) => wire(args)).join(''));
  for (const [name] of calls) {
    const reply = await master.reply();
    if (!reply.startsWith('-')) continue;
    if (name === 'AUTH') throw new Error(`Unable to AUTH to MASTER: ${reply}`);
    // It may be too old to know that.
    outside.log('notice', `(Non critical) Master does not understand ${name}: ${reply}`);
  }
  return await askForStream(server, link, master);
}

async function askForStream(server: ServerState, link: MasterLink, master: MasterReader): Promise<Welcome> {
  const { outside, replication } = server;
  const [id, from] = link.cached === undefined ? ['?', '-1'] : [server.replicationId, String(replication.offset + 1)];
  if (link.cached === undefined) outside.log('notice', 'Partial resynchronization not possible (no cached master)');
  else outside.log('notice', `Trying a partial resynchronization (request ${id}:${from}).`);
  master.send(wire(['PSYNC', id, from, ...(link.takesOver ? ['FAILOVER'] : [])]));
  const reply = await master.reply();
  link.answered(reply.startsWith('+'));
  if (reply.startsWith('+FULLRESYNC')) {
    const [, given, offset] = /^\+FULLRESYNC ([^ ]{40}) (\d+)$/.exec(reply) ?? [];
    link.cached = undefined;
    if (given === undefined) throw new Error('Master replied with wrong +FULLRESYNC syntax.');
    outside.log('notice', `Full resync from master: ${given}:${offset ?? ''}`);
    return { kind: 'full', id: given, offset: Number(offset), old: false };
  }
  if (reply.startsWith('+CONTINUE')) {
    if (link.cached === undefined) throw new Error('Master goes on with a stream that was never begun.');
    return { kind: 'continue', id: /^\+CONTINUE ([^ ]{40})$/.exec(reply)?.[1] };
  }
  if (/^-(NOMASTERLINK|LOADING)/.test(reply)) throw new Error(`Master is currently unable to PSYNC but should be in the future: ${reply}`);
  link.cached = undefined;
  if (/^-(NOAUTH|NOPERM)/.test(reply)) throw new Error(`Master does not let us PSYNC: ${reply} (set masterauth, and masteruser where it has users)`);
  outside.log('notice', `Master does not support PSYNC or is in error state (reply: ${reply}), retrying with SYNC...`);
  master.send('SYNC\r\n');
  return { kind: 'full', id: server.replicationId, offset: 0, old: true };
}
