// npm run bench -- [NAME …] [--json] [--quick]: runs test/bench/<NAME>.ts; without a name, all of them.
import { readdirSync } from 'node:fs';
import { reachesGoal, runCase, type BenchModule, type BenchResult } from '../support/bench/case.ts';

const here = new URL('./', import.meta.url);
const known = readdirSync(here).filter(file => file.endsWith('.ts') && file !== 'run.ts').map(file => file.slice(0, -3)).sort();

/** Runs one bench, reporting each case as soon as it is measured. */
async function bench(name: string, report: (result: BenchResult) => void): Promise<void> {
  const module = (await import(new URL(`${name}.ts`, here).href)) as BenchModule;
  const cleanups: (() => Promise<void> | void)[] = [];
  try {
    const cases = await module.cases({
      quick: flags.includes('--quick'),
      defer: cleanup => cleanups.push(cleanup),
      note: text => console.error(`  ${name}: ${text}`),
    });
    for (const it of cases) report(await runCase(name, it));
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup();
  }
}

function print(result: BenchResult): void {
  const { ours, peer, unit, ratio, better, goal } = result;
  const verdict = reachesGoal(result) ? 'reached' : 'MISSED';
  const sign = better === 'higher' ? '≥' : '≤';
  console.log([
    `${result.bench}: ${result.case}`.padEnd(58),
    `${ours.toLocaleString('en')} ${unit}`.padStart(20),
    `${peer.toLocaleString('en')} ${unit}`.padStart(20),
    `× ${ratio}`.padStart(10),
    `  goal ${sign} ${goal} ${verdict}`,
  ].join(''));
}

const names = process.argv.slice(2).filter(argument => !argument.startsWith('-'));
const flags = process.argv.slice(2).filter(argument => argument.startsWith('-'));
const unknown = [...names.filter(name => !known.includes(name)), ...flags.filter(flag => !['--json', '--quick'].includes(flag))];
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(' ')}\nusage: npm run bench -- [NAME …] [--json] [--quick], NAME one of ${known.join(', ')}`);
  process.exit(2);
}

const json = flags.includes('--json');
if (!json) console.log(`${'bench: case'.padEnd(58)}${'ours'.padStart(20)}${'peer or limit'.padStart(20)}${'ratio'.padStart(10)}`);
const results: BenchResult[] = [];
for (const name of names.length > 0 ? names : known) {
  await bench(name, (result) => {
    results.push(result);
    if (json) console.log(JSON.stringify(result));
    else print(result);
  });
}
const missed = results.filter(result => !reachesGoal(result));
if (!json) console.log(missed.length === 0 ? `${results.length} cases, every goal reached` : `${results.length} cases, ${missed.length} below their goal`);
