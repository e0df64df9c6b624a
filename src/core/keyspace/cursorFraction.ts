const reversedByte = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0) reversed |= 0x80 >> bit;
  return reversed;
});

/**
 * How far a cursor of Redis has come, 0 to 1: its bits in reverse order as a part of 2^64, because Redis counts in the
 * high bits first. Undefined for a cursor that is no 64-bit number.
 */
export function cursorFraction(cursor: string): number | undefined {
  if (!/^\d{1,20}$/.test(cursor)) return undefined;
  let rest = BigInt(cursor);
  if (rest >= 1n << 64n) return undefined;
  let fraction = 0;
  for (let weight = 256; rest > 0n; weight *= 256) {
    fraction += (reversedByte[Number(rest & 0xffn)] as number) / weight;
    rest >>= 8n;
  }
  return fraction;
}
