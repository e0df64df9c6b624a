import type * as vscode from 'vscode';
import { shorten } from '../../core/keyspace/display.ts';
import { harmlessText } from '../../core/terminal/formatReply.ts';

/** Characters of a toast, or of a tooltip. */
const LONGEST = 2000;
/** Characters of what stands in one line of a tree. */
const LINE = 400;

/**
 * A text as VS Code's toasts show it literally. They make a link of `[words](command:…)`, and of what the server says
 * some stands in our messages: a click must not run what a stranger wrote, nor may it turn letters around or fill the screen.
 */
export function plainText(text: string): string {
  return readable(text).replaceAll('](', '] (');
}

/** As much of a text as one can read, without what turns letters around; `most` characters. */
export function readable(text: string, most = LONGEST): string {
  return shorten(harmlessText(text.slice(0, 2 * most)), most);
}

/** A row with as much of each text as one can read: of what a server says there may be megabytes. */
export function readableItem(item: vscode.TreeItem): vscode.TreeItem {
  const { label, description, tooltip, accessibilityInformation: spoken, command } = item;
  if (typeof label === 'string') item.label = readable(label, LINE);
  if (typeof description === 'string') item.description = readable(description, LINE);
  if (typeof tooltip === 'string') item.tooltip = readable(tooltip);
  if (spoken !== undefined) item.accessibilityInformation = { ...spoken, label: readable(spoken.label) };
  if (command !== undefined) item.command = { ...command, title: readable(command.title, LINE) };
  return item;
}
