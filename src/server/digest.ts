import { hash } from 'node:crypto';
import { formatDouble } from '../protocol/resp/number.ts';
import { unpacked } from './store/database.ts';
import type { Database } from './store/database.ts';
import { eachItem } from './store/chunked.ts';
import { dictForEach } from './store/dict.ts';
import { hashEach } from './store/hashValue.ts';
import { setMembers } from './store/setValue.ts';
import { NO_EXPIRY } from './store/value.ts';
import type { Bytes, Value, ValueType } from './store/value.ts';
import { zsetSize, zsetSlice } from './store/zsetValue.ts';

/** 160 bits. What has an order is mixed in, what has none is added, so that the same data always give the same digest. */
type Digest = Buffer;

const SIZE = 20;

const typeNumbers: Readonly<Record<ValueType, number>> = { string: 0, list: 1, set: 2, zset: 3, hash: 4, module: 5, stream: 6 };

function sha1(bytes: Bytes | Buffer): Buffer {
  return hash('sha1', typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, 'buffer');
}

/** Adds bytes, whatever came before. */
function add(digest: Digest, bytes: Bytes | Buffer): void {
  const other = sha1(bytes);
  for (let index = 0; index < SIZE; index += 1) digest[index] = (digest[index] ?? 0) ^ (other[index] ?? 0);
}

/** Adds bytes, and makes what comes after depend on it. */
function mix(digest: Digest, bytes: Bytes | Buffer): void {
  add(digest, bytes);
  sha1(digest).copy(digest);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A group of bytes that belong together, added as one. */
function addGroup(digest: Digest, ...parts: Bytes[]): void {
  const group = Buffer.alloc(SIZE);
  for (const part of parts) mix(group, part);
  add(digest, group);
}

function mixValue(digest: Digest, value: Value): void {
  mix(digest, number(typeNumbers[value.type]));
  switch (value.type) {
    case 'string':
      mix(digest, value.data);
      break;
    case 'list':
      for (const item of eachItem(value.items)) mix(digest, item);
      break;
    case 'set':
      for (const member of setMembers(value)) add(digest, member);
      break;
    case 'zset':
      for (const { member, score } of zsetSlice(value, 0, zsetSize(value) - 1)) addGroup(digest, member, formatDouble(score));
      break;
    case 'hash':
      hashEach(value, (field, item) => addGroup(digest, field, item));
      break;
    case 'module':
      mix(digest, value.body);
      break;
    case 'stream':
      for (const { id, fields } of eachItem(value.entries)) {
        mix(digest, `${id.ms}.${id.seq}`);
        for (const field of fields) mix(digest, field);
      }
  }
  if (value.expireAt !== NO_EXPIRY) add(digest, '!!expire!!');
}

/** DEBUG DIGEST-VALUE: 40 hexadecimal digits, the same that redis-server gives; zeros without a value. */
export function valueDigest(value: Value | undefined): string {
  const digest = Buffer.alloc(SIZE);
  if (value !== undefined) mixValue(digest, value);
  return digest.toString('hex');
}

/** DEBUG DIGEST: of all databases with their keys; expired ones count while they are there. O(n). */
export function dataDigest(databases: readonly Database[]): string {
  const digest = Buffer.alloc(SIZE);
  for (const [index, db] of databases.entries()) {
    let first = true;
    dictForEach(db.dict, ({ key, value }) => {
      if (first) mix(digest, number(index));
      first = false;
      const one = Buffer.alloc(SIZE);
      mix(one, key);
      mixValue(one, unpacked(value));
      add(digest, one);
    });
  }
  return digest.toString('hex');
}
