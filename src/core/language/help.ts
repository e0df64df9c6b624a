import { argumentsOf } from '../../protocol/commands/arguments.ts';
import { documentOf } from '../../protocol/commands/documents.ts';
import { l10n } from '../../l10n.ts';
import { titleOf, typedCommand, type CommandBook } from './command.ts';
import { notationOf } from './notation.ts';
import { splitLine } from './words.ts';

/** What is known of a command. */
export interface CommandHelp {
  /** `SET key value [NX|XX]`. */
  readonly syntax: string;
  readonly summary: string | undefined;
  readonly complexity: string | undefined;
  readonly since: string;
  readonly group: string;
  readonly deprecated: { readonly since: string; readonly instead: string } | undefined;
}

/** The help of a command by its full lower-case name, or undefined if there is none of that name. */
export function helpOf(name: string, book: CommandBook): CommandHelp | undefined {
  const fact = book.fact(name);
  if (fact === undefined) return undefined;
  const { summary, complexity, deprecated } = documentOf(name) ?? {};
  const said = (text: string | undefined): string | undefined => text && l10n.t(text);
  return {
    syntax: `${titleOf(name)} ${notationOf(argumentsOf(name))}`.trim(),
    summary: said(summary),
    complexity: said(complexity),
    since: fact.since,
    group: fact.group,
    deprecated: deprecated && { since: deprecated.since, instead: l10n.t(deprecated.instead) },
  };
}

/** HELP of the terminal: of a command, of a group (`@hash`), or about itself; lines end in `\n`. */
export function helpText(words: readonly string[], book: CommandBook): string {
  const [first] = words;
  if (first === undefined) return `${l10n.t('HELP command tells about a command, HELP @group about a group such as @string or @stream. Tab completes, arrow up brings back what was typed, QUIT closes the terminal.')}\n`;
  if (first.startsWith('@')) {
    const group = first.slice(1).toLowerCase();
    const names = [...book.names()].filter((name) => book.fact(name)?.group === group);
    return names.length === 0 ? `${l10n.t('There is no group of commands called {0}.', first)}\n` : names.map((name) => section(name, book)).join('');
  }
  const typed = typedCommand(splitLine(words.join(' ')), book);
  if (typed === undefined) return `${l10n.t('There is no command called {0}.', words.join(' ').toUpperCase())}\n`;
  const below = [...book.names()].filter((name) => name.startsWith(`${typed.name}|`));
  return [typed.name, ...below].map((name) => section(name, book)).join('');
}

function section(name: string, book: CommandBook): string {
  const help = helpOf(name, book);
  if (help === undefined) return '';
  const lines = [
    help.summary && l10n.t('summary: {0}', help.summary),
    help.complexity && l10n.t('complexity: {0}', help.complexity),
    help.since && l10n.t('since: {0}', help.since),
    l10n.t('group: {0}', help.group),
    help.deprecated && l10n.t('deprecated: since {0}: {1}', help.deprecated.since, help.deprecated.instead),
  ];
  return `\n  ${help.syntax}\n${lines.map((line) => (line ? `  ${line}\n` : '')).join('')}`;
}
