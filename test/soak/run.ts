// npm run soak -- NAME [--seed N] [--seconds S] [--dir DIR]: tries the property test/soak/<NAME>.ts; `all` tries each in turn.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { soak, soakNames } from '../support/soak.ts';

const usage = `usage: npm run soak -- NAME [--seed N] [--seconds S] [--dir DIR], NAME one of ${soakNames().join(', ')}, all`;

function fail(text: string): never {
  console.error(`${text}\n${usage}`);
  process.exit(2);
}

function readArguments(): { names: string[]; seed: number; seconds: number; dir: string | undefined } {
  try {
    const { positionals, values } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string' }, seconds: { type: 'string' }, dir: { type: 'string' } } });
    const names = positionals.includes('all') ? soakNames() : positionals;
    const unknown = names.filter(name => !soakNames().includes(name));
    if (names.length === 0 || unknown.length > 0) fail(names.length === 0 ? 'which soak?' : `no such soak: ${unknown.join(' ')}`);
    const seed = Number(values.seed ?? randomInt(2 ** 31));
    const seconds = Number(values.seconds ?? 60);
    if (!Number.isInteger(seed) || !(seconds > 0)) fail('--seed takes a whole number, --seconds a positive one');
    return { names, seed, seconds, dir: values.dir };
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

const { names, seed, seconds, dir } = readArguments();
for (const name of names) {
  try {
    console.log(`${name}: seed ${seed}, ${seconds} s`);
    console.log(`${name}: ${await soak(name, { seed, seconds, dir })} checks held`);
  } catch (error) {
    console.error(error);
    console.error(`${name} failed; again with: npm run soak -- ${name} --seed ${seed} --seconds ${seconds}`);
    process.exitCode = 1;
  }
}
