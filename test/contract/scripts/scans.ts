import { call, scan, type Script } from '../script.ts';

const keys = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => [`${prefix}:${String(i)}`, String(i)]).flat();

export const scans: readonly Script[] = [
  {
    name: 'scan: SCAN of an empty and a small database',
    steps: ['SCAN 0', 'SCAN 0 COUNT 100', 'SCAN 0 MATCH *', 'SCAN 0 TYPE string', 'SET k v', 'SCAN 0 COUNT 100', 'SCAN 0 COUNT 100 MATCH k', 'SCAN 0 COUNT 100 MATCH x', 'SCAN 0 COUNT 100 TYPE string', 'SCAN 0 COUNT 100 TYPE hash', 'SCAN 0 COUNT 100 TYPE STRING', 'SCAN 0 COUNT 100 TYPE bogus', 'SCAN 0 COUNT 100 TYPE "" ', 'scan 0 count 100 match ? type string'],
  },
  {
    name: 'scan: every key, whatever the page size',
    steps: [
      call('MSET', ...keys('user', 500), ...keys('order', 300), ...keys('', 10)), 'HSET h f v', 'RPUSH l a', 'SADD s a', 'ZADD z 1 a', 'XADD x 1-1 f v', 'DBSIZE', scan('SCAN CURSOR'), scan('SCAN CURSOR COUNT 1'), scan('SCAN CURSOR COUNT 3'), scan('SCAN CURSOR COUNT 100'), scan('SCAN CURSOR COUNT 5000'), scan('SCAN CURSOR MATCH user:*'), scan('SCAN CURSOR MATCH user:1?? COUNT 50'), scan('SCAN CURSOR MATCH *:7'), scan('SCAN CURSOR MATCH nothing*'), scan('SCAN CURSOR TYPE hash'), scan('SCAN CURSOR TYPE string COUNT 64'), scan('SCAN CURSOR TYPE list'), scan('SCAN CURSOR TYPE set'), scan('SCAN CURSOR TYPE zset'), scan('SCAN CURSOR TYPE stream'), scan('SCAN CURSOR TYPE zset MATCH z'), scan('SCAN CURSOR TYPE zset MATCH y'), scan('SCAN CURSOR COUNT 9223372036854775807'),
      'SELECT 3', 'SCAN 0', 'SELECT 0', call('DEL', ...Array.from({ length: 500 }, (_, i) => `user:${String(i)}`)), scan('SCAN CURSOR'), scan('SCAN CURSOR COUNT 20 MATCH order:*'),
    ],
  },
  {
    name: 'scan: SCAN arguments',
    steps: ['SCAN', 'SCAN abc', 'SCAN -1', 'SCAN ""', 'SCAN " 0"', 'SCAN 0 COUNT', 'SCAN 0 COUNT 0', 'SCAN 0 COUNT -5', 'SCAN 0 COUNT abc', 'SCAN 0 COUNT 9223372036854775808', 'SCAN 0 BOGUS 1', 'SCAN 0 MATCH', 'SCAN 0 TYPE', 'SCAN 0 MATCH a COUNT', 'SCAN 18446744073709551615', 'SCAN 18446744073709551616', 'SCAN 99999999999999999999999', 'SCAN 0x10', 'SCAN 1.5', 'SCAN 0 1', 'SCAN 0 NOVALUES', 'SCAN 00', 'SCAN +0', 'SCAN 12345'],
  },
  {
    name: 'scans: the empty name and patterns',
    steps: [
      'SET "" v', 'KEYS *', 'KEYS **', 'KEYS ""', 'KEYS ?', scan('SCAN CURSOR MATCH *'), scan('SCAN CURSOR MATCH **'), scan('SCAN CURSOR MATCH ""'), 'HSET h "" v', 'HSCAN h 0 MATCH *', 'HSCAN h 0 MATCH **', 'HSCAN h 0 MATCH ""', 'SADD s ""', scan('SSCAN s CURSOR MATCH **'), 'ZADD z 1 ""', 'ZSCAN z 0 MATCH **', 'ZSCAN z 0 MATCH ""',
    ],
  },
];
