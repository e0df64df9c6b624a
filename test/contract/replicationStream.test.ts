import assert from 'node:assert/strict';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { replyText } from '../support/respReply.ts';
import { attachToStream, type ReplicationStream } from '../support/replicationStream.ts';
import { startPractice, type Practice } from './practice.ts';

/** A server, its stream and two clients: one that acts and one that may block. */
interface Side {
  readonly stream: ReplicationStream;
  readonly clients: readonly RespClient[];
}

async function sideOf(port: number): Promise<Side> {
  return { stream: await attachToStream(port), clients: await Promise.all([connectResp(port), connectResp(port), connectResp(port), connectResp(port)]) };
}

/** What a step adds to the stream; times and what is left to chance are not compared. */
async function told(side: Side, step: string, mark: string): Promise<string> {
  const [client, ...blocked] = side.clients;
  if (client === undefined) return '';
  // `1 BLPOP k 0`: from another client, and nobody waits for the reply.
  const other = /^([12]) (.*)$/.exec(step);
  const args = (other?.[2] ?? step).split(' ').map((word) => word.replace(/_/g, ' ').replace(/\\n/g, '\n'));
  if (other !== null) {
    void blocked[Number(other[1]) - 1]?.call(args).catch(() => undefined);
    // Until it is seen to block.
    while (!/blocked_clients:[1-9]/.test(replyText(await client.call(['INFO', 'clients'])) ?? '')) await new Promise((resolve) => setImmediate(resolve));
  } else await client.call(args);
  // Within MULTI a mark of another client is as good.
  await (side.clients[3] ?? client).call(['PUBLISH', 'mark', mark]);
  const calls = await side.stream.until((call) => call[0] === 'PUBLISH' && call[2] === mark);
  return calls.filter((call) => call[0] !== 'ping').map((call) => (/^SREM$/.test(call[0] ?? '') ? [...call.slice(0, 2), '?'] : call).join(' ').replace(/\b1\d{12}\b/g, 'TIME')).join(' | ');
}

