import { readdirSync } from 'node:fs';

/** What a file `test/soak/<name>.ts` exports: one long-running property. */
export interface SoakModule {
  /**
   * Tries the property with random inputs until `seconds` are over (at least one try) and resolves with the number of checks made.
   * Everything random comes from `seed`, so that the same seed tries the same inputs. Rejects with what was violated, and closes what it opened either way.
   * `dir`: where to find files, for those that try such.
   */
  run(options: { readonly seed: number; readonly seconds: number; readonly dir?: string | undefined }): Promise<{ readonly checks: number }>;
}

const folder = new URL('../soak/', import.meta.url);

/** The names of all soaks. */
export function soakNames(): string[] {
  return readdirSync(folder).filter(file => file.endsWith('.ts') && file !== 'run.ts').map(file => file.slice(0, -3)).sort();
}

/** Runs one soak; resolves with its number of checks. Rejects with what was violated, or if nothing was checked. */
export async function soak(name: string, options: Parameters<SoakModule['run']>[0]): Promise<number> {
  const module = (await import(new URL(`${name}.ts`, folder).href)) as SoakModule;
  const { checks } = await module.run(options);
  if (checks === 0) throw new Error(`soak ${name} checked nothing`);
  return checks;
}
