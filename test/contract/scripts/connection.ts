import { call, entries, fields, near, raw, shape, type Script } from '../script.ts';

export const connection: readonly Script[] = [
  {
    name: 'connection: PING, ECHO, HELLO, CLIENT',
    steps: [
      'PING', 'PING hello', 'PING a b', 'ping', call('PING', Buffer.from([0, 255])), 'ECHO a', 'ECHO', 'ECHO a b', entries('HELLO', 'server proto mode role modules'), entries('HELLO 3', 'server proto mode role modules'), entries('HELLO 2', 'server proto mode role modules'), 'HELLO 1', 'HELLO 4', 'HELLO abc', 'HELLO 3 BOGUS', 'HELLO 3 AUTH default', 'HELLO 3 SETNAME', entries('HELLO 2 SETNAME me', 'proto'), 'CLIENT GETNAME', 'HELLO 3 SETNAME "with space"', 'CLIENT GETNAME', 'CLIENT SETNAME you', 'CLIENT GETNAME', 'CLIENT SETNAME "a b"', 'CLIENT SETNAME "a\\nb"', 'CLIENT SETNAME ""', 'CLIENT GETNAME', shape('CLIENT ID'), 'CLIENT BOGUS', 'CLIENT', 'CLIENT GETNAME x', fields('CLIENT INFO', 'id addr laddr name age idle flags db sub psub multi cmd user resp', 'name db multi cmd user'),
      entries('HELLO 3 AUTH default anything', 'proto'), 'AUTH x', 'AUTH default x', 'AUTH other x', 'AUTH', 'AUTH a b c', 'HELLO 3 AUTH other pw', 'RESET', 'CLIENT GETNAME', 'SELECT 2', 'RESET', 'SET k v', 'SELECT 0', 'GET k',
    ],
  },
  {
    name: 'connection: TIME, LASTSAVE, COMMAND',
    steps: [shape('TIME'), near('TIME', 5_000_000), 'TIME x', 'COMMAND BOGUS', 'COMMAND COUNT x', 'COMMAND INFO nosuchcommand', 'COMMAND DOCS nosuchcommand', 'ROLE x', 'ROLE'],
  },
  {
    name: 'connection: QUIT',
    steps: [call('QUIT')],
  },
  {
    name: 'protocol: inline commands and pipelines',
    steps: [
      raw('PING\r\n', 1), raw('SET k "a b"\r\nGET k\r\n', 2), raw("SET k 'it\\'s'\nGET k\n", 2), raw('GET   k  \r\n', 1), raw('\r\n\r\nPING\r\n', 1), raw('*0\r\nPING\r\n', 1), raw('*-1\r\nPING\r\n', 1), raw('SET k "\\x00\\xff\\n"\r\nGET k\r\n', 2), raw('*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$3\r\na\nb\r\n', 2), raw('*2\r\n$4\r\nECHO\r\n$0\r\n\r\n', 1), raw('nosuch a b\r\n', 1), raw('PING\r\n'.repeat(200), 200),
    ],
  },
  { name: 'protocol: an open quote', steps: [raw('SET k "open\r\n', 2)] },
  { name: 'protocol: a bad multibulk length', steps: [raw('*abc\r\n', 2)] },
  { name: 'protocol: a huge multibulk length', steps: [raw('*2147483648\r\n', 2)] },
  { name: 'protocol: a bulk without $', steps: [raw('*1\r\nPING\r\n', 2)] },
  { name: 'protocol: a bad bulk length', steps: [raw('*1\r\n$abc\r\n', 2)] },
  { name: 'protocol: a negative bulk length', steps: [raw('*2\r\n$3\r\nGET\r\n$-1\r\n', 2)] },
  { name: 'protocol: a huge bulk length', steps: [raw('*2\r\n$3\r\nGET\r\n$536870913\r\n', 2)] },
  { name: 'protocol: replies before a protocol error', steps: [raw('*1\r\n$4\r\nPING\r\n*1\r\n!bad\r\n', 3)] },
];
