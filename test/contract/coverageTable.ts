import { readFile, writeFile } from 'node:fs/promises';
import { commandFact } from '../../src/protocol/commands/lookup.ts';
import type { RespClient } from '../support/respClient.ts';
import { replyItems, replyText, type Reply } from '../support/respReply.ts';
import { errorsOnly, later, laterOptions, untried } from './coverage.ts';

const file = new URL('../../CONTRIBUTING.md', import.meta.url);
const BEGIN = '<!-- What follows is written by `npm run coverage`. -->\n';
const END = '<!-- Up to here. -->';

/** COMMAND's entries by full name, subcommands among them. */
export async function commandsOf(client: RespClient): Promise<ReadonlyMap<string, Reply>> {
  const entries = replyItems(await client.call(['COMMAND'])).flatMap((entry) => [entry, ...replyItems(replyItems(entry)[9])]);
  return new Map(entries.map((entry) => [replyText(replyItems(entry)[0]) ?? '', entry]));
}

/**
 * A Markdown table of the commands of redis-server 7.0 (`real`) and of those that the practice server has (`had`), by group, with a
 * paragraph about what the numbers leave out. A container counts by its subcommands.
 */
export function coverageTable(real: ReadonlySet<string>, had: ReadonlySet<string>): string {
  const names = [...new Set([...real, ...had, ...later])].filter((name) => !isContainerOnly(name, real));
  const groups = [...new Set(names.map(groupOf))].sort();
  const rows = groups.map((group) => {
    const [there, here, lacking, besides] = partition(names.filter((name) => groupOf(name) === group), real, had);
    const checked = here.filter((name) => !untried.has(name) && !errorsOnly.has(name)).length;
    const options = laterOptions.filter((option) => groupOf(option.split(' ')[0] ?? '') === group);
    return [group, there.length, here.length, checked, list(lacking), list([...besides, ...options])];
  });
  const [there, here] = partition(names, real, had);
  const checked = here.filter((name) => !untried.has(name) && !errorsOnly.has(name)).length;
  const table = [
    ['Group', 'Redis 7.0', 'Here', 'Checked', 'Missing', 'Later, from documents only'],
    ['---', '---:', '---:', '---:', '---', '---'],
    ...rows,
    ['all', there.length, here.length, checked, '', ''],
  ];
  const reasons = [...errorsOnly, ...untried].filter(([name]) => had.has(name)).map(([name, reason]) => `${shown(name)}: ${reason}.`);
  return [
    '*Checked* commands give the same replies as a real redis-server 7.0 in the scripts of `test/contract`; Debian has no later one to ask.',
    '',
    ...table.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    ...(reasons.length === 0 ? [] : ['Here in part only, or checked elsewhere or not at all:', '', ...reasons.map((reason) => `- ${reason}`), '']),
  ].join('\n');
}

/** True for a name that only stands before subcommands; COMMAND itself is one that does something too. */
function isContainerOnly(name: string, real: ReadonlySet<string>): boolean {
  return name !== 'command' && [...real].some((other) => other.startsWith(`${name}|`));
}

/** Of 7.0: all, those here, those missing; and what is here from later versions. */
function partition(names: readonly string[], real: ReadonlySet<string>, had: ReadonlySet<string>): [string[], string[], string[], string[]] {
  const there = names.filter((name) => real.has(name));
  return [there, there.filter((name) => had.has(name)), there.filter((name) => !had.has(name)), names.filter((name) => !real.has(name))];
}

function groupOf(name: string): string {
  return (commandFact(name) ?? commandFact(name.split('|')[0] ?? ''))?.group ?? 'server';
}

const shown = (name: string): string => name.toUpperCase().replace('|', ' ');
const list = (names: readonly string[]): string => names.map(shown).sort().join(', ');

/** What CONTRIBUTING.md says between the two marks. Throws if they are not there. */
export async function writtenCoverage(): Promise<string> {
  const { before, table } = parts(await readFile(file, 'utf8'));
  if (before === undefined) throw new Error('CONTRIBUTING.md has no place for the coverage');
  return table;
}

/** Puts the table between the marks of CONTRIBUTING.md. */
export async function writeCoverage(table: string): Promise<void> {
  const { before, after } = parts(await readFile(file, 'utf8'));
  if (before === undefined) throw new Error('CONTRIBUTING.md has no place for the coverage');
  await writeFile(file, `${before}${BEGIN}\n${table}\n${END}${after}`);
}

function parts(text: string): { readonly before: string | undefined; readonly table: string; readonly after: string } {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) return { before: undefined, table: '', after: '' };
  return { before: text.slice(0, from), table: text.slice(from + BEGIN.length + 1, to - 1), after: text.slice(to + END.length) };
}
