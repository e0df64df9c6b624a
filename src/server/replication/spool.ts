import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ServerState } from '../state.ts';

/** A snapshot on the disk: its length stands before it on the wire, and nobody knows that until all of it is written. */
export interface Spool {
  /** Bytes so far. */
  readonly size: number;
  /** Throws the system's error. */
  write(bytes: Uint8Array): void;
  /** The bytes from `at` on, as many as there are up to `count`; nobody writes into them again. Throws the system's error. */
  read(at: number, count: number): Buffer;
  close(): void;
}

/** Makes one where the server's files are, else among the temporary files. It has no name, so nothing is left of it if the process ends. Throws the system's error. */
export function createSpool({ outside, random }: ServerState): Spool {
  const folder = outside.dataFile === undefined ? tmpdir() : dirname(outside.dataFile());
  const path = join(folder, `temp-${process.pid}.${Math.floor(random() * 2 ** 32).toString(16)}.rdb`);
  const file = openSync(path, 'wx+', 0o600);
  rmSync(path);
  let size = 0;
  return {
    get size() {
      return size;
    },
    write(bytes) {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
      size += bytes.length;
    },
    read(at, count) {
      const bytes = Buffer.allocUnsafeSlow(Math.min(count, size - at));
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, at));
    },
    close: () => closeSync(file),
  };
}
