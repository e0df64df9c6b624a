import { among, call, help, near, scan, shape, unordered, type Script } from '../script.ts';

export const generic: readonly Script[] = [
  {
    name: 'generic: DEL, EXISTS, TYPE and kin',
    steps: [
      'SET a 1', 'RPUSH l x', 'HSET h f v', 'SADD s m', 'ZADD z 1 m', 'XADD x 1-1 f v', 'TYPE a', 'TYPE l', 'TYPE h', 'TYPE s', 'TYPE z', 'TYPE x', 'TYPE none', 'EXISTS a', 'EXISTS a a none', 'EXISTS none', 'EXISTS', 'DBSIZE', 'DEL a none', 'DEL none', 'DEL', 'UNLINK l h none', 'UNLINK', 'DBSIZE', 'TOUCH s z none', 'TOUCH', 'DEL s s', 'TYPE', 'TYPE a b', call('SET', Buffer.from([0, 200]), 'v'), call('EXISTS', Buffer.from([0, 200])), call('TYPE', Buffer.from([0, 200])), call('DEL', Buffer.from([0, 200]), 'x', 'z'), 'DBSIZE', 'RANDOMKEY', 'SET only 1', 'RANDOMKEY', 'SET other 1', among('RANDOMKEY', 'only other'), 'FLUSHDB', 'DBSIZE', 'FLUSHALL', 'FLUSHDB ASYNC', 'FLUSHDB SYNC', 'FLUSHALL async', 'FLUSHDB BOGUS', 'FLUSHALL a b', 'DBSIZE x',
    ],
  },
  {
    name: 'generic: RENAME, COPY, MOVE',
    steps: [
      'SET a 1', 'RENAME a b', 'GET b', 'EXISTS a', 'RENAME none x', 'RENAME b b', 'RENAME none none', 'RENAMENX b c', 'SET d 4', 'RENAMENX c d', 'RENAMENX c c', 'RENAMENX none d', 'GET c', 'RENAME c d', 'GET d', 'RENAME d', 'RPUSH l 1 2', 'RENAME l d', 'LRANGE d 0 -1', 'TYPE d', 'COPY d e', 'LRANGE e 0 -1', 'RPUSH e 3', 'LRANGE d 0 -1', 'COPY d e', 'COPY d e REPLACE', 'LRANGE e 0 -1', 'COPY none e', 'COPY d d', 'COPY d far DB 1', 'SELECT 1', 'LRANGE far 0 -1', 'SELECT 0', 'COPY d d DB 0', 'COPY d d DB 99', 'COPY d d DB abc', 'COPY d x BOGUS', 'COPY d x DB', 'COPY d d DB 1', 'HSET h a 1 b 2', 'COPY h h2', 'HGETALL h2', 'HSET h2 a 9', 'HGET h a', 'SADD s 1 2', 'COPY s s2', 'SMEMBERS s2', 'ZADD z 1 a', 'COPY z z2', 'ZRANGE z2 0 -1 WITHSCORES', 'XADD x 1-1 f v', 'COPY x x2', 'XRANGE x2 - +',
      'MOVE d 1', 'EXISTS d', 'MOVE none 1', 'MOVE e 0', 'MOVE e 99', 'MOVE e abc', 'SELECT 1', unordered('KEYS *'), 'SET e here', 'SELECT 0', 'MOVE e 1', 'EXISTS e', 'SET t v EX 100', 'MOVE t 1', 'SELECT 1', 'TTL t',
    ],
  },
  {
    name: 'generic: KEYS and glob patterns',
    steps: [
      'MSET one 1 two 2 three 3 four 4 h?llo 5 h*llo 6 hello 7 hallo 8 h[llo 9', 'SET "a\\\\b" 1', 'SET "" empty', 'SET "new\\nline" 1', 'SET "\\xff\\x00" 1', unordered('KEYS *'), unordered('KEYS t*'), unordered('KEYS *o*'), unordered('KEYS h?llo'), unordered('KEYS h[ae]llo'), unordered('KEYS h[^a]llo'), unordered('KEYS h[a-d]llo'), unordered('KEYS h[d-a]llo'), unordered('KEYS "h\\\\?llo"'), unordered('KEYS "h\\\\*llo"'), unordered('KEYS "h\\\\[llo"'), unordered('KEYS "h[\\\\[]llo"'), unordered('KEYS "a\\\\\\\\b"'), 'KEYS one', 'KEYS none', unordered('KEYS ""'), unordered('KEYS ?'), unordered('KEYS ???'), unordered('KEYS **'), unordered('KEYS *****o'), unordered('KEYS h[llo'), unordered('KEYS h[a'), unordered('KEYS "h\\\\"'), unordered('KEYS "\\xff*"'), unordered('KEYS "new?line"'), unordered('KEYS [a-z]*'), unordered('KEYS [^t]*'), unordered('KEYS [!t]*'), unordered('KEYS "*\\x00"'), 'KEYS', 'KEYS a b', unordered('KEYS t[wh][or]*'), unordered('KEYS []'), unordered('KEYS h[]llo'), unordered('KEYS [a-]*'), unordered('KEYS ONE'),
      scan('SCAN CURSOR MATCH h[ae]llo'), scan('SCAN CURSOR MATCH h\\?llo'), scan('SCAN CURSOR MATCH *ll*'), scan('SCAN CURSOR MATCH ""'),
    ],
  },
  {
    name: 'generic: OBJECT, MEMORY and SORT refusals',
    steps: [
      'OBJECT ENCODING none', 'OBJECT REFCOUNT none', 'OBJECT IDLETIME none', 'OBJECT FREQ none', 'SET k v', 'OBJECT REFCOUNT k', near('OBJECT IDLETIME k', 2), 'OBJECT FREQ k', 'OBJECT BOGUS k', 'OBJECT', 'OBJECT ENCODING', 'OBJECT ENCODING k x', help('OBJECT HELP'), 'MEMORY USAGE none', shape('MEMORY USAGE k'), shape('MEMORY USAGE k SAMPLES 0'), 'MEMORY USAGE k SAMPLES abc', 'MEMORY USAGE k BOGUS 1', 'MEMORY USAGE k SAMPLES -1', 'MEMORY USAGE', 'MEMORY BOGUS', 'MEMORY', shape('MEMORY USAGE k samples 5'),
    ],
  },
  {
    name: 'generic: databases',
    steps: [
      'SET k zero', 'SELECT 1', 'GET k', 'SET k one', 'DBSIZE', 'SELECT 15', 'DBSIZE', 'SELECT 16', 'SELECT -1', 'SELECT abc', 'SELECT', 'SELECT 9223372036854775808', 'SELECT ""', 'SELECT 0', 'GET k', 'SWAPDB 0 1', 'GET k', 'SELECT 1', 'GET k', 'SWAPDB 0 99', 'SWAPDB a 0', 'SWAPDB 0 b', 'SWAPDB 1 1', 'FLUSHDB', 'DBSIZE', 'SELECT 0', 'DBSIZE', 'FLUSHALL', 'DBSIZE',
    ],
  },
];
