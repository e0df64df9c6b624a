import type { ServerFacts } from '../connection/session.ts';

/** The version that Valkey 9.0 began its own numbers with. */
const FIRST_OF_VALKEY = 80;
/** The first of Redis that holds hashes with fields that expire. */
export const FIRST_WITH_FIELD_TIMES = 12;
/** The last one that Redis and Valkey both write. */
const LAST_COMMON = 11;

/** From which release on a server writes which version of RDB, the newest first. */
const redis: readonly (readonly [major: number, minor: number, version: number])[] = [
  [8, 10, 15], [8, 8, 14], [8, 6, 13], [7, 4, 12], [7, 2, 11], [7, 0, 10], [5, 0, 9], [4, 0, 8], [3, 2, 7], [2, 6, 6],
];
const valkey: typeof redis = [[9, 2, 81], [9, 0, FIRST_OF_VALKEY], [7, 2, LAST_COMMON]];

/** The version of RDB that a server sends to its replicas; undefined where its own version is not known. */
export function rdbVersionOf({ version, flavour }: Pick<ServerFacts, 'version' | 'flavour'>): number | undefined {
  const [major, minor] = /^(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
  if (major === undefined || minor === undefined || flavour === 'unknown') return undefined;
  return (flavour === 'valkey' ? valkey : redis).find(([atMajor, atMinor]) => major > atMajor || (major === atMajor && minor >= atMinor))?.[2];
}

/** True if a server that writes `own` can be a replica of one that writes `other`: nothing newer, and nothing of the other family from where they parted. */
export function readsRdb(own: number, other: number): boolean {
  if (own >= FIRST_OF_VALKEY) return other <= LAST_COMMON || (other >= FIRST_OF_VALKEY && other <= own);
  return other <= own;
}
