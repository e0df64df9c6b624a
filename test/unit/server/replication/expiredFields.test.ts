import assert from 'node:assert/strict';
import { frozenServer, type FrozenServer } from '../../../support/practiceServer.ts';
import { openRespClient, type RespClient } from '../../../support/respClient.ts';
import { printReply, replyText } from '../../../support/respReply.ts';

/* Redis 7.4 and later, from its documents: Debian's server knows no times of fields. */
describe('what is past its time on a replica', () => {
  let master: FrozenServer;
  let replica: FrozenServer;
  let above: RespClient;
  let below: RespClient;
  beforeEach(async () => {
    [master, replica] = [frozenServer({ 'repl-diskless-sync-delay': '0' }), frozenServer()];
    replica.state.outside = { ...replica.state.outside, connect: () => {
      const stream = master.connect();
      setImmediate(() => stream.emit('connect'));
      return stream;
    } };
    [above, below] = [openRespClient(master.connect()), openRespClient(replica.connect())];
    await below.call(['REPLICAOF', 'master', '1']);
    while (replica.state.replication.link?.stage !== 'connected') await new Promise((resolve) => setImmediate(resolve));
  });
  afterEach(async () => {
    above.close();
    below.close();
    await replica.close();
    await master.close();
  });

  /** What the replica answers once it has heard all. */
  async function there(call: string): Promise<string> {
    while (replica.state.replication.offset !== master.state.replication.offset) await new Promise((resolve) => setImmediate(resolve));
    return printReply(await below.call(call.split(' '))).replace(/^\w+ /, '');
  }
  async function here(...calls: readonly string[]): Promise<void> {
    for (const call of calls) assert.notEqual((await above.call(call.split(' '))).kind, 'error', call);
  }

  it('hides fields, and removes none until its master says so', async () => {
    await here('HSET h a 1 b 2 c 3', 'HPEXPIRE h 100 FIELDS 2 a b', 'HSET all x 1', 'HPEXPIRE all 100 FIELDS 1 x');
    const fields = 'HPEXPIRETIME h FIELDS 3 a b c';
    assert.equal(await there(fields), printReply(await above.call(fields.split(' '))).replace(/^\w+ /, ''));
    const hidden = ['HGET h a', 'HMGET h a b', 'HEXISTS h a', 'HSTRLEN h b', 'HTTL h FIELDS 1 a', 'HKEYS h', 'HVALS h', 'HGETALL h', 'HSCAN h 0', 'HRANDFIELD h 5', 'HGETALL all', 'HRANDFIELD all', 'HRANDFIELD all -2', 'HKEYS all'];
    replica.advance(100);
    assert.match(await there('HGET h a'), /"1"/);
    replica.advance(1);
    const shown = await Promise.all(hidden.map(there));
    replica.cron();
    assert.equal(await there('HLEN h'), '3');
    assert.equal(await there('EXISTS all'), '1');
    // The same without fields that nobody sees.
    await here('DEL h', 'HSET h c 3', 'HDEL all x');
    assert.deepEqual(shown, await Promise.all(hidden.map(there)));
  });

  it('hears of them from its master, who removes them', async () => {
    await here('HSET h a 1 b 2 c 3', 'HPEXPIRE h 100 FIELDS 2 a b', 'HSET all x 1', 'HPEXPIREAT all 1700000000100 FIELDS 1 x');
    master.advance(101);
    master.cron();
    assert.equal(await there('HLEN h'), '1');
    assert.equal(await there('EXISTS all'), '0');
  });

  it('obeys its master, to whom no field is over, whatever its own clock says', async () => {
    await here('HSET h a 1', 'HPEXPIRE h 100 FIELDS 1 a');
    await there('PING');
    replica.advance(5000);
    await here('HINCRBY h a 4', 'HPEXPIRE h 200 FIELDS 1 a', 'HSET i a 1', 'HSETEX i FXX PX 300 FIELDS 1 a 7', 'HGETEX i PERSIST FIELDS 1 a');
    assert.equal(await there('HGET i a'), printReply(await above.call(['HGET', 'i', 'a'])).replace(/^\w+ /, ''));
    assert.equal(await there('HGETALL h'), await there('HGETALL none'));
    await here('HPERSIST h FIELDS 1 a');
    assert.match(await there('HGET h a'), /"5"/);
    await here('HPEXPIREAT h 1 FIELDS 1 a');
    assert.equal(await there('EXISTS h'), '0');
  });

  it('gives way to what clients of a writable replica write: keys past their time are removed, fields are as if they were not there', async () => {
    await below.call(['CONFIG', 'SET', 'replica-read-only', 'no']);
    await here('SADD set a', 'PEXPIRE set 100', 'HSET h a 1 b 2', 'HPEXPIRE h 100 FIELDS 1 a');
    await there('PING');
    replica.advance(100);
    assert.equal(await there('SADD set a'), '0');
    replica.advance(1);
    assert.equal(await there('SCARD set'), '0');
    assert.equal(await there('SADD set x'), '1');
    assert.equal(replyText(await below.call(['TTL', 'set'])), '-1');
    assert.equal(await there('SCARD set'), '1');
    assert.equal(await there('HINCRBY h a 10'), '10');
  });
});
