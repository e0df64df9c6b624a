import { assertNever } from '../failure.ts';

const star = 0x2a;
const question = 0x3f;
const open = 0x5b;
const close = 0x5d;
const caret = 0x5e;
const dash = 0x2d;
const backslash = 0x5c;

/** Outside of a class these bytes, and no others, mean something to Redis's stringmatchlen. */
const isSpecial = (byte: number): boolean => byte === star || byte === question || byte === open || byte === backslash;

/** `bytes` as a MATCH pattern that matches exactly them. */
export function escapeGlob(bytes: Buffer): Buffer {
  if (!bytes.some(isSpecial)) return bytes;
  const escaped: number[] = [];
  for (const byte of bytes) {
    if (isSpecial(byte)) escaped.push(backslash);
    escaped.push(byte);
  }
  return Buffer.from(escaped);
}

/** True if the pattern can match more than one name: `*`, `?` or `[` without a backslash before it. */
export function hasGlob(pattern: Buffer): boolean {
  return literalEnd(pattern) < pattern.length;
}

/** The bytes that every match begins with; of a pattern without glob characters the one name that it matches. */
export function literalPrefix(pattern: Buffer): Buffer {
  const end = literalEnd(pattern);
  const bytes: number[] = [];
  for (let at = 0; at < end; at++) {
    if (pattern[at] === backslash && at + 1 < pattern.length) at++;
    bytes.push(pattern[at] as number);
  }
  return Buffer.from(bytes);
}

/** Where the first unescaped glob character stands, or the length. */
function literalEnd(pattern: Buffer): number {
  for (let at = 0; at < pattern.length; at++) {
    const byte = pattern[at] as number;
    if (byte === backslash) at++;
    else if (isSpecial(byte)) return at;
  }
  return pattern.length;
}

/** The pattern `*bytes*`, matching names that contain exactly these bytes. */
export function containsPattern(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(star), escapeGlob(bytes), Buffer.of(star)]);
}

type Token = { readonly kind: 'star' | 'any' } | { readonly kind: 'byte'; readonly byte: number } | { readonly kind: 'class'; readonly has: Uint8Array };

/** True if Redis's MATCH (stringmatchlen, case matters) would match. For many names of one pattern use `compileGlob`. */
export function globMatch(pattern: Buffer, bytes: Buffer): boolean {
  return compileGlob(pattern)(bytes);
}

/** The pattern as a test of names; its time is at most pattern length × name length, whatever the stars. */
export function compileGlob(pattern: Buffer): (bytes: Buffer) => boolean {
  const tokens = tokenize(pattern);
  // Redis does not start on an empty name: only the empty pattern matches it, and `*`, which is not matched at all.
  const matchesEmpty = pattern.length === 0 || (pattern.length === 1 && pattern[0] === star);
  return (bytes) => (bytes.length === 0 ? matchesEmpty : matches(tokens, bytes));
}

function tokenize(pattern: Buffer): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const byte = pattern[at] as number;
    if (byte === star) {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else if (byte === question) {
      tokens.push({ kind: 'any' });
    } else if (byte === open) {
      const { has, end } = readClass(pattern, at + 1);
      tokens.push({ kind: 'class', has });
      at = end;
    } else {
      if (byte === backslash && at + 1 < pattern.length) at++;
      tokens.push({ kind: 'byte', byte: pattern[at] as number });
    }
  }
  return tokens;
}

/**
 * A class as Redis reads it: one that is not closed ends with the pattern, `[]` matches nothing, a range may be written
 * backwards. Ranges compare C's `char`, which is signed on x86: `[\x00-\xff]` is but these two bytes.
 */
function readClass(pattern: Buffer, from: number): { has: Uint8Array; end: number } {
  const has = new Uint8Array(256);
  let at = from;
  const negated = pattern[at] === caret;
  if (negated) at++;
  for (; at < pattern.length && pattern[at] !== close; at++) {
    const left = pattern.length - at;
    if (pattern[at] === backslash && left >= 2) {
      at++;
      has[pattern[at] as number] = 1;
    } else if (left >= 3 && pattern[at + 1] === dash) {
      const [a, b] = [pattern.readInt8(at), pattern.readInt8(at + 2)];
      for (let byte = Math.min(a, b); byte <= Math.max(a, b); byte++) has[byte & 0xff] = 1;
      at += 2;
    } else {
      has[pattern[at] as number] = 1;
    }
  }
  if (negated) for (let byte = 0; byte < 256; byte++) has[byte] = has[byte] === 1 ? 0 : 1;
  return { has, end: at };
}

/** Every token but a star takes one byte, so that going back to the last star is enough. */
function matches(tokens: readonly Token[], bytes: Buffer): boolean {
  let token = 0;
  let at = 0;
  let lastStar = -1;
  let starAt = 0;
  while (at < bytes.length) {
    const current = tokens[token];
    if (current?.kind === 'star') {
      lastStar = token++;
      starAt = at;
    } else if (current !== undefined && takes(current, bytes[at] as number)) {
      token++;
      at++;
    } else if (lastStar >= 0) {
      token = lastStar + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (tokens[token]?.kind === 'star') token++;
  return token === tokens.length;
}

function takes(token: Token, byte: number): boolean {
  switch (token.kind) {
    case 'star':
    case 'any':
      return true;
    case 'byte':
      return token.byte === byte;
    case 'class':
      return token.has[byte] === 1;
    default:
      return assertNever(token);
  }
}
