/**
 * Which names were met, by a fingerprint of 64 bits each and not by the names themselves: some 12 bytes a name. That a name is taken
 * for met by mistake has a chance of 1 in 18 million million for a million names.
 */
export interface NameSet {
  /** True if it was not there. The name is the bytes from `from` to `to`, all of them if absent. */
  add(name: Buffer, from?: number, to?: number): boolean;
  has(name: Buffer, from?: number, to?: number): boolean;
  /** Writes the 8 bytes by which a name (from `from` to `to`) is known here, so that they can be kept in a file. */
  print(into: Buffer, at: number, name: Buffer, from?: number, to?: number): void;
  /** As `add`, of a name of which such bytes were kept. Never true for 8 zeros. */
  addPrint(from: Buffer, at: number): boolean;
  /** Adds all of them to another set of the same seeds, and forgets them. */
  moveTo(other: Pick<NameSet, 'addPrint'>): void;
  readonly size: number;
  readonly bytes: number;
}

/** Tables of their own, so that none is so large that its growth holds the loop. */
const SHARDS = 256;
const FIRST = 8;
const FULLEST = 0.8;
const GROWTH = 1.3;

interface Shard {
  /** Pairs: the two halves of a fingerprint; 0, 0 is empty. */
  slots: Uint32Array;
  size: number;
}

/** @param seeds two random 32-bit numbers, so that nobody can choose names that collide */
export function createNameSet(seeds: readonly [number, number]): NameSet {
  const shards = Array.from({ length: SHARDS }, (): Shard => ({ slots: new Uint32Array(FIRST * 2), size: 0 }));
  let size = 0;
  let first = 0;
  let second = 0;

  const take = (name: Buffer, from = 0, to = name.length): Shard => {
    let [a, b] = seeds;
    for (let at = from; at < to; at += 1) {
      const byte = name[at] as number;
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b, 0x85ebca6b) + byte + 1;
    }
    first = mix(a ^ (to - from));
    second = mix(b + 0x9e3779b9);
    // The mark of an empty slot.
    if (first === 0 && second === 0) second = 1;
    return shards[second % SHARDS] as Shard;
  };

  /** Adds what `first` and `second` say. */
  const insert = (shard: Shard): boolean => {
    const at = find(shard.slots, first, second);
    if (at >= 0) return false;
    if ((shard.size + 1) / (shard.slots.length / 2) > FULLEST) {
      grow(shard);
      put(shard.slots, find(shard.slots, first, second), first, second);
    } else put(shard.slots, at, first, second);
    shard.size += 1;
    size += 1;
    return true;
  };

  return {
    add: (name, from, to) => insert(take(name, from, to)),
    print(into, at, name, from, to) {
      take(name, from, to);
      into.writeUInt32LE(first, at);
      into.writeUInt32LE(second, at + 4);
    },
    addPrint(from, at) {
      first = from.readUInt32LE(at);
      second = from.readUInt32LE(at + 4);
      return (first !== 0 || second !== 0) && insert(shards[second % SHARDS] as Shard);
    },
    moveTo(other) {
      const print = Buffer.alloc(8);
      for (const shard of shards) {
        for (let at = 0; at < shard.slots.length; at += 2) {
          print.writeUInt32LE(shard.slots[at] as number, 0);
          print.writeUInt32LE(shard.slots[at + 1] as number, 4);
          other.addPrint(print, 0);
        }
        Object.assign(shard, { slots: new Uint32Array(FIRST * 2), size: 0 });
      }
      size = 0;
    },
    has: (name, from, to) => {
      const { slots } = take(name, from, to);
      return find(slots, first, second) >= 0;
    },
    get size() {
      return size;
    },
    get bytes() {
      return shards.reduce((sum, { slots }) => sum + slots.byteLength, 0);
    },
  };
}

function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The slot of a fingerprint, or -1 minus the slot where it belongs. */
function find(slots: Uint32Array, first: number, second: number): number {
  const count = slots.length / 2;
  let at = Math.floor((first / 2 ** 32) * count);
  for (;;) {
    const [a, b] = [slots[at * 2], slots[at * 2 + 1]];
    if (a === first && b === second) return at;
    if (a === 0 && b === 0) return -1 - at;
    at = at + 1 === count ? 0 : at + 1;
  }
}

function put(slots: Uint32Array, found: number, first: number, second: number): void {
  const at = -1 - found;
  slots[at * 2] = first;
  slots[at * 2 + 1] = second;
}

function grow(shard: Shard): void {
  const { slots: old } = shard;
  shard.slots = new Uint32Array(Math.ceil((old.length / 2) * GROWTH) * 2);
  for (let at = 0; at < old.length; at += 2) {
    const [first, second] = [old[at] as number, old[at + 1] as number];
    if (first !== 0 || second !== 0) put(shard.slots, find(shard.slots, first, second), first, second);
  }
}
