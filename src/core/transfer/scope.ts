import { compileGlob, escapeGlob } from '../keyspace/glob.ts';

/** Several namespaces and keys of one database. */
export interface Chosen {
  /** What begins with one of these. */
  readonly prefixes: readonly Buffer[];
  /** And these keys. */
  readonly names: readonly Buffer[];
}

/** What is copied of a database. */
export interface Scope {
  /** MATCH; undefined: all. */
  readonly pattern: Buffer | undefined;
  /** Of these types only (as SCAN … TYPE calls them); undefined: of all. */
  readonly types: readonly string[] | undefined;
  /** Of what matches only these; absent: all. */
  readonly only?: Chosen;
}

/** A scope of some namespaces and keys: a server is asked for what all of them begin with, the rest is chosen here. */
export function scopeOfChosen(chosen: Chosen): Scope {
  const shared = [...chosen.prefixes, ...chosen.names].reduce(commonStart);
  return { pattern: shared.length === 0 ? undefined : Buffer.concat([escapeGlob(shared), Buffer.from('*')]), types: undefined, only: chosen };
}

function commonStart(a: Buffer, b: Buffer): Buffer {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return a.subarray(0, length);
}

/** A test of names, as far as names tell; undefined where all are in scope. */
export function nameTest({ pattern, only }: Scope): ((name: Buffer) => boolean) | undefined {
  const matches = pattern === undefined ? undefined : compileGlob(pattern);
  const chosen = only === undefined ? undefined : chosenTest(only);
  if (matches === undefined || chosen === undefined) return matches ?? chosen;
  return (name) => matches(name) && chosen(name);
}

/** A test of names for one that some namespaces and keys hold. */
export function chosenTest({ prefixes, names }: Chosen): (name: Buffer) => boolean {
  const known = new Set(names.map((name) => name.toString('latin1')));
  return (name) => prefixes.some((prefix) => startsWith(name, prefix)) || (known.size > 0 && known.has(name.toString('latin1')));
}

/** True if the bytes begin with these. */
export function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  return bytes.length >= prefix.length && bytes.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;
}
