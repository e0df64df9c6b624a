import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Config } from '../config.ts';
import { rewriteConfig } from '../config/rewrite.ts';
import type { Bytes } from '../store/value.ts';
import { codeOf, systemError } from '../systemError.ts';

/** CONFIG REWRITE: puts the parameters into the file, all at once, with `all` those at their default too; a file that has gone is made anew. Answers the system's error text. */
export function rewriteFile(path: string, config: Config, users: readonly Bytes[], all: boolean): string | undefined {
  const next = `${path}.${process.pid}.tmp`;
  try {
    const { text, mode } = read(path);
    writeFileSync(next, rewriteConfig(text, config, users, all), { encoding: 'latin1', mode });
    renameSync(next, path);
    return undefined;
  } catch (error) {
    rmSync(next, { force: true });
    return systemError(error);
  }
}

function read(path: string): { readonly text: Bytes; readonly mode: number } {
  try {
    return { text: readFileSync(path, 'latin1'), mode: statSync(path).mode & 0o777 };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { text: '', mode: 0o644 };
    throw error;
  }
}
