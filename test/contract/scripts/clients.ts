import { begin, entries, hear, on, raw, type Script } from '../script.ts';

export const clients: readonly Script[] = [
  {
    name: 'clients: names, types and errors',
    steps: [
      'CLIENT SETNAME', 'CLIENT SETNAME a b', 'CLIENT SETNAME "\\x7f"', 'CLIENT SETNAME "\\xff"', 'CLIENT SETNAME "\\t"', 'CLIENT SETNAME ~!', 'CLIENT GETNAME', 'CLIENT LIST TYPE', 'CLIENT LIST TYPE x', 'CLIENT LIST TYPE replica', 'CLIENT LIST TYPE SLAVE', 'CLIENT LIST TYPE master', 'CLIENT LIST TYPE pubsub', 'CLIENT LIST ID', 'CLIENT LIST ID x', 'CLIENT LIST ID -1', 'CLIENT LIST ID 99999999', 'CLIENT LIST foo', 'CLIENT LIST TYPE normal ID 1', 'CLIENT INFO x', 'CLIENT ID x', 'CLIENT NO-EVICT', 'CLIENT NO-EVICT x', 'CLIENT NO-EVICT on', 'CLIENT NO-EVICT OFF', 'CLIENT REPLY x', 'CLIENT REPLY', 'CLIENT REPLY ON x',
      'HELLO SETNAME x', 'HELLO 3 SETNAME ok AUTH default x FOO', 'CLIENT GETNAME', 'HELLO 2 AUTH nobody x SETNAME yy', 'CLIENT GETNAME', 'HELLO 2 SETNAME zz AUTH nobody x', 'CLIENT GETNAME', entries('HELLO 2 SETNAME ""', 'proto'), 'CLIENT GETNAME', 'MULTI', 'HELLO 9', 'HELLO 2 FOO', 'CLIENT GETNAME', 'EXEC', 'MULTI', 'RESET', 'EXEC', 'QUIT now',
    ],
  },
  {
    name: 'clients: CLIENT KILL',
    steps: [
      'CLIENT KILL', 'CLIENT KILL x', 'CLIENT KILL ID x', 'CLIENT KILL ID 0', 'CLIENT KILL ID 99999999', 'CLIENT KILL ID', 'CLIENT KILL FOO bar', 'CLIENT KILL ID 1 ADDR', 'CLIENT KILL USER nobody', 'CLIENT KILL USER default ID 99999999', 'CLIENT KILL TYPE foo', 'CLIENT KILL TYPE pubsub', 'CLIENT KILL TYPE replica', 'CLIENT KILL SKIPME foo', 'CLIENT KILL SKIPME', 'CLIENT KILL ADDR 1:1 SKIPME no', 'CLIENT KILL LADDR 1:1', 'CLIENT KILL MAXAGE 1',
      on('a', 'PING'), 'CLIENT KILL ID ID:a', hear('a'), on('b', 'SUBSCRIBE c'), 'CLIENT KILL TYPE pubsub', hear('b'), on('bb', 'SUBSCRIBE c'), on('bb', 'PSUBSCRIBE c*'), 'MULTI', 'CLIENT KILL TYPE pubsub', 'PUBLISH c x', 'PUBSUB NUMSUB c', 'PUBSUB NUMPAT', 'CLIENT LIST TYPE pubsub', 'EXEC', hear('bb'), begin('c', 'BLPOP l 0'), 'CLIENT KILL ID ID:c', hear('c'), 'RPUSH l x', 'LLEN l', on('d', 'MULTI'), on('d', 'SET k v'), 'CLIENT KILL ID ID:d TYPE normal', hear('d'), 'EXISTS k', on('e', 'WATCH k'), on('e', 'CLIENT KILL ID ID:e'), on('e', 'CLIENT KILL ID ID:e SKIPME NO'), hear('e'),
    ],
  },
  {
    name: 'clients: CLIENT REPLY and RESET',
    steps: [
      'MULTI', 'MONITOR', 'EXEC',       raw('CLIENT REPLY SKIP\r\nPING\r\nECHO 1\r\n', 1), raw('CLIENT REPLY SKIP\r\nCLIENT REPLY SKIP\r\nPING\r\nECHO 2\r\n', 1), raw('CLIENT REPLY OFF\r\nCLIENT REPLY SKIP\r\nPING\r\nnosuch\r\nCLIENT REPLY ON\r\n', 1), raw('CLIENT REPLY OFF\r\nPING\r\nRESET\r\nECHO 3\r\n', 2), raw('CLIENT REPLY SKIP\r\nRESET\r\nECHO 4\r\n', 1), raw('CLIENT REPLY SKIP\r\nnosuch\r\nECHO 5\r\n', 1),
      'CLIENT NO-EVICT ON', 'CLIENT SETNAME n', 'SELECT 3', 'SET k v', 'WATCH k', 'CLIENT TRACKING ON', 'MULTI', 'SET k 2', 'RESET', 'CLIENT GETNAME', 'GET k', 'EXEC', 'CLIENT TRACKINGINFO', 'CLIENT GETREDIR', on('s', 'SUBSCRIBE a b'), hear('s'), on('s', 'PSUBSCRIBE c'), on('s', 'SSUBSCRIBE d'), on('s', 'RESET'), 'PUBSUB CHANNELS', 'PUBSUB NUMPAT', 'PUBSUB SHARDCHANNELS', 'PUBLISH a x', 'SELECT 3', 'DEL k',
    ],
  },
  {
    name: 'clients: CLIENT PAUSE',
    steps: [
      'CLIENT PAUSE', 'CLIENT PAUSE x', 'CLIENT PAUSE -1', 'CLIENT PAUSE 1.5', 'CLIENT PAUSE 100 foo', 'CLIENT PAUSE x foo', 'CLIENT PAUSE 100 WRITE x', 'CLIENT PAUSE 9223372036854775807', 'CLIENT UNPAUSE', 'CLIENT UNPAUSE x', 'CLIENT UNPAUSE',
      'CLIENT PAUSE 100000 WRITE', 'GET x', begin('a', 'SET x 1'), 'GET x', on('b', 'MULTI'), on('b', 'GET x'), on('b', 'EXEC'), on('b', 'MULTI'), on('b', 'GET y'), begin('b', 'SET x 2'), 'CLIENT UNPAUSE', hear('a'), hear('b'), 'CLIENT PAUSE 100000 write', begin('b', 'EXEC'), 'GET x', begin('c', 'PUBLISH a b'), begin('d', 'SPUBLISH a b'), begin('e', 'PFCOUNT hll'), begin('f', 'FLUSHALL'), begin('g', 'SORT list'), begin('h', 'BITFIELD k GET u8 0'), 'CONFIG SET maxmemory 0', 'WAIT 0 0', 'PFMERGE', 'nosuch', 'CLIENT UNPAUSE', hear('b'), hear('c'), hear('d'), hear('e'), hear('f'), hear('g'), hear('h'),
      begin('a', 'BLPOP l 0'), 'CLIENT PAUSE 100000 WRITE', begin('b', 'RPUSH l 1'), begin('c', 'BLPOP m 0'), 'CLIENT UNBLOCK ID:b ERROR', hear('b'), 'CLIENT UNBLOCK ID:a', hear('a'), 'CLIENT KILL ID ID:c', hear('c'), 'CLIENT UNPAUSE', hear('b'), 'LRANGE l 0 -1',
      'MULTI', 'SET k 1', 'CLIENT PAUSE 100000 WRITE', 'SET k 2', 'EXEC', 'GET k', 'CLIENT UNPAUSE', 'DEBUG SET-ACTIVE-EXPIRE 0', 'SET e v PX 1', 'CLIENT PAUSE 100000 WRITE', 'DEBUG SLEEP 0.01', 'GET e', 'EXISTS e', 'TTL e', 'DBSIZE', 'SCAN 0 MATCH e', 'CLIENT UNPAUSE', 'DEBUG SET-ACTIVE-EXPIRE 1', 'GET e', 'DBSIZE',
      'CLIENT PAUSE 1', 'PING', 'CLIENT PAUSE 20 WRITE', 'CLIENT PAUSE 10 ALL', 'PING',
    ],
  },
  {
    name: 'clients: CLIENT PAUSE and scripts',
    steps: [
      `FUNCTION LOAD REPLACE "#!lua name=l\\nredis.register_function{function_name='r',callback=function() return 1 end,flags={'no-writes'}} redis.register_function('w',function() return 1 end)"`, 'CLIENT PAUSE 100000 WRITE', 'EVAL "#!lua flags=no-writes\\nreturn 1" 0', begin('a', 'EVAL "#!lua\\nreturn 1" 0'), begin('b', 'EVAL "#!bad\\nreturn 1" 0'), begin('c', 'EVAL "return 1" 0'), begin('d', 'EVALSHA 1234 0'), 'EVALSHA_RO 1234 0', 'EVAL_RO "return 1" 0', begin('e', 'FCALL w 0'), 'FCALL r 0', begin('f', 'FCALL_RO w 0'), 'FCALL_RO r 0', begin('g', 'FCALL none 0'), 'MULTI', 'FCALL r 0', 'EXEC', on('h', 'MULTI'), begin('h', 'FCALL w 0'), 'CLIENT UNPAUSE', hear('a'), hear('b'), hear('c'), hear('d'), hear('e'), hear('f'), hear('g'), hear('h'), 'FUNCTION FLUSH',
      'CONFIG SET maxmemory 1', 'CLIENT PAUSE 100000 WRITE', begin('a', 'SET x 1'), 'CONFIG SET maxmemory 0', 'CLIENT UNPAUSE', hear('a'),
    ],
  },
  {
    name: 'clients: protocol examples',
    steps: ['string', 'integer', 'double', 'null', 'array', 'set', 'map', 'attrib', 'verbatim', 'true', 'FALSE', 'bignum', 'foo', 'a b', ''].map((type) => `DEBUG PROTOCOL ${type}`),
  },
];
