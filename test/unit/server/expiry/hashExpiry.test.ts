import assert from 'node:assert/strict';
import { frozenServer } from '../../../support/practiceServer.ts';
import type { FrozenServer } from '../../../support/practiceServer.ts';
import { encodeCall, openRespClient } from '../../../support/respClient.ts';
import type { RespClient } from '../../../support/respClient.ts';
import { replyItems, replyText } from '../../../support/respReply.ts';
import type { Reply } from '../../../support/respReply.ts';

/** The words of a reply on one line. */
function flat(reply: Reply): string {
  return reply.kind === 'array' ? replyItems(reply).map(flat).join(' ') : (replyText(reply) ?? 'null');
}

/** No server at hand has these commands: the titles name the pages of the command reference that say so. */
describe('server: fields of hashes that expire', () => {
  let server: FrozenServer;
  let client: RespClient;
  let start: number;
  const send = async (line: string): Promise<string> => flat(await client.call(line.split(' ')));
  /** From now on what is told of a key, since the last time that it was asked for. */
  const listen = async (): Promise<() => Promise<string[]>> => {
    await send('CONFIG SET notify-keyspace-events Kgh');
    const ear = openRespClient(server.connect());
    await ear.call(['HELLO', '3']);
    await ear.raw(encodeCall(['PSUBSCRIBE', '*']), 0);
    let told = 1;
    return async () => {
      await ear.call(['PING']);
      const pushes = ear.pushes.slice(told);
      told += pushes.length;
      return pushes.map((push) => replyText(replyItems(push)[3]) ?? '');
    };
  };

  beforeEach(async () => {
    server = frozenServer();
    client = openRespClient(server.connect());
    start = Math.floor(server.state.clock.now());
    await send('HSET h a 1 b 2 c 3');
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  it('HEXPIRE, HTTL: a time for each field, -2 for one that is not there, -1 for one that stays', async () => {
    assert.equal(await send('HEXPIRE h 10 FIELDS 2 a none'), '1 -2');
    assert.equal(await send('HTTL h FIELDS 3 a b none'), '10 -1 -2');
    assert.equal(await send('HPTTL h FIELDS 1 a'), '10000');
    assert.equal(await send('HPEXPIRETIME h FIELDS 1 a'), String(start + 10_000));
    assert.equal(await send('HEXPIRETIME h FIELDS 1 a'), String(Math.ceil((start + 10_000) / 1000)));
    assert.equal(await send('HEXPIRE none 10 FIELDS 2 a b'), '-2 -2');
    assert.equal(await send('HTTL none FIELDS 1 a'), '-2');
    server.advance(9_500);
    assert.equal(await send('HTTL h FIELDS 1 a'), '1', 'seconds are rounded up');
  });

  it('HEXPIRE, HPEXPIRE, HEXPIREAT, HPEXPIREAT: a time that is over removes the field, and with the last one the key', async () => {
    assert.equal(await send('HEXPIRE h 0 FIELDS 1 a'), '2');
    assert.equal(await send('HPEXPIREAT h 1 FIELDS 2 a b'), '-2 2');
    assert.equal(await send('HEXPIREAT h 1 FIELDS 1 c'), '2');
    assert.equal(await send('EXISTS h'), '0');
    await send('HSET h a 1 b 2');
    assert.equal(await send(`HPEXPIREAT h ${start + 5} FIELDS 1 a`), '1');
    assert.equal(await send('HPEXPIRE h 7 FIELDS 1 b'), '1');
    assert.equal(await send('HPTTL h FIELDS 2 a b'), '5 7');
  });

  it('HEXPIRE: NX, XX, GT and LT; without a time a field counts as staying for ever', async () => {
    assert.equal(await send('HEXPIRE h 10 XX FIELDS 1 a'), '0');
    assert.equal(await send('HEXPIRE h 10 GT FIELDS 1 a'), '0');
    assert.equal(await send('HEXPIRE h 10 NX FIELDS 1 a'), '1');
    assert.equal(await send('HEXPIRE h 20 NX FIELDS 2 a b'), '0 1');
    assert.equal(await send('HEXPIRE h 15 GT FIELDS 2 a b'), '1 0');
    assert.equal(await send('HEXPIRE h 15 LT FIELDS 3 a b c'), '0 1 1');
    assert.equal(await send('HEXPIRE h 30 XX FIELDS 2 a b'), '1 1');
    assert.equal(await send('HTTL h FIELDS 3 a b c'), '30 30 15');
  });

  it('HPERSIST: 1, or -1 for a field that would have stayed', async () => {
    await send('HEXPIRE h 10 FIELDS 1 a');
    assert.equal(await send('HPERSIST h FIELDS 3 a b none'), '1 -1 -2');
    assert.equal(await send('HPERSIST none FIELDS 1 a'), '-2');
    server.advance(20_000);
    assert.equal(await send('HGET h a'), '1');
  });

  it('HEXPIRE: errors of its arguments', async () => {
    const refused: Readonly<Record<string, string>> = {
      'HEXPIRE h 10 FIELDS 1': "wrong number of arguments for 'hexpire' command",
      'HEXPIRE h 10 FIELD 1 a': 'Mandatory argument FIELDS is missing or not at the right position',
      'HEXPIRE h 10 NX XX FIELDS 1 a': 'Mandatory argument FIELDS is missing or not at the right position',
      'HEXPIRE h 10 FIELDS 0 a': 'Parameter `numFields` should be greater than 0',
      'HEXPIRE h 10 FIELDS x a': 'Parameter `numFields` should be greater than 0',
      'HEXPIRE h 10 FIELDS 2 a': 'The `numfields` parameter must match the number of arguments',
      'HEXPIRE h x FIELDS 1 a': 'value is not an integer or out of range',
      'HEXPIRE h -1 FIELDS 1 a': 'invalid expire time, must be >= 0',
      'HPEXPIREAT h 70368744177664 FIELDS 1 a': "invalid expire time in 'hpexpireat' command",
      'HTTL h FIELDS 2 a': 'The `numfields` parameter must match the number of arguments',
      'HGETDEL h FIELDS 0 a': 'Number of fields must be a positive integer',
      'HGETEX h EX 1 PERSIST FIELDS 1 a': 'Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified',
      'HGETEX h FIELDS 2 a': "wrong number of arguments for 'hgetex' command",
      'HSETEX h FNX FXX FIELDS 1 a v': 'Only one of FXX or FNX arguments can be specified',
      'HSETEX h EX 1 KEEPTTL FIELDS 1 a v': 'Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified',
      'HSETEX h FIELDS 2 a v': "wrong number of arguments for 'hsetex' command",
      'HSETEX h FIELDS 0 a v': 'invalid number of fields',
      'HSETEX h BOGUS FIELDS 1 a v': 'unknown argument: BOGUS',
    };
    for (const [line, text] of Object.entries(refused)) assert.equal(await send(line), `ERR ${text}`, line);
    await send('SET s v');
    assert.match(await send('HEXPIRE s 10 FIELDS 1 a'), /WRONGTYPE/);
    assert.match(await send('HTTL s FIELDS 1 a'), /WRONGTYPE/);
  });

  it('HSET, HINCRBY, HDEL: what is written anew stays, what is added to keeps its time', async () => {
    await send('HEXPIRE h 10 FIELDS 3 a b c');
    await send('HSET h a 9');
    await send('HINCRBY h b 1');
    await send('HINCRBYFLOAT h b 0.5');
    await send('HDEL h c');
    await send('HSETNX h c 4');
    assert.equal(await send('HTTL h FIELDS 3 a b c'), '-1 10 -1');
    server.advance(10_001);
    assert.equal(await send('HGETALL h'), 'a 9 c 4');
  });

  it('HGETEX, HGETDEL and HSETEX read, take and set fields together with their times', async () => {
    assert.equal(await send('HGETEX h EX 10 FIELDS 2 a none'), '1 null');
    assert.equal(await send('HGETEX h FIELDS 1 b'), '2');
    assert.equal(await send('HTTL h FIELDS 2 a b'), '10 -1');
    assert.equal(await send('HGETEX h PERSIST FIELDS 1 a'), '1');
    assert.equal(await send('HTTL h FIELDS 1 a'), '-1');
    assert.equal(await send('HGETEX h PXAT 1 FIELDS 1 a'), '1');
    assert.equal(await send('HGETDEL h FIELDS 3 a b none'), 'null 2 null');
    assert.equal(await send('HKEYS h'), 'c');
    assert.equal(await send('HGETDEL h FIELDS 1 c'), '3');
    assert.equal(await send('EXISTS h'), '0');
    assert.equal(await send('HSETEX h FXX EX 10 FIELDS 1 a 1'), '0');
    assert.equal(await send('EXISTS h'), '0');
    assert.equal(await send('HSETEX h FNX EX 10 FIELDS 2 a 1 b 2'), '1');
    assert.equal(await send('HSETEX h FNX FIELDS 2 a 9 z 9'), '0');
    assert.equal(await send('HSETEX h KEEPTTL FIELDS 1 a 5'), '1');
    assert.equal(await send('HSETEX h FXX FIELDS 1 b 6'), '1');
    assert.equal(await send('HTTL h FIELDS 2 a b'), '10 -1');
    assert.equal(await send('HGETALL h'), 'a 5 b 6');
    assert.equal(await send('HSETEX h EXAT 1 FIELDS 2 a 1 b 1'), '1');
    assert.equal(await send('EXISTS h'), '0');
  });

  it('OBJECT ENCODING: a listpack that has room for times is a listpackex, and stays one', async () => {
    assert.equal(await send('OBJECT ENCODING h'), 'listpack');
    await send('HEXPIRE h 10 FIELDS 1 a');
    assert.equal(await send('OBJECT ENCODING h'), 'listpackex');
    await send('HPERSIST h FIELDS 1 a');
    assert.equal(await send('OBJECT ENCODING h'), 'listpackex');
    await send(`HSET h d ${'x'.repeat(65)}`);
    assert.equal(await send('OBJECT ENCODING h'), 'hashtable');
  });

  it('expires fields before anybody sees them, and actively where nobody looks', async () => {
    await send('HPEXPIRE h 5 FIELDS 1 a');
    await send('HPEXPIRE h 50 FIELDS 1 b');
    server.advance(5);
    assert.equal(await send('HLEN h'), '3', 'at the millisecond itself it is still there');
    server.advance(1);
    assert.equal(await send('HMGET h a b'), 'null 2');
    assert.equal(await send('HLEN h'), '2');
    await send('HSET only f v');
    await send('HPEXPIRE only 5 FIELDS 1 f');
    server.advance(100);
    assert.equal(await send('DBSIZE'), '2');
    server.cron();
    assert.equal(await send('DBSIZE'), '1');
    assert.equal(await send('HGETALL h'), 'c 3');
  });

  it('COPY, RENAME, MOVE and SWAPDB take the times along; what a key was does not come back', async () => {
    await send('HEXPIRE h 10 FIELDS 1 a');
    await send('COPY h copy');
    await send('HPERSIST copy FIELDS 1 a');
    await send('RENAME h other');
    assert.equal(await send('HTTL other FIELDS 1 a'), '10');
    await send('MOVE other 3');
    await send('SWAPDB 3 4');
    await send('SELECT 4');
    server.advance(10_001);
    server.cron();
    assert.equal(await send('HLEN other'), '2');
    await send('DEL other');
    await send('HSET other a 1');
    assert.equal(await send('HTTL other FIELDS 1 a'), '-1');
    assert.equal(await send('OBJECT ENCODING other'), 'listpack');
  });

  it('Keyspace notifications: hexpire, hpersist, hexpired, and hdel for a time that is over', async () => {
    const heard = await listen();
    await send('HEXPIRE h 10 FIELDS 2 a b');
    await send('HEXPIRE h 10 NX FIELDS 1 a');
    await send('HPERSIST h FIELDS 2 a c');
    await send('HEXPIRE h 0 FIELDS 1 a');
    assert.deepEqual(await heard(), ['hexpire', 'hpersist', 'hdel']);
    await send('HSETEX h EX 20 FIELDS 1 c 5');
    await send('HGETEX h PERSIST FIELDS 1 c');
    await send('HGETDEL h FIELDS 1 c');
    assert.deepEqual(await heard(), ['hset', 'hexpire', 'hpersist', 'hdel']);
    server.advance(10_001);
    await send('HGET h b');
    assert.deepEqual(await heard(), ['hexpired', 'del']);
    await send('HSET h a 1');
    await send('HPEXPIRE h 1 FIELDS 1 a');
    server.advance(2);
    server.cron();
    assert.deepEqual(await heard(), ['hset', 'hexpire', 'hexpired', 'del']);
  });

  it('ZRANK, ZREVRANK: WITHSCORE (7.2) adds the score; all else is refused as 7.0 refuses it', async () => {
    await send('ZADD z 1 a 2.5 b');
    assert.equal(await send('ZRANK z b WITHSCORE'), '1 2.5');
    assert.equal(await send('ZREVRANK z b withscore'), '0 2.5');
    assert.equal(await send('ZRANK z none WITHSCORE'), 'null');
    assert.match(await send('ZRANK z a WITHSCORES'), /wrong number of arguments for 'zrank'/);
    assert.match(await send('ZREVRANK z a WITHSCORE x'), /wrong number of arguments for 'zrevrank'/);
  });

  it('HSCAN: NOVALUES (7.4) answers fields alone, by match and from a hash table too; other scans do not know it', async () => {
    assert.equal(await send('HSCAN h 0 NOVALUES'), '0 a b c');
    assert.equal(await send('HSCAN h 0 MATCH [bc] novalues COUNT 1'), '0 b c');
    const names = Array.from({ length: 600 }, (_, index) => `f${index}`);
    await send(`HSET long ${names.map((name) => `${name} v`).join(' ')}`);
    assert.equal(await send('OBJECT ENCODING long'), 'hashtable');
    assert.deepEqual((await send('HSCAN long 0 COUNT 10000 NOVALUES')).split(' ').slice(1).sort(), names.sort());
    await send('SADD s a');
    await send('ZADD z 1 a');
    for (const line of ['SSCAN s 0 NOVALUES', 'ZSCAN z 0 NOVALUES', 'SCAN 0 NOVALUES']) assert.match(await send(line), /syntax error/, line);
  });

  it('WAITAOF: nothing is synced where there is no append-only file and no replica', async () => {
    assert.equal(await send('WAITAOF 0 0 0'), '0 0');
    assert.match(await send('WAITAOF 1 0 0'), /WAITAOF cannot be used when numlocal is set but appendonly is disabled/);
    assert.match(await send('WAITAOF 2 0 0'), /out of range/);
    assert.match(await send('WAITAOF 0 -1 0'), /must be positive/);
    await send('MULTI');
    await send('WAITAOF 0 1 0');
    assert.equal(await send('EXEC'), '0 0');
  });
});
