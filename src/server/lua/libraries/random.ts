/** A generator whose numbers are 31 bits. */
export interface Rand48 {
  seed(value: number): void;
  next(): number;
}

/** The drand48 of C's library, which Redis carries with it so that scripts see the same numbers on every machine. */
export function createRand48(): Rand48 {
  // 48 bits as a high half of 24 and a low one of 24, each of which multiplies without loss.
  const A_HIGH = 0x5de;
  const A_LOW = 0xece66d;
  // What drand48 begins with. Redis 7 never sets it anew: scripts go on with it.
  let high = 0x1234ab;
  let low = 0xcd330e;
  return {
    seed(value) {
      const word = value >>> 0;
      high = word >>> 8;
      low = ((word & 0xff) << 16) | 0x330e;
    },
    next() {
      const product = low * A_LOW + 0xb;
      high = (high * A_LOW + low * A_HIGH + Math.floor(product / 2 ** 24)) % 2 ** 24;
      low = product % 2 ** 24;
      return Math.floor(high * 128 + low / 2 ** 17);
    },
  };
}
