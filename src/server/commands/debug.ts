import type { Reply } from '../../protocol/resp/reply.ts';
import { parseMemory } from '../config/memory.ts';
import { userLines } from '../acl/acl.ts';
import { dataDigest, valueDigest } from '../digest.ts';
import { sdsBytes } from '../memory/weights.ts';
import { PEAK_TIME } from '../clients/replyBuffer.ts';
import { streams } from '../replication/propagate.ts';
import { feed, newReplicationId } from '../replication/stream.ts';
import type { Context, Handlers } from '../state.ts';
import { findValue } from '../store/database.ts';
import type { Bytes, Value } from '../store/value.ts';
import { debugObject, keyTable, packedEncoding, tableReport } from './debugObject.ts';
import { clientBuckets } from './debugClients.ts';
import { drawBuckets, listBuckets } from './debugBuckets.ts';
import { debugProtocol } from './debugProtocol.ts';
import { populate, reload } from './debugData.ts';
import { helpReply } from './help.ts';
import { cursorArg } from './scan.ts';
import { NO_SUCH_KEY, OK, arg, array, bulk, fail, isOption, lookupSilent, numberArg, verbatim } from './support.ts';

/** One of DEBUG's: how many arguments it takes behind its name, and what it does with them. */
interface Sub {
  readonly least: number;
  readonly most: number;
  readonly run: (context: Context, rest: readonly Bytes[]) => Reply;
}

const accepted = (least: number, most = least): Sub => ({ least, most, run: () => OK });

/** A number as C's atoi reads it: whatever stands in front, or 0. */
function leading(text: Bytes): number {
  return Number(/^\s*[+-]?\d+/.exec(text)?.[0] ?? 0);
}

/** The value of a key, neither touched nor counted, also past its time. */
function keyed(context: Context, key: Bytes): Value {
  return findValue(context.database, key) ?? fail(NO_SUCH_KEY);
}

/** The value of a key as OBJECT looks it up. */
function looked(context: Context, key: Bytes): Value {
  return lookupSilent(context, key) ?? fail(NO_SUCH_KEY);
}

function sleep({ server }: Context, [seconds = '']: readonly Bytes[]): Reply {
  const ms = Math.max(0, Number.parseFloat(seconds) || 0) * 1000;
  server.asleepUntil = server.clock.now() + ms;
  server.pretended += ms;
  return OK;
}

function sdsLength(context: Context, [key = '']: readonly Bytes[]): Reply {
  const value = keyed(context, key);
  if (value.type !== 'string' || value.encoding === 'int') return fail('ERR Not an sds encoded string.');
  const [keySize, size] = [key.length, value.data.length];
  return {
    kind: 'simple',
    text: `key_sds_len:${keySize}, key_sds_avail:0, key_zmalloc: ${sdsBytes(keySize)}, val_sds_len:${size}, val_sds_avail:0, val_zmalloc: ${Math.max(16, sdsBytes(size))}`,
  };
}

function threshold(size: Bytes): Reply {
  const bytes = parseMemory(size);
  return bytes === undefined || bytes > 2n ** 32n ? fail('ERR argument must be a memory value bigger than 1 and smaller than 4gb') : OK;
}

