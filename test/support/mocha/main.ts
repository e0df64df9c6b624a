// node test/support/mocha/main.ts [--timeout MS] FILE …: runs the test files in this process. No suite has less time than that, whatever it
// says: a limit only ends what hangs, and a machine that is busy takes many times as long.
import Mocha from 'mocha';
import { parseArgs } from 'node:util';
import { mochaOptions, runMocha } from './counts.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { timeout: { type: 'string', default: '60000' } } });
const mocha = new Mocha({ ...mochaOptions, timeout: Number(values.timeout) });
for (const file of positionals) mocha.addFile(file);
await mocha.loadFilesAsync();
lengthen(mocha.suite);
const { failed } = await runMocha(mocha);
// A process that lives on after its tests has left something open: say so rather than hide it behind an exit().
process.exitCode = failed === 0 ? 0 : 1;
setTimeout(() => {
  console.error(`the tests left open: ${process.getActiveResourcesInfo().filter(name => name !== 'Timeout').join(', ') || 'a timer'}`);
  process.exit(1);
}, 5000).unref();

function lengthen(suite: Mocha.Suite): void {
  suite.timeout(Math.max(suite.timeout(), Number(values.timeout)));
  suite.suites.forEach(lengthen);
  for (const test of suite.tests) test.timeout(Math.max(test.timeout(), Number(values.timeout)));
}
