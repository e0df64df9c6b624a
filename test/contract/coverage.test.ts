import assert from 'node:assert/strict';
import { commandRows } from '../../src/protocol/commands/table.ts';
import { printReply, replyText, type Reply } from '../support/respReply.ts';
import { bothServers } from './both.ts';
import { isNotYet, later, notYet, untried } from './coverage.ts';
import { commandsOf, coverageTable, writtenCoverage } from './coverageTable.ts';
import { toStep, type Step } from './script.ts';
import { scripts } from './scripts/index.ts';

describe('what the practice server has of redis-server 7.0', () => {
  let real: ReadonlyMap<string, Reply>;
  let had: ReadonlyMap<string, Reply>;
  const both = bothServers();

  before(async () => {
    real = await commandsOf(both.theirs);
    had = await commandsOf(both.ours);
  });

  it('is all but the commands listed as not there yet', () => {
    const missing = [...real.keys()].filter((name) => !had.has(name) && !isNotYet(name));
    assert.deepEqual(missing, [], 'neither there nor listed in coverage.ts');
  });

  it('lists as not there yet only what is neither there nor invented', () => {
    assert.deepEqual([...notYet].filter((name) => had.has(name)), [], 'there by now');
    assert.deepEqual([...notYet].filter((name) => !real.has(name)), [], 'not a command of 7.0');
  });

  it('has nothing besides, save what is marked as later', () => {
    const known = new Set([...real.keys(), ...later, ...commandRows.map(([name]) => name)]);
    assert.deepEqual([...had.keys()].filter((name) => !known.has(name)), []);
    assert.deepEqual([...later].filter((name) => !had.has(name) || real.has(name)), [], 'not there, or of 7.0');
  });

  it('answers what is not there as an unknown command', async () => {
    for (const name of notYet) {
      const reply = await both.ours.call([...name.split('|'), 'x', 'y']);
      assert.match(replyText(reply) ?? printReply(reply), /^ERR unknown (sub)?command/, name);
    }
  });

  it('is tried by a script, command by command', () => {
    const tried = new Set(scripts.flatMap((script) => script.steps.map(toStep)).flatMap(commandNames));
    const containers = new Set([...had.keys()].filter((name) => name.includes('|')).map((name) => name.slice(0, name.indexOf('|'))));
    assert.deepEqual([...had.keys()].filter((name) => !tried.has(name) && !containers.has(name) && !untried.has(name) && !later.has(name)), []);
    assert.deepEqual([...untried.keys()].filter((name) => !had.has(name)), [], 'excused in vain');
  });

  it('is told in CONTRIBUTING.md', async () => {
    assert.equal(await writtenCoverage(), coverageTable(new Set(real.keys()), new Set(had.keys())), 'run npm run coverage');
  });
});

/** The names a step may stand for: `config` and `config|get`. */
function commandNames(step: Step): string[] {
  if (step.do === 'raw') return [];
  const [name = '', sub = ''] = step.args.map((arg) => arg.toString().toLowerCase());
  return [name, `${name}|${sub}`];
}