const subcommands: Readonly<Record<string, Sub>> = {
  'AOF-FLUSH-SLEEP': accepted(1),
  'CHANGE-REPL-ID': {
    least: 0, most: 0,
    run: ({ server }) => {
      server.replicationId = newReplicationId(server);
      server.replication.second = undefined;
      return OK;
    },
  },
  'CLIENT-EVICTION': {
    least: 0, most: 0,
    run: ({ server }) => (server.config.number('maxmemory-clients') === 0 ? fail('ERR maxmemory-clients is disabled.') : verbatim(clientBuckets(server))),
  },
  DIGEST: { least: 0, most: 0, run: ({ server }) => ({ kind: 'simple', text: dataDigest(server.databases) }) },
  'DIGEST-VALUE': {
    least: 0, most: Infinity,
    run: (context, keys) =>
      array(
        keys.map((key) => {
          const value = findValue(context.database, key);
          return { kind: 'simple', text: valueDigest(value) };
        }),
      ),
  },
  'CONFIG-REWRITE-FORCE-ALL': {
    least: 0, most: 0,
    run: ({ server: { acl, config, outside } }) => {
      const problem = outside.rewriteConfig === undefined ? 'Bad address' : outside.rewriteConfig(config.get('aclfile') === '' ? userLines(acl) : [], true);
      return problem === undefined ? OK : fail(`ERR CONFIG-REWRITE-FORCE-ALL failed: ${problem}`);
    },
  },
  'DROP-CLUSTER-PACKET-FILTER': accepted(1),
  // An answer that looks like an error, and counts as none.
  ERROR: { least: 1, most: 1, run: (_, [text = '']) => ({ kind: 'sequence', items: [{ kind: 'error', text: text.replace(/[\r\n]/g, ' ') }] }) },
  HELP: { least: 0, most: 0, run: () => helpReply('debug') },
  BUCKETS: {
    least: 0, most: 2,
    run: ({ database: { dict } }, [cursor = '0', form]) => {
      const at = cursorArg(cursor);
      if (form === undefined) return verbatim(drawBuckets(dict, at));
      return isOption(form, 'TABLES') ? listBuckets(dict) : unknown('BUCKETS');
    },
  },
  HTSTATS: {
    least: 1, most: 1,
    run: ({ server }, [index = '']) => {
      const db = server.databases[numberArg(index)] ?? fail('ERR Out of range database');
      return verbatim(`[Dictionary HT]\n${tableReport(db.dict)}[Expires HT]\n${tableReport(db.volatile)}`);
    },
  },
  'HTSTATS-KEY': {
    least: 1, most: 1,
    run: (context, [key = '']) =>
      verbatim(tableReport(keyTable(looked(context, key)) ?? fail('ERR The value stored at the specified key is not represented using an hash table'))),
  },
  LEAK: accepted(1),
  LISTPACK: {
    least: 1, most: 1,
    run: (context, [key = '']) => (packedEncoding(looked(context, key)) ? { kind: 'simple', text: 'Listpack structure printed on stdout' } : fail('ERR Not a listpack encoded object.')),
  },
  LOG: {
    least: 1, most: 1,
    run: ({ server }, [text = '']) => {
      server.outside.log('warning', `DEBUG LOG: ${text}`);
      return OK;
    },
  },
  MALLCTL: { least: 1, most: 2, run: () => fail('ERR No such file or directory') },
  'MALLCTL-STR': { least: 1, most: 2, run: () => fail('ERR No such file or directory') },
  OBJECT: { least: 1, most: 1, run: (context, [key = '']) => ({ kind: 'simple', text: debugObject(context, keyed(context, key)) }) },
  'PAUSE-CRON': {
    least: 1, most: 1,
    run: ({ server }, [on = '']) => {
      server.cronPaused = leading(on) !== 0;
      return OK;
    },
  },
  POPULATE: { least: 1, most: 3, run: populate },
  PROTOCOL: { least: 1, most: 1, run: (context, [type = '']) => debugProtocol(context, type) },
  QUICKLIST: {
    least: 1, most: 2,
    run: (context, [key = '']) => (looked(context, key).type === 'list' ? { kind: 'simple', text: 'Quicklist structure printed on stdout' } : fail('ERR Not a quicklist encoded object.')),
  },
  'QUICKLIST-PACKED-THRESHOLD': { least: 1, most: 1, run: (_, [size = '']) => threshold(size) },
  RELOAD: { least: 0, most: Infinity, run: reload },
  REPLICATE: {
    least: 1, most: Infinity,
    run: ({ server }, args) => {
      if (streams(server)) feed(server, -1, args);
      return OK;
    },
  },
  REPLYBUFFER: {
    least: 2, most: 2,
    run: ({ server: { replyBuffers } }, [what = '', to = '']) => {
      if (isOption(what, 'PEAK-RESET-TIME')) replyBuffers.peakTime = isOption(to, 'NEVER') ? -1 : isOption(to, 'RESET') ? PEAK_TIME : numberArg(to);
      else if (isOption(what, 'RESIZING')) replyBuffers.resizing = leading(to) !== 0;
      else unknown('REPLYBUFFER');
      return OK;
    },
  },
  SDSLEN: { least: 1, most: 1, run: sdsLength },
  'SET-ACTIVE-EXPIRE': {
    least: 1, most: 1,
    run: ({ server }, [on = '']) => {
      server.expiry.active = leading(on) !== 0;
      return OK;
    },
  },
  'SET-DISABLE-DENY-SCRIPTS': {
    least: 1, most: 1,
    run: ({ server }, [on = '']) => {
      server.scriptsAsk = leading(on) !== 0;
      return OK;
    },
  },
  'SET-SKIP-CHECKSUM-VALIDATION': {
    least: 1, most: 1,
    run: ({ server }, [on = '']) => {
      server.skipsChecksums = leading(on) !== 0;
      return OK;
    },
  },
  SLEEP: { least: 1, most: 1, run: sleep },
  STRUCTSIZE: { least: 0, most: 0, run: () => bulk('bits:64 robj:16 dictentry:24 sdshdr5:1 sdshdr8:3 sdshdr16:5 sdshdr32:9 sdshdr64:17 ') },
};

function unknown(sub: Bytes): never {
  return fail(`ERR unknown subcommand or wrong number of arguments for '${sub.slice(0, 128)}'. Try DEBUG HELP.`);
}

/** DEBUG, but for what crashes or restarts the server: this one lives within another program. */
export const debugCommands: Handlers = {
  debug: (context, args) => {
    const name = arg(args, 1);
    const found = Object.hasOwn(subcommands, name.toUpperCase()) ? subcommands[name.toUpperCase()] : undefined;
    const count = args.length - 2;
    return found === undefined || count < found.least || count > found.most ? unknown(name) : found.run(context, args.slice(2));
  },
};