/** Each line a run of steps of its own, on empty databases. */
const runs: Readonly<Record<string, string>> = {
  'strings': 'set a 1;SET a 2 EX 100;set a 2 px 500000 get;set c 1 pxat 99999999999999 get;set c 1 get;set c 1 keepttl get;set c 2 nx;set c 2 xx keepttl;setex d 10 v;psetex d 10000 v;getset d w;getex d ex 100;getex d px 100000;getex d persist;getex d;getex d exat 1;getex none;append a x;setnx a 1;setnx n 1;getdel n;getdel n;mset x 1 y 2;msetnx x 1 z 1;incr i;INCRBY i 5;decrby i 2;incrbyfloat f 1.5;incrbyfloat f 1e2;setrange a 1 zz;setrange a 1 _;setbit b 7 1;bitfield b set u8 0 1;bitfield b get u8 0;bitop not e b;bitop and none1 none2;lcs a b;setbit b 7 1',
  'expiry': 'set c 1;expire c 100;expire c 50 LT;expire c 200 LT;pexpireat c 99999999999998 LT;pexpireat c 99999999999998 XX;expireat c 99999999999;persist c;persist c;pexpire c 100000;expire c -1;expire c 10;set d 1;pexpireat d 1;set d 1;getex d px 1;config set lazyfree-lazy-expire yes;set e 1;expire e -1;config set lazyfree-lazy-expire no',
  'a key past its time': 'debug set-active-expire 0;set e1 1 px 1;set e2 1 px 1;debug sleep 0.01;exists e1 e2;set e1 1 px 1;debug sleep 0.01;get e1;get e1;lpush l 1;pexpire l 1;debug sleep 0.01;rpush l 2;set e1 1 px 1;debug sleep 0.01;set e1 2;set e1 1 px 1;debug sleep 0.01;rename e1 e3;debug set-active-expire 1',
  'lists': 'rpush l 1 2 3 4 5 6 7;lpushx none 1;lpop l;rpop l 2;lset l 0 x;linsert l before x y;lrem l 0 zzz;lrem l 0 x;ltrim l 0 -1;lmove l m left right;rpoplpush l m;lmpop 1 m left count 3;rpush m 1 2 3 4;lmpop 2 none m right count 2;blpop m 0;brpop m 0;blmpop 0 1 l right count 2;rpush l 1 2 3;brpoplpush l m 0;blmove l m right left 0;rpush sl 3 1 2;sort sl store sd;sort sl by nosort get # store sd;sort none store sd;sort none store sd',
  'sets': 'sadd s a b c;sadd s a;spop s 2;spop s;spop s;sadd s a b c;spop s 5;spop s 5;sadd s 1 2;srem s 1 9;srem s 9;smove s t 2;smove s t 2;sunionstore u t s;sinterstore u none t;sinterstore u none t;sdiffstore v t',
  'hashes': 'hset h a 1;hset h a 1;hsetnx h a 2;hincrby h a 3;hincrbyfloat h f 1.50;hmset h x y;hdel h x none;hdel h none',
  'sorted sets': 'zadd z 1 a 2 b 3 c 4 d;zadd z nx 1 a;zadd z gt ch 0 a;zincrby z 5 a;zadd z incr 1 a;zrem z none;zpopmin z;zpopmax z 2;zadd z 1 a 2 b 3 c 4 d;zmpop 1 z min count 2;bzpopmin z 0;zadd z 1 x;bzpopmax z 0;zadd z 1 x 2 y;bzmpop 0 1 z max count 3;zadd z 1 a 2 b;zrangestore y z 0 -1;zunionstore x 2 z y;zremrangebyrank z 0 0;zremrangebyscore z 90 99;geoadd g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania;geoadd g xx ch 13 38 Palermo;geosearchstore near g fromlonlat 15 37 byradius 100 km;georadius g 15 37 200 km store near',
  'streams': 'xadd st * a b;xadd st 99999999999999-* a b;xadd st maxlen ~ 1 limit 10 * a b;xadd st minid ~ 5-5 5-* a b;xadd st minid = 5-5 * a b;xadd st maxlen 2 * a b;xtrim st maxlen ~ 1;xtrim st maxlen = 2;xadd none nomkstream * a b;xadd st nomkstream 99999999999999-9 a b;xdel st 1-1;xdel st 99999999999999-9;xsetid st 99999999999999-20',
  'groups': 'xgroup create st gr 0 mkstream;xadd st 1-1 a b;xadd st 1-2 a b;xadd st 1-3 a b;xreadgroup group gr al count 1 streams st >;xreadgroup group gr al streams st 0;xreadgroup group gr bob noack streams st >;xreadgroup group gr new streams st >;xreadgroup group gr idle noack streams st >;xclaim st gr carl 0 1-1;xclaim st gr carl 0 1-1 RETRYCOUNT 7 IDLE 100 JUSTID;xclaim st gr carl 0 9-9 LASTID 1-9;xclaim st gr carl 0 1-2 force;xautoclaim st gr dan 0 0;xautoclaim st gr dan 0 0 justid;xdel st 1-1 1-2;xclaim st gr carl 0 1-1;xautoclaim st gr dan 0 0;xack st gr 1-1;xadd st 2-1 a b;xreadgroup group gr al streams st >;xack st gr 2-1;xgroup setid st gr 0;xgroup createconsumer st gr zed;xgroup createconsumer st gr zed;xgroup delconsumer st gr zed;xgroup destroy st gr;xgroup destroy st gr',
  'keys of any type': 'mset a 1 b 2;rename a c;renamenx b c;copy c d;copy c d;copy c d replace;move c 3;move none 3;del none;del d none;unlink b;touch b;object freq b;pfadd hl a b;pfadd hl a;pfcount hl;pfcount hl;pfmerge hl2 hl;swapdb 0 1;swapdb 0 0;flushdb;flushall_async;flushall;flushall async',
  'transactions': 'multi;set m 1;set m 2;exec;multi;set m 3;exec;multi;get m;exec;multi;exec;select 5;multi;set q 1;select 6;set q 2;exec;set q 3;select 0;set q 4;multi;publish a b;set a 1;exec;multi;flushall;exec;multi;set a 1;lpush a 1;exec;multi;set a 1;discard;watch a;set a 2;multi;set a 3;exec',
  'scripts': "eval return_redis.call('set','x','1') 0;eval return{redis.call('set','x','1'),redis.call('incr','x')} 0;eval return_redis.call('get','x') 0;eval return_redis.call('publish','x','1') 0;eval redis.call('select','4')redis.call('set','a','1')redis.call('set','b','1') 0;set z 1;eval redis.call('set','a','1')return_redis.call('lpush','a','1') 0;eval redis.call('set','a','1','ex','100')redis.call('spop','none') 0;multi;set a 1;eval return{redis.call('set','x','1'),redis.call('incr','x')} 0;exec;script load return_1;script flush;function load #!lua_name=lib\\nredis.register_function('f',function(k)redis.call('set',k[1],'1')end);fcall f 1 kk;function delete lib;function flush;function delete lib;eval_ro return_1 0;eval local_to=redis['set\\095repl']_redis.call('set','a','1')to(0)redis.call('set','b','2')to(1)redis.call('set','c','3')to(2)redis.call('set','d','4')to(3)redis.call('set','e','5') 0;eval redis['set\\095repl'](0)redis.call('set','a','1') 0;eval redis.call('set','a','1') 0",
  'channels': 'debug replicate ping x;publish ch x;spublish ch x;pubsub channels;subscribe_x',
  'clients that waited': '1 blpop bl 0;rpush bl 1 2 3;1 blmove q bl2 left right 0;lpush q x;1 brpop x y 0;2 brpop x 0;rpush x 1 2;1 bzpopmin z 0;zadd z 1 a 2 b;1 bzmpop 0 1 zz max count 3;zadd zz 1 a 2 b;1 blpop l1 0;2 blpop l2 0;multi;rpush l1 1;rpush l2 1;exec;1 blmove p r left right 0;2 blpop r 0;rpush p 1;xgroup create st gr $ mkstream;1 xreadgroup group gr al block 0 streams st >;xadd st 5-1 a b;1 xread block 0 streams st $;xadd st 5-2 a b;1 blmpop 0 2 la lb right count 2;rpush lb 1 2 3',
  'what is no write': 'ping;get a;set a;lpush;set s 1;lpush s 1;config set hz 10;client setname x;wait 0 0;time;dbsize;randomkey;type s;ttl s;scan 0;object encoding s',
};

describe('The stream for replicas', () => {
  let server: RedisServer;
  let practice: Practice;
  let sides: readonly [Side, Side];

  before(async () => {
    [server, practice] = await Promise.all([startRedisServer(['--repl-diskless-sync-delay', '0']), startPractice()]);
    sides = [await sideOf(server.port), await sideOf(await practice.port())];
  });
  after(async () => {
    for (const { stream, clients } of sides) {
      stream.close();
      for (const client of clients) client.close();
    }
    await Promise.all([server.stop(), practice.close()]);
  });

  for (const [name, steps] of Object.entries(runs)) {
    it(`is that of redis-server: ${name}`, async () => {
      const all: string[][] = [];
      for (const side of sides) {
        const lines: string[] = [];
        await told(side, 'select 0', `${name} select`);
        await told(side, 'flushall', `${name} flushall`);
        for (const [index, step] of steps.split(';').entries()) lines.push(`${step}  =>  ${await told(side, step, `${name} ${String(index)}`)}`);
        all.push(lines);
      }
      assert.deepEqual(all[1], all[0]);
    });
  }
});
