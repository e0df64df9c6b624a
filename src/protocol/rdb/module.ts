import { corrupt, take } from './bytes.ts';
import type { ByteReader } from './bytes.ts';
import { skipString, takeBigNumber, takeNumber } from './primitives.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The name in a module's 64-bit ID: nine characters of six bits above ten bits of version. */
export function moduleName(id: bigint): string {
  let name = '';
  for (let shift = 58n; shift >= 10n; shift -= 6n) name += ALPHABET[Number((id >> shift) & 63n)] ?? '';
  return name;
}

/** Steps over what a module wrote: values behind their kind, up to the end mark. Throws `corrupt`. */
export function skipModuleValues(reader: ByteReader): void {
  for (;;) {
    const kind = takeNumber(reader);
    switch (kind) {
      case 0: return;
      case 1:
      case 2: takeBigNumber(reader); break;
      case 3: take(reader, 4); break;
      case 4: take(reader, 8); break;
      case 5: skipString(reader); break;
      default: corrupt(reader, `a module value of the unknown kind ${kind}`);
    }
  }
}

/** Steps over what modules keep about a key (Redis 8.6 and later): for each class its four bytes and values. Throws `corrupt`. */
export function skipKeyMetadata(reader: ByteReader): void {
  for (let classes = takeNumber(reader); classes > 0; classes = BigInt(classes) - 1n) {
    take(reader, 4);
    skipModuleValues(reader);
  }
}
