import * as vscode from 'vscode';
import type { Clock } from '../../core/connection/ports.ts';
import type { Command, Reply } from '../../core/connection/session.ts';
import { displayName } from '../../core/keyspace/display.ts';
import { tableOfCommands, titleOf, typedCommand } from '../../core/language/command.ts';
import { completeLine } from '../../core/language/complete.ts';
import { diagnoseLine, type LineFault } from '../../core/language/diagnose.ts';
import { helpOf } from '../../core/language/help.ts';
import { keyPlace } from '../../core/language/keyPlace.ts';
import { statementAt, type Statement } from '../../core/language/script.ts';
import { findNames, nameIn } from '../../core/terminal/keyNames.ts';

/** What would keep a server from running the commands. */
export function diagnose(document: vscode.TextDocument, statements: readonly Statement[]): vscode.Diagnostic[] {
  return statements.flatMap((statement) => {
    const fault = diagnoseLine(statement.line, tableOfCommands);
    if (fault === undefined) return [];
    const range = new vscode.Range(document.positionAt(statement.from + fault.from), document.positionAt(statement.from + fault.to));
    // A server may know commands that our table does not: of modules, or of later versions.
    const severity = fault.kind === 'unknown-command' ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Error;
    const diagnostic = new vscode.Diagnostic(range, faultText(fault), severity);
    diagnostic.source = 'redis';
    diagnostic.code = fault.kind;
    return [diagnostic];
  });
}

function faultText(fault: LineFault): string {
  switch (fault.kind) {
    case 'open-quote': return vscode.l10n.t('This quote is not closed.');
    case 'glued-quote': return vscode.l10n.t('A blank is missing behind the closing quote.');
    case 'unknown-command': return vscode.l10n.t('Redis has no command {0}, unless a module brings it.', fault.name.toUpperCase());
    case 'unknown-subcommand': return vscode.l10n.t('{0} has no subcommand {1}.', fault.container.toUpperCase(), fault.name.toUpperCase());
    case 'no-subcommand': return vscode.l10n.t('{0} needs a subcommand.', fault.container.toUpperCase());
    case 'arguments': return vscode.l10n.t('Wrong number of arguments: {0}', helpOf(fault.name, tableOfCommands)?.syntax ?? titleOf(fault.name));
  }
}

/** How a command goes on at a place. */
export function complete(document: vscode.TextDocument, position: vscode.Position, statements: readonly Statement[]): vscode.CompletionItem[] {
  const { from, text } = before(document, position, statements);
  if (/^\s*(#|\/\/)/.test(text)) return [];
  const completions = completeLine(text, text.length, tableOfCommands);
  const range = new vscode.Range(document.positionAt(from + completions.from), position);
  return completions.items.map((item) => {
    const completion = new vscode.CompletionItem(item.text, item.kind === 'option' ? vscode.CompletionItemKind.EnumMember : vscode.CompletionItemKind.Function);
    completion.range = range;
    // What is typed in small letters is found as well.
    completion.filterText = document.getText(range) === document.getText(range).toLowerCase() ? item.text.toLowerCase() : item.text;
    const help = item.kind === 'option' ? undefined : helpOf(item.command, tableOfCommands);
    if (help !== undefined) {
      completion.detail = help.syntax;
      completion.documentation = help.summary ?? '';
    }
    return completion;
  });
}

/** Names of keys that may come at a place. */
export async function completeKeys(
  document: vscode.TextDocument, position: vscode.Position, statements: readonly Statement[], ask: (command: Command) => Promise<Reply>, clock: Clock,
): Promise<vscode.CompletionList | undefined> {
  const { from, text } = before(document, position, statements);
  const place = /^\s*(#|\/\/)/.test(text) ? undefined : keyPlace(text, tableOfCommands);
  if (place === undefined) return undefined;
  const { names, whole } = await findNames(place.prefix, ask, clock);
  const start = document.positionAt(from + place.from);
  const next = document.getText(new vscode.Range(position, position.translate(0, 1)));
  const typed = text.slice(place.from);
  const items = names.map((name) => {
    const completion = new vscode.CompletionItem(displayName(name), vscode.CompletionItemKind.Value);
    const written = nameIn(name, place.quote);
    const stays = written[0] === place.quote;
    // The editor may have closed the quote by itself, and may take that away with what it replaces: typing it is right in any case.
    completion.insertText = stays ? written.slice(0, -1) : written;
    if (stays) completion.command = { command: 'type', title: '', arguments: [{ text: place.quote }] };
    completion.range = new vscode.Range(start, !stays && place.quote !== undefined && next === place.quote ? position.translate(0, 1) : position);
    completion.filterText = typed + displayName(name.subarray(place.prefix.length));
    return completion;
  });
  return new vscode.CompletionList(items, !whole);
}

/** What stands of a command before a place, and where it begins. */
function before(document: vscode.TextDocument, position: vscode.Position, statements: readonly Statement[]): { readonly from: number; readonly text: string } {
  const from = statementAt(statements, document.offsetAt(position))?.from ?? document.offsetAt(position.with({ character: 0 }));
  return { from, text: document.getText(new vscode.Range(document.positionAt(from), position)) };
}

/** What the command at a place does. */
export function hover(document: vscode.TextDocument, position: vscode.Position, statements: readonly Statement[]): vscode.Hover | undefined {
  const at = document.offsetAt(position);
  const statement = statementAt(statements, at);
  if (statement === undefined) return undefined;
  const typed = typedCommand(statement.line, tableOfCommands);
  const last = typed && statement.line.words[typed.nameWords - 1];
  const [first] = statement.line.words;
  if (typed === undefined || first === undefined || last === undefined || at < statement.from + first.from || at > statement.from + last.to) return undefined;
  const help = helpOf(typed.name, tableOfCommands);
  if (help === undefined) return undefined;
  const text = new vscode.MarkdownString().appendCodeblock(help.syntax, 'redis');
  if (help.summary !== undefined) text.appendText(help.summary);
  const facts = [
    ...(help.complexity === undefined ? [] : [vscode.l10n.t('Complexity: {0}', help.complexity)]),
    ...(help.since === '' ? [] : [vscode.l10n.t('Since Redis {0}', help.since)]),
    ...(help.deprecated === undefined ? [] : [vscode.l10n.t('Deprecated since {0}: {1}', help.deprecated.since, help.deprecated.instead)]),
  ];
  for (const fact of facts) text.appendMarkdown('\n\n').appendText(fact);
  return new vscode.Hover(text, new vscode.Range(document.positionAt(statement.from + first.from), document.positionAt(statement.from + last.to)));
}
